"""Put the parts together: assets and checks, the jobs, their schedules and sensors.

Two jobs, because Dagster runs assets with different partitions apart: `fagsystem` takes the monthly deliveries in, by
municipality and month; `stonad` takes the rest and makes the figures. The second follows the first.

The folder comes from STONAD_MAPPE; `stonad ui` and `stonad kjor` set it.
"""

import hashlib
import os
from datetime import date

import dagster as dg

from dagster_project.assets.fagsystem import (
    NOKKEL,
    lag_fagsystem_asset,
    maanedspartisjoner,
    partisjonsnokkel,
)
from dagster_project.assets.kontroll import lag_kontroll_asset, lag_kontroller
from dagster_project.assets.modeller import lag_modell_assets
from dagster_project.assets.raa import lag_raa_assets
from dagster_project.dbt import dbt_ressurs
from dagster_project.ingestion.innlesing import finn_nye
from dagster_project.kalender import forrige_maaned, leveransefrist
from dagster_project.settings import Mappe, Miljo, les_miljo

JOBB = "stonad"
JOBB_FAGSYSTEM = "fagsystem"


def maaned_merker(mappe: Mappe, fra: date, til: date) -> dict[str, str]:
    """Return the run tags of the job for monthly deliveries: all municipalities, and the months of the two days."""
    kommuner = mappe.kommuner()
    maaneder = maanedspartisjoner(kommuner).get_partitions_def_for_dimension("maaned").get_partition_keys()
    # A day outside the months there are partitions for gives the nearest of them.
    forste, siste = (date.fromisoformat(min(max(f"{dag:%Y-%m}-01", maaneder[0]), maaneder[-1])) for dag in (fra, til))
    return {
        "dagster/asset_partition_range_start": partisjonsnokkel(kommuner[0].kommunenummer, forste),
        "dagster/asset_partition_range_end": partisjonsnokkel(kommuner[-1].kommunenummer, siste),
    }


def lag_definisjoner(mappe: Mappe, miljo: Miljo) -> dg.Definitions:
    """Return everything Dagster needs to know about one folder.

    Raises:
        Brukerfeil: if the folder's configuration cannot be read.
    """
    mappe.lag()
    kommuner = mappe.kommuner()
    raa = lag_raa_assets(mappe, miljo, kommuner)
    fagsystem = lag_fagsystem_asset(mappe, miljo, kommuner)
    jobb = dg.define_asset_job(
        JOBB,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(NOKKEL),
        description="Fra innboks til publisert database.",
    )
    jobb_fagsystem = dg.define_asset_job(
        JOBB_FAGSYSTEM,
        selection=dg.AssetSelection.assets(NOKKEL).without_checks(),
        description="Månedlige leveranser fra innboksen og inn i varehuset.",
    )

    @dg.schedule(
        job=jobb,
        cron_schedule="0 6 * * *",
        execution_timezone="Europe/Oslo",
        description="Hver morgen: ta inn det som er kommet, og gjør foreløpige tall endelige når fristen er ute.",
    )
    def daglig(context: dg.ScheduleEvaluationContext):
        return dg.RunRequest()

    @dg.schedule(
        job=jobb_fagsystem,
        cron_schedule="0 7 * * 1-5",
        execution_timezone="Europe/Oslo",
        description="Femte virkedag i måneden: ta inn månedsleveransene for måneden før.",
    )
    def maanedlig(context: dg.ScheduleEvaluationContext):
        dag = context.scheduled_execution_time.date()
        maaned = forrige_maaned(dag)
        if dag != leveransefrist(maaned):
            return dg.SkipReason(f"{dag:%d.%m.%Y} er ikke dagen månedsleveransene skal være kommet.")
        return dg.RunRequest(run_key=f"{maaned:%Y-%m}", tags=maaned_merker(mappe, maaned, maaned))

    @dg.sensor(
        jobs=[jobb, jobb_fagsystem],
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
        # The run for the monthly deliveries is followed by the other, which takes what else is there.
        er_maanedlig = any(funnet.fagsystem for _, funnet in kjente)
        return dg.RunRequest(run_key=nokkel, job_name=JOBB_FAGSYSTEM if er_maanedlig else JOBB)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[jobb_fagsystem],
        request_job=jobb,
        description="Regner ut og publiserer når månedsleveransene er tatt inn.",
    )
    def etter_fagsystem(context: dg.RunStatusSensorContext):
        return dg.RunRequest(run_key=context.dagster_run.run_id)

    return dg.Definitions(
        assets=[
            *raa,
            fagsystem,
            lag_kontroll_asset(mappe, miljo),
            *lag_modell_assets(mappe, miljo, kommuner, [*raa, fagsystem]),
        ],
        asset_checks=[lag_kontroller(mappe, miljo)],
        jobs=[jobb, jobb_fagsystem],
        schedules=[daglig, maanedlig],
        sensors=[innboks, etter_fagsystem],
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
