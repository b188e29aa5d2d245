"""Run the register's dbt models straight in DuckDB, from raw rows to `bi`, with their macros and seeds."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from dagster_project.register.tabeller import TABELLER_REGISTER
from tests.dbt_sql import MODELS, ROOT, load_seed

SEEDS = ("kommune_endring", "kpi", "nav_variabel", "pris_parameter", "register_markering")
STG, INT, BI = "staging/register/stg_", "intermediate/register/int_", "marts/bi/bi_"
MODELLER = {
    "nav": (
        *(STG + navn for navn in ("nav__register", "klass__endring", "klass__kommune", "klass__kostragruppe")),
        STG + "ssb__befolkning_kvartal",
        *(INT + navn for navn in ("kommune_historikk", "kostragruppe", "befolkning_maaned")),
        *(INT + navn for navn in ("nav_register", "nav_register_dagens")),
        *(BI + navn for navn in ("kommune", "kommune_historikk", "kommune_kostragruppe")),
        *(BI + navn for navn in ("nav_register", "nav_register_dagens")),
    ),
    "kpi": (STG + "ssb__kpi", INT + "kpi_maaned", BI + "kpi"),
    "kostra": (STG + "ssb__kostra_tabell", INT + "kostra_sammenligning", BI + "kostra_sammenligning"),
}
KJORT = datetime(2026, 11, 2, 6)


class Modeller:
    """The raw tables of the registers, and the models built on them."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("create schema raw")
        self.con.execute(TABELLER_REGISTER)
        self.con.execute(
            """
            create table stg_intern__leveranse (
                leveranse_id varchar, status varchar, mottatt timestamp, fil_endret timestamp
            );
            create table stg_intern__kjoring (tidspunkt timestamp);
            create table stg_intern__kommune (
                kommunenummer varchar, kommunenavn varchar, fylkesnummer varchar, kostragruppe varchar,
                gyldig_fra date, gyldig_til date
            );
            """
        )
        self.con.execute("insert into stg_intern__kjoring values (?)", [KJORT])
        for seed in SEEDS:
            load_seed(self.con, seed)
        self._leveranser: set[str] = set()

    def tom(self) -> None:
        """Forget every row."""
        tabeller = self.con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
        for (tabell,) in tabeller:
            self.con.execute(f"delete from raw.{tabell}")
        for tabell in ("stg_intern__leveranse", "stg_intern__kommune"):
            self.con.execute(f"delete from {tabell}")
        load_seed(self.con, "pris_parameter")
        self._leveranser.clear()

    def legg_inn(self, tabell: str, rader: Iterable[tuple[Any, ...]], leveranse_id: str = "a", dag: int = 1) -> None:
        """Add the rows of a delivery received on that day of January 2026, without leveranse_id."""
        if leveranse_id not in self._leveranser:
            self._leveranser.add(leveranse_id)
            tid = datetime(2026, 1, dag)
            self.con.execute("insert into stg_intern__leveranse values (?, 'godtatt', ?, ?)", [leveranse_id, tid, tid])
        rader = [(leveranse_id, *rad) for rad in rader]
        self.con.executemany(f"insert into raw.{tabell} values ({', '.join('?' * len(rader[0]))})", rader)

    def nav(self, *rader: tuple[Any, ...], inndeling: str = "samtidig", leveranse_id: str = "a", dag: int = 1) -> None:
        """Add figures as (kommunenummer, maaned, variabel, verdi), where a text is a mark."""
        (fra,) = self.con.execute("select count(*) from raw.nav_register").fetchone()
        self.legg_inn(
            "nav_register",
            [
                (nr, f"celle {nr}", kommune, date.fromisoformat(f"{maaned}-01"), variabel)
                + ((None, verdi) if isinstance(verdi, str) else (verdi, None))
                + (inndeling, "NAV")
                for nr, (kommune, maaned, variabel, verdi) in enumerate(rader, start=fra)
            ],
            leveranse_id,
            dag,
        )

    def bygg(self, gruppe: str = "nav") -> None:
        """Build a group of models, in order."""
        for sti in MODELLER[gruppe]:
            sql = self.sql((MODELS / f"{sti}.sql").read_text(encoding="utf-8"))
            self.con.execute(f"create or replace table {Path(sti).name} as\n{sql}")

    def sql(self, tekst: str) -> str:
        """Return a model's SQL with references, sources and macros put in."""
        miljo = jinja2.Environment(undefined=jinja2.StrictUndefined)
        verdier = {"ref": str, "source": lambda skjema, tabell: f"{skjema}.{tabell}", "config": lambda **_: ""}
        makro = (ROOT / "dbt_project" / "macros" / "fast_pris.sql").read_text(encoding="utf-8")
        return miljo.from_string(makro + tekst, globals=verdier).render()

    def sporr(self, sql: str) -> list[tuple]:
        """Return the rows of a query."""
        return self.con.execute(sql).fetchall()
