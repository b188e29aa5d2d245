"""NAV's layouts as they stand in `seeds/nav_oppsett.csv` and `seeds/nav_kolonne.csv`: found by name, never by place."""

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

from dagster_project.register.lest import normaliser
from dagster_project.seeds import read_seed


class Kolonne(NamedTuple):
    """One thing to find in a layout.

    `rolle` is what it tells (verdi, region, maaned, variabel, kilde, status, kjonn, alder). `naar` are the values that
    count: of the status column for a verdi, of the column itself for kjonn and alder; empty means all.
    """

    ark: str
    form: str
    rolle: str
    navn: tuple[str, ...]
    naar: tuple[str, ...]
    variabel: str
    kreves: bool
    tittel: str


class Oppsett(NamedTuple):
    """One layout. `kjennetegn` are texts that all stand in its workbooks, in a cell or as the name of a sheet."""

    oppsett: str
    navn: str
    filnavn: re.Pattern[str] | None
    kjennetegn: tuple[str, ...]
    inndeling: str
    kilde: str
    kolonner: tuple[Kolonne, ...]

    def ark(self) -> list[str]:
        """Return the sheets the layout has, as patterns, in the order of the table."""
        return list(dict.fromkeys(kolonne.ark for kolonne in self.kolonner))

    def kreves(self, ark: str) -> bool:
        """Say whether a workbook must have the sheet."""
        return any(kolonne.kreves for kolonne in self.kolonner if kolonne.ark == ark)


@cache
def kolonner(oppsett: str) -> tuple[Kolonne, ...]:
    """Return what is looked for in a layout, in the order of the table."""
    return tuple(
        Kolonne(
            ark=rad["ark"],
            form=rad["form"],
            rolle=rad["rolle"],
            navn=tuple(normaliser(navn) for navn in rad["kolonne"].split("|")),
            naar=tuple(normaliser(verdi) for verdi in rad["naar"].split("|") if verdi),
            variabel=rad["variabel"],
            kreves=rad["kreves"] == "ja",
            tittel=rad["kolonne"].split("|")[0],
        )
        for rad in read_seed("nav_kolonne")
        if rad["oppsett"] == oppsett
    )


@cache
def arbeidsboker() -> tuple[Oppsett, ...]:
    """Return the layouts of workbooks, those told by their file name or a sheet of their own first."""
    return tuple(
        Oppsett(
            oppsett=rad["oppsett"],
            navn=rad["navn"],
            filnavn=re.compile(rad["filnavn"]) if rad["filnavn"] else None,
            kjennetegn=tuple(rad["kjennetegn"].split("|")),
            inndeling=rad["inndeling"],
            kilde=rad["kilde"],
            kolonner=kolonner(rad["oppsett"]),
        )
        for rad in read_seed("nav_oppsett")
    )


def finn_oppsett(filnavn: str, tekster: str) -> Oppsett | None:
    """Return the layout of a workbook by its file's name, otherwise by the texts in it; `tekster` is normalised."""
    navn = normaliser(filnavn)
    etter_navn = (item for item in arbeidsboker() if item.filnavn and item.filnavn.search(navn))
    etter_innhold = (item for item in arbeidsboker() if all(tegn in tekster for tegn in item.kjennetegn))
    return next(etter_navn, None) or next(etter_innhold, None)


def ark_som_passer(monster: str, arknavn: list[str]) -> list[str]:
    """Return the sheets whose name fits a pattern, whatever the case and spacing."""
    return [navn for navn in arknavn if fnmatchcase(normaliser(navn), normaliser(monster))]
