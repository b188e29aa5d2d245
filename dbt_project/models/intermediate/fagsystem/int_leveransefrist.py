"""When the deliveries of a month must have come, by the calendar in `dagster_project/kalender.py`."""

from datetime import date

import pyarrow as pa

from dagster_project.kalender import leveransefrist

SKJEMA = pa.schema([("maaned", pa.date32()), ("frist", pa.date32())])


def model(dbt, session):
    """Return one row per maaned, from the first delivered to the last one or that of the build, whichever is later."""
    dbt.config(materialized="table")
    kjoring = dbt.ref("stg_intern__kjoring").aggregate("max(coalesce(per, tidspunkt))::date").fetchone()[0]
    forste, siste = dbt.ref("int_fagsystem_leveranse").aggregate("min(fra), max(til)").fetchone()
    nummer = range(_nummer(forste), _nummer(max(siste, kjoring)) + 1) if forste else range(0)
    maaneder = [_maaned(ett) for ett in nummer]
    return pa.table([maaneder, [leveransefrist(maaned) for maaned in maaneder]], schema=SKJEMA)


def _nummer(dag: date) -> int:
    return dag.year * 12 + dag.month - 1


def _maaned(nummer: int) -> date:
    return date(nummer // 12, nummer % 12 + 1, 1)
