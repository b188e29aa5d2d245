"""The controller's year: what is due when, and the command `stonad kalender`.

The fixed dates are data (seeds/kalender_frist.csv); the monthly deliveries are due on a working day
(seeds/leveranse_terskel.csv). Only the last of the corrections is also known by year (seeds/kostra_frist.csv).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.feil import Brukerfeil, trygt_navn
from dagster_project.formater import dato, maaned
from dagster_project.kalender import EN_DAG, dagtype, forrige_maaned, leveransefrist, siste_virkedag
from dagster_project.klokke import naa
from dagster_project.ny_fil import ny_fil
from dagster_project.seeds import read_seed
from dagster_project.valg import JsonValg

FORSTE_AAR, SISTE_AAR = 2000, 2100
UKEDAGER = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MAANEDSFRIST = "leveranser"
GJOR_HVER_MAANED = (
    "Legg filene i innboks, og kjør stonad kjor. Se stonad status og publisert/kvalitet.html, ta stilling til funnene "
    "med stonad kvitter, og skriv arbeidsboken: stonad arbeidsbok."
)
FRIST, OMTRENTLIG = "frist", "omtrentlig"
FLYTTET = (
    "I 2020 flyttet SSB en slik frist fra lørdag til mandagen etter. Regn ikke med det før SSB har sagt det for i år."
)
PRODID = "-//Stønadsvarehuset//stonad kalender//NO"
BYTES_PER_LINJE = 75

ut = Console(highlight=False)


@dataclass(frozen=True)
class Frist:
    """One entry of the year. `dag` is the first of the month when only the month is known."""

    frist_id: str
    dag: date
    naar: str
    ferdig: date
    """The day itself, or the last working day before a deadline that is none."""
    navn: str
    gjor: str
    merknad: str
    slag: str
    """frist: a date to keep. omtrentlig: due about then. hendelse: what somebody else does."""
    kilde: str


def frister(aar: int) -> list[Frist]:
    """Return everything that is due in a year.

    Shape: one per deadline, in order of the day and the name.

    Raises:
        Brukerfeil: if the year is not one a calendar is made for.
    """
    if not FORSTE_AAR <= aar <= SISTE_AAR:
        raise Brukerfeil(f"Kalenderen finnes for årene {FORSTE_AAR} til {SISTE_AAR}, ikke {aar}.")
    faste = [_fast(rad, aar) for rad in read_seed("kalender_frist")]
    return sorted([*faste, *_leveranser(aar)], key=lambda frist: (frist.dag, frist.navn))


def _fast(rad: dict[str, str], aar: int) -> Frist:
    dag = date(aar, int(rad["maaned"]), int(rad["dag"] or 1))
    naar = dato(dag) if rad["dag"] else f"i {maaned(dag)}"
    merknad, ferdig = rad["merknad"], dag
    if rad["slag"] == OMTRENTLIG and rad["dag"]:
        naar = f"omkring {naar}"
    if rad["slag"] == FRIST and (fri := dagtype(dag)):
        ferdig = siste_virkedag(dag)
        merknad = f"{merknad} Datoen er en {fri}. {FLYTTET}".strip()
    return Frist(rad["frist_id"], dag, naar, ferdig, rad["navn"], rad["gjor"], merknad, rad["slag"], rad["kilde"])


def _leveranser(aar: int) -> Iterable[Frist]:
    nummer = next(rad for rad in read_seed("leveranse_terskel") if rad["terskel_id"] == "frist_virkedag")
    for nr in range(1, 13):
        gjelder = forrige_maaned(date(aar, nr, 1))
        dag = leveransefrist(gjelder)
        yield Frist(
            f"{MAANEDSFRIST}-{gjelder:%Y-%m}",
            dag,
            dato(dag),
            dag,
            f"Månedsleveransene for {maaned(gjelder)} skal være kommet",
            GJOR_HVER_MAANED,
            f"Virkedag nummer {nummer['verdi']} i måneden.",
            FRIST,
            nummer["kilde"],
        )


def neste(alle: Sequence[Frist], dag: date) -> Frist | None:
    """Return the first deadline on a day or after it, or None when the year's are over."""
    return next((frist for frist in alle if frist.dag >= dag and frist.slag == FRIST), None)


def ical(alle: Sequence[Frist], stempel: datetime) -> str:
    """Return the deadlines as a calendar other programs read (RFC 5545), all-day events with an id that stays.

    Units: `stempel` is when the calendar is made, UTC.
    """
    linjer = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for frist in alle:
        beskrivelse = "\n".join(filter(None, (frist.gjor, frist.merknad, f"Kilde: {frist.kilde}")))
        linjer += [
            "BEGIN:VEVENT",
            f"UID:{frist.frist_id}-{frist.dag.year}@stonadsvarehuset",
            f"DTSTAMP:{stempel:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{frist.dag:%Y%m%d}",
            f"DTEND;VALUE=DATE:{frist.dag + EN_DAG:%Y%m%d}",
            f"SUMMARY:{_rommet(frist.navn + (' (omtrentlig)' if frist.slag == OMTRENTLIG else ''))}",
            f"DESCRIPTION:{_rommet(beskrivelse)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    linjer.append("END:VCALENDAR")
    return "".join(f"{_brett(linje)}\r\n" for linje in linjer)


def _rommet(tekst: str) -> str:
    """Return a text as a property's value, with what has a meaning there taken out of it."""
    for tegn, rommet in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        tekst = tekst.replace(tegn, rommet)
    return tekst


def _brett(linje: str) -> str:
    """Return a line folded so that none is over 75 bytes and no letter is split."""
    biter, plass = [""], BYTES_PER_LINJE
    for tegn in linje:
        if len(tegn.encode()) > plass:
            # The space that begins a folded line is one of its bytes.
            biter.append("")
            plass = BYTES_PER_LINJE - 1
        biter[-1] += tegn
        plass -= len(tegn.encode())
    return "\r\n ".join(biter)


def kalender(
    aar: Annotated[int | None, typer.Option("--aar", help="Året. Ellers året --dato er i.")] = None,
    dato_: Annotated[
        str | None, typer.Option("--dato", help="Dagen den neste fristen regnes fra, som 2026-01-10. Ellers i dag.")
    ] = None,
    ics: Annotated[
        Path | None, typer.Option("--ics", help="Skriv fristene til en fil som Outlook og andre kalendere leser.")
    ] = None,
    json_: JsonValg = False,
) -> None:
    """Vis controllerens år: frister for leveranser, KOSTRA og rettelser, og hva du gjør til hver av dem."""
    naa_ = datetime.combine(_dag(dato_), time()) if dato_ else naa()
    alle = frister(aar if aar is not None else naa_.year)
    nest = neste(alle, naa_.date())
    if ics is not None:
        _skriv(ics, ical(alle, naa_))
    if json_:
        svar = [vars(frist) | {"dag": frist.dag.isoformat(), "ferdig": frist.ferdig.isoformat()} for frist in alle]
        for rad, frist in zip(svar, alle, strict=True):
            rad["er_neste"] = frist == nest
        print(json.dumps(svar, ensure_ascii=False, indent=2))
        return
    _vis(alle, nest)
    if ics is not None:
        ut.print(f"Skrev {ics}: {len(alle)} frister.", soft_wrap=True)


def _dag(tekst: str) -> date:
    try:
        return date.fromisoformat(tekst)
    except ValueError:
        raise Brukerfeil(f"«{tekst}» er ikke en dato. Skriv den som 2026-01-10.") from None


def _skriv(fil: Path, tekst: str) -> None:
    try:
        with ny_fil(fil) as ny:
            ny.write_text(tekst, encoding="utf-8", newline="")
    except OSError as feil:
        raise Brukerfeil(f"Kan ikke skrive {trygt_navn(str(fil))}: {feil.strerror}.") from None


def _vis(alle: Sequence[Frist], nest: Frist | None) -> None:
    tabell = Table(title=f"Controllerens år {alle[0].dag.year}", title_justify="left", show_lines=True)
    for navn in ("", "Når", "Frist", "Hva du gjør"):
        tabell.add_column(navn, overflow="fold")
    for frist in alle:
        naar = [f"{UKEDAGER[frist.dag.weekday()]} {frist.naar}" if frist.slag == FRIST else frist.naar]
        if frist.ferdig < frist.dag:
            naar.append(f"Ferdig {UKEDAGER[frist.ferdig.weekday()]} {dato(frist.ferdig)}")
        hva = escape(frist.navn) if frist != nest else f"[bold]{escape(frist.navn)}[/bold]"
        deler = (frist.gjor, frist.merknad, f"Kilde: {frist.kilde}.")
        tabell.add_row("→" if frist == nest else "", "\n".join(naar), hva, escape("\n".join(filter(None, deler))))
    ut.print(tabell)
    if nest is not None:
        ut.print(f"Neste frist (→): {nest.navn}, {dato(nest.dag)}.", soft_wrap=True)
