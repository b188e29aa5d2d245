"""Half months: what is found of deliveries cut short in made-up worlds, and files that are whole together."""

from datetime import date, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from dagster_project.demo.region import lag_region
from dagster_project.demo.verden import DemoKommune, forste_dag, maaned_av
from dagster_project.kalender import leveransefrist, neste_maaned
from tests.avvikskommune import KOMMUNE, SEEDS, TABELLER, legg_inn_kalender, maaneder
from tests.dbt_sql import load_seed, run_model

KOMMUNER = (
    DemoKommune("9901", "Ytterfjord", 22_000, betalingsdag=1),
    DemoKommune("9902", "Innerfjord", 15_000, betalingsdag=20),
    DemoKommune("9903", "Midtfjord", 9_000, fagsystem="socio", betalingsdag=10),
)
AAR = (2022, 2023, 2024, 2025)
FORSTE_KUTT, SISTE_KUTT = date(2022, 8, 1), date(2025, 10, 1)
"""The first cut month has half a year before it; after the last one, nothing in the world comes to an end."""
DAGER = (10, 15, 20)
HEL = 31
MINSTE_TREFF = ((0.25, 0.9), (0.5, 0.98))
"""How large a share of the deliveries that lack so much, or more, must be found."""
MAI = date(2025, 5, 1)


def ny_base(fra: date, til: date) -> duckdb.DuckDBPyConnection:
    """Return a database with the seeds, the inputs of the model, and the calendar."""
    con = duckdb.connect()
    for seed in SEEDS:
        load_seed(con, seed)
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create table {tabell} ({kolonner})")
    legg_inn_kalender(con, fra, til)
    return con


@pytest.fixture(scope="module", params=[11, 4711])
def verden(request) -> duckdb.DuckDBPyConnection:
    """Every payment of a world by the day it was registered, and the months it is for, in `betaling` and `gjelder`."""
    region = lag_region(KOMMUNER, AAR, request.param)
    alle = region.utbetalinger
    con = ny_base(date(2022, 1, 1), date(2026, 1, 1))
    con.register(
        "linjer",
        pa.table(
            {
                "kommune": pa.array([region.verden.nummer[nr] for nr in alle.kommune.tolist()]),
                "person": alle.person,
                "dag": alle.registrert,
                "maaned": forste_dag(maaned_av(alle.registrert)),
                "fra": forste_dag(maaned_av(alle.fom)),
                "til": forste_dag(maaned_av(alle.tom)),
                "er_stonad": alle.er_utgift & (alle.ore > 0) & ~np.isnat(alle.fom),
            }
        ),
    )
    con.execute("create table betaling as select kommune, dag, maaned from linjer")
    con.execute(
        """
        create table gjelder as
        select distinct
            kommune, dag, person,
            unnest(generate_series(fra::timestamp, til::timestamp, interval 1 month))::date as maaned
        from linjer
        where er_stonad
        """
    )
    return con


def lever(con: duckdb.DuckDBPyConnection, dag: int, er_nyest: bool) -> list[tuple]:
    """Cut each month of each municipality after a day, one at a time, and return what is found of it.

    Each is a municipality of its own to the model, with the year before; the months after are there unless `er_nyest`.
    Shape: rows before, rows left, severity or None.
    """
    con.execute(
        """
        create or replace table kutt as
        select kommune || '|' || maaned as nummer, kommune, maaned, count(*) as rader
        from betaling
        where maaned between ? and ?
        group by all
        """,
        [FORSTE_KUTT, SISTE_KUTT],
    )
    con.execute(
        """
        create or replace temp macro er_med(kuttet, dagen) as
            not (date_trunc('month', dagen) = kuttet and day(dagen) > getvariable('dag'))
            and date_trunc('month', dagen) <= kuttet + to_months(getvariable('etter'))
        """
    )
    con.execute(f"set variable dag = {dag}")
    con.execute(f"set variable etter = {0 if er_nyest else 2}")
    for tabell in ("int_fagsystem_utbetaling_i_kraft", "int_leveranse_forventet", "int_populasjon_maaned"):
        con.execute(f"delete from {tabell}")
    con.execute(
        """
        insert into int_fagsystem_utbetaling_i_kraft
        select kutt.nummer, betaling.dag
        from kutt
        inner join betaling on kutt.kommune = betaling.kommune
        where er_med(kutt.maaned, betaling.dag) and betaling.maaned >= kutt.maaned - interval 13 months
        """
    )
    con.execute(
        """
        insert into int_leveranse_forventet by name
        select
            kommunenummer, maaned, 'utbetaling' as objekt, 'levert' as status, rader,
            median(rader) over (
                partition by kommunenummer
                order by maaned
                rows between 12 preceding and 1 preceding
            ) as vanlig_antall
        from (
            select kommunenummer, date_trunc('month', registrert_dato) as maaned, count(*) as rader
            from int_fagsystem_utbetaling_i_kraft
            group by all
        )
        """
    )
    con.execute(
        """
        insert into int_populasjon_maaned by name
        select
            kutt.nummer as kommunenummer, gjelder.maaned, 'periodisert' as grunnlag, 'alle' as populasjon,
            count(distinct gjelder.person) as mottaker_antall
        from kutt
        inner join gjelder on kutt.kommune = gjelder.kommune
        where
            er_med(kutt.maaned, gjelder.dag)
            and gjelder.maaned between kutt.maaned - interval 1 month
            and kutt.maaned + to_months(least(1, getvariable('etter')))
        group by all
        """
    )
    run_model(con, "intermediate/fagsystem/int_leveranse_ikke_hel")
    return con.execute(
        """
        select
            kutt.rader,
            (
                select count(*)
                from betaling
                where
                    betaling.kommune = kutt.kommune
                    and betaling.maaned = kutt.maaned
                    and er_med(kutt.maaned, betaling.dag)
            ) as igjen,
            funn.alvor
        from kutt
        left join int_leveranse_ikke_hel as funn
            on kutt.nummer = funn.kommunenummer and kutt.maaned = funn.maaned
        """
    ).fetchall()


@pytest.mark.parametrize("er_nyest", [True, False], ids=["nyeste", "med måneder etter"])
@pytest.mark.parametrize("dag", DAGER)
def test_half_a_month_is_found_for_every_payday(verden, dag, er_nyest):
    """Also of the newest month, which has none after it."""
    kuttet = lever(verden, dag, er_nyest)
    for tap, minste in MINSTE_TREFF:
        store = [alvor for rader, igjen, alvor in kuttet if rader - igjen >= tap * rader]
        funnet = sum(alvor in ("ADVARSEL", "FEIL") for alvor in store)
        print(f"Kuttet etter dag {dag}, minst {tap:.0%} borte: {funnet} av {len(store)} er funnet.")
        assert funnet >= minste * len(store) > 5


@pytest.mark.parametrize("er_nyest", [True, False], ids=["nyeste", "med måneder etter"])
def test_no_whole_month_is_taken_for_a_half_one(verden, er_nyest):
    hele = lever(verden, HEL, er_nyest)
    assert len(hele) == len(KOMMUNER) * len(maaneder(FORSTE_KUTT, SISTE_KUTT))
    assert {alvor for *_, alvor in hele} == {None}


HALVE = [(1, 15, date(2025, 5, 16)), (16, 31, date(2025, 6, 1))]
"""First day, last day and when the extract was made."""


@pytest.mark.parametrize(
    ("filer", "status", "alvor"),
    [
        pytest.param(HALVE, "levert", [], id="begge halvdeler"),
        pytest.param(HALVE[:1], "mangler", ["FEIL"], id="bare den første"),
        pytest.param([(1, 31, date(2025, 5, 16))], "levert", ["FEIL"], id="hele måneden, tatt ut i midten"),
        pytest.param([(1, 31, date(2025, 5, 16)), (1, 31, date(2025, 6, 1))], "levert", [], id="tatt ut på nytt"),
    ],
)
def test_two_halves_are_a_whole_month_and_one_is_not(filer, status, alvor):
    """Ten rows in each half of every month; of May, only the days some file covers."""
    con = ny_base(date(2025, 1, 1), MAI)
    for tabell in ("int_leveranse_forventet", "int_fagsystem_utbetaling_i_kraft"):
        con.execute(f"drop table {tabell}")
    con.execute(
        "create table int_fagsystem_leveranse (leveranse_id varchar, kommunenummer varchar, kilde_id varchar, "
        "objekt varchar, fra date, til date, uttrukket timestamp, rader bigint, rang integer)"
    )
    con.execute(
        "create table int_fagsystem_utbetaling_i_kraft (kommunenummer varchar, kilde_id varchar, registrert_dato date)"
    )
    con.execute("create table int_fagsystem_vedtak_i_kraft (kommunenummer varchar, kilde_id varchar, vedtaksdato date)")
    con.execute("create table int_leveransefrist (maaned date, frist date)")
    con.execute("create table stg_intern__kjoring (per timestamp, tidspunkt timestamp)")
    con.execute("create table stg_intern__kommune (kommunenummer varchar, gyldig_til date)")
    con.execute("insert into stg_intern__kjoring values (null, '2025-07-01')")
    con.execute("insert into stg_intern__kommune values (?, null)", [KOMMUNE])
    levert = [(m, neste_maaned(m), neste_maaned(m)) for m in maaneder(date(2025, 1, 1), date(2025, 4, 1))]
    levert += [(MAI.replace(day=fra), date.fromordinal(MAI.toordinal() + til), naar) for fra, til, naar in filer]
    for nr, (fra, slutt, uttrukket) in enumerate(levert):
        con.execute(
            "insert into int_fagsystem_leveranse values (?, ?, 'k', 'utbetaling', ?, ?::date - 1, ?, 20, ?)",
            [f"l{nr}", KOMMUNE, fra, slutt, datetime.combine(uttrukket, datetime.min.time()), nr],
        )
    for maaned in maaneder(date(2025, 1, 1), MAI):
        con.execute("insert into int_leveransefrist values (?, ?)", [maaned, leveransefrist(maaned)])
        for dag in (9, 27):
            con.execute(
                """
                insert into int_fagsystem_utbetaling_i_kraft
                select $1, 'k', $2
                from range(10)
                where exists (from int_fagsystem_leveranse where $2 between fra and til and $2 < uttrukket)
                """,
                [KOMMUNE, maaned.replace(day=dag)],
            )
    run_model(con, "intermediate/fagsystem/int_leveranse_forventet")
    run_model(con, "intermediate/fagsystem/int_leveranse_ikke_hel")
    assert con.execute("select status from int_leveranse_forventet where maaned = ?", [MAI]).fetchone() == (status,)
    assert [rad[0] for rad in con.execute("select alvor from int_leveranse_ikke_hel").fetchall()] == alvor
