"""Payments written down by hand, and the models of periodisation built on them straight in DuckDB."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal

import duckdb
import pyarrow as pa

from dagster_project.kalender import dagtype, leveransefrist, neste_maaned, siste_virkedag, virkedager
from tests.dbt_sql import load_seed, run_model

KOMMUNE = "9901"
UTTREKK_KLOKKA = time(6, 10)
FORSTE, SISTE = date(2024, 1, 1), date(2025, 12, 1)
FASTE_MOTTAKERE = 50
FAST_BELOP = 2000
VANLIG_MAANED = FASTE_MOTTAKERE * FAST_BELOP
FORSTE_EGNE = 1000
"""What the usual recipients get each month in its first days, and the first number of the others."""

SEEDS = ("avvik_aarsak", "avvik_serietype", "avvik_terskel", "kodeliste", "leveranse_terskel", "skjerming_terskel")
TABELLER = {
    "int_utgift": (
        "rang integer, linje integer, mottaker_nr integer, stonadstype_nr smallint, belop_nok decimal(18, 2), "
        "utgiftsdato date, utgiftsmaaned date, stonad_fom date, stonad_tom date"
    ),
    "int_utbetaling": "rang integer, linje integer, kilde_id varchar, vedtak_id varchar, registrert_dato date",
    "int_fagsystem_utbetaling_i_kraft": "kommunenummer varchar, registrert_dato date",
    "int_vedtak": "kilde_id varchar, vedtak_id varchar, vedtaksdato date",
    "int_fagsystem_person": "mottaker_nr integer, mottaker_id varchar, kommunenummer varchar",
    "int_kalender_maaned": "maaned date, virkedager date[], betalingsdag_neste date, neste_forste_er varchar",
    "int_kommune_maaned": "kommunenummer varchar, maaned date, er_liten boolean",
    "int_leveranse_forventet": (
        "kommunenummer varchar, objekt varchar, maaned date, status varchar, frist date, rader bigint, "
        "vanlig_antall double, uttrukket timestamp"
    ),
    "int_skjerming_maaned": "tabell varchar, kommunenummer varchar, periode date, serie varchar, celle varchar",
    "int_populasjon_maaned": (
        "kommunenummer varchar, maaned date, grunnlag varchar, populasjon varchar, mottaker_antall integer"
    ),
    "int_hovedbok_aarsak": (
        "kommunenummer varchar, regnskapsmaaned date, aarsak varchar, motpart_maaned date, belop_nok decimal(18, 2)"
    ),
    "int_hovedbok": "kommunenummer varchar, maaned date",
    "int_regnskap_periode": "objekt varchar, kommunenummer varchar, regnskapsaar integer, periode varchar",
    "int_utgift_regnskap": "kommunenummer varchar, maaned date, belop_nok decimal(18, 2)",
    "int_avvik_serie": (
        "kommunenummer varchar, serie varchar, maaned date, motpart_maaned date, type varchar, belop_nok double, "
        "tillit double"
    ),
    "int_maanedsserie": (
        "kommunenummer varchar, serie varchar, maaned date, belop_nok decimal(18, 2), mottaker_antall integer, "
        "har_utbetalinger boolean"
    ),
    "stg_intern__kvittering": (
        "kommunenummer varchar, maaned date, serie varchar, aarsak varchar, motpart_maaned date, "
        "belop_nok decimal(18, 2), kvittert_av varchar, tekst varchar, tidspunkt timestamp"
    ),
}


@dataclass(frozen=True)
class Betaling:
    """One payment; decided and registered before the month it is for unless it says otherwise."""

    fom: date
    tom: date
    utbetalt: date
    belop: Decimal | int = 1000
    art: str = "LIVSOPPHOLD"
    person: int = FORSTE_EGNE
    vedtatt: date | None = date(2023, 12, 1)
    registrert: date = date(2023, 12, 1)
    form: str = "BIDRAG"


def maaneder(fra: date = FORSTE, til: date = SISTE) -> list[date]:
    """Return the months from and to."""
    alle = [fra]
    while alle[-1] < til:
        alle.append(neste_maaned(alle[-1]))
    return alle


def siste_dag(maaned: date) -> date:
    """Return the last day of a month."""
    return date.fromordinal(neste_maaned(maaned).toordinal() - 1)


def faste(betalingsdag: int = 1) -> list[Betaling]:
    """What the usual recipients get each month, on a day of the month itself."""
    return [
        Betaling(maaned, siste_dag(maaned), maaned.replace(day=betalingsdag), FAST_BELOP, person=person)
        for maaned in maaneder()
        for person in range(1, FASTE_MOTTAKERE + 1)
    ]


def ny_base() -> duckdb.DuckDBPyConnection:
    """Return a database with the seeds, the calendar and every input of the models, all months delivered."""
    con = duckdb.connect()
    for seed in SEEDS:
        load_seed(con, seed)
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create table {tabell} ({kolonner})")
    legg_inn_kalender(con, FORSTE, SISTE)
    con.executemany("insert into int_kommune_maaned values (?, ?, false)", [(KOMMUNE, m) for m in maaneder()])
    con.executemany(
        "insert into int_leveranse_forventet values (?, 'utbetaling', ?, 'levert', ?, 50, 50, ?)",
        [(KOMMUNE, m, leveransefrist(m), datetime.combine(neste_maaned(m), UTTREKK_KLOKKA)) for m in maaneder()],
    )
    for maaned in maaneder():
        legg_inn_registrert(con, {maaned.replace(day=10): 30, siste_dag(maaned): 20})
    run_model(con, "intermediate/fagsystem/int_stonadstype")
    return con


def legg_inn_kalender(con: duckdb.DuckDBPyConnection, fra: date, til: date) -> None:
    """Put the months from and to in the calendar."""
    con.executemany(
        "insert into int_kalender_maaned values (?, ?, ?, ?)",
        [(m, virkedager(m), siste_virkedag(neste_maaned(m)), dagtype(neste_maaned(m))) for m in maaneder(fra, til)],
    )


def legg_inn_registrert(con: duckdb.DuckDBPyConnection, rader_per_dag: Mapping[date, int]) -> None:
    """Register so many payments on each of these days."""
    for dag, antall in rader_per_dag.items():
        con.execute("insert into int_fagsystem_utbetaling_i_kraft select ?, ? from range(?)", [KOMMUNE, dag, antall])


def legg_inn(con: duckdb.DuckDBPyConnection, betalinger: Iterable[Betaling]) -> None:
    """Put payments in the tables they come from."""
    con.register(
        "rader",
        pa.Table.from_pylist(
            [
                asdict(betaling) | {"linje": nr, "belop": Decimal(betaling.belop)}
                for nr, betaling in enumerate(betalinger)
            ]
        ),
    )
    con.execute("create or replace temp table betaling as select * from rader")
    con.execute(
        """
        insert into int_utgift
        select 1, linje, person, stonadstype_nr, belop, utbetalt, date_trunc('month', utbetalt), fom, tom
        from betaling
        inner join int_stonadstype on betaling.art = stonadsart and betaling.form = stonadsform
        """
    )
    con.execute("insert into int_utbetaling select 1, linje, 'k', 'v' || linje, registrert from betaling")
    con.execute("insert into int_vedtak select 'k', 'v' || linje, vedtatt from betaling where vedtatt is not null")
    con.execute("insert into int_fagsystem_person select distinct person, 'p' || person, ? from betaling", [KOMMUNE])


def bygg(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Build the models on what is in the tables, and return the connection."""
    for modell in ("int_utgift_periodisert", "int_mottaker_maaned", "int_utgift_maaned", "int_avvik_utbetaling"):
        run_model(con, f"intermediate/fagsystem/{modell}")
    con.execute(
        """
        insert into int_populasjon_maaned
        select kommunenummer, maaned, grunnlag, 'alle', count(distinct mottaker_nr)
        from int_mottaker_maaned
        group by all
        """
    )
    for modell in (
        "intermediate/fagsystem/int_leveranse_ikke_hel",
        "intermediate/int_avvik_periodisering",
        "marts/bi/bi_avvik_periodisering",
        "marts/intern/intern_avvik_periodisering",
    ):
        run_model(con, modell)
    return con


def funn(betalinger: Iterable[Betaling], betalingsdag: int = 1) -> duckdb.DuckDBPyConnection:
    """Build the models on these payments beside what the usual recipients get."""
    con = ny_base()
    legg_inn(con, [*faste(betalingsdag), *betalinger])
    return bygg(con)


def rader(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Return month, cause, counterpart month (both yyyy-mm) and whole kroner of every finding of the case system."""
    return con.execute(
        """
        select strftime(maaned, '%Y-%m'), aarsak, strftime(motpart_maaned, '%Y-%m'), belop_nok::integer
        from int_avvik_periodisering
        where serie = 'fagsystem'
        order by all
        """
    ).fetchall()
