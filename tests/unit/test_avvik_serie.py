"""The models around the month series: which months are judged by their sums, and what comes out."""

import importlib.util
from collections.abc import Iterator
from datetime import date
from types import ModuleType

import duckdb
import pytest

from tests.dbt_sql import MODELS, run_model

BELOP, ANTALL = 100_000, 20


class FalskDbt:
    """What dbt gives a Python model."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.oppsett: dict = {}

    def ref(self, navn: str) -> duckdb.DuckDBPyRelation:
        return self._con.table(navn)

    def config(self, **oppsett) -> None:
        self.oppsett |= oppsett


def les_modell() -> ModuleType:
    fil = MODELS / "intermediate" / "int_avvik_serie.py"
    spec = importlib.util.spec_from_file_location(fil.stem, fil)
    modul = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(modul)
    return modul


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Municipality 9901 with 11F for 2021-2023 and payments from 2023 on; June 2021 is paid in July."""
    with duckdb.connect() as con:
        con.execute("create table int_kommune_maaned (kommunenummer varchar, maaned date)")
        con.execute(
            "create table int_leveranse_gjeldende "
            "(leveranse_id varchar, kommunenummer varchar, rapporteringsaar integer)"
        )
        con.execute(
            "create table stg_kostra__11f (leveranse_id varchar, mottaker_id varchar, "
            "bidrag_per_maaned decimal(9, 2)[], laan_per_maaned decimal(9, 2)[])"
        )
        con.execute(
            "create table int_utgift_regnskap (kommunenummer varchar, maaned date, stonadsart varchar, "
            "belop_nok decimal(18, 2))"
        )
        con.execute("insert into int_kommune_maaned select '9901', make_date(2023, m, 1) from range(1, 13) as r(m)")
        for aar in (2021, 2022, 2023):
            con.execute("insert into int_leveranse_gjeldende values (?, '9901', ?)", [f"L{aar}", aar])
            bidrag = [BELOP] * 12
            if aar != 2022:
                bidrag[5], bidrag[6] = 10, 2 * BELOP
            con.executemany(
                "insert into stg_kostra__11f values (?, ?, ?, ?)",
                [(f"L{aar}", f"p{person}", bidrag, [None] * 12) for person in range(ANTALL)],
            )
        yield con


def kjor(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    run_model(con, "intermediate/int_maanedsserie")
    tabell = les_modell().model(FalskDbt(con), con)
    return con.from_arrow(tabell).fetchall()


def test_11f_gives_the_amounts_and_recipients_of_each_month(con):
    run_model(con, "intermediate/int_maanedsserie")
    rader = con.sql("from int_maanedsserie order by maaned").fetchall()
    assert len(rader) == 36
    assert rader[0] == ("9901", "fagsystem", date(2021, 1, 1), BELOP * ANTALL, ANTALL, False)
    assert [rad[5] for rad in rader] == [False] * 24 + [True] * 12


def test_only_months_without_payments_are_reported(con):
    avvik = kjor(con)
    assert [rad[:5] for rad in avvik] == [
        ("9901", "fagsystem", date(2021, 7, 1), date(2021, 6, 1), "forskyvning"),
    ]
    assert avvik[0][5] == pytest.approx(BELOP * ANTALL, rel=0.1)
    assert avvik[0][6] > 0.9


def test_a_series_with_payments_for_every_month_is_not_looked_at(con):
    con.execute("delete from int_leveranse_gjeldende where rapporteringsaar < 2023")
    run_model(con, "intermediate/int_maanedsserie")
    assert con.sql("from int_maanedsserie").fetchall() == []
    assert kjor(con) == []


@pytest.mark.parametrize(("maaned", "rader"), [("2023-01-01", 0), ("2023-02-01", 12)])
def test_a_first_month_without_payments_has_none_before_it_to_be_judged_by(con, maaned, rader):
    con.execute("delete from int_leveranse_gjeldende where rapporteringsaar < 2023")
    con.execute("delete from int_kommune_maaned where maaned = ?", [maaned])
    run_model(con, "intermediate/int_maanedsserie")
    assert con.sql("select count(*) from int_maanedsserie").fetchone() == (rader,)


def test_a_municipality_that_delivers_11f_only_is_not_looked_at(con):
    con.execute("update int_kommune_maaned set kommunenummer = '9909'")
    run_model(con, "intermediate/int_maanedsserie")
    assert con.sql("from int_maanedsserie").fetchall() == []


def test_a_ledger_without_payments_is_a_series_without_recipients(con):
    con.execute(
        """
        insert into int_utgift_regnskap
        select
            '9902',
            make_date(2022 + m // 12, 1 + m % 12, 1),
            art,
            case m when 20 then 3 else 1 end * 500_000 + (m * 7919) % 13 * 1000
        from range(36) as r(m), (values ('LIVSOPPHOLD'), ('BOUTGIFT')) as a(art)
        """
    )
    avvik = [rad for rad in kjor(con) if rad[0] == "9902"]
    assert [rad[1:5] for rad in avvik] == [("regnskap", date(2023, 9, 1), None, "enkelttopp")]
    assert avvik[0][5] == pytest.approx(2_000_000, rel=0.1)
