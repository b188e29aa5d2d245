"""The case system's monthly deliveries as one asset, partitioned by municipality and month.

A file belongs to the month its interval ends in. A run may be asked for any choice of partitions, and takes the files
of those from the inbox; a run without a choice takes all there is. Only partitions that got a file are reported as
filled, so that a month that has not come stays empty in the page.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import dagster as dg
import duckdb

from dagster_project import fremdrift
from dagster_project.assets.raa import POOL, tidspunkt, valgte_partisjoner
from dagster_project.fagsystem.kontrakt import objekter
from dagster_project.feil import Brukerfeil, Kjoringsfeil, trygt_navn, uten_persondata
from dagster_project.ingestion.innlesing import les_inn
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.las import enerett
from dagster_project.settings import Kommune, Mappe, Miljo

NOKKEL = dg.AssetKey(["raw", "fagsystem"])
FORSTE_MAANED = "2015-01-01"


def maanedspartisjoner(kommuner: Iterable[Kommune]) -> dg.MultiPartitionsDefinition:
    """Return a partition for every municipality that is ours and every month, the one we are in included."""
    return dg.MultiPartitionsDefinition(
        {
            "kommune": dg.StaticPartitionsDefinition([kommune.kommunenummer for kommune in kommuner]),
            "maaned": dg.MonthlyPartitionsDefinition(start_date=FORSTE_MAANED, end_offset=1),
        }
    )


def partisjonsnokkel(kommunenummer: str, dag: date) -> str:
    """Return the key of the partition a day of a municipality belongs to."""
    return str(dg.MultiPartitionKey({"kommune": kommunenummer, "maaned": f"{dag:%Y-%m}-01"}))


def lag_fagsystem_asset(mappe: Mappe, miljo: Miljo, kommuner: tuple[Kommune, ...]) -> dg.AssetsDefinition:
    """Return the asset that reads what the case systems have delivered."""
    partisjoner = maanedspartisjoner(kommuner)

    @dg.asset(
        key=NOKKEL,
        partitions_def=partisjoner,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description="Månedlige leveranser fra fagsystemet: mottakere, vedtak og utbetalinger. Én rad per linje.",
        group_name="raw",
        kinds={"duckdb"},
        pool=POOL,
        # Written as events below, for the partitions that got a file and no others.
        output_required=False,
    )
    def fagsystem(context: dg.AssetExecutionContext):
        valgte = valgte_partisjoner(context)
        fremdrift.si("Leser månedlige leveranser fra innboksen")
        try:
            with enerett(mappe, vent=True):
                resultat = les_inn(
                    mappe,
                    miljo,
                    kommuner,
                    tuple(objekter()),
                    tidspunkt(context),
                    valgte and (lambda kommunenummer, til: partisjonsnokkel(kommunenummer, til) in valgte),
                )
        except (Brukerfeil, Kjoringsfeil) as feil:
            raise dg.Failure(str(feil)) from None
        except duckdb.Error as feil:
            raise dg.Failure(uten_persondata(f"{type(feil).__name__}: {feil}")) from None
        # By dimension: their product is some fifty thousand keys for a country.
        gyldige = {
            del_.name: frozenset(del_.partitions_def.get_partition_keys()) for del_ in partisjoner.partitions_defs
        }
        grupper: dict[str | None, list[Vurdering]] = {}
        for vurdering in [*resultat.vurderinger, *resultat.lest_paa_nytt]:
            grupper.setdefault(_partisjon(vurdering, gyldige), []).append(vurdering)
        for nokkel, vurderinger in grupper.items():
            context.log_event(_hendelse(nokkel, vurderinger))
        yield from ()

    return fagsystem


def _partisjon(vurdering: Vurdering, gyldige: Mapping[str, frozenset[str]]) -> str | None:
    """Return the partition a file belongs to, or None where its name does not tell or there is none for it."""
    til = vurdering.uttrekk.til if vurdering.uttrekk else None
    if til is None or vurdering.kommunenummer is None:
        return None
    if vurdering.kommunenummer not in gyldige["kommune"] or f"{til:%Y-%m}-01" not in gyldige["maaned"]:
        return None
    return partisjonsnokkel(vurdering.kommunenummer, til)


def _hendelse(nokkel: str | None, vurderinger: list[Vurdering]) -> dg.AssetMaterialization | dg.AssetObservation:
    """Return what to tell of the files of a partition; one that got no file it could use is not filled."""
    filer = "\n".join(
        f"| {trygt_navn(ett.filnavn)} | {ett.status} | {ett.rader_lest} | {ett.rader_godtatt} | "
        f"{ett.rader_karantene} | {ett.melding or ''} |"
        for ett in vurderinger
    )
    metadata = {
        "filer": dg.MetadataValue.md(
            f"| Fil | Status | Lest | Godtatt | Karantene | Melding |\n|-|-|-|-|-|-|\n{filer}"
        ),
        "filer_avvist": sum(ett.regel is not None for ett in vurderinger),
        "rader_lest": sum(ett.rader_lest for ett in vurderinger),
        "rader_godtatt": sum(ett.rader_godtatt for ett in vurderinger),
        "rader_karantene": sum(ett.rader_karantene for ett in vurderinger),
    }
    if nokkel is None or all(ett.regel is not None for ett in vurderinger):
        return dg.AssetObservation(NOKKEL, partition=nokkel, metadata=metadata)
    return dg.AssetMaterialization(NOKKEL, partition=nokkel, metadata=metadata)
