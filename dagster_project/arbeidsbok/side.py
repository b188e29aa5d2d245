"""What the sheets have in common: a top with a link home, an Excel table, and cells of one kind in each column."""

import math
from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from dagster_project import formater
from dagster_project.arbeidsbok.oppsett import Kolonne
from dagster_project.arbeidsbok.stil import LISTESTIL, Formater
from dagster_project.arbeidsbok.tall import OVER_TABELLEN, Arktall, Innhold

OM = "Om"
FRA_RAD = OVER_TABELLEN
"""The first row of data, counted from 0; the headings stand in the row above."""
A4 = 9
LINJEHOYDE = 15
BREDDE_PAA_SKJERM = 110
"""So many characters of a description stand on a line."""


def utskrift(ark: Worksheet, innhold: Innhold, tittel: str) -> None:
    """Set the sheet up for paper: one page wide, its title and its page numbers at the foot."""
    ark.set_landscape()
    ark.set_paper(A4)
    ark.fit_to_pages(1, 0)
    ark.set_footer(f"&L{tittel}&CPublisert {formater.tidspunkt(innhold.publisert)}&RSide &P av &N")


def linjer(tekst: str, bredde: float) -> int:
    """Return how many lines a text takes in a cell so wide; programs do not agree to find it out themselves."""
    return max(1, math.ceil(len(tekst) * 1.08 / bredde))


def skriv_topp(
    ark: Worksheet, formater_: Formater, innhold: Innhold, tittel: str, beskrivelse: str, bredder: Sequence[float]
) -> None:
    """Write title, description and the link home above a table, and set the widths of its columns."""
    for nummer, bredde in enumerate(bredder):
        ark.set_column(nummer, nummer, bredde)
    ark.set_row(0, 24)
    ark.write_string(0, 0, tittel, formater_.tittel)
    siste = next((i for i in range(len(bredder)) if sum(bredder[: i + 1]) >= BREDDE_PAA_SKJERM), len(bredder) - 1)
    ark.merge_range(1, 0, 1, max(1, siste), beskrivelse, formater_.forklaring)
    ark.set_row(1, LINJEHOYDE * linjer(beskrivelse, sum(bredder[: siste + 1])))
    ark.write_url(2, 0, f"internal:'{OM}'!A1", formater_.lenke, "Til innholdet")
    utskrift(ark, innhold, tittel)


def skriv_liste(
    ark: Worksheet,
    formater_: Formater,
    navn: str,
    overskrifter: Sequence[str],
    antall: int,
) -> None:
    """Make an Excel table of the rows that are written, with headings and a filter."""
    ark.add_table(
        FRA_RAD - 1,
        0,
        FRA_RAD - 1 + antall,
        len(overskrifter) - 1,
        {
            "name": navn,
            "style": LISTESTIL,
            "columns": [{"header": tekst, "header_format": formater_.hode} for tekst in overskrifter],
        },
    )
    ark.set_row(FRA_RAD - 1, 32)
    ark.repeat_rows(FRA_RAD - 1)


def skriv_celler(ark: Worksheet, tall: Arktall, formater_: Formater) -> None:
    """Write the rows of a published table, each column as what it is. What is not known or hidden is left empty."""
    for plass, (kolonne, verdier) in enumerate(zip(tall.kolonner, zip(*tall.rader, strict=True), strict=True)):
        if kolonne.navn == "verdi" and tall.desimaler:
            _skriv_maalt(ark, plass, verdier, tall.desimaler, formater_)
        else:
            _skriv_kolonne(ark, plass, kolonne, verdier, formater_)
    setninger = [(plass, kolonne.bredde) for plass, kolonne in enumerate(tall.kolonner) if kolonne.format == "setning"]
    for nummer, rad in enumerate(tall.rader if setninger else (), start=FRA_RAD):
        ark.set_row(nummer, LINJEHOYDE * max(linjer(rad[plass] or "", bredde) for plass, bredde in setninger))


def _skriv_kolonne(
    ark: Worksheet, plass: int, kolonne: Kolonne, verdier: Sequence[object], formater_: Formater
) -> None:
    cellen = formater_.celle(kolonne.format)
    skriv = {"tekst": ark.write_string, "setning": ark.write_string, "ja_nei": ark.write_boolean}.get(
        kolonne.format, ark.write_number
    )
    for rad, verdi in enumerate(verdier, start=FRA_RAD):
        if verdi is not None:
            skriv(rad, plass, verdi, cellen)


def _skriv_maalt(
    ark: Worksheet,
    plass: int,
    verdier: Sequence[float | None],
    desimaler: Sequence[int],
    formater_: Formater,
) -> None:
    """Write numbers that are shown with decimals of their own."""
    celler = {antall: formater_.celle("tall", antall) for antall in set(desimaler)}
    for rad, (verdi, antall) in enumerate(zip(verdier, desimaler, strict=True), start=FRA_RAD):
        if verdi is not None:
            ark.write_number(rad, plass, verdi, celler[antall])
