"""Put the parts together: assets and checks, the job, its schedule and its sensor.

The folder comes from STONAD_MAPPE; `stonad ui` and `stonad kjor` set it.
"""

import hashlib
import os

import dagster as dg

from dagster_project.assets.kontroll import lag_kontroller
from dagster_project.assets.modeller import lag_modell_assets
from dagster_project.assets.raa import lag_raa_assets, partisjoner
from dagster_project.dbt import dbt_ressurs
from dagster_project.ingestion.innlesing import finn_nye
from dagster_project.settings import Mappe, Miljo, les_miljo

JOBB = "stonad"


def omraade_merker(mappe: Mappe) -> dict[str, str]:
    """Return the run tags that say: all partitions, in one run."""
    nokler = partisjoner(mappe.kommuner()).get_partition_keys()
    return {
        "dagster/asset_partition_range_start": str(nokler[0]),
        "dagster/asset_partition_range_end": str(nokler[-1]),
    }


def lag_definisjoner(mappe: Mappe, miljo: Miljo) -> dg.Definitions:
    """Return everything Dagster needs to know about one folder.

    Raises:
        Brukerfeil: if the folder's configuration cannot be read.
    """
    mappe.lag()
    kommuner = mappe.kommuner()
    raa = lag_raa_assets(mappe, miljo, kommuner)
    jobb = dg.define_asset_job(JOBB, selection="*", description="Fra innboks til publisert database.")

    @dg.schedule(
        job=jobb,
        cron_schedule="0 6 * * *",
        execution_timezone="Europe/Oslo",
        description="Hver morgen: ta inn det som er kommet, og gjør foreløpige tall endelige når fristen er ute.",
    )
    def daglig(context: dg.ScheduleEvaluationContext):
        return dg.RunRequest(tags=omraade_merker(mappe))

    @dg.sensor(
        job=jobb,
        minimum_interval_seconds=60,
        description="Starter en kjøring når det ligger filer i innboksen som varehuset kan lese.",
    )
    def innboks(context: dg.SensorEvaluationContext):
        kjente, _ = finn_nye(mappe)
        # A file's size and time are in the key: a file still being copied gives a new key when it is whole. Dagster
        # keeps the key, so the names, which are anybody's to choose, are in it as a hash only.
        nokkel = hashlib.sha256(
            b"|".join(
                os.fsencode(sti) + f":{sti.stat().st_size}:{sti.stat().st_mtime_ns}".encode() for sti, _ in kjente
            )
        ).hexdigest()
        if not kjente:
            return dg.SkipReason("Innboksen har ingen filer varehuset kan lese.")
        if nokkel != context.cursor:
            context.update_cursor(nokkel)
            return dg.SkipReason("Nye filer; venter til de har ligget stille til neste sjekk.")
        return dg.RunRequest(run_key=nokkel, tags=omraade_merker(mappe))

    return dg.Definitions(
        assets=[*raa, *lag_modell_assets(mappe, miljo, kommuner, raa)],
        asset_checks=[lag_kontroller(mappe, miljo)],
        jobs=[jobb],
        schedules=[daglig],
        sensors=[innboks],
        resources={"dbt": dbt_ressurs()},
        executor=dg.in_process_executor,
    )


def defs_fra_miljo() -> dg.Definitions:
    """Return the definitions of the folder named by STONAD_MAPPE, or none where it is not set."""
    miljo = les_miljo()
    if miljo.mappe is None:
        return dg.Definitions()
    return lag_definisjoner(Mappe(miljo.mappe.resolve(), miljo.per), miljo)


defs = defs_fra_miljo()
