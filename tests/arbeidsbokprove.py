"""Read a workbook back and hold it against the published database, cell by cell."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from dagster_project.arbeidsbok import oppsett

HODERAD = 4


def hoder(ark: Any) -> list[str]:
    """Return the headings of a sheet's table."""
    return [celle for celle in next(ark.iter_rows(HODERAD, HODERAD, values_only=True)) if celle is not None]


def rader(ark: Any) -> list[tuple]:
    """Return the rows of a sheet's table."""
    bredde = len(hoder(ark))
    return [rad[:bredde] for rad in ark.iter_rows(HODERAD + 1, values_only=True)]


def _normal(verdi: object, sifre: int) -> object:
    """Return a value so that what was written and what was published can be held together."""
    if isinstance(verdi, bool):
        return verdi
    if isinstance(verdi, datetime):
        # A day in Excel is a time at midnight, and its seconds are rounded.
        avrundet = (verdi + timedelta(milliseconds=500)).replace(microsecond=0)
        return avrundet.date() if (avrundet.hour, avrundet.minute, avrundet.second) == (0, 0, 0) else avrundet
    if isinstance(verdi, int | float | Decimal):
        return float(f"{float(verdi):.{sifre}G}")
    return None if verdi == "" else verdi


def publisert(con: duckdb.DuckDBPyConnection, tabell: str, kommuner: Sequence[str]) -> tuple[list[str], list[tuple]]:
    """Return the columns and rows of a published table that belong in the workbook."""
    svar = con.execute(f"select * from bi.{tabell}")
    navn = [kolonne[0] for kolonne in svar.description]
    alle = svar.fetchall()
    if not kommuner or "kommunenummer" not in navn:
        return navn, alle
    plass = navn.index("kommunenummer")
    return navn, [rad for rad in alle if rad[plass] in (None, *kommuner)]


def _vist(kolonne: oppsett.Kolonne, felt: dict[str, object], navnene: dict[tuple[str, str], str]) -> object:
    """Return what the cell is to show: the value, or the name of the code."""
    verdi = felt[kolonne.navn]
    if not kolonne.liste:
        return verdi
    return navnene.get((kolonne.liste, "|".join(str(felt[del_]) for del_ in kolonne.nokkel)), verdi)


def ulikheter(database: Path, fil: Path, kommuner: Sequence[str] = (), sifre: int = 16) -> dict[str, tuple[int, int]]:
    """Return the sheets whose rows are not those of the published table: rows too many and rows missing.

    `sifre` is how many digits of a number the file has: sixteen as the library writes it, one less than a double may
    have. A column that shows the name of a code is compared by the name the seeds have for the code.
    """
    navnene = {(liste, kode): navn for liste, kode, navn in oppsett.kodenavn()}
    bok = openpyxl.load_workbook(fil, read_only=True, data_only=True)
    funnet = {}
    with duckdb.connect(str(database), read_only=True) as con:
        for ark in oppsett.ark():
            navn, fasit = publisert(con, ark.tabell, kommuner)
            if not fasit:
                assert ark.navn not in bok.sheetnames
                continue
            kolonner = oppsett.kolonner(ark.tabell, navn)
            side = bok[ark.navn]
            assert hoder(side) == [kolonne.overskrift for kolonne in kolonner]
            egne = [nummer for nummer, kolonne in enumerate(kolonner) if kolonne.navn in navn]
            skrevet = Counter(tuple(_normal(rad[nummer], sifre) for nummer in egne) for rad in rader(side))
            ventet: Counter[tuple] = Counter()
            for rad in fasit:
                felt = dict(zip(navn, rad, strict=True))
                ventet[tuple(_normal(_vist(kolonner[nummer], felt, navnene), sifre) for nummer in egne)] += 1
            if skrevet != ventet:
                funnet[ark.navn] = ((skrevet - ventet).total(), (ventet - skrevet).total())
    bok.close()
    return funnet


def tall_i_figurtall(fil: Path) -> dict[tuple[date, str], Any]:
    """Return what «Figurtall» holds, by month and series, to twelve digits; None where there is no figure."""
    ark = openpyxl.load_workbook(fil, data_only=True)["Figurtall"]
    navn = [celle.value for celle in ark[HODERAD]]
    slutt = navn.index(None) if None in navn else len(navn)
    return {
        (rad[0].date(), navn[nummer]): None if rad[nummer] == "#N/A" else float(f"{rad[nummer]:.12G}")
        for rad in ark.iter_rows(HODERAD + 1, values_only=True)
        if isinstance(rad[0], datetime)
        for nummer in range(2, slutt)
    }
