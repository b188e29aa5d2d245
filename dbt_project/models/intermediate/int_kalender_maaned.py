"""The months of the calendar years there are figures for, with their working days."""

from datetime import date

import pyarrow as pa

from dagster_project.kalender import dagtype, neste_maaned, siste_virkedag, virkedager

SKJEMA = pa.schema(
    [
        ("maaned", pa.date32()),
        ("virkedager", pa.list_(pa.date32())),
        ("antall_virkedager", pa.int32()),
        ("betalingsdag_neste", pa.date32()),
        ("neste_forste_er", pa.string()),
    ]
)


def model(dbt, session):
    """Return one row per maaned, from January of the first year to December of the last."""
    dbt.config(materialized="table")
    aar = dbt.ref("int_kommune_maaned").project("year(maaned)::integer as aar")
    aar = aar.union(dbt.ref("int_kommune_aar").project("rapporteringsaar as aar"))
    # Without figures there are no years, and no months either.
    alle_aar = aar.aggregate("range(min(aar), max(aar) + 1)").fetchone()[0] or []
    maaneder = [date(ett, nummer, 1) for ett in alle_aar for nummer in range(1, 13)]
    neste = [neste_maaned(maaned) for maaned in maaneder]
    dager = [virkedager(maaned) for maaned in maaneder]
    kolonner = [
        maaneder,
        dager,
        [len(maanedens) for maanedens in dager],
        [siste_virkedag(dag) for dag in neste],
        [dagtype(dag) for dag in neste],
    ]
    return pa.table(kolonner, schema=SKJEMA)
