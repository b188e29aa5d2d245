"""The registers of a whole run: NAV's files of the shared deliveries, prices and municipalities out of the box."""

from datetime import date

import duckdb
import pytest


@pytest.fixture(scope="module")
def sporr(leveranser):
    _, sammendrag = leveranser
    with duckdb.connect(sammendrag.publisert, read_only=True) as con:
        yield lambda sql: con.execute(sql).fetchall()


def test_every_month_of_navs_files_is_there_for_every_municipality(sporr):
    assert sporr(
        "select kommunenummer, variabel, count(*), min(maaned), max(maaned), count(verdi) from bi.nav_register "
        "where variabel like 'helt_ledige%' group by all order by all"
    ) == [
        (kommune, variabel, 46, date(2023, 1, 1), date(2026, 10, 1), 46)
        for kommune in ("3403", "3411", "3412", "3413")
        for variabel in ("helt_ledige", "helt_ledige_andel")
    ]


def test_figures_are_those_of_the_file(sporr):
    assert sporr(
        "select variabel, verdi, skjermet, kilde from bi.nav_register "
        "where kommunenummer = '3412' and maaned = '2023-06-01' order by all"
    ) == [
        ("helt_ledige", 82, False, "NAV, helt ledige etter fylke og kommune"),
        ("helt_ledige_andel", 2.0, False, "NAV, helt ledige etter fylke og kommune"),
    ]


def test_municipalities_and_prices_come_with_the_software(sporr):
    assert sporr("select kommunenummer, gyldig_fra from bi.kommune order by all")[0] == ("3403", date(2020, 1, 1))
    assert sporr("select dagens_kommunenummer from bi.kommune_historikk where kommunenummer = '0226'") == [("3205",)]
    assert sporr("select indeks, merknad from bi.kpi where maaned in ('2025-04-01', '2025-05-01') order by maaned") == [
        (137.0, None),
        (None, "Ingen indeks er levert for måneden."),
    ]
