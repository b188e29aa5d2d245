"""The command line `stonad`. Everything a user reads here is Norwegian.

Exit codes: 0 all is well; 1 finished, but something was refused, set aside or held back; 2 wrong use or
configuration; 3 the run failed and the last publication stands, or the site could not be built and the last one stands.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import typer.rich_utils
from rich.console import Console
from rich.table import Table

from dagster_project import fremdrift
from dagster_project.arbeidsbok.kommando import arbeidsbok
from dagster_project.fagsystem.sjekk import app as profil_app
from dagster_project.feil import Brukerfeil, Kjoringsfeil
from dagster_project.forklar import forklar
from dagster_project.formater import norsk_tall
from dagster_project.frister import kalender
from dagster_project.karantene import karantene
from dagster_project.kostra.eksport.kommando import eksport
from dagster_project.kostra.kontroll.kommando import kontroller
from dagster_project.kvittering import kvitter
from dagster_project.nettsted.kommando import nettsted
from dagster_project.rapport.kommando import rapport
from dagster_project.settings import EKSEMPEL_KOMMUNER, Mappe, les_miljo
from dagster_project.valg import JsonValg, MappeValg, velg_mappe

OK, MAA_SES_PAA, BRUKSFEIL, FEILET = 0, 1, 2, 3
MAKS_UKJENTE_VIST = 10

typer.rich_utils.ARGUMENTS_PANEL_TITLE = "Argumenter"
typer.rich_utils.OPTIONS_PANEL_TITLE = "Valg"
typer.rich_utils.COMMANDS_PANEL_TITLE = "Kommandoer"
typer.rich_utils.ERRORS_PANEL_TITLE = "Feil"

app = typer.Typer(
    name="stonad",
    help=(
        "Datavarehus for økonomisk sosialhjelp: fra uttrekkene til SSB til indikatorer du kan stole på.\n\n"
        "Utgangskoder: 0 alt i orden, 1 ferdig, men noe er avvist, lagt til side eller holdt tilbake, "
        "2 feil i bruk eller oppsett, 3 kjøringen eller nettstedet feilet (det som var publisert, står)."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
konsoll = Console(stderr=True, highlight=False)
ut = Console(highlight=False)


def _skriv_json(innhold: object) -> None:
    print(json.dumps(innhold, ensure_ascii=False, indent=2, default=str))


def _antall(antall: int, en: str, flere: str) -> str:
    return f"{norsk_tall(antall)} {en if antall == 1 else flere}"


@app.command()
def init(
    mappe: MappeValg = None,
    ny_nokkel: Annotated[
        bool,
        typer.Option(
            "--ny-nokkel",
            help="Nøkkelen er tapt eller skal byttes: lag en ny, og les arkivet på nytt med den.",
        ),
    ] = False,
) -> None:
    """Lag mappene, et eksempel på konfig/kommuner.yml, og nøkkelen som pseudonymene lages med."""
    from dagster_project.ingestion.nokkel import lag_nokkel, les_nokkel
    from dagster_project.kjoring import klargjor_dagster
    from dagster_project.las import enerett

    miljo = les_miljo()
    valgt = velg_mappe(mappe, miljo)
    valgt.lag()
    klargjor_dagster(valgt)
    kommuner = valgt.konfig / "kommuner.yml"
    if not kommuner.exists():
        kommuner.write_text(EKSEMPEL_KOMMUNER, encoding="utf-8")
        ut.print(f"Skrev {kommuner}. Rett den til dine kommuner.")
    if ny_nokkel:
        from dagster_project.ingestion.ny_nokkel import bytt_nokkel

        with enerett(valgt), konsoll.status("Leser arkivet på nytt med ny nøkkel …"):
            resultat = bytt_nokkel(valgt, miljo)
        ut.print(f"Ny nøkkel i {miljo.sti_til_nokkelfil}. {resultat.filer} filer er lest på nytt.")
        for sti in resultat.mangler:
            ut.print(f"Mangler i arkivet: {sti}. Tallene står, men personene der kan ikke kobles til nye år.")
        return
    if les_nokkel(miljo) is None:
        lag_nokkel(miljo.sti_til_nokkelfil)
        ut.print(
            f"Laget ny nøkkel i {miljo.sti_til_nokkelfil}. Ta sikkerhetskopi av den, og ikke legg den i {valgt.rot}."
        )
    ut.print(
        f"Klart. Legg filene fra fagsystem og regnskap i {valgt.innboks}, og kjør «stonad kjor --mappe {valgt.rot}»."
    )


@app.command()
def demo(
    mappe: MappeValg = None,
    fro: Annotated[
        int, typer.Option("--fro", help="Startverdi for tilfeldige tall; samme verdi gir samme filer.")
    ] = 2026,
    json_: JsonValg = False,
) -> None:
    """Lag oppdiktede leveranser for en oppdiktet region, og kjør hele jobben på dem."""
    from dagster_project.kjoring import kjor as kjor_jobben
    from dagster_project.klokke import naa

    miljo = les_miljo()
    if mappe is None and miljo.mappe is None:
        mappe = Path("demo")
    valgt = velg_mappe(mappe, miljo)
    if (valgt.konfig / "kommuner.yml").exists() and not (valgt.rot / ".demo").exists():
        raise Brukerfeil(f"{valgt.rot} er i bruk til noe annet enn demo. Velg en tom mappe med --mappe.")
    with _fremdrift(json_):
        fremdrift.si("Lager oppdiktede leveranser")
        _lag_demo(valgt, fro)
        sammendrag = kjor_jobben(valgt, miljo, naa())
    if json_:
        _skriv_json(sammendrag.som_dict())
    else:
        _vis(sammendrag, valgt)
        ut.print()
        ut.print("Se på tallene:")
        python, stonad = sys.executable, Path(sys.executable).with_name("stonad")
        lesing = f"duckdb.connect('{valgt.publisert / 'stonad.duckdb'}', read_only=True)"
        for kommando in (
            f"{python} -c \"import duckdb; {lesing}.sql('from bi.ind_kostra').show()\"",
            f"{stonad} status --mappe {valgt.rot}",
            f"{stonad} ui --mappe {valgt.rot}",
            f"{stonad} nettsted --mappe {valgt.rot}",
        ):
            ut.print(f"  {kommando}", soft_wrap=True)
        ut.print(f"Radene som ble lagt til side, er forklart i {valgt.karantene}.", soft_wrap=True)


def _lag_demo(valgt: Mappe, fro: int) -> None:
    import shutil

    from dagster_project.demo.leveranser import DEMOAAR, FJORDREGIONEN, lag_leveranser

    valgt.lag()
    (valgt.rot / ".demo").touch()
    lag_leveranser(valgt.innboks, FJORDREGIONEN, DEMOAAR, fro, med_fagsystem=True, med_hovedbok=True)
    laget = valgt.innboks / "konfig" / "kommuner.yml"
    shutil.move(laget, valgt.konfig / "kommuner.yml")
    laget.parent.rmdir()


@app.command()
def kjor(
    mappe: MappeValg = None,
    per: Annotated[
        str | None,
        typer.Option("--per", help="Gi tallene slik de var kjent ved utgangen av denne dagen, ved siden av dagens."),
    ] = None,
    mottatt: Annotated[
        str | None,
        typer.Option(
            "--mottatt",
            help="Registrer filene som mottatt da (2026-01-15T06:00, UTC), når historikk bygges opp på nytt.",
        ),
    ] = None,
    bygg_alltid: Annotated[
        bool, typer.Option("--bygg-alltid", help="Regn ut og publiser selv om ingenting er nytt.")
    ] = False,
    med_nettsted: Annotated[
        bool, typer.Option("--nettsted", help="Bygg også nettstedet når tallene er publisert.")
    ] = False,
    json_: JsonValg = False,
) -> None:
    """Les innboksen, regn ut indikatorene og publiser dem."""
    from dagster_project.kjoring import kjor as kjor_jobben
    from dagster_project.klokke import naa

    miljo = les_miljo()
    valgt = velg_mappe(mappe, miljo, per)
    try:
        tidspunkt = datetime.fromisoformat(mottatt) if mottatt else naa()
    except ValueError:
        raise Brukerfeil(f"«{mottatt}» er ikke et tidspunkt. Skriv det som 2026-01-15T06:00.") from None
    if tidspunkt.tzinfo is not None:
        raise Brukerfeil("Skriv tidspunktet uten tidssone; det leses som UTC.")
    valgt.kommuner()
    with _fremdrift(json_):
        try:
            sammendrag = kjor_jobben(valgt, miljo, tidspunkt, bygg_alltid=bygg_alltid)
        except Kjoringsfeil:
            # The front page of the site there is says that the last run failed.
            if med_nettsted and valgt.nettsted.exists():
                _oppdater_nettsted(valgt)
            raise
        nettstedfeil = None
        if med_nettsted and sammendrag.publisert:
            nettstedfeil = _oppdater_nettsted(valgt)
            sammendrag.nettsted = "" if nettstedfeil else str(valgt.nettsted / "index.html")
    if json_:
        _skriv_json(sammendrag.som_dict())
    else:
        _vis(sammendrag, valgt)
    if nettstedfeil is not None:
        konsoll.print(f"[red]Tallene er publisert, men ikke på nettstedet.[/red] {nettstedfeil}", soft_wrap=True)
        raise typer.Exit(FEILET)
    if sammendrag.maa_ses_paa:
        raise typer.Exit(MAA_SES_PAA)


def _oppdater_nettsted(valgt: Mappe) -> Exception | None:
    """Build the site when it is not of what is published and of the last run, and return what went wrong."""
    from dagster_project.nettsted.bygg import bygg_nettsted, er_oppdatert

    try:
        if not er_oppdatert(valgt):
            bygg_nettsted(valgt)
    except (Brukerfeil, Kjoringsfeil) as feil:
        return feil
    return None


class _fremdrift:  # noqa: N801 - reads as the with-statement it is
    """Show a spinner with the step on a terminal, plain lines elsewhere, nothing with --json."""

    def __init__(self, stille: bool) -> None:
        self._stille = stille

    def __enter__(self) -> None:
        self._status = konsoll.status("Starter …") if konsoll.is_terminal and not self._stille else None
        if self._status:
            self._status.start()
        self._lytt = fremdrift.lytt(self._si)
        self._lytt.__enter__()

    def _si(self, tekst: str) -> None:
        if self._status:
            self._status.update(f"{tekst} …")
        elif not self._stille:
            konsoll.print(f"{tekst} …")

    def __exit__(self, *feil: object) -> None:
        self._lytt.__exit__(*feil)
        if self._status:
            self._status.stop()


def _gjelder(fil) -> str:
    deler = [str(del_) for del_ in (fil.kommunenummer, fil.rapporteringsaar) if del_ is not None]
    return f" ({', '.join(deler)})" if deler else ""


def _vis(sammendrag, valgt: Mappe) -> None:
    """Print the summary: a line per form and status, then what needs a person's eyes."""
    if sammendrag.filer:
        tabell = Table(title="Leveranser i denne kjøringen", title_justify="left")
        for navn, justering in (
            ("Skjema", "left"),
            ("Filer", "right"),
            ("Lest", "right"),
            ("Godtatt", "right"),
            ("Karantene", "right"),
            ("Sumlinjer", "right"),
            ("Avviste filer", "right"),
        ):
            tabell.add_column(navn, justify=justering)
        for objekt in sorted({fil.objekt for fil in sammendrag.filer}):
            filer = [fil for fil in sammendrag.filer if fil.objekt == objekt]
            tabell.add_row(
                objekt,
                norsk_tall(len(filer)),
                norsk_tall(sum(fil.rader_lest for fil in filer)),
                norsk_tall(sum(fil.rader_godtatt for fil in filer)),
                norsk_tall(sum(fil.rader_karantene for fil in filer)),
                norsk_tall(sum(fil.rader_sumlinje for fil in filer)),
                norsk_tall(sum(fil.status != "godtatt" for fil in filer)),
            )
        tabell.add_section()
        tabell.add_row(
            "I alt",
            norsk_tall(len(sammendrag.filer)),
            norsk_tall(sammendrag.rader_lest),
            norsk_tall(sammendrag.rader_godtatt),
            norsk_tall(sammendrag.rader_karantene),
            norsk_tall(sammendrag.rader_sumlinje),
            norsk_tall(sum(fil.status != "godtatt" for fil in sammendrag.filer)),
        )
        ut.print(tabell)
    elif valgt.per is None:
        ut.print("Ingen nye leveranser i innboksen.")
    for fil in sammendrag.filer:
        if fil.status != "godtatt":
            ut.print(f"[red]Avvist[/red] {fil.filnavn}: {fil.melding}", soft_wrap=True)
        elif fil.maa_ses_paa:
            ut.print(
                f"[yellow]Lagt til side[/yellow] {fil.rader_karantene - fil.rader_utelatt} av {fil.rader_lest} rader i "
                f"{fil.filnavn}{_gjelder(fil)}.",
                soft_wrap=True,
            )
    if sammendrag.advarsler:
        ut.print(
            f"[yellow]Advarsel[/yellow]: {_antall(sammendrag.advarsler, 'rad', 'rader')} er tatt med, men bør ses på "
            "(intern.advarsel)."
        )
    if sammendrag.levert_for:
        ut.print(f"{_antall(sammendrag.levert_for, 'fil', 'filer')} var levert før og endret ingenting.")
    if sammendrag.ukjente_filer:
        vist = sammendrag.ukjente_filer[:MAKS_UKJENTE_VIST]
        rest = len(sammendrag.ukjente_filer) - len(vist)
        ut.print(
            f"{_antall(len(sammendrag.ukjente_filer), 'fil', 'filer')} i innboksen kjenner ingen leser; "
            "de blir liggende:"
        )
        for sti in vist:
            ut.print(f"  {sti}", soft_wrap=True)
        if rest:
            ut.print(f"  … og {rest} til (stonad status --json viser alle)")
    _vis_ssb_kontroller(sammendrag.ssb_kontroller)
    _vis_tilbakeholdt(sammendrag.tilbakeholdt)
    ut.print(
        f"{'Publisert' if sammendrag.er_bygget else 'Ingenting nytt å regne ut; publisert fra før'}: "
        f"{norsk_tall(sammendrag.indikatorer)} indikatorverdier for "
        f"{_antall(sammendrag.kommuner, 'kommune', 'kommuner')}, "
        f"{norsk_tall(sammendrag.skjermet)} av dem skjermet.",
        soft_wrap=True,
    )
    ut.print(f"Resultatet ligger i {sammendrag.publisert}", soft_wrap=True)
    if sammendrag.kvalitet:
        ut.print(f"Kvaliteten på tallene: {sammendrag.kvalitet}", soft_wrap=True)
    if sammendrag.nettsted:
        ut.print(f"Nettstedet: {sammendrag.nettsted}", soft_wrap=True)


def _vis_tilbakeholdt(tilbakeholdt) -> None:
    for holdt in tilbakeholdt:
        ut.print(
            f"[red]Holdt tilbake[/red] {holdt.kommunenummer} {holdt.maaned:%Y-%m}: {holdt.forklaring}", soft_wrap=True
        )


def _vis_ssb_kontroller(oversikt) -> None:
    """Print one line on what SSB would say of the files that count; nothing where there are none."""
    if oversikt is None or not oversikt.kontrollert + oversikt.ikke_kontrollert:
        return
    funnet = oversikt.avvist or oversikt.avvist_uansett or oversikt.advarsler
    deler = [
        f"SSBs kontroller: {_antall(oversikt.avvist, 'fil', 'filer')} ville blitt avvist, "
        f"{_antall(oversikt.advarsler, 'advarsel', 'advarsler')}"
        f"{'; se intern.kostra_kontroll eller stonad kontroller --rapport' if funnet else ''}."
    ]
    if oversikt.avvist_uansett:
        deler.append(
            f"{_antall(oversikt.avvist_uansett, 'fil', 'filer')} til ville blitt avvist, men bare for feil "
            "SSBs program gir uansett."
        )
    if oversikt.ikke_kontrollert:
        deler.append(f"{_antall(oversikt.ikke_kontrollert, 'fil', 'filer')} lot seg ikke kontrollere.")
    ut.print(" ".join(deler), soft_wrap=True)


@app.command()
def status(mappe: MappeValg = None, json_: JsonValg = False) -> None:
    """Vis hva som er publisert, hva som venter, og hva noen bør se på."""
    from dataclasses import asdict

    from dagster_project.kjoring import KJORESTATUS, les_status

    status_ = les_status(velg_mappe(mappe, les_miljo()))
    if json_:
        _skriv_json(asdict(status_))
        return
    if status_.publisert is None:
        ut.print(f"Ingenting er publisert ennå i {status_.mappe}.", soft_wrap=True)
    else:
        ut.print(
            f"Publisert {status_.publisert_tidspunkt} UTC (kontrakt {status_.kontrakt_versjon}): {status_.publisert}",
            soft_wrap=True,
        )
        ut.print(
            f"{_antall(status_.leveranser_godtatt, 'leveranse', 'leveranser')} godtatt, "
            f"{norsk_tall(status_.leveranser_avvist)} avvist; "
            f"{_antall(status_.rader_karantene, 'rad', 'rader')} i karantene; "
            f"{_antall(status_.skjermet, 'indikatorverdi', 'indikatorverdier')} skjermet.",
            soft_wrap=True,
        )
        tabell = Table(title="Hva varehuset har", title_justify="left")
        for navn in ("Kommune", "Skjema", "År"):
            tabell.add_column(navn)
        for rad in status_.dekning:
            aar = [str(aar) for aar in rad["aar"] if aar is not None]
            tabell.add_row(
                f"{rad['kommunenummer']} {rad['kommunenavn']}",
                rad["objekt"] or "ingen leveranser",
                ", ".join(aar),
            )
        ut.print(tabell)
    _vis_tilbakeholdt(status_.tilbakeholdt)
    _vis_ssb_kontroller(status_.ssb_kontroller)
    ut.print(
        f"I innboksen: {_antall(len(status_.venter_i_innboks), 'fil', 'filer')} å lese, "
        f"{len(status_.ukjente_filer)} ingen leser kjenner."
    )
    if status_.siste_kjoring:
        ord_ = KJORESTATUS.get(status_.siste_kjoring_status, status_.siste_kjoring_status)
        ut.print(f"Siste kjøring: {status_.siste_kjoring} UTC, {ord_}.")


@app.command()
def ui(
    mappe: MappeValg = None,
    port: Annotated[int, typer.Option("--port", help="Porten nettsiden svarer på (bare på denne maskinen).")] = 3000,
) -> None:
    """Åpne Dagsters nettside for mappen: kjøringer, historikk, planer og innboksvakt."""
    from dagster_project.kjoring import start_ui

    miljo = les_miljo()
    valgt = velg_mappe(mappe, miljo)
    ut.print(f"Åpne http://127.0.0.1:{port} i nettleseren. Avslutt med Ctrl-C.")
    start_ui(valgt, miljo, port)


app.command()(kontroller)
app.command()(eksport)
app.command()(karantene)
app.command()(forklar)
app.command()(kvitter)
app.command()(rapport)
app.command()(arbeidsbok)
app.command()(nettsted)
app.command()(kalender)
app.add_typer(profil_app, name="profil")


def main() -> None:
    """Run the command line; every error a user can meet ends in a sentence and an exit code."""
    try:
        app()
    except Brukerfeil as feil:
        konsoll.print(f"[red]Feil:[/red] {feil}", soft_wrap=True)
        sys.exit(BRUKSFEIL)
    except Kjoringsfeil as feil:
        konsoll.print(f"[red]Kjøringen feilet.[/red] {feil}", soft_wrap=True)
        sys.exit(FEILET)


if __name__ == "__main__":
    main()
