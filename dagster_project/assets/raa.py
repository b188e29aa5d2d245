"""Raw assets: one per source and object, by municipality and year where a file belongs to one of each."""

from datetime import UTC, datetime

import dagster as dg
import duckdb

from dagster_project import fremdrift
from dagster_project.feil import Brukerfeil, Kjoringsfeil, trygt_navn, uten_persondata
from dagster_project.formater import oppramsing
from dagster_project.hovedbok.gjenkjenning import OBJEKTER as OBJEKTER_REGNSKAP
from dagster_project.ingestion.innlesing import Innlesing, les_inn
from dagster_project.kostra.layout import kjente_aar
from dagster_project.las import enerett
from dagster_project.settings import Kommune, Mappe, Miljo

TIDSPUNKT_MERKE = "stonad/tidspunkt"
POOL = "duckdb"
REGISTRE = {
    "nav_register": (("nav", "register"), "Registertall per kommune og måned (NAV og kommunene selv)."),
    "befolkning_kvartal": (("ssb", "befolkning_kvartal"), "Folketall per kvartal (SSB 01222)."),
    "kpi": (("ssb", "kpi"), "Konsumprisindeksen per måned (SSB 03013 og 14700)."),
    "kostra_tabell": (("ssb", "kostra_tabell"), "SSBs KOSTRA-tall til sammenligning."),
    "klass": (("ssb", "klass"), "Kommuner, endringer og KOSTRA-grupper (SSB Klass)."),
}
"""What is read as each register object: its asset's key after `raw`, and what it holds."""


def partisjoner(kommuner: tuple[Kommune, ...]) -> dg.MultiPartitionsDefinition:
    """Return a partition for every reporting year we know and municipality that is ours."""
    return dg.MultiPartitionsDefinition(
        {
            "aar": dg.StaticPartitionsDefinition([str(aar) for aar in kjente_aar("11F")]),
            "kommune": dg.StaticPartitionsDefinition([kommune.kommunenummer for kommune in kommuner]),
        }
    )


def tidspunkt(context: dg.AssetExecutionContext) -> datetime:
    """Return the time the run counts as, which every step of it shares. UTC without zone."""
    merke = context.run.tags.get(TIDSPUNKT_MERKE)
    if merke:
        return datetime.fromisoformat(merke)
    status = context.instance.get_run_record_by_id(context.run_id)
    assert status is not None
    return status.create_timestamp.astimezone(UTC).replace(tzinfo=None)


def valgte_partisjoner(context: dg.AssetExecutionContext) -> frozenset[str] | None:
    """Return the partitions the run is asked for, or None where it is for all there is.

    A run for all has no partitions of its own: Dagster would write an event for each, filled or not.
    """
    if not (context.has_partition_key or context.has_partition_key_range):
        return None
    return frozenset(str(nokkel) for nokkel in context.partition_keys)


def _metadata(resultat: Innlesing) -> dict[str, object]:
    lest = [*resultat.vurderinger, *resultat.lest_paa_nytt]
    godtatt = [vurdering for vurdering in lest if vurdering.regel is None]
    return {
        "filer_godtatt": len(godtatt),
        "filer_avvist": len(lest) - len(godtatt),
        "filer_levert_for": len(resultat.duplikater),
        "rader_lest": sum(vurdering.rader_lest for vurdering in lest),
        "rader_godtatt": sum(vurdering.rader_godtatt for vurdering in lest),
        "rader_karantene": sum(vurdering.rader_karantene for vurdering in lest),
    }


def les(context: dg.AssetExecutionContext, mappe: Mappe, miljo: Miljo, nokler: dict[str, dg.AssetKey]) -> dict:
    """Read the inbox for some objects and report each file on its asset and partition, which an accepted one fills.

    `nokler` has the asset of each object.

    Raises:
        dagster.Failure: with a message free of personal data.
    """
    if mappe.per is not None:
        return {"per": str(mappe.per)}
    fremdrift.si(f"Leser {oppramsing(nokler)} fra innboksen")
    try:
        with enerett(mappe, vent=True):
            resultat = les_inn(mappe, miljo, mappe.kommuner(), tuple(nokler), tidspunkt(context))
    except (Brukerfeil, Kjoringsfeil) as feil:
        raise dg.Failure(str(feil)) from None
    except duckdb.Error as feil:
        raise dg.Failure(uten_persondata(f"{type(feil).__name__}: {feil}")) from None
    gyldige = set(context.assets_def.partitions_def.get_partition_keys()) if context.assets_def.partitions_def else None
    for vurdering in [*resultat.vurderinger, *resultat.lest_paa_nytt]:
        nokkel_ = str(dg.MultiPartitionKey({"aar": str(vurdering.aar), "kommune": str(vurdering.kommunenummer)}))
        partisjon = nokkel_ if gyldige and nokkel_ in gyldige else None
        hendelse = dg.AssetObservation if partisjon is None or vurdering.regel else dg.AssetMaterialization
        context.log_event(
            hendelse(
                asset_key=nokler[vurdering.gjenkjent.objekt],
                partition=partisjon,
                metadata={
                    "fil": trygt_navn(vurdering.innhold.sti.name),
                    "sha256": vurdering.innhold.sha256,
                    "status": vurdering.status,
                    "rader_lest": vurdering.rader_lest,
                    "rader_godtatt": vurdering.rader_godtatt,
                    "rader_karantene": vurdering.rader_karantene,
                    "melding": vurdering.melding or "",
                },
            )
        )
    return _metadata(resultat)


def lag_raa_assets(mappe: Mappe, miljo: Miljo, kommuner: tuple[Kommune, ...]) -> list[dg.AssetsDefinition]:
    """Return the raw assets: 11F, 11CF and 0A by municipality and year, the registers, and the ledger."""

    def kostra(navn: str, skjema: str, beskrivelse: str) -> dg.AssetsDefinition:
        @dg.asset(
            key=["raw", "kostra", navn],
            partitions_def=partisjoner(kommuner),
            backfill_policy=dg.BackfillPolicy.single_run(),
            description=beskrivelse,
            group_name="raw",
            kinds={"duckdb"},
            pool=POOL,
        )
        def _asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            return dg.MaterializeResult(metadata=les(context, mappe, miljo, {skjema: context.asset_key}))

        return _asset

    @dg.asset(
        key=["raw", "ssb", "befolkning"],
        description="Befolkning etter ettårig alder 31.12. (SSB 11805 og 07459). En rad per celle.",
        group_name="raw",
        kinds={"duckdb"},
        pool=POOL,
    )
    def befolkning(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult(
            metadata=les(context, mappe, miljo, dict.fromkeys(("befolkning", "ukjent"), context.asset_key))
        )

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(["raw", *nokkel], description=beskrivelse, group_name="raw", kinds={"duckdb"})
            for nokkel, beskrivelse in REGISTRE.values()
        ],
        name="registre",
        pool=POOL,
    )
    def registre(context: dg.AssetExecutionContext):
        # One step for all, because each looks through the inbox and few of them have anything there.
        nokler = {objekt: dg.AssetKey(["raw", *nokkel]) for objekt, (nokkel, _) in REGISTRE.items()}
        metadata = les(context, mappe, miljo, nokler)
        for nokkel in nokler.values():
            yield dg.MaterializeResult(asset_key=nokkel, metadata=metadata)

    @dg.asset(
        key=["raw", "regnskap"],
        description="Hovedbok og budsjett fra økonomisystemet. Én rad per post.",
        group_name="raw",
        kinds={"duckdb"},
        pool=POOL,
    )
    def regnskap(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult(
            metadata=les(context, mappe, miljo, dict.fromkeys(OBJEKTER_REGNSKAP, context.asset_key))
        )

    return [
        kostra("11f", "11F", "Økonomisk sosialhjelp: én rad per mottaker og år."),
        kostra("11cf", "11CF", "Kvalifiseringsprogram: én rad per deltaker og år."),
        kostra("0a", "0A", "Bevilgningsregnskap: én rad per linje i filen."),
        befolkning,
        registre,
        regnskap,
    ]
