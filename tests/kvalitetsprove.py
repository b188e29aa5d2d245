"""A warehouse with nothing in it but what the expectations look at, and one published table."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.ingestion.database import TABELLER

KOMMUNER = {"9901": "Eksempelvik", "9902": "Nabovik"}
MAANEDER = tuple(date(2025, nummer, 1) for nummer in range(1, 11))
SISTE = MAANEDER[-1]
FORSTE_KJORING = datetime(2025, 11, 10, 6)

# A month in which everything is as it should be.
GODT = {
    "er_levert": True,
    "leveranser_mangler": 0,
    "leveranser_mangler_tekst": None,
    "rader_uten_forklaring": 0,
    "ikke_hel": 0,
    "ikke_hel_tekst": None,
    "rader_pst_av_vanlig": 100.0,
    "lagt_til_side_pst": 0.0,
    "hovedbok_mangler": 0,
    "ukvitterte_feil": 0,
    "ukvitterte_feil_tekst": None,
    "samvariasjon": 0.9,
    "kontant_mot_periodisert_pst": 1.0,
    "uforklart_hovedbok_pst": 0.0,
    "uforklart_hovedbok_tekst": None,
    "uforklart_andre_pst": 0.0,
    "uforklart_andre_tekst": None,
    "deler_mangler": 0,
    "publisert_uten_leveranse": 0,
    "umulige_tall": 0,
    "skjermet_med_tall": 0,
}


def _type(kolonne: str) -> str:
    if kolonne == "er_levert":
        return "boolean"
    return "varchar" if kolonne.endswith("_tekst") else "double"


def lag_varehus(sti: Path) -> Path:
    """Make a warehouse in which every month of every municipality is as it should be."""
    sti.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(sti)) as con:
        con.execute(TABELLER)
        con.execute("create schema bi")
        kolonner = ", ".join(f"{kolonne} {_type(kolonne)}" for kolonne in GODT)
        con.execute(f"create table intern.kvalitetsmaal (kommunenummer varchar, maaned date, {kolonner})")
        con.execute("create table bi.tilbakeholdt (kommunenummer varchar, maaned date, forklaring varchar)")
        con.execute("create table bi.fct_utgift_maaned (kommunenummer varchar, maaned date, belop_nok decimal(18, 2))")
        con.executemany("insert into intern.kommune (kommunenummer, kommunenavn) values (?, ?)", list(KOMMUNER.items()))
        con.execute("insert into intern.kjoring_parametre values (null, ?, '1', 'prøve')", [FORSTE_KJORING])
    lever(sti, *MAANEDER)
    return sti


def lever(varehus: Path, *maaneder: date) -> None:
    """Add months in which everything is as it should be."""
    with duckdb.connect(str(varehus)) as con:
        con.execute(
            f"""
            insert into intern.kvalitetsmaal
            select kommunenummer, maaned, {", ".join(f"${kolonne}" for kolonne in GODT)}
            from intern.kommune
            cross join (select unnest($maaneder::date[]) as maaned)
            """,
            GODT | {"maaneder": maaneder},
        )
        con.execute(
            "insert into bi.fct_utgift_maaned select kommunenummer, unnest($1::date[]), 1000 from intern.kommune",
            [maaneder],
        )


def sett(varehus: Path, kommune: str, maaned: date, **verdier: Any) -> None:
    """Change what is found in one month."""
    with duckdb.connect(str(varehus)) as con:
        con.execute(
            f"update intern.kvalitetsmaal set {', '.join(f'{kolonne} = ?' for kolonne in verdier)} "
            "where kommunenummer = ? and maaned = ?",
            [*verdier.values(), kommune, maaned],
        )


def sett_tid(varehus: Path, tidspunkt: datetime, per: datetime | None = None) -> None:
    """Say when the next control is made, and as of when."""
    with duckdb.connect(str(varehus)) as con:
        con.execute("update intern.kjoring_parametre set tidspunkt = ?, per = ?", [tidspunkt, per])


def kvitter(varehus: Path, kommune: str, maaned: date, forventning: str, observert: float) -> None:
    """Accept what an expectation found."""
    with duckdb.connect(str(varehus)) as con:
        con.execute(
            "insert into intern.kvittering values (?, ?, 'kvalitet', ?, null, ?, 'Kari', 'Avklart', ?)",
            [kommune, maaned, forventning, observert, FORSTE_KJORING],
        )


def sporr(sti: Path, sql: str, *verdier: Any) -> list[tuple]:
    """Return the rows of a query."""
    with duckdb.connect(str(sti), read_only=True) as con:
        return con.execute(sql, list(verdier)).fetchall()
