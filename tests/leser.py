"""A reader of the published database in a process of its own, as a BI tool is: `leser.py DATABASE STOPP apner|holder`.

It reads, over and over, until the file STOPP is there, and once more: `apner` opens the database for reading alone each
time, `holder` keeps the one it opened first. It writes a line each time it sees another edition. The last line is JSON:
how many times it read, and the editions in the order they were seen. An error ends it.
"""

import json
import sys
from pathlib import Path

import duckdb

HEL_UTGAVE = """
    select utgave, rader, summen from bi.forst
    intersect
    select max(utgave), count(*), sum(verdi)::bigint from bi.sist having min(utgave) = max(utgave)
"""
"""One row where both tables are of the same edition, and whole."""


def les(con: duckdb.DuckDBPyConnection) -> int:
    """Return the edition.

    Raises:
        ValueError: if the tables are of two, or one lacks rows.
    """
    svar = con.execute(HEL_UTGAVE).fetchall()
    if len(svar) != 1:
        raise ValueError(f"To utgaver om hverandre: {con.execute('from bi.forst').fetchall()}")
    return svar[0][0]


def les_igjen(database: str) -> int:
    """Open the database, return its edition, and close it."""
    with duckdb.connect(database, read_only=True) as con:
        return les(con)


def main(database: str, stopp: str, hvordan: str) -> None:
    """Read until told to stop.

    Raises:
        duckdb.Error: if the database could not be read.
        ValueError: if what was read is of two editions.
    """
    holdt = duckdb.connect(database, read_only=True) if hvordan == "holder" else None
    sett: list[int] = []
    lest, ferdig = 0, False
    while not ferdig:
        ferdig = Path(stopp).exists()
        utgave = les(holdt) if holdt else les_igjen(database)
        lest += 1
        if sett[-1:] != [utgave]:
            sett.append(utgave)
            print(utgave, flush=True)
    print(json.dumps({"lest": lest, "sett": sett}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
