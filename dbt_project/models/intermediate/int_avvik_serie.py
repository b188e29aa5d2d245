"""Months that look wrong in their sums, where there are no payments to look in (`dagster_project/periodisering`)."""

import pyarrow as pa

from dagster_project.periodisering.serie import KOLONNER, finn_avvik

MAANED = ["kommunenummer", "serie", "maaned"]
SKJEMA = pa.schema(
    [
        ("kommunenummer", pa.string()),
        ("serie", pa.string()),
        ("maaned", pa.date32()),
        ("motpart_maaned", pa.date32()),
        ("type", pa.string()),
        ("belop_nok", pa.float64()),
        ("tillit", pa.float64()),
    ]
)


def model(dbt, session):
    """Return one row per kommunenummer, serie, maaned, motpart_maaned and type."""
    dbt.config(materialized="table")
    serier = dbt.ref("int_maanedsserie").df()
    avvik = finn_avvik(serier).avvik
    # A month whose payments are delivered is judged by them.
    kjent = serier.loc[serier["har_utbetalinger"].astype(bool), MAANED]
    avvik = avvik[~avvik.set_index(MAANED).index.isin(kjent.set_index(MAANED).index)]
    return pa.Table.from_pandas(avvik[KOLONNER], schema=SKJEMA, preserve_index=False)
