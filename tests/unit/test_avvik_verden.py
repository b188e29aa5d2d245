"""Made-up worlds with faults nobody has looked at: what is found against the truth behind them."""

from collections.abc import Iterable
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from dagster_project.demo.avvik import INGEN_AVVIK
from dagster_project.demo.fasit import lag_fasit
from dagster_project.demo.levering import lag_levering
from dagster_project.demo.linje import FORMER, STONADSARTER
from dagster_project.demo.region import Region, lag_region
from dagster_project.demo.verden import DemoKommune
from dagster_project.seeds import read_seed
from tests.avvikskommune import SEEDS, TABELLER, bygg, legg_inn_kalender
from tests.dbt_sql import load_seed, run_model

KOMMUNER = (
    DemoKommune("9901", "Ytterfjord", 22_000, betalingsdag=1),
    DemoKommune("9902", "Innerfjord", 15_000, betalingsdag=20),
    DemoKommune("9903", "Midtfjord", 9_000, fagsystem="socio", betalingsdag=2),
)
AAR = (2022, 2023, 2024, 2025)
FRO = (11, 4711)
PERSONER = 10_000_000
ADVARSEL_PST = next(int(rad["verdi"]) for rad in read_seed("avvik_terskel") if rad["terskel_id"] == "advarsel_pst")
IKKE_FEIL = {rad["aarsak"] for rad in read_seed("avvik_aarsak") if rad["hoyeste_alvor"] == "INFO"} | {"nivaaskift"}
AARSAKER = {"helgeforskyvning", "etterslep_vedtak", "husleierestanse", "forskudd", "tilbakeforing"}
MINSTE_TREFF, BELOP_FEIL, MOTPART_FEIL = 0.98, 0.02, 0.1


def les_inn(region: Region) -> duckdb.DuckDBPyConnection:
    """Put the payments of a region where the models look for them, as if every file had been read."""
    con = duckdb.connect()
    for seed in SEEDS:
        load_seed(con, seed)
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create table {tabell} ({kolonner})")
    run_model(con, "intermediate/fagsystem/int_stonadstype")
    alle = region.utbetalinger.ta(region.utbetalinger.er_utgift)
    con.register(
        "linjer",
        pa.table(
            {
                "linje": np.arange(len(alle.person)),
                "kommune": pa.array([region.verden.nummer[nr] for nr in alle.kommune.tolist()]),
                "mottaker_nr": alle.kommune.astype(np.int64) * PERSONER + alle.person,
                "art": pa.array([STONADSARTER[nr] for nr in alle.art.tolist()]),
                "form": pa.array([FORMER[nr] for nr in alle.form.tolist()]),
                "ore": alle.ore,
                "fom": alle.fom,
                "tom": alle.tom,
                "utbetalt": alle.utbetalt,
                "registrert": alle.registrert,
                "vedtatt": region.vedtak.vedtatt[alle.vedtak],
            }
        ),
    )
    con.execute(
        """
        insert into int_utgift
        select
            1, linje, mottaker_nr, stonadstype_nr, (ore * 0.01)::decimal(18, 2),
            utbetalt, date_trunc('month', utbetalt), fom, tom
        from linjer
        inner join int_stonadstype on art = stonadsart and form = stonadsform
        """
    )
    con.execute("insert into int_utbetaling select 1, linje, 'k', linje::varchar, registrert from linjer")
    con.execute("insert into int_vedtak select 'k', linje::varchar, vedtatt from linjer")
    con.execute("insert into int_fagsystem_person select distinct mottaker_nr, 'p' || mottaker_nr, kommune from linjer")
    con.execute(
        "insert into int_kommune_maaned select distinct kommune, date_trunc('month', utbetalt), false from linjer"
    )
    forste, siste = con.execute("select min(maaned), max(maaned) from int_kommune_maaned").fetchone()
    legg_inn_kalender(con, forste, siste)
    return bygg(con)


Funn = dict[tuple, dict]
"""Kroner by counterpart month (None where there is none), of each kommunenummer, maaned and aarsak."""


def samle(rader: Iterable[tuple]) -> Funn:
    """Put the counterpart months of each finding together."""
    funn: Funn = {}
    for *nokkel, motpart, belop in rader:
        funn.setdefault(tuple(nokkel), {})[motpart] = belop
    return funn


def sannheten(region: Region) -> Funn:
    """Return what is truly in the wrong month, seasons and changes of level left out."""
    rader = lag_fasit(region, lag_levering(region, med_feil=False)).avvik.to_pylist()
    return samle(
        (rad["kommunenummer"], rad["maaned"], rad["aarsak"], rad["motpart_maaned"], rad["belop"])
        for rad in rader
        if rad["aarsak"] not in IKKE_FEIL
    )


def meldt(con: duckdb.DuckDBPyConnection) -> Funn:
    """Return what is reported as ADVARSEL or FEIL."""
    return samle(
        con.execute(
            "select kommunenummer, maaned, aarsak, motpart_maaned, belop_nok from int_avvik_periodisering "
            "where alvor != 'INFO'"
        ).fetchall()
    )


def store(funn: Funn, con: duckdb.DuckDBPyConnection) -> set[tuple]:
    """Return the findings of at least the share of a usual month of the municipality, as the truth measures it."""
    vanlig = dict(
        con.execute(
            """
            select kommunenummer, median(belop)
            from (
                select kommunenummer, maaned, sum(belop_nok) as belop
                from int_utgift_maaned
                where grunnlag = 'periodisert'
                group by all
            )
            group by kommunenummer
            """
        ).fetchall()
    )
    return {
        nokkel for nokkel, belop in funn.items() if 100 * abs(sum(belop.values())) >= ADVARSEL_PST * vanlig[nokkel[0]]
    }


@pytest.fixture(scope="module", params=FRO)
def verden(request) -> tuple[duckdb.DuckDBPyConnection, Funn, Funn]:
    region = lag_region(KOMMUNER, AAR, request.param)
    con = les_inn(region)
    return con, sannheten(region), meldt(con)


def test_what_is_true_is_found_and_what_is_reported_is_true(verden):
    con, sant, funnet = verden
    skal_finnes = store(sant, con)
    recall = len(skal_finnes & funnet.keys()) / len(skal_finnes)
    presisjon = len(funnet.keys() & sant.keys()) / len(funnet)
    print(f"Funnet {recall:.1%} av {len(skal_finnes)} sanne; {presisjon:.1%} av {len(funnet)} meldte er sanne.")
    assert len(skal_finnes) > 30
    assert {nokkel[2] for nokkel in skal_finnes} == AARSAKER
    assert recall >= MINSTE_TREFF
    assert presisjon >= MINSTE_TREFF


def test_amounts_and_counterpart_months_are_right(verden):
    con, sant, funnet = verden
    for nokkel in store(sant, con) & funnet.keys():
        assert float(sum(funnet[nokkel].values())) == pytest.approx(float(sum(sant[nokkel].values())), rel=BELOP_FEIL)
        # A few persons are late with more than rent, so a month of arrears may be off by some of them.
        assert funnet[nokkel].keys() == sant[nokkel].keys()
        for motpart, belop in sant[nokkel].items():
            assert float(funnet[nokkel][motpart]) == pytest.approx(float(belop), rel=MOTPART_FEIL)


@pytest.mark.parametrize("plan", [INGEN_AVVIK, replace(INGEN_AVVIK, andel_nivaaskift=1.0)], ids=["ingen", "nivåskift"])
def test_a_world_without_faults_has_none_to_report(plan):
    con = les_inn(lag_region(KOMMUNER, AAR, FRO[0], plan))
    assert con.execute("select count(*) from int_utgift where belop_nok > 0").fetchone()[0] > 10_000
    assert con.execute("from int_avvik_periodisering").fetchall() == []
