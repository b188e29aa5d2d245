"""The yardstick: plain DuckDB reading the same monthly deliveries into typed columns, and grouping them once.

Usage: python bench/rett_fram_utbetalinger.py FOLDER DATABASE

No rule is checked, no version chosen, no person made a pseudonym: what anybody would write to have a look.
"""

import os
import sys
from pathlib import Path

import duckdb

DATOER = {
    "Sist endret",
    "Søkt dato",
    "Vedtaksdato",
    "Gjelder fra",
    "Gjelder til",
    "Fra dato",
    "Til dato",
    "Registrert",
    "Forfall",
    "Utbetalt dato",
}
BELOP = {"Beløp", "Innvilget"}

mappe, database = Path(sys.argv[1]), sys.argv[2]
con = duckdb.connect(database)
con.execute("set threads = 2")
con.execute(f"set memory_limit = '{os.environ.get('STONAD_MINNE', '1GB')}'")
con.execute("set preserve_insertion_order = false")
for objekt in ("mottaker", "vedtak", "utbetaling"):
    filer = [str(sti) for sti in sorted(mappe.rglob(f"socio_{objekt}_*.csv"))]
    with Path(filer[0]).open(encoding="windows-1252") as fil:
        overskrifter = fil.readline().rstrip("\r\n").split(";")
    kolonner = {
        navn: "date" if navn in DATOER else "decimal(18,2)" if navn in BELOP else "varchar" for navn in overskrifter
    }
    con.execute(
        f"""
        create table {objekt} as
        select *
        from read_csv(
            $filer, columns = {kolonner!r}, delim = ';', header = true, auto_detect = false, encoding = 'latin-1',
            decimal_separator = ',', dateformat = '%d.%m.%Y', filename = true
        )
        """,
        {"filer": filer},
    )
con.execute("""
    create table maaned as
    select
        regexp_extract(filename, 'utbetaling_(\\d{4})_', 1) as kommunenummer,
        date_trunc('month', "Utbetalt dato") as maaned,
        "Stønadskode",
        "B/L",
        sum("Beløp") as belop,
        count(distinct Journalnr) as mottakere
    from utbetaling
    where Status = 'Utbetalt'
    group by all
""")
con.close()
