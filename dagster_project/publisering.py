"""Publish: copy the finished `bi` tables into a file of their own and put it in the old one's place in one move.

Readers either see the whole of the last publication or the whole of this one. A run that fails before the
move leaves everything as it was. Months that are held back (dagster_project/kvalitet) are not copied.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.feil import Kjoringsfeil
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.seeds import read_seed
from dagster_project.settings import Miljo

DATABASE = "stonad.duckdb"
BEHOLD_UTGAVER = 2

OMFANG = {
    "maaned": "rad.{kolonne} = holdt.maaned",
    "fra_maaned": "rad.{kolonne} >= holdt.maaned",
    "fra_periode": "rad.{kolonne} >= if(rad.periode_type = 'aar', date_trunc('year', holdt.maaned), holdt.maaned)",
}
"""Which rows go with a month that is held back, by the name seeds/kvalitet_tilbakehold.csv has for it."""


@dataclass(frozen=True)
class Publisering:
    """What was published: rows per table, and where."""

    database: Path
    parquet: Path
    rader: dict[str, int]


def publiser(varehus: Path, maal: Path, utgave: str, miljo: Miljo) -> Publisering:
    """Copy schema `bi` of the warehouse to `maal`, as one DuckDB file and one Parquet file per table.

    Shape: the tables, their order and their comments are those of the warehouse. `utgave` names this
    publication and must be new.

    Raises:
        Kjoringsfeil: if the warehouse has no `bi` tables; nothing is then touched.
    """
    maal.mkdir(parents=True, exist_ok=True)
    ny = maal / f".{utgave}.duckdb"
    utgavemappe = maal / ".utgaver" / utgave
    parquet = utgavemappe / "parquet"
    shutil.rmtree(utgavemappe, ignore_errors=True)
    parquet.mkdir(parents=True)
    _fjern_database(ny)
    try:
        rader = _skriv(varehus, ny, parquet, miljo)
    except BaseException:
        _fjern_database(ny)
        shutil.rmtree(utgavemappe, ignore_errors=True)
        raise
    lenke = lag_lenke(maal / "parquet", parquet)
    (maal / f"{DATABASE}.wal").unlink(missing_ok=True)
    ny.replace(maal / DATABASE)
    lenke.replace(maal / "parquet")
    behold_siste(maal / ".utgaver")
    return Publisering(maal / DATABASE, maal / "parquet", rader)


def lag_lenke(navn: Path, mappe: Path) -> Path:
    """Make a link to the folder under a hidden name, ready to replace the one called `navn`.

    A folder cannot be replaced in one move, a link to it can.
    """
    lenke = navn.with_name(f".{navn.name}.ny")
    lenke.unlink(missing_ok=True)
    lenke.symlink_to(mappe.relative_to(navn.parent), target_is_directory=True)
    return lenke


def behold_siste(utgaver: Path) -> None:
    """Remove all folders of earlier versions but the last, which a reader may still be in."""
    gamle = sorted((sti for sti in utgaver.iterdir() if sti.is_dir()), key=lambda sti: sti.stat().st_mtime_ns)
    for mappe in gamle[:-BEHOLD_UTGAVER]:
        shutil.rmtree(mappe, ignore_errors=True)


def _fjern_database(sti: Path) -> None:
    sti.unlink(missing_ok=True)
    sti.with_name(sti.name + ".wal").unlink(missing_ok=True)


def _skriv(varehus: Path, ny: Path, parquet: Path, miljo: Miljo) -> dict[str, int]:
    con = duckdb.connect()
    try:
        con.execute(f"set memory_limit = '{miljo.minne}'")
        con.execute(f"attach {sql_tekst(varehus)} as varehus (read_only)")
        tabeller = con.execute("""
            select
                table_name,
                comment,
            from duckdb_tables()
            where database_name = 'varehus' and schema_name = 'bi'
            order by table_name
        """).fetchall()
        if not tabeller:
            raise Kjoringsfeil("Varehuset har ingen tabeller å publisere.")
        kolonner = con.execute("""
            select
                table_name,
                column_name,
                comment,
            from duckdb_columns()
            where database_name = 'varehus' and schema_name = 'bi' and comment is not null
        """).fetchall()
        con.execute(f"attach {sql_tekst(ny)} as publisert")
        con.execute("create schema publisert.bi")
        rader = {}
        for tabell, kommentar in tabeller:
            con.execute(f"create table publisert.bi.{tabell} as {_slipper_ut(tabell)} order by all")
            if kommentar:
                _kommenter(con, f"table publisert.bi.{tabell}", kommentar)
            con.execute(
                f"copy publisert.bi.{tabell} to {sql_tekst(parquet / f'{tabell}.parquet')} "
                "(format parquet, compression zstd)"
            )
            rader[tabell] = con.execute(f"select count(*) from publisert.bi.{tabell}").fetchone()[0]
        for tabell, kolonne, kommentar in kolonner:
            _kommenter(con, f"column publisert.bi.{tabell}.{kolonne}", kommentar)
        con.execute("detach publisert")
    finally:
        con.close()
    return rader


def _slipper_ut(tabell: str) -> str:
    """Return the query for the rows of a table that are published."""
    regel = next((rad for rad in read_seed("kvalitet_tilbakehold") if rad["tabell"] == tabell), None)
    if regel is None or not regel["omfang"]:
        return f"from varehus.bi.{tabell}"
    return (
        f"select rad.* from varehus.bi.{tabell} as rad anti join varehus.intern.tilbakeholdt as holdt "
        f"on rad.kommunenummer = holdt.kommunenummer and {OMFANG[regel['omfang']].format(kolonne=regel['maaned'])}"
    )


def _kommenter(con: duckdb.DuckDBPyConnection, hva: str, kommentar: str) -> None:
    con.execute(f"comment on {hva} is {sql_tekst(' '.join(kommentar.split()))}")
