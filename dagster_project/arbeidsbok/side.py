"""What the sheets have in common: a top with a link home, an Excel table, and cells of one kind in each column."""

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


def tidspunkt(innhold: Innhold) -> str:
    """Return when the figures were published, in words."""
    return f"{formater.dato(innhold.publisert.date())} kl. {innhold.publisert:%H.%M}"


def utskrift(ark: Worksheet, innhold: Innhold, tittel: str) -> None:
    """Set the sheet up for paper: one page wide, its title and its page numbers at the foot."""
    ark.set_landscape()
    ark.set_paper(A4)
    ark.fit_to_pages(1, 0)
    ark.set_footer(f"&L{tittel}&CPublisert {tidspunkt(innhold)} UTC&RSide &P av &N")


def skriv_topp(ark: Worksheet, formater_: Formater, innhold: Innhold, tittel: str, beskrivelse: str) -> None:
    """Write title, description and the link home above a table."""
    ark.set_row(0, 24)
    ark.write_string(0, 0, tittel, formater_.tittel)
    ark.write_string(1, 0, beskrivelse, formater_.forklaring)
    ark.write_url(2, 0, f"internal:'{OM}'!A1", formater_.lenke, "Til innholdet")
    utskrift(ark, innhold, tittel)


def skriv_liste(
    ark: Worksheet,
    formater_: Formater,
    navn: str,
    overskrifter: Sequence[str],
    bredder: Sequence[float],
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
    for nummer, bredde in enumerate(bredder):
        ark.set_column(nummer, nummer, bredde)
    ark.repeat_rows(FRA_RAD - 1)


def skriv_celler(ark: Worksheet, tall: Arktall, formater_: Formater) -> None:
    """Write the rows of a published table, each column as what it is. What is not known or hidden is left empty."""
    for plass, (kolonne, verdier) in enumerate(zip(tall.kolonner, zip(*tall.rader, strict=True), strict=True)):
        if kolonne.navn == "verdi" and tall.desimaler:
            _skriv_maalt(ark, plass, verdier, tall.desimaler, formater_)
        else:
            _skriv_kolonne(ark, plass, kolonne, verdier, formater_)


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
