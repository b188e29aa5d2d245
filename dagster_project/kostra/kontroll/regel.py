"""The rules, code sets and limits of `seeds/kostra_kontroll*.csv`, with the editions of SSB's program they are in."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dagster_project.seeds import read_seed

MAPPE = Path(__file__).parent
UTGAVER = ("2025", "2026")
"""Editions of SSB's program: `2025` is release v2026.03.30, `2026` the one after it with the rules of 2026."""
SKJEMAER = ("11F", "11CF", "0A")
ALVORSGRADER = ("OK", "INFO", "WARNING", "ERROR", "FATAL")
"""Lowest first."""
STOPPER = ("FATAL", "ERROR")
"""SSB does not take a file with findings of these."""
INNLEDENDE = ("000", "001")
# SSB's files for every year are read by this year's layout; the year given chooses ages and dates only.
LAYOUTAAR = 2026


@dataclass(frozen=True)
class Regel:
    """One rule of one form in one edition.

    `melding` may hold places for what a finding brings (`{verdi}`, `{felt}`) and what the run was given (`{aar}`,
    `{region}`, `{kommunenr}`, `{orgnr}`, `{postlengde}`); limits are already filled in. `alvor` is what a finding gets
    where the SQL does not say otherwise. `saerhet` is a note where SSB's program does something one would not expect.
    """

    skjema: str
    regel: str
    rekkefolge: int
    sqlnavn: str
    alvor: str
    felt: str
    tittel: str
    melding: str
    gjor: str
    saerhet: str

    @property
    def sql(self) -> str:
        """Return the rule's select."""
        return les_sql(f"regler/{self.sqlnavn}")

    @property
    def er_innledende(self) -> bool:
        """Tell whether the rule runs before the others, and ends the run where it reports anything."""
        return self.regel in INNLEDENDE


@cache
def les_sql(navn: str) -> str:
    """Return the text of one of the SQL files of this package."""
    return (MAPPE / f"{navn}.sql").read_text(encoding="utf-8")


def utgave_for(aar: int) -> str:
    """Return the edition the reports of a year go through."""
    return UTGAVER[0] if aar <= int(UTGAVER[0]) else UTGAVER[1]


def _gjelder(rad: dict[str, str], skjema: str, utgave: str) -> bool:
    fra, til = rad["fra_utgave"] or UTGAVER[0], rad["til_utgave"] or UTGAVER[-1]
    return rad["skjema"] == skjema and fra <= utgave <= til


@cache
def regler(skjema: str, utgave: str) -> tuple[Regel, ...]:
    """Return the rules of a form in an edition, in the order SSB's program runs them.

    Raises:
        ValueError: if there is no such edition.
    """
    if utgave not in UTGAVER:
        raise ValueError(f"Ukjent regelutgave: {utgave}.")
    verdier = {navn: f"{verdi:,}".replace(",", " ") for navn, verdi in grenser(skjema, utgave)}
    return tuple(
        Regel(
            skjema=skjema,
            regel=rad["regel"],
            rekkefolge=int(rad["rekkefolge"]),
            sqlnavn=rad["sql"],
            alvor=rad["alvor"],
            felt=rad["felt"],
            tittel=_fyll(rad["tittel"], verdier),
            melding=_fyll(rad["melding"], verdier),
            gjor=rad["gjor"],
            saerhet=rad["saerhet"],
        )
        for rad in sorted(read_seed("kostra_kontrollregel"), key=lambda rad: int(rad["rekkefolge"]))
        if _gjelder(rad, skjema, utgave)
    )


def _fyll(tekst: str, verdier: dict[str, str]) -> str:
    for navn, verdi in verdier.items():
        tekst = tekst.replace(f"{{{navn}}}", verdi)
    return tekst


@cache
def koder(skjema: str, utgave: str) -> tuple[tuple[str, str], ...]:
    """Return (list, code) of every code set the rules of a form use; a list with a field's name is the field's own."""
    return tuple(
        (rad["liste"], rad["kode"]) for rad in read_seed("kostra_kontrollkode") if _gjelder(rad, skjema, utgave)
    )


@cache
def grenser(skjema: str, utgave: str) -> tuple[tuple[str, int], ...]:
    """Return (name, value) of every limit of a form; the units are in the seed."""
    return tuple(
        (rad["grense"], int(rad["verdi"]))
        for rad in read_seed("kostra_kontrollgrense")
        if _gjelder(rad, skjema, utgave)
    )
