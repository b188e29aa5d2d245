"""The monthly cells that must not be shown, from the rules in `dagster_project/skjerming_maaned.py`."""

import pyarrow as pa

from dagster_project.skjerming_maaned import skjerm_maaned

# Written out, so that a table without rows has the same columns as any other.
SKJEMA = pa.schema(
    [
        ("relasjonssett", pa.string()),
        ("tabell", pa.string()),
        ("serie", pa.string()),
        ("kommunenummer", pa.string()),
        ("periode_type", pa.string()),
        ("periode", pa.date32()),
        ("celle", pa.string()),
        ("aarsak", pa.string()),
    ]
)


def model(dbt, session):
    """Return one row per relasjonssett, tabell, serie, kommunenummer, periode_type, periode and celle hidden."""
    dbt.config(materialized="table")
    skjult = skjerm_maaned(dbt.ref("int_maaned_celle").df())
    return pa.Table.from_pandas(skjult, schema=SKJEMA, preserve_index=False)
