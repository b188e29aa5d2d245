"""SSB's controls: a step that runs them, and asset checks that tell of each form and kind of severity.

None of them blocks anything: a file can be put right and sent again until the deadline, and the figures are made of
what was delivered either way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import dagster as dg
import duckdb

from dagster_project.assets.raa import POOL, tidspunkt
from dagster_project.feil import uten_persondata
from dagster_project.ingestion.kostra_kontroll import (
    Oversikt,
    Regelfunn,
    kontroller_nye,
    les_oversikt,
    les_regelfunn,
    skriv_regler,
)
from dagster_project.kostra.kontroll import regler
from dagster_project.kostra.kontroll.regel import SKJEMAER, STOPPER
from dagster_project.las import enerett
from dagster_project.settings import Mappe, Miljo

NOKKEL = dg.AssetKey(["intern", "kostra_kontroll"])
MAKS_RADER_I_TABELL = 200


@dataclass(frozen=True)
class Alvorsklasse:
    """Severities of SSB's program that one check is about, and the severity the check itself has in Dagster."""

    navn: str
    alvor: tuple[str, ...]
    dagster: dg.AssetCheckSeverity
    beskrivelse: str


FEIL = Alvorsklasse(
    "ssb_feil",
    STOPPER,
    dg.AssetCheckSeverity.ERROR,
    "Funn som gjør at SSB ikke tar imot filen. Stopper ingenting her.",
)
ADVARSEL = Alvorsklasse(
    "ssb_advarsel",
    ("WARNING",),
    dg.AssetCheckSeverity.WARN,
    "Funn noen bør se på, og filer som ikke lot seg kontrollere. SSB tar imot filen.",
)
INFORMASJON = Alvorsklasse(
    "ssb_informasjon",
    ("INFO", "OK"),
    dg.AssetCheckSeverity.WARN,
    "Funn SSB gir til informasjon. Kontrollen feiler aldri.",
)
ALVORSKLASSER = (FEIL, ADVARSEL, INFORMASJON)


def lag_kontroll_asset(mappe: Mappe, miljo: Miljo) -> dg.AssetsDefinition:
    """Return the step that controls what is new, before the models count what was found."""

    @dg.asset(
        key=NOKKEL,
        deps=[dg.AssetKey(["intern", "leveranse"])],
        description="Hva SSBs kontroller sier om KOSTRA-filene. Rettes og leveres på nytt i fagsystemet.",
        group_name="intern",
        kinds={"duckdb"},
        pool=POOL,
    )
    def kostra_kontroll(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with enerett(mappe, vent=True):
            skriv_regler(mappe)
        return dg.MaterializeResult(metadata={"nye_filer": _kontroller(mappe, miljo, context)})

    return kostra_kontroll


def _kontroller(mappe: Mappe, miljo: Miljo, context: dg.AssetExecutionContext) -> int:
    """Control what is new and return how many files that was."""
    try:
        with enerett(mappe, vent=True):
            # A run for an earlier day works on a copy of the warehouse that is thrown away.
            antall = kontroller_nye(mappe, miljo, tidspunkt(context)) if mappe.per is None else 0
    except duckdb.Error as feil:
        raise dg.Failure(uten_persondata(f"{type(feil).__name__}: {feil}")) from None
    context.log.info(f"SSBs kontroller: {antall} nye filer.")
    return antall


def lag_kontroller(mappe: Mappe, miljo: Miljo) -> dg.AssetChecksDefinition:
    """Return the step that tells of every KOSTRA asset how its files stand."""
    spesifikasjoner = [
        dg.AssetCheckSpec(
            klasse.navn,
            asset=_nokkel(skjema),
            description=klasse.beskrivelse,
            # What the models have counted stays as it is: the files are controlled before either.
            additional_deps=[NOKKEL],
        )
        for skjema, klasse in product(SKJEMAER, ALVORSKLASSER)
    ]

    # One asset may be run alone from the web page, with the checks that are its own.
    @dg.multi_asset_check(name="ssb_kontroller", specs=spesifikasjoner, can_subset=True, pool=POOL)
    def ssb_kontroller(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        # Where an asset is run alone, nobody has controlled its files before this.
        _kontroller(mappe, miljo, context.op_execution_context)
        try:
            with enerett(mappe, vent=True), duckdb.connect(str(mappe.varehus), read_only=True) as con:
                oversikt, funn = les_oversikt(con), les_regelfunn(con)
        except duckdb.Error as feil:
            raise dg.Failure(uten_persondata(f"{type(feil).__name__}: {feil}")) from None
        for skjema, klasse in product(SKJEMAER, ALVORSKLASSER):
            if dg.AssetCheckKey(_nokkel(skjema), klasse.navn) in context.selected_asset_check_keys:
                egne = [ett for ett in funn if ett.skjema == skjema and ett.alvor in klasse.alvor]
                yield _resultat(skjema, klasse, oversikt.get(skjema, Oversikt()), egne)

    return ssb_kontroller


def _nokkel(skjema: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", "kostra", skjema.lower()])


def _resultat(skjema: str, klasse: Alvorsklasse, oversikt: Oversikt, funn: Sequence[Regelfunn]) -> dg.AssetCheckResult:
    antall = sum(ett.antall for ett in funn)
    uansett = sum(ett.antall for ett in funn if ett.er_uansett)
    bestatt = {
        FEIL: oversikt.avvist == 0,
        ADVARSEL: antall == 0 and oversikt.ikke_kontrollert == 0,
        INFORMASJON: True,
    }[klasse]
    return dg.AssetCheckResult(
        asset_key=_nokkel(skjema),
        check_name=klasse.navn,
        passed=bestatt,
        severity=klasse.dagster,
        description=_beskriv(klasse, oversikt, antall, uansett),
        metadata={
            "antall_funn": antall,
            "antall_uansett": uansett,
            "filer_kontrollert": oversikt.kontrollert,
            "filer_avvist": oversikt.avvist,
            "filer_avvist_uansett": oversikt.avvist_uansett,
            "filer_ikke_kontrollert": oversikt.ikke_kontrollert,
            "filer_uten_regler": oversikt.uten_regler,
            "funn": dg.MetadataValue.md(_tabell(funn)),
        },
    )


def _beskriv(klasse: Alvorsklasse, oversikt: Oversikt, antall: int, uansett: int) -> str:
    deler = [f"Funn i filene som gjelder nå: {antall - uansett}."]
    if klasse is FEIL:
        deler.append(f"Filer SSB ville avvist for dem: {oversikt.avvist}.")
    if uansett:
        deler.append(
            f"Funn som SSBs program gir uansett hva dere gjør, og som ikke regnes med her: {uansett}. "
            f"Filer som ville blitt avvist bare for dem: {oversikt.avvist_uansett}."
        )
    if oversikt.ikke_kontrollert:
        deler.append(
            f"Filer som ikke lot seg kontrollere: {oversikt.ikke_kontrollert}. Se intern.kostra_kontroll_kjoring."
        )
    if oversikt.uten_regler:
        deler.append(f"Filer fra år vi ikke har regler for: {oversikt.uten_regler}.")
    return " ".join(deler)


def _tabell(funn: Sequence[Regelfunn]) -> str:
    if not funn:
        return "Ingen funn."
    titler = {
        (utgave, regel.regel): regel.tittel
        for skjema, utgave in {(ett.skjema, ett.regelutgave) for ett in funn}
        for regel in regler(skjema, utgave)
    }
    linjer = ["| Kommune | År | Regel | Tittel | Antall |", "| --- | --- | --- | --- | ---: |"]
    linjer += [
        f"| {ett.kommunenummer} | {ett.aar} | {ett.regel} | {titler[ett.regelutgave, ett.regel]}"
        f"{' (gis uansett)' if ett.er_uansett else ''} | {ett.antall} |"
        for ett in funn[:MAKS_RADER_I_TABELL]
    ]
    if len(funn) > MAKS_RADER_I_TABELL:
        linjer += ["", f"… og {len(funn) - MAKS_RADER_I_TABELL} linjer til i intern.kostra_kontroll_kjoring."]
    return "\n".join(linjer)
