"""The command `stonad rapport`: the monthly report as a page and as PDF."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from dagster_project import formater
from dagster_project.feil import Brukerfeil
from dagster_project.ny_fil import ny_fil
from dagster_project.publisering import DATABASE
from dagster_project.settings import Mappe, les_miljo
from dagster_project.valg import MappeValg, les_maaned, velg_mappe

if TYPE_CHECKING:
    from dagster_project.rapport.tall import Publisert

BARE_EIER, VANLIG = 0o600, 0o666

ut = Console(highlight=False)


def rapport(
    kommune: Annotated[
        str | None, typer.Option("--kommune", help="Kommunenummeret, fire siffer. Alle kommuner når det ikke er gitt.")
    ] = None,
    maaned: Annotated[
        str | None,
        typer.Option("--maaned", help="Måneden, slik: 2026-10. Den siste publiserte når den ikke er gitt."),
    ] = None,
    mappe: MappeValg = None,
    til: Annotated[
        Path | None, typer.Option("--ut", help="Mappen rapportene skrives til. Ellers rapporter/ i varehusets mappe.")
    ] = None,
    uten_pdf: Annotated[bool, typer.Option("--uten-pdf", help="Skriv bare nettsiden, ikke PDF.")] = False,
    med_arbeidsliste: Annotated[
        bool,
        typer.Option(
            "--med-arbeidsliste",
            help="Ta med listen over sakene kontrollene har funnet, med journalnummer. Rapporten blir intern og skal "
            "ikke deles.",
        ),
    ] = False,
) -> None:
    """Skriv månedsrapporten for en kommune som nettside og PDF, klar til å sendes videre eller skrives ut.

    Rapporten viser det som er publisert. Nettsiden er én fil som virker uten nett.
    """
    valgt = velg_mappe(mappe, les_miljo())
    for fil in skriv_rapporter(
        valgt,
        kommune,
        les_maaned(maaned) if maaned else None,
        til or valgt.rapporter,
        med_pdf=not uten_pdf,
        med_arbeidsliste=med_arbeidsliste,
    ):
        ut.print(f"Skrev {fil}", soft_wrap=True)
    if med_arbeidsliste:
        ut.print("[yellow]Rapporten har journalnumre. Den er intern og skal ikke deles.[/yellow]")


def skriv_rapporter(
    mappe: Mappe, kommune: str | None, maaned: date | None, til: Path, *, med_pdf: bool, med_arbeidsliste: bool
) -> Iterator[Path]:
    """Write the reports and yield each file when it is in its place.

    Without `kommune` there is one report for every municipality that has the month, without `maaned` it is of the
    newest month each of them has.

    Raises:
        Brukerfeil: if nothing is published, or not for that municipality or month.
    """
    from dagster_project.rapport import html, pdf
    from dagster_project.rapport.seksjoner import lag_intern_seksjon, lag_rapport
    from dagster_project.rapport.tall import Publisert

    publisert = Publisert(mappe.publisert / DATABASE, None if kommune is None else {kommune})
    for nummer, dag in _hvilke(publisert, kommune, maaned):
        innhold = lag_rapport(publisert, nummer, dag)
        if med_arbeidsliste:
            liste = lag_intern_seksjon(mappe.varehus, nummer, dag.year)
            innhold = replace(innhold, seksjoner=(*innhold.seksjoner, liste))
        yield _skriv(til / f"{innhold.filnavn}.html", html.lag_side(innhold).encode(), innhold.er_intern)
        if med_pdf:
            yield _skriv(til / f"{innhold.filnavn}.pdf", pdf.lag_pdf(innhold), innhold.er_intern)


def _hvilke(publisert: "Publisert", kommune: str | None, maaned: date | None) -> list[tuple[str, date]]:
    if kommune is not None:
        # What is wrong with the municipality or the month is told when the report is made.
        return [(kommune, maaned or max(publisert.maaneder(kommune), default=date.max))]
    valgte = [
        (nummer, maaned or publisert.maaneder(nummer)[-1])
        for nummer in publisert.med_rapport()
        if maaned is None or maaned in publisert.maaneder(nummer)
    ]
    if not valgte:
        hva = f"tall for {formater.maaned(maaned)}" if maaned else "tall"
        raise Brukerfeil(f"Ingen kommune har publiserte {hva}. «stonad status» viser hva som finnes.")
    return valgte


def _skriv(fil: Path, innhold: bytes, er_intern: bool) -> Path:
    """Put a file in its place whole; only its owner reads what is intern."""
    with ny_fil(fil) as ny:
        ny.touch(mode=BARE_EIER if er_intern else VANLIG)
        ny.write_bytes(innhold)
    return fil
