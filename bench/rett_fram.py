"""The yardstick: plain DuckDB reading the same 11F files into typed columns, and nothing else.

Usage: python bench/rett_fram.py FOLDER DATABASE
"""

import sys
from pathlib import Path

import duckdb

from dagster_project.kostra.layout import find_layout

mappe, database = Path(sys.argv[1]), sys.argv[2]
layout = find_layout("11F", 2025)
assert layout is not None
kolonner = []
for felt in layout.felter:
    utsnitt = f"substring(line, {felt.fra}, {felt.lengde})"
    if felt.type == "heltall":
        kolonner.append(f"try_cast({utsnitt} as integer) as {felt.navn}")
    elif felt.type == "dato":
        kolonner.append(f"try_strptime({utsnitt}, '{felt.datoformat}')::date as {felt.navn}")
    else:
        kolonner.append(f"{utsnitt} as {felt.navn}")
con = duckdb.connect(database)
con.execute(
    f"""
    create table poster as
    select {", ".join(kolonner)}
    from read_csv(
        $filer, columns = {{'line': 'varchar'}},
        delim = '', quote = '', escape = '', header = false, auto_detect = false
    )
    """,
    {"filer": [str(sti) for sti in sorted(mappe.rglob("Sosial_*.dat"))]},
)
con.close()
