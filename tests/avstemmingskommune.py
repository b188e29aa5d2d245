"""A municipality small enough to reckon by hand: payments, ledger lines, and the models that hold them together."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date

import duckdb

from tests.dbt_sql import load_seed, run_model

KOMMUNE = "9901"
NOV, DES, JAN, FEB, MAR = date(2024, 11, 1), date(2024, 12, 1), *(date(2025, nr, 1) for nr in (1, 2, 3))
STONADSTYPER = {"BIDRAG": 1, "LAAN": 2}
KONTI = {
    "14700": ("281", "470", "livsopphold"),
    "14701": ("281", "470", "boutgifter"),
    "15200": ("281", "520", "sosiale_laan"),
    "17700": ("281", "770", "refusjoner"),
    "15300": ("281", "530", "tidligere_merforbruk"),
    "19300": ("281", "930", "tidligere_mindreforbruk"),
    "10890": ("276", "089", None),
}


@dataclass(frozen=True)
class Betaling:
    """A payment to a person on a day; months are delivered apart from it."""

    dag: date
    belop: str
    mottaker: int = 1
    form: str = "BIDRAG"


@dataclass(frozen=True)
class Linje:
    """A ledger line. Without more being said, it is posted in the month of its date, with a reference to it."""

    bilag: str
    dag: date
    belop: str
    art: str = "14700"
    periode: str | None = None
    bilagsdato: date | None = None
    bilagsart: str = "SO"
    referanse: bool = True


def lag_varehus(
    betalinger: Iterable[Betaling], linjer: Iterable[Linje], leverte: Iterable[date] = (DES, JAN, FEB, MAR)
) -> duckdb.DuckDBPyConnection:
    """Return a database with what int_hovedbok_aarsak reads. Each voucher gets the balance line it lacks."""
    con = duckdb.connect()
    for seed in ("avstemming_parameter", "regnskap_formaal", "regnskap_konto"):
        load_seed(con, seed)
    con.execute("""
        create table int_utgift (
            mottaker_nr integer, utgiftsdato date, utgiftsmaaned date, belop_nok decimal(18, 2), stonadstype_nr integer
        );
        create table int_fagsystem_person (mottaker_nr integer, kommunenummer varchar, mottaker_id varchar);
        create table int_stonadstype (stonadstype_nr integer, stonadsart varchar, stonadsform varchar);
        create table int_kommune_maaned (kommunenummer varchar, maaned date);
        create table int_hovedbok (
            leveranse_id varchar, linje integer, kommunenummer varchar, regnskapsaar integer, periode varchar,
            maaned date, er_aarsavslutning boolean, bilagsart varchar, bilagsnummer varchar, bilagslinje integer,
            bilagsdato date, betalingsdato date, tjeneste varchar, art varchar, kontoklasse varchar, funksjon varchar,
            kostra_art varchar, formaal varchar, belop_nok decimal(18, 2), ekstern_ref varchar
        );
    """)
    betalinger, linjer = list(betalinger), list(linjer)
    for betaling in betalinger:
        dag, belop, mottaker, form = astuple(betaling)
        con.execute(
            "insert into int_utgift values (?, ?, ?, ?, ?)",
            [mottaker, dag, dag.replace(day=1), belop, STONADSTYPER[form]],
        )
    for mottaker in {betaling.mottaker for betaling in betalinger}:
        con.execute("insert into int_fagsystem_person values (?, ?, ?)", [mottaker, KOMMUNE, f"p{mottaker}"])
    for form, nr in STONADSTYPER.items():
        con.execute("insert into int_stonadstype values (?, 'LIVSOPPHOLD', ?)", [nr, form])
    for maaned in leverte:
        con.execute("insert into int_kommune_maaned values (?, ?)", [KOMMUNE, maaned])
    for nr, post in enumerate(linjer, start=1):
        _skriv_linje(con, nr, post)
    con.execute("""
        insert into int_hovedbok by name
        select
            any_value(leveranse_id) as leveranse_id, 1000 + min(linje) as linje, kommunenummer, regnskapsaar, periode,
            maaned, er_aarsavslutning, bilagsart, bilagsnummer, bilagsdato, '21650000' as art, '2' as kontoklasse,
            -sum(belop_nok) as belop_nok
        from int_hovedbok
        group by all
    """)
    return con


def _skriv_linje(con: duckdb.DuckDBPyConnection, nr: int, post: Linje) -> None:
    periode = post.periode or f"{post.dag:%Y%m}"
    funksjon, kostra_art, formaal = KONTI[post.art]
    con.execute(
        "insert into int_hovedbok values (" + ", ".join("?" * 20) + ")",
        [
            "l", nr, KOMMUNE, int(periode[:4]), periode, date(int(periode[:4]), min(int(periode[4:]), 12), 1),
            periode.endswith("13"), post.bilagsart, post.bilag, nr,
            post.bilagsdato or post.dag, post.dag if post.referanse else None, funksjon + "00", post.art, "1", funksjon,
            kostra_art, formaal, post.belop, f"SOS{post.dag:%Y%m%d}" if post.referanse else None,
        ],
    )  # fmt: skip


def aarsaker(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Return voucher, posting month, amount, cause and counterpart month of each line on function 281, in order."""
    run_model(con, "intermediate/regnskap/int_hovedbok_aarsak")
    return con.execute("""
        select bok.bilagsnummer, aarsak.regnskapsmaaned, aarsak.belop_nok, aarsak.aarsak, aarsak.motpart_maaned
        from int_hovedbok_aarsak as aarsak
        inner join int_hovedbok as bok using (leveranse_id, linje)
        order by linje
    """).fetchall()
