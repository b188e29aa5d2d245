"""How the workbook looks: formats for numbers and days, colours, and the fonts of headings.

A reader's own Excel decides which character stands between thousands, so the formats say Norwegian (language 0414).
"""

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

_NORSK = "[$-414]"
TALLFORMAT = {
    "tekst": "@",
    "setning": "@",
    "heltall": f"{_NORSK}#,##0",
    "kroner": f"{_NORSK}#,##0",
    "ore": f"{_NORSK}#,##0.00",
    "desimal": f"{_NORSK}#,##0.0",
    "korrelasjon": f"{_NORSK}0.00",
    "faktor": f"{_NORSK}0.000",
    "tall": f"{_NORSK}#,##0",
    "aar": "0",
    "maaned": f"{_NORSK}mmm yyyy",
    "dato": f"{_NORSK}dd.mm.yyyy",
    "tid": f"{_NORSK}dd.mm.yyyy hh:mm",
    # Excel shows a truth value in the reader's language whatever its format; LibreOffice would show 0 and 1.
    "ja_nei": '"ja";"ja";"nei"',
    "endring": f"{_NORSK}+0.0%;{_NORSK}-0.0%;{_NORSK}0.0%",
}
MORK, AKSENT, GRAA = "#1F3A4D", "#0B5C7A", "#5F6B73"
# Okabe and Ito's colours, which those who are colour blind can tell apart.
SERIEFARGER = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
ALVORSFARGE = {"FEIL": "#F8D7DA", "ADVARSEL": "#FFF3CD"}
LISTESTIL = "Table Style Light 9"


def tallformat(format_: str, desimaler: int | None = None) -> str:
    """Return the number format of a kind of column, or of a number with so many decimals."""
    if desimaler is None:
        return TALLFORMAT[format_]
    return f"{_NORSK}#,##0" + ("." + "0" * desimaler if desimaler else "")


class Formater:
    """The formats of one workbook, each made once."""

    def __init__(self, bok: xlsxwriter.Workbook) -> None:
        self._bok = bok
        self._laget: dict[tuple, Format] = {}

    def lag(self, **egenskaper: Any) -> Format:
        """Return the format with these properties of xlsxwriter."""
        nokkel = tuple(sorted(egenskaper.items()))
        if nokkel not in self._laget:
            self._laget[nokkel] = self._bok.add_format({"valign": "top", **egenskaper})
        return self._laget[nokkel]

    def celle(self, format_: str, desimaler: int | None = None) -> Format:
        """Return the format of a cell in a table."""
        egenskaper: dict[str, Any] = {"num_format": tallformat(format_, desimaler)}
        if format_ in ("tekst", "setning"):
            egenskaper |= {"align": "left", "indent": 1, "text_wrap": format_ == "setning"}
        return self.lag(**egenskaper)

    @property
    def tittel(self) -> Format:
        """Return the format of a sheet's title."""
        return self.lag(bold=True, font_size=16, font_color=MORK)

    @property
    def undertittel(self) -> Format:
        """Return the format of a heading inside a sheet."""
        return self.lag(bold=True, font_size=12, font_color=AKSENT)

    @property
    def forklaring(self) -> Format:
        """Return the format of small print."""
        return self.lag(font_color=GRAA, text_wrap=True)

    @property
    def lenke(self) -> Format:
        """Return the format of a link."""
        return self.lag(font_color=AKSENT, underline=1)

    @property
    def brutt(self) -> Format:
        """Return the format of text that goes over several lines."""
        return self.lag(text_wrap=True)

    @property
    def hode(self) -> Format:
        """Return the format of a table's heading."""
        return self.lag(bold=True, text_wrap=True, valign="vcenter", font_color="#FFFFFF", bg_color=AKSENT)
