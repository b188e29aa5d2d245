"""A published database made by hand: the tables of the contract, with only the rows a test needs."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

import duckdb
import yaml

from dagster_project.rapport.innhold import Blokk, Figur, NokkeltallRad, Punkter, Rapport, Tabell

MARTS = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts" / "bi"
NUMMER = "9901"
ANNEN = "9902"
NAVN = {NUMMER: "Prøvevik", ANNEN: "Annenby"}


@cache
def kontrakt() -> dict[str, dict[str, str]]:
    """Return the columns and types of each published table, as the models promise them."""
    tabeller = {}
    for fil in sorted(MARTS.glob("*.yml")):
        for modell in yaml.safe_load(fil.read_text(encoding="utf-8"))["models"]:
            kolonner = {kolonne["name"]: kolonne["data_type"] for kolonne in modell["columns"]}
            tabeller[modell["name"].removeprefix("bi_")] = kolonner
    return tabeller


@cache
def _tom_base() -> bytes:
    """Return a database of empty tables; making it takes longer than filling it."""
    with tempfile.TemporaryDirectory() as mappe:
        fil = Path(mappe) / "tom.duckdb"
        with duckdb.connect(str(fil)) as con:
            con.execute("create schema bi")
            for navn, kolonner in kontrakt().items():
                con.execute(
                    f"create table bi.{navn} ({', '.join(f'{kol} {type_}' for kol, type_ in kolonner.items())})"
                )
        return fil.read_bytes()


def lag_base(fil: Path, **tabeller: Iterable[dict]) -> Path:
    """Write a published database; a column a row does not have is empty, `skjermet` and `kvittert` false."""
    tabeller.setdefault("kommune", [{"kommunenummer": nummer, "kommunenavn": navn} for nummer, navn in NAVN.items()])
    tabeller.setdefault("kontrakt", [{"versjon": "1.2.0", "publisert": datetime(2026, 11, 2, 6), "bygget_av": "prøve"}])
    fil.write_bytes(_tom_base())
    with duckdb.connect(str(fil)) as con:
        for navn, kolonner in kontrakt().items():
            rader = list(tabeller.pop(navn, ()))
            if rader:
                verdier = [
                    rad.get(kol, False if type_ == "boolean" else None)
                    for rad in rader
                    for kol, type_ in kolonner.items()
                ]
                plasser = ", ".join(f"({', '.join('?' for _ in kolonner)})" for _ in rader)
                con.execute(f"insert into bi.{navn} values {plasser}", verdier)
        assert not tabeller, f"ingen slike tabeller i kontrakten: {sorted(tabeller)}"
    return fil


def utbetalt(
    maaned: date, kontant, periodisert=None, antall: int | None = 10, populasjon: str = "alle", **andre
) -> list:
    """Return what is paid in a month, by month of payment and of need."""
    return [
        {
            "kommunenummer": NUMMER,
            "maaned": maaned,
            "grunnlag": grunnlag,
            "populasjon": populasjon,
            "belop_nok": belop,
            "mottaker_antall": antall,
            "utbetaling_per_mottaker_nok": None if belop is None or not antall else belop / antall,
            **andre,
        }
        for grunnlag, belop in (("kontant", kontant), ("periodisert", kontant if periodisert is None else periodisert))
    ]


def indikator(maaned: date, indikator_id: str, verdi, populasjon: str = "alle", skjermet: bool = False) -> dict:
    """Return one monthly indicator."""
    return {
        "kommunenummer": NUMMER,
        "maaned": maaned,
        "indikator_id": indikator_id,
        "populasjon": populasjon,
        "verdi": verdi,
        "enhet": "antall",
        "skjermet": skjermet,
    }


def definisjon(indikator_id: str, enhet: str = "antall", desimaler: int = 0) -> dict:
    """Return the definition of an indicator."""
    return {
        "indikator_id": indikator_id,
        "navn": indikator_id.replace("_", " ").capitalize(),
        "enhet": enhet,
        "formel": "Teller / nevner",
        "kilde": "Prøven",
        "desimaler": desimaler,
        "konfidens": "S",
    }


def blokker(rapport: Rapport, seksjon: str | None = None) -> Iterator[Blokk]:
    """Return the blocks of a section, or of all, and the tables behind the figures."""
    for del_ in rapport.seksjoner:
        if seksjon in {None, del_.id}:
            for blokk in del_.blokker:
                yield blokk
                if isinstance(blokk, Figur):
                    yield blokk.tabell


def tabeller(rapport: Rapport) -> dict[str, Tabell]:
    """Return all tables by id, those behind figures too."""
    return {blokk.id: blokk for blokk in blokker(rapport) if isinstance(blokk, Tabell)}


def tekster(rapport: Rapport, seksjon: str | None = None) -> list[str]:
    """Return the sentences of the lists, with plain spaces."""
    return [
        punkt.tekst.replace("\N{NO-BREAK SPACE}", " ")
        for blokk in blokker(rapport, seksjon)
        if isinstance(blokk, Punkter)
        for punkt in blokk.punkter
    ]


def nokkeltall(rapport: Rapport) -> dict[str, tuple]:
    """Return the big numbers by title: the value and what is said of the change."""
    return {
        tall.tittel: (tall.verdi, tall.endring.replace("\N{NO-BREAK SPACE}", " "))
        for blokk in blokker(rapport)
        if isinstance(blokk, NokkeltallRad)
        for tall in blokk.tall
    }
