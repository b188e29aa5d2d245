"""A small published database made by hand: the tables as the contract has them, with what the tests look for."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import yaml

MODELLER = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts" / "bi"
PUBLISERT = datetime(2025, 4, 10, 6, 30)
MAANEDER = tuple(date(2024 + nummer // 12, nummer % 12 + 1, 1) for nummer in range(15))
OSLO, RINGSAKER = "0301", "3411"
SKJULT = date(2024, 5, 1)
"""The month whose recipients are hidden in Oslo."""
HAR_IKKE_LEVERT = date(2024, 8, 1)
"""The month Ringsaker has not delivered."""


def tabeller() -> dict[str, dict]:
    """Return dbt's description of each published table, by the name it is published under."""
    funnet = {}
    for fil in sorted(MODELLER.glob("*.yml")):
        for modell in yaml.safe_load(fil.read_text(encoding="utf-8"))["models"]:
            sql = (MODELLER / f"{modell['name']}.sql").read_text(encoding="utf-8")
            alias = re.search(r"alias='(\w+)'", sql)
            funnet[alias[1] if alias else modell["name"]] = modell
    return funnet


def lag_publisert(sti: Path) -> Path:
    """Make the database, with every table and comment of the contract, and rows in those that matter."""
    with duckdb.connect(str(sti)) as con:
        con.execute("create schema bi")
        for navn, modell in tabeller().items():
            kolonner = ", ".join(f"{kolonne['name']} {kolonne['data_type']}" for kolonne in modell["columns"])
            con.execute(f"create table bi.{navn} ({kolonner})")
            con.execute(f"comment on table bi.{navn} is {_tekst(modell['description'])}")
            for kolonne in modell["columns"]:
                con.execute(
                    f"comment on column bi.{navn}.{kolonne['name']} is {_tekst(kolonne.get('description', ''))}"
                )
        _fyll(con)
    return sti


def _tekst(verdi: str) -> str:
    return "'" + " ".join(verdi.split()).replace("'", "''") + "'"


def sett_inn(con: duckdb.DuckDBPyConnection, tabell: str, rader: Sequence[dict]) -> None:
    """Insert rows by column name; what is not named is null."""
    for rad in rader:
        con.execute(
            f"insert into bi.{tabell} by name select {', '.join(f'? as {navn}' for navn in rad)}", list(rad.values())
        )


def _fyll(con: duckdb.DuckDBPyConnection) -> None:
    sett_inn(con, "kontrakt", [{"versjon": "1.2.0", "publisert": PUBLISERT, "bygget_av": "stonadsvarehuset 0"}])
    navn = {OSLO: "=Oslo", RINGSAKER: "Ringsaker"}
    sett_inn(con, "kommune", [{"kommunenummer": nummer, "kommunenavn": tekst} for nummer, tekst in navn.items()])
    levert = [
        (nummer, maaned) for nummer in navn for maaned in MAANEDER if (nummer, maaned) != (RINGSAKER, HAR_IKKE_LEVERT)
    ]
    for plass, (nummer, maaned) in enumerate(levert):
        noen = {"kommunenummer": nummer, "maaned": maaned}
        skjermet = (nummer, maaned) == (OSLO, SKJULT)
        personer = None if skjermet else 100 + plass
        belop = None if skjermet else 1_000_000.25 + 1000 * plass
        for grunnlag in ("kontant", "periodisert"):
            tall = {"belop_nok": belop, "mottaker_antall": personer, "skjermet": skjermet}
            snitt = None if skjermet else round(belop / personer, 2)
            sett_inn(
                con,
                "ind_utbetaling_per_mottaker",
                [noen | tall | {"grunnlag": grunnlag, "populasjon": "alle", "utbetaling_per_mottaker_nok": snitt}],
            )
            sett_inn(
                con,
                "fct_utgift_maaned",
                [noen | tall | {"grunnlag": grunnlag, "stonadsart": "BOUTGIFT", "stonadsform": "BIDRAG"}],
            )
        sett_inn(
            con,
            "ind_maaned",
            [
                noen
                | {"indikator_id": "mottakere", "populasjon": "alle", "teller": personer, "verdi": personer}
                | {"enhet": "antall", "skjermet": skjermet}
            ],
        )
    sett_inn(
        con,
        "ind_stonadslengde",
        [
            {"kommunenummer": OSLO, "periode_type": "maaned", "periode": maaned, "definisjon": "forlop_lopende"}
            | {"populasjon": "alle", "teller": 70, "nevner": 30, "verdi_maaneder": 70 / 30, "skjermet": False}
            for maaned in MAANEDER
        ],
    )
    for tabell, id_, enhet in (("indikator", "andel_innb", "prosent"), ("maanedsindikator", "mottakere", "antall")):
        sett_inn(
            con,
            tabell,
            [{"indikator_id": id_, "navn": id_.title(), "enhet": enhet, "desimaler": 1 if enhet == "prosent" else 0}],
        )
    sett_inn(
        con,
        "ind_kostra",
        [
            {"kommunenummer": nummer, "rapporteringsaar": aar, "indikator_id": "andel_innb", "enhet": "prosent"}
            | {"teller": teller, "nevner": 3000, "verdi": teller and 100 * teller / 3000, "status": "endelig"}
            | {"skjermet": teller is None}
            for nummer, aar, teller in (
                (OSLO, 2023, 91),
                (OSLO, 2024, None),
                (RINGSAKER, 2023, 62),
                (RINGSAKER, 2024, 64),
            )
        ],
    )
    funn = {"kommunenummer": OSLO, "maaned": MAANEDER[-1], "serie": "fagsystem", "kvittert": False}
    sett_inn(
        con,
        "avvik_periodisering",
        [
            funn
            | {"aarsak": "forskudd", "motpart_maaned": date(2025, 4, 1), "belop_nok": 123_456.78, "alvor": "FEIL"}
            | {"forklaring": '=HYPERLINK("http://x") I mars 2025 ble noe utbetalt på forskudd.'},
            funn | {"aarsak": "manglende_leveranse", "alvor": "INFO", "forklaring": "Noe mangler."},
            funn
            | {"aarsak": "uforklart", "belop_nok": -5.5, "alvor": "FEIL", "forklaring": "+ Noe.", "kvittert": True}
            | {"kvittert_av": "@Kari", "kvittert_tekst": "-Avklart"},
        ],
    )
    sett_inn(
        con,
        "leveranse",
        [
            {"leveranse_id": "a1", "kommunenummer": nummer, "kilde": "fagsystem", "objekt": "utbetaling"}
            | {"filnavn": "utbetaling.csv", "fra": MAANEDER[0], "til": MAANEDER[-1], "mottatt": PUBLISERT}
            | {"rader_lest": 2, "rader_godtatt": 2, "rader_karantene": 0, "rader_sumlinje": 0, "status": "godtatt"}
            for nummer in (OSLO, RINGSAKER, None)
        ],
    )
