"""The cells that must not be shown, from the rules in `dagster_project/skjerming.py`."""

import pandas as pd
import pyarrow as pa

from dagster_project.seeds import read_seed
from dagster_project.skjerming import skjerm

# Written out, so that a table without rows has the same columns as any other.
SKJEMA = pa.schema(
    [
        ("kommunenummer", pa.string()),
        ("rapporteringsaar", pa.int32()),
        ("celle_id", pa.string()),
        ("aarsak", pa.string()),
        ("forklaring", pa.string()),
    ]
)


def model(dbt, session):
    """Return one row per kommunenummer, rapporteringsaar and celle_id that is hidden."""
    dbt.config(materialized="table")
    grunntall = dbt.ref("int_grunntall")
    fordeling = dbt.ref("int_fordeling")
    celler = pd.concat(
        [
            grunntall.project("kommunenummer, rapporteringsaar, grunntall_id as celle_id, verdi, antall_personer").df(),
            fordeling.project(
                "kommunenummer, rapporteringsaar, indikator_id || ':' || kategori_kode as celle_id, "
                "verdi, antall_personer"
            ).df(),
        ],
        ignore_index=True,
    )
    skjult = skjerm(celler, read_seed("skjermingsrelasjon"))
    return pa.Table.from_pandas(skjult, schema=SKJEMA, preserve_index=False)
