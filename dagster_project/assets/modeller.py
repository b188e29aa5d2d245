"""The dbt models as assets, and what stands before and after them: the register of deliveries, and the publication."""

import os
import shutil
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from dagster_project import fremdrift
from dagster_project.assets.kvalitet import NOKKEL as KVALITET
from dagster_project.assets.kvalitet import lag_kvalitet_asset
from dagster_project.assets.raa import POOL, tidspunkt
from dagster_project.bygg import (
    Parametre,
    fingeravtrykk,
    les_fingeravtrykk,
    skriv_fingeravtrykk,
    skriv_parametre,
)
from dagster_project.dbt import MILJO, VAREHUS_VARIABEL, Dbt, dbt_prosjekt, sikre_manifest
from dagster_project.feil import Brukerfeil, trygt_navn
from dagster_project.ingestion.innlesing import finn_nye
from dagster_project.kvalitet.gx import varm_opp
from dagster_project.kvalitet.side import skriv_side
from dagster_project.las import enerett
from dagster_project.publisering import publiser
from dagster_project.settings import Kommune, Mappe, Miljo

BYGG_PAA_NYTT_MERKE = "stonad/bygg"


class Oversetter(DagsterDbtTranslator):
    """Give dbt's nodes the layer they belong to as group, and their schema as the first part of their key."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return schema and table name; sources keep the key of the asset that fills them."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["alias"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the schema."""
        return dbt_resource_props["schema"]


def parametre(context: dg.AssetExecutionContext, mappe: Mappe) -> Parametre:
    """Return what the run builds: now, or as of the end of the day asked for."""
    per = datetime.combine(mappe.per, time.min) + timedelta(days=1, microseconds=-1) if mappe.per else None
    return Parametre(tidspunkt(context), per)


def er_uendret(context: dg.AssetExecutionContext, mappe: Mappe) -> bool:
    """Say whether what is published was built from exactly what there is now."""
    if context.run.tags.get(BYGG_PAA_NYTT_MERKE):
        return False
    return les_fingeravtrykk(mappe.publisert) == fingeravtrykk(mappe.varehus, parametre(context, mappe))


def lag_modell_assets(
    mappe: Mappe, miljo: Miljo, kommuner: tuple[Kommune, ...], raa: list[dg.AssetsDefinition]
) -> list[dg.AssetsDefinition]:
    """Return the register, the dbt models, their control and the publication, in that order."""
    os.environ[VAREHUS_VARIABEL] = str(mappe.varehus)
    os.environ["STONAD_MINNE"] = miljo.minne
    os.environ.update(MILJO)

    @dg.asset(
        key=["intern", "leveranse"],
        deps=raa,
        description="Registeret over leveranser, hvilke kommuner som er våre, og filene i innboksen ingen kjenner.",
        group_name="intern",
        kinds={"duckdb"},
        pool=POOL,
    )
    def leveranse(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        ukjente = None
        if mappe.per is None:
            ukjente = [
                (trygt_navn(sti.relative_to(mappe.innboks).as_posix()), sti.stat().st_size)
                for sti in finn_nye(mappe)[1]
            ]
        try:
            with enerett(mappe, vent=True):
                skriv_parametre(mappe, kommuner, parametre(context, mappe), ukjente)
        except Brukerfeil as feil:
            raise dg.Failure(str(feil)) from None
        return dg.MaterializeResult(metadata={"ukjente_filer": len(ukjente or [])})

    @dbt_assets(
        manifest=sikre_manifest(),
        project=dbt_prosjekt(),
        dagster_dbt_translator=Oversetter(
            settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)
        ),
        pool=POOL,
        # Fixtures prove the logic once, in the project's own tests; a monthly run has real rows to test. The grain is
        # proved where each model is made (bevis_korn).
        exclude="resource_type:unit_test test_name:unique_grain",
    )
    def modeller(context: dg.AssetExecutionContext, dbt: Dbt):
        with enerett(mappe, vent=True):
            if er_uendret(context, mappe):
                context.log.info("Ingenting nytt siden forrige publisering; modellene bygges ikke på nytt.")
                return
            fremdrift.si("Regner ut indikatorene")
            # dbt is a process of its own, and this one only listens to it.
            varm_opp()
            kall = dbt.cli(["build"], context=context)
            yield from kall.stream()
        # Each call leaves its artifacts in a folder of its own, and nobody reads those of a run that went well.
        shutil.rmtree(kall.target_path, ignore_errors=True)

    @dg.asset(
        key=["publisert", "stonad"],
        # The quality is known before anything goes out.
        deps=[*(dg.AssetKey(["bi", navn]) for navn in PUBLISERTE), KVALITET],
        description="Den publiserte databasen og Parquet-filene, byttet ut i ett grep.",
        group_name="publisert",
        kinds={"duckdb", "parquet"},
        pool=POOL,
    )
    def stonad(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        fremdrift.si("Publiserer")
        with enerett(mappe, vent=True):
            resultat = publiser(mappe.varehus, mappe.publisert, context.run_id, miljo)
            skriv_side(mappe.varehus, mappe.publisert)
            skriv_fingeravtrykk(mappe.publisert, fingeravtrykk(mappe.varehus, parametre(context, mappe)))
        return dg.MaterializeResult(metadata={f"rader_{tabell}": antall for tabell, antall in resultat.rader.items()})

    return [leveranse, modeller, lag_kvalitet_asset(mappe), stonad]


PUBLISERTE = (
    "avstemming",
    "avvik_periodisering",
    "budsjett_maaned",
    "fct_utgift_maaned",
    "ind_kostra",
    "ind_kostra_fordeling",
    "ind_maaned",
    "ind_stonadslengde",
    "ind_utbetaling_per_mottaker",
    "indikator",
    "kolonne",
    "kommune",
    "kommune_historikk",
    "kommune_kostragruppe",
    "kontrakt",
    "kostra_kontroll",
    "kostra_sammenligning",
    "kpi",
    "leveranse",
    "maaned",
    "maanedsindikator",
    "nav_register",
    "nav_register_dagens",
    "periodisering_maal",
    "tilbakeholdt",
)
