"""The command `stonad eksport`: write what goes to SSB, and say at once what SSB's program would say about it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.markup import escape

from dagster_project.feil import Brukerfeil, Kjoringsfeil, trygt_navn
from dagster_project.kostra.eksport.eksporter import FORSKJELLER, Eksport, eksporter
from dagster_project.kostra.eksport.utkast import UTTREKK, Bestilling
from dagster_project.kostra.kontroll.kommando import skriv_rapport, som_json, vis
from dagster_project.kostra.kontroll.lesing import Kontrollfil
from dagster_project.kostra.kontroll.motor import Kontrollresultat, kontroller
from dagster_project.kostra.kontroll.regel import LAYOUTAAR, utgave_for
from dagster_project.kostra.layout import find_layout
from dagster_project.settings import les_miljo
from dagster_project.valg import JsonValg, MappeValg, velg_mappe

IKKE_KONTROLLERT = 1
"""The exit code where there are no rules to control a file by: neither in order nor at fault."""
AVSENDER = {"11F": "fagsystemet", "11CF": "fagsystemet", "0A": "regnskapssystemet"}

ut = Console(highlight=False)


def eksport(
    skjema: Annotated[str | None, typer.Option("--skjema", help="11F, 11CF eller 0A.")] = None,
    aar: Annotated[int | None, typer.Option("--aar", help="Rapporteringsåret.")] = None,
    kommune: Annotated[str | None, typer.Option("--kommune", help="Kommunenummeret, fire siffer.")] = None,
    til: Annotated[
        Path | None, typer.Option("--ut", help="Mappen filen skrives i. Den lages om den ikke finnes.")
    ] = None,
    bydel: Annotated[
        str | None,
        typer.Option("--bydel", help="Bare Oslo: skriv filen for denne bydelen (to siffer). Ellers skrives alle."),
    ] = None,
    kvartal: Annotated[
        str | None, typer.Option("--kvartal", help="1–4 for kvartalsregnskap (0A); utelates ellers.")
    ] = None,
    fra: Annotated[
        str,
        typer.Option(
            "--fra",
            help="uttrekk: filen slik fagsystemet eller regnskapet leverte den. utbetalinger: 11F laget av de "
            "månedlige leveransene, når det ikke finnes noe uttrekk.",
        ),
    ] = UTTREKK,
    overskriv: Annotated[
        bool, typer.Option("--overskriv", help="Erstatt en fil som ligger der fra før og er en annen.")
    ] = False,
    rapport: Annotated[
        Path | None,
        typer.Option("--rapport", help="Skriv arbeidslisten fra kontrollene til en Excel-fil (én for hver bydel)."),
    ] = None,
    mappe: MappeValg = None,
    json_: JsonValg = False,
) -> None:
    """Skriv filen SSB skal ha, med fødselsnumrene på plass, og kontroller den.

    Utgangskoder: 0 i orden, 1 advarsel eller ikke kontrollert, 2 enten feil som stopper innsendingen (filen er skrevet)
    eller noe som mangler (ingenting er skrevet).
    """
    if skjema is None or aar is None or kommune is None or til is None:
        raise Brukerfeil("Si hva som skal skrives, og hvor: --skjema, --aar, --kommune og --ut trengs.")
    miljo = les_miljo()
    bestilling = Bestilling(
        skjema=skjema.upper(),
        aar=aar,
        kommunenummer=kommune,
        ut=til.expanduser().resolve(),
        bydel=bydel,
        kvartal=kvartal,
        overskriv=overskriv,
        fra=fra,
    )
    filer = eksporter(velg_mappe(mappe, miljo), miljo, bestilling)
    svar: list[dict[str, object]] = []
    kode = 0
    for fil in filer:
        arbeidsliste = _rapportsti(rapport, fil, filer) if rapport else None
        with duckdb.connect() as con:
            if json_:
                resultat = _kontroller(con, fil, arbeidsliste)
                svar.append(_fil_som_json(fil, resultat))
            else:
                _vis_fil(fil)
                resultat = _kontroller(con, fil, arbeidsliste)
                _vis_kontroll(fil, resultat, arbeidsliste)
        kode = max(kode, resultat.filer[0].utgangskode if resultat else IKKE_KONTROLLERT)
    if json_:
        print(json.dumps({"filer": svar}, ensure_ascii=False, indent=2))
    if kode:
        raise typer.Exit(kode)


def _kontrollfil(fil: Eksport) -> Kontrollfil:
    return Kontrollfil(
        skjema=fil.utkast.skjema,
        aar=fil.utkast.aar,
        region=fil.utkast.region,
        sti=fil.sti,
        orgnr=fil.utkast.orgnr,
        kvartal=fil.utkast.kvartal or " ",
        har_vedlegg=fil.utkast.tabell is not None,
    )


def _kontroller(con: duckdb.DuckDBPyConnection, fil: Eksport, arbeidsliste: Path | None) -> Kontrollresultat | None:
    """Return what SSB's program would say, or None where the file is of a year its rules are not made for.

    Raises:
        Brukerfeil: if the worklist cannot be written.
        Kjoringsfeil: if memory does not hold the file.
    """
    if _uten_regler(fil):
        return None
    # What does not fit in memory would be identity numbers in the clear on disk.
    con.execute("set temp_directory = ''")
    try:
        resultat = kontroller(con, [_kontrollfil(fil)], utgave_for(fil.utkast.aar))
    except duckdb.OutOfMemoryException:
        raise Kjoringsfeil(
            f"{trygt_navn(str(fil.sti))} er skrevet, men maskinen har ikke minne nok til å kontrollere den."
        ) from None
    if arbeidsliste is not None:
        skriv_rapport(resultat, arbeidsliste)
    return resultat


def _uten_regler(fil: Eksport) -> bool:
    layout = find_layout(fil.utkast.skjema, LAYOUTAAR)
    return fil.utkast.tabell is not None and (layout is None or layout.postlengde != fil.utkast.layout.postlengde)


def _merknader(fil: Eksport) -> list[str]:
    """Return what the user should know of the file beside what the controls say."""
    utkast = fil.utkast
    merknader = list(utkast.merknader)
    if fil.forskjell is not None:
        merknader.append(FORSKJELLER[fil.forskjell])
    if utkast.karantene:
        merknader.append(
            f"{utkast.karantene} av postene er lagt til side i varehuset og teller ikke i tallene. De er med i filen, "
            "for SSB skal ha alle. Forklaringen i mappen karantene sier hva som er galt med dem."
        )
    if _uten_regler(fil):
        merknader.append(
            f"Filen er ikke kontrollert: Kontrollene gjelder oppbyggingen fra {LAYOUTAAR}, og {utkast.skjema} for "
            f"{utkast.aar} er bygget opp på en annen måte."
        )
    return merknader


def _vis_fil(fil: Eksport) -> None:
    utkast, levert = fil.utkast, fil.utkast.levert
    hva = (
        f"{utkast.skjema} {utkast.aar}{f', kvartal {utkast.kvartal}' if utkast.kvartal else ''}, region {utkast.region}"
    )
    innhold = f"{utkast.poster} poster" if utkast.tabell else "ingenting å rapportere"
    ut.print(f"Skrev {escape(str(fil.sti))} ({hva}): {innhold}.", soft_wrap=True)
    if levert is None:
        ut.print("Filen er laget av utbetalingene i de månedlige leveransene.")
    else:
        likhet = "Lik" if fil.forskjell is None else "[yellow]Ikke helt lik[/yellow]"
        ut.print(
            f"{likhet} filen {AVSENDER[utkast.skjema]} leverte: {escape(levert.filnavn)}, mottatt "
            f"{levert.mottatt:%d.%m.%Y kl. %H:%M} UTC.",
            soft_wrap=True,
        )
    for merknad in _merknader(fil):
        ut.print(f"[yellow]Merk[/yellow]: {escape(merknad)}", soft_wrap=True)


def _vis_kontroll(fil: Eksport, resultat: Kontrollresultat | None, arbeidsliste: Path | None) -> None:
    if resultat is None:
        return
    vis(resultat, _kontrollfil(fil))
    if arbeidsliste is not None:
        ut.print(f"Arbeidslisten ligger i {escape(str(arbeidsliste))}", soft_wrap=True)


def _fil_som_json(fil: Eksport, resultat: Kontrollresultat | None) -> dict[str, object]:
    utkast, levert = fil.utkast, fil.utkast.levert
    return {
        "fil": str(fil.sti),
        "skjema": utkast.skjema,
        "aar": utkast.aar,
        "region": utkast.region,
        "kvartal": utkast.kvartal,
        "poster": utkast.poster,
        "karantene": utkast.karantene,
        "bytes": fil.bytes,
        "sha256": fil.sha256,
        "levert": levert
        and {"filnavn": levert.filnavn, "mottatt": levert.mottatt.isoformat(), "sha256": levert.sha256},
        "lik_levert": levert and fil.forskjell is None,
        "forskjell": fil.forskjell,
        "merknader": _merknader(fil),
        "kontroll": som_json(resultat, _kontrollfil(fil)) if resultat else None,
    }


def _rapportsti(rapport: Path, fil: Eksport, filer: Sequence[Eksport]) -> Path:
    return rapport.with_stem(f"{rapport.stem}_{fil.utkast.region}") if len(filer) > 1 else rapport
