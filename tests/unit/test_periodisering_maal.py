"""How well each series follows the recipients, against an example worked by hand."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dagster_project.seeds import read_seed
from tests.dbt_sql import load_seed, run_model

MINSTE = next(int(rad["verdi"]) for rad in read_seed("avvik_terskel") if rad["terskel_id"] == "maal_minste_maaneder")


def maaned(nr: int) -> date:
    return date(2023 + nr // 12, nr % 12 + 1, 1)


@pytest.fixture
def con():
    con = duckdb.connect()
    for seed in ("avvik_terskel", "kodeliste"):
        load_seed(con, seed)
    con.execute("create table int_kommune_maaned (kommunenummer varchar, maaned date, er_liten boolean)")
    con.execute(
        "create table int_populasjon_maaned (kommunenummer varchar, maaned date, grunnlag varchar, populasjon varchar, "
        "mottaker_antall integer)"
    )
    con.execute(
        "create table int_utgift_maaned (kommunenummer varchar, maaned date, grunnlag varchar, stonadsart varchar, "
        "belop_nok decimal(18, 2))"
    )
    for tabell in ("int_utgift_regnskap", "int_utgift_regnskap_rettet"):
        con.execute(
            f"create table {tabell} (kommunenummer varchar, maaned date, stonadsart varchar, belop_nok decimal(18, 2))"
        )
    return con


def legg_inn(con, mottakere, belop, art="LIVSOPPHOLD", grunnlag="periodisert"):
    """Give each month its recipients and its kroner."""
    for nr, (antall, kroner) in enumerate(zip(mottakere, belop, strict=True)):
        con.execute("insert into int_kommune_maaned values ('9901', ?, false)", [maaned(nr)])
        con.execute(
            "insert into int_populasjon_maaned values ('9901', ?, 'periodisert', 'alle', ?)", [maaned(nr), antall]
        )
        con.execute("insert into int_utgift_maaned values ('9901', ?, ?, ?, ?)", [maaned(nr), grunnlag, art, kroner])


def maal(con):
    run_model(con, "marts/bi/bi_periodisering_maal")
    rader = con.execute("from bi_periodisering_maal").fetchall()
    return {(grunnlag, utvalg): (antall, verdi) for _, grunnlag, utvalg, antall, verdi in rader}


def test_the_measure_is_the_correlation_of_the_changes(con):
    """By hand: changes in recipients 1, 2, -1, -2 and in kroner 10, 10, -10, -10, over and over.

    The means are 0, the sum of products 10 + 20 + 10 + 20 = 60, of squares 1 + 4 + 1 + 4 = 10 and 4 * 100 = 400, so
    the correlation is 60 / sqrt(10 * 400) = 0.948683.
    """
    mottakere, belop = [10], [1000]
    for nr in range(12):
        mottakere.append(mottakere[-1] + (1, 2, -1, -2)[nr % 4])
        belop.append(belop[-1] + (10, 10, -10, -10)[nr % 4])
    legg_inn(con, mottakere, belop)
    assert maal(con)["periodisert", "alle"] == (12, pytest.approx(0.9486832980505138))


@pytest.mark.parametrize("for_faa", [1, 0])
def test_too_few_months_have_no_measure(con, for_faa):
    antall = MINSTE + 1 - for_faa
    legg_inn(con, [10 + nr % 3 for nr in range(antall)], [1000 + nr % 3 for nr in range(antall)])
    lengde, verdi = maal(con)["periodisert", "alle"]
    assert lengde == antall - 1
    assert (verdi is None) == bool(for_faa)


def test_recipients_that_never_change_have_no_measure(con):
    legg_inn(con, [10] * 20, [1000 + nr % 3 for nr in range(20)])
    assert maal(con)["periodisert", "alle"] == (19, None)


def test_a_missing_month_and_one_cut_short_leave_out_the_changes_to_and_from_them(con):
    legg_inn(con, [10 + nr % 3 for nr in range(20)], [1000 + nr % 3 for nr in range(20)])
    con.execute("delete from int_kommune_maaned where maaned = ?", [maaned(5)])
    con.execute("update int_kommune_maaned set er_liten = true where maaned = ?", [maaned(10)])
    assert maal(con)["periodisert", "alle"] == (15, pytest.approx(1.0))


def test_running_support_leaves_out_the_seasons(con):
    legg_inn(con, [10 + nr % 3 for nr in range(20)], [1000 + nr % 3 for nr in range(20)])
    legg_inn_strom = [(maaned(nr), Decimal(5000)) for nr in range(0, 20, 3)]
    con.executemany("insert into int_utgift_maaned values ('9901', ?, 'periodisert', 'STROM', ?)", legg_inn_strom)
    svar = maal(con)
    assert svar["periodisert", "lopende"] == (19, pytest.approx(1.0))
    assert svar["periodisert", "alle"][1] < 0.9


def test_every_series_is_measured_against_the_same_recipients(con):
    legg_inn(con, [10 + nr % 3 for nr in range(20)], [1000 + nr % 3 for nr in range(20)], grunnlag="kontant")
    for tabell, fortegn in (("int_utgift_regnskap", -1), ("int_utgift_regnskap_rettet", 1)):
        con.executemany(
            f"insert into {tabell} values ('9901', ?, 'LIVSOPPHOLD', ?)",
            [(maaned(nr), 1000 + fortegn * (nr % 3)) for nr in range(20)],
        )
    svar = {grunnlag: verdi for (grunnlag, utvalg), (_, verdi) in maal(con).items() if utvalg == "alle"}
    assert svar == {
        "kontant": pytest.approx(1.0),
        "regnskap": pytest.approx(-1.0),
        "regnskap_rettet": pytest.approx(1.0),
    }
