"""The expectations as Dagster asset checks: one for each, in one step between the models and the publication.

None of them stops a run. What must not go out is one municipality's month, and the publication leaves it out.
"""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import duckdb

from dagster_project import fremdrift
from dagster_project.assets.raa import POOL
from dagster_project.feil import Kjoringsfeil, uten_persondata
from dagster_project.kvalitet.kontroll import Utfall, kontroller
from dagster_project.kvalitet.suiter import ERROR, suiter
from dagster_project.las import enerett
from dagster_project.settings import Mappe

NOKKEL = dg.AssetKey(["intern", "kvalitet"])
MAKS_MAANEDER_VIST = 200


def lag_kvalitet_asset(mappe: Mappe) -> dg.AssetsDefinition:
    """Return the step that judges what has been built, and says which months are held back."""

    @dg.asset(
        key=NOKKEL,
        deps=[dg.AssetKey(["intern", "kvalitetsmaal"]), dg.AssetKey(["bi", "tilbakeholdt"])],
        check_specs=[
            dg.AssetCheckSpec(
                forventning.id,
                asset=NOKKEL,
                description=forventning.meta.betyr,
                metadata={
                    "suite": suite.navn,
                    "alvor": forventning.alvor,
                    "tall_fra": forventning.tall_fra,
                    "gjor": forventning.meta.gjor,
                },
            )
            for suite in suiter()
            for forventning in suite.forventninger
        ],
        description="Hva forventningene sa om kommunenes måneder i hver kjøring, og månedene som er holdt tilbake.",
        group_name="intern",
        kinds={"duckdb"},
        pool=POOL,
    )
    def kvalitet(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        fremdrift.si("Kontrollerer tallene")
        try:
            with enerett(mappe, vent=True):
                utfall = kontroller(mappe.varehus, context.run_id)
        except Kjoringsfeil as feil:
            raise dg.Failure(str(feil)) from None
        except duckdb.Error as feil:
            raise dg.Failure(uten_persondata(f"{type(feil).__name__}: {feil}")) from None
        holdt = sorted({maaned for ett in utfall for maaned in ett.holdt})
        return dg.MaterializeResult(
            metadata={"tilbakeholdt": len(holdt), "maaneder": dg.MetadataValue.md(_liste(holdt))},
            check_results=[_resultat(ett) for ett in utfall],
        )

    return kvalitet


def _resultat(utfall: Utfall) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=utfall.forventning.id,
        # What is old and known would keep the check red for ever.
        passed=not utfall.nye,
        severity=dg.AssetCheckSeverity.ERROR if utfall.forventning.alvor == ERROR else dg.AssetCheckSeverity.WARN,
        description=(
            f"{utfall.forventning.meta.navn}: {len(utfall.nye)} nye måneder feiler, {len(utfall.holdt)} holdes "
            f"tilbake. {len(utfall.brudd)} av {utfall.vurdert} måneder feiler i alt."
        ),
        metadata={
            "vurdert": utfall.vurdert,
            "feiler": len(utfall.brudd),
            "holdt_tilbake": len(utfall.holdt),
            "nye_maaneder": dg.MetadataValue.md(_liste(utfall.nye)),
            "alle_maaneder": dg.MetadataValue.md(_liste(utfall.brudd)),
        },
    )


def _liste(maaneder: Sequence[tuple[str, date]]) -> str:
    if not maaneder:
        return "Ingen."
    vist = [f"- {kommunenummer} {maaned:%Y-%m}" for kommunenummer, maaned in maaneder[:MAKS_MAANEDER_VIST]]
    if len(maaneder) > MAKS_MAANEDER_VIST:
        vist.append(f"- … og {len(maaneder) - MAKS_MAANEDER_VIST} til i intern.kvalitet")
    return "\n".join(vist)
