"""The command `stonad kontroller`: what SSB's control program would say about a file, and what to do about it."""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.feil import Brukerfeil, trygt_navn
from dagster_project.ingestion.nokkel import last_kryptering
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.kostra.kontroll.fall import kontroller_fall, les_fall
from dagster_project.kostra.kontroll.lesing import Kontrollfil
from dagster_project.kostra.kontroll.motor import Kontrollresultat
from dagster_project.kostra.kontroll.motor import kontroller as kjor_kontroller
from dagster_project.kostra.kontroll.rapport import (
    ALVORSNAVN,
    MAKS_RADER_I_ARK,
    Punkt,
    antall_per_alvor,
    funn_som_json,
    les_punkter,
    skriv_excel,
)
from dagster_project.kostra.kontroll.regel import SKJEMAER, UTGAVER, utgave_for

MAKS_PER_GRUPPE = 50
FARGE = {"FATAL": "bold red", "ERROR": "red", "WARNING": "yellow", "INFO": "cyan", "OK": "green"}
# SSB's own name for the release the reports of 2025 went through is understood too.
UTGAVENAVN = {utgave: utgave for utgave in UTGAVER} | {"v2026.03.30": "2025", "2026.03.30": "2025"}

ut = Console(highlight=False)


def kontroller(
    fil: Annotated[Path | None, typer.Argument(help="Filen som skal til SSB.")] = None,
    skjema: Annotated[str | None, typer.Option("--skjema", help="11F, 11CF eller 0A.")] = None,
    aar: Annotated[int | None, typer.Option("--aar", help="Rapporteringsåret.")] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", help="Kommunenummer og bydel, seks siffer: 341100, i Oslo for eksempel 030105."),
    ] = None,
    orgnr: Annotated[str | None, typer.Option("--orgnr", help="Organisasjonsnummeret filen leveres for (0A).")] = None,
    kvartal: Annotated[str | None, typer.Option("--kvartal", help="1–4 for kvartalsregnskap; utelates ellers.")] = None,
    ingen_poster: Annotated[
        bool, typer.Option("--ingen-poster", help="Dere svarer SSB at dere ikke har noe å rapportere.")
    ] = False,
    regelutgave: Annotated[
        str | None,
        typer.Option(
            "--regelutgave",
            help="2025 (SSBs program v2026.03.30) eller 2026 (det som kom etter). Følger året når den ikke er gitt.",
        ),
    ] = None,
    fall: Annotated[
        Path | None, typer.Option("--fall", help="Kontroller alle fallene i en JSONL-fil i stedet for én fil.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON for maskiner.")] = False,
    rapport: Annotated[
        Path | None, typer.Option("--rapport", help="Skriv arbeidslisten til en Excel-fil, ett ark per saksbehandler.")
    ] = None,
) -> None:
    """Si hva SSBs kontrollprogram vil si om en fil, og hva saksbehandleren gjør med det.

    Utgangskoder: 0 i orden, 1 advarsel, 2 feil som stopper innsendingen. Med --fall: 0 når alle er kontrollert.
    """
    utgave = _utgave(regelutgave)
    if (fil is None) == (fall is None):
        raise Brukerfeil("Si hva som skal kontrolleres: enten en fil eller --fall.")
    with _arbeidsbase() as con:
        if fall is not None:
            if rapport is not None:
                raise Brukerfeil("--rapport gjelder én fil og kan ikke brukes sammen med --fall.")
            _kontroller_fall(con, fall, utgave, json_)
            return
        if skjema is None or aar is None or region is None:
            raise Brukerfeil("Si hva filen er: --skjema, --aar og --region trengs.")
        kontrollfil = _kontrollfil(fil, skjema, aar, region, orgnr, kvartal, har_vedlegg=not ingen_poster)
        resultat = kjor_kontroller(con, [kontrollfil], utgave or utgave_for(aar))
        if rapport is not None:
            skriv_rapport(resultat, rapport)
        if json_:
            print(json.dumps(som_json(resultat, kontrollfil), indent=2))
        else:
            vis(resultat, kontrollfil)
            if rapport is not None:
                ut.print(f"Arbeidslisten ligger i {escape(str(rapport))}", soft_wrap=True)
        utgangskode = resultat.filer[0].utgangskode
    if utgangskode:
        raise typer.Exit(utgangskode)


@contextlib.contextmanager
def _arbeidsbase() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection whose overflow, which would hold identity numbers, is encrypted and gone afterwards."""
    with TemporaryDirectory() as kladd, duckdb.connect() as con:
        con.execute(f"set temp_directory = {sql_tekst(kladd)}")
        last_kryptering(con)
        con.execute("set temp_file_encryption = true")
        yield con


def _utgave(valgt: str | None) -> str | None:
    if valgt is None:
        return None
    if valgt not in UTGAVENAVN:
        raise Brukerfeil(f"Ukjent regelutgave «{valgt}». Bruk {' eller '.join(UTGAVER)}.")
    return UTGAVENAVN[valgt]


def _kontrollfil(
    fil: Path, skjema: str, aar: int, region: str, orgnr: str | None, kvartal: str | None, *, har_vedlegg: bool
) -> Kontrollfil:
    if skjema.upper() not in SKJEMAER:
        raise Brukerfeil(f"Ukjent skjema «{skjema}». Bruk {', '.join(SKJEMAER)}.")
    if not 2000 <= aar <= 2099:
        raise Brukerfeil(f"«{aar}» er ikke et rapporteringsår.")
    if not re.fullmatch(r"[0-9]{6}", region):
        raise Brukerfeil("Regionen skal ha seks siffer: kommunenummeret og 00, i Oslo bydelens nummer.")
    if orgnr is not None and not re.fullmatch(r"[0-9]{9}", orgnr):
        raise Brukerfeil("Organisasjonsnummeret skal ha ni siffer.")
    if kvartal is not None and not re.fullmatch(r"[1-4 ]", kvartal):
        raise Brukerfeil("Kvartalet skal være 1, 2, 3 eller 4.")
    try:
        with fil.open("rb"):
            pass
    except OSError as feil:
        raise Brukerfeil(f"Kan ikke lese {trygt_navn(fil.name)}: {feil.strerror}.") from None
    return Kontrollfil(
        skjema=skjema.upper(),
        aar=aar,
        region=region,
        sti=fil,
        orgnr=orgnr or " " * 9,
        kvartal=kvartal or " ",
        har_vedlegg=har_vedlegg,
    )


def _kontroller_fall(con: duckdb.DuckDBPyConnection, sti: Path, utgave: str | None, json_: bool) -> None:
    svar = kontroller_fall(con, les_fall(sti), utgave)
    if json_:
        for kjennelse in svar:
            print(json.dumps(kjennelse.som_dict()))
        return
    tabell = Table(title="Fall etter alvorligste funn", title_justify="left")
    tabell.add_column("Alvor")
    tabell.add_column("Fall", justify="right")
    for alvor, navn in ALVORSNAVN.items():
        if antall := sum(kjennelse.alvor == alvor for kjennelse in svar):
            tabell.add_row(navn, str(antall))
    ut.print(tabell)


def skriv_rapport(resultat: Kontrollresultat, sti: Path) -> None:
    """Write the worklist of one file.

    Raises:
        Brukerfeil: if it cannot be written there.
    """
    # One more than is shown, so that the sheet can say that there are more.
    punkter, _ = les_punkter(resultat, MAKS_RADER_I_ARK + 1)
    try:
        skriv_excel(punkter, sti)
    except OSError as feil:
        raise Brukerfeil(f"Kan ikke skrive {trygt_navn(sti.name)}: {feil.strerror}.") from None


def som_json(resultat: Kontrollresultat, fil: Kontrollfil) -> dict[str, object]:
    """Return what `--json` shows of one file."""
    svar = resultat.filer[0]
    funn, utelatt = funn_som_json(resultat)
    return {
        "skjema": fil.skjema,
        "aar": fil.aar,
        "region": fil.region,
        "regelutgave": resultat.utgave,
        "overall": svar.alvor,
        "return_code": svar.utgangskode,
        "controls": svar.kontroller,
        "linjer": svar.linjer,
        "poster": svar.poster,
        "antall": antall_per_alvor(resultat),
        "utelatt": utelatt,
        "verdict": funn,
    }


def vis(resultat: Kontrollresultat, fil: Kontrollfil) -> None:
    """Print the findings of one file and what SSB will do with it."""
    svar = resultat.filer[0]
    punkter, flere = les_punkter(resultat, MAKS_PER_GRUPPE)
    for alvor, navn in ALVORSNAVN.items():
        egne = [punkt for punkt in punkter if punkt.alvor == alvor]
        if egne:
            ut.print(_tabell(navn, FARGE[alvor], egne))
    if flere:
        ut.print(f"… og {flere} punkter til. Skriv alt til en Excel-fil med --rapport.")
    if svar.linjer == 0 and not punkter:
        ut.print("Filen har ingen poster, og SSBs program regner det som feil.")
    for merknad in dict.fromkeys(f"{punkt.regel}: {punkt.saerhet}" for punkt in punkter if punkt.saerhet):
        ut.print(f"[dim]Om regel {escape(merknad)}[/dim]")
    antall = ", ".join(f"{ALVORSNAVN[alvor].lower()} {antall}" for alvor, antall in antall_per_alvor(resultat).items())
    ut.print(
        f"{fil.skjema} {fil.aar}, region {fil.region}, regelutgave {resultat.utgave}: {svar.poster} poster, "
        f"{svar.kontroller} kontroller{f', funn: {antall}' if antall else ', ingen funn'}."
    )
    dom = "SSB tar imot filen." if svar.utgangskode < 2 else "SSB tar ikke imot filen."
    ut.print(f"[{FARGE[svar.alvor]}]{ALVORSNAVN[svar.alvor]}[/]. {dom}")


def _tabell(navn: str, farge: str, punkter: list[Punkt]) -> Table:
    tabell = Table(title=f"[{farge}]{navn}[/]", title_justify="left")
    for overskrift in ("Saksbehandler", "Journalnr.", "Linje", "Regel"):
        tabell.add_column(overskrift, no_wrap=overskrift != "Linje")
    tabell.add_column("Hva er galt, og hva du gjør", overflow="fold")
    forrige = None
    for punkt in punkter:
        if forrige is not None and punkt.saksbehandler != forrige:
            tabell.add_section()
        tabell.add_row(
            escape(punkt.saksbehandler) if punkt.saksbehandler != forrige else "",
            escape(punkt.journalnummer),
            punkt.linjetekst,
            punkt.regel,
            f"{escape(punkt.melding)}\n[dim]{punkt.gjor}[/dim]",
        )
        forrige = punkt.saksbehandler
    return tabell
