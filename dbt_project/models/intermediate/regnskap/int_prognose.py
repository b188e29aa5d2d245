"""The forecast of each year's support, from the accrual series (`dagster_project/hovedbok/prognose.py`)."""

from dataclasses import astuple

import pyarrow as pa

from dagster_project.hovedbok.prognose import lag_prognoser, lag_triangler

SKJEMA = pa.schema(
    [
        ("kommunenummer", pa.string()),
        ("maaned", pa.date32()),
        ("hittil_nok", pa.float64()),
        ("rest_nok", pa.float64()),
        ("rest_lav_nok", pa.float64()),
        ("rest_hoy_nok", pa.float64()),
        ("antall_feil", pa.int32()),
    ]
)


def model(dbt, session):
    """Return one row per kommunenummer and maaned with a year behind it."""
    dbt.config(materialized="table")
    per_kommune: dict = {}
    rader = dbt.ref("int_prognosetriangel").project("kommunenummer, kjent_maaned, maaned, belop_nok::double").fetchall()
    for kommunenummer, kjent, maaned, belop in rader:
        per_kommune.setdefault(kommunenummer, {})[kjent, maaned] = belop
    prognoser = lag_prognoser(lag_triangler(per_kommune))
    return pa.Table.from_pylist(
        [dict(zip(SKJEMA.names, astuple(prognose), strict=True)) for prognose in prognoser], schema=SKJEMA
    )
