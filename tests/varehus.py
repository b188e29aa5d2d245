"""Run ingestion without Dagster and look at what it left behind."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.ingestion.innlesing import OBJEKTER, Innlesing, les_inn
from dagster_project.settings import Mappe, Miljo

FORSTE_DAG = datetime(2026, 1, 1, 6)
KOMMUNER = """\
kommuner:
  - {kommunenummer: "3411", navn: Ringsaker, fagsystem: velferd, instans: "1"}
  - {kommunenummer: "3403", navn: Hamar, fagsystem: socio, instans: "1"}
"""


def ny_mappe(rot: Path) -> Mappe:
    """Make an installation for 3411 and 3403 with an empty inbox."""
    mappe = Mappe(rot)
    mappe.lag()
    (mappe.konfig / "kommuner.yml").write_text(KOMMUNER, encoding="utf-8")
    return mappe


def eget_miljo(nokkelfil: Path) -> Miljo:
    """Return settings that owe nothing to the environment the tests run in."""
    return Miljo(mappe=None, nokkel=None, nokkelfil=nokkelfil, minne="1GB", per=None)


def les(mappe: Mappe, miljo: Miljo, dag: int = 1) -> Innlesing:
    """Empty the inbox as the run on that day of January 2026 would."""
    return les_inn(mappe, miljo, mappe.kommuner(), OBJEKTER, FORSTE_DAG + timedelta(days=dag - 1))


def sporr(mappe: Mappe, sql: str, verdier: list[Any] | None = None) -> list[tuple]:
    """Return the rows of a query against the warehouse."""
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        return con.execute(sql, verdier).fetchall()


def filer(mappe: Mappe) -> list[str]:
    """Return the names of all files in inbox, archive and quarantine, without the hash that is put into them."""
    navn = [
        sti.relative_to(mappe.rot).as_posix()
        for del_ in (mappe.innboks, mappe.arkiv, mappe.karantene)
        for sti in del_.rglob("*")
        if sti.is_file()
    ]
    return sorted(_uten_hash(ett) for ett in navn)


def _uten_hash(navn: str) -> str:
    stamme, skille, rest = navn.rpartition("__")
    return stamme + rest[8:] if skille else navn


def tabeller(mappe: Mappe) -> dict[str, list[tuple]]:
    """Return the whole content of the warehouse: every row of every table, in order."""
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        navn = con.execute("select schema_name || '.' || table_name from duckdb_tables() order by all").fetchall()
        return {tabell: con.execute(f"from {tabell} order by all").fetchall() for (tabell,) in navn}
