"""What goes into the workbook, as the seeds `arbeidsbok_*.csv` declare it: sheets, columns, names of codes, series."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dagster_project.seeds import read_seed

DATOFORMATER = frozenset({"maaned", "dato", "tid"})
"""Formats of columns whose cells are days or times."""


def arbeidsboknavn(kommuner: Iterable[str]) -> str:
    """Return the name of a workbook: `arbeidsbok_3411.xlsx`, without numbers where it is of all municipalities."""
    return f"{'_'.join(['arbeidsbok', *kommuner])}.xlsx"


@dataclass(frozen=True)
class Ark:
    """A sheet that holds one published table as an Excel table. `objekter` are the deliveries it is built on."""

    navn: str
    tabell: str
    listeobjekt: str
    sortering: tuple[tuple[str, bool], ...]
    """A column, and whether it falls."""
    objekter: tuple[str, ...]


@dataclass(frozen=True)
class Kolonne:
    """How a column is headed and written.

    With a `liste`, the cell has the name of the code that the columns in `nokkel` make. With `etter`, the column is
    not in the table: it is added after that one.
    """

    navn: str
    overskrift: str
    format: str
    bredde: int
    liste: str
    nokkel: tuple[str, ...]
    etter: str


@dataclass(frozen=True)
class Serie:
    """One figure per municipality and month: the rows of a published table where columns have these values."""

    id: str
    navn: str
    figur: str
    er_nokkeltall: bool
    format: str
    tabell: str
    kolonne: str
    utvalg: tuple[tuple[str, str], ...]

    @property
    def kilde(self) -> str:
        """Return the table, the column and the rows in words."""
        return f"bi.{self.tabell}, {self.kolonne}, der {', '.join(f'{navn} = {verdi}' for navn, verdi in self.utvalg)}"


@dataclass(frozen=True)
class Figur:
    """A chart on the front sheet."""

    id: str
    tittel: str
    y_tittel: str
    format: str
    beskrivelse: str


@cache
def ark() -> tuple[Ark, ...]:
    """Return the sheets of published tables, in the order they stand in the workbook."""
    return tuple(
        Ark(
            rad["ark"],
            rad["tabell"],
            rad["listeobjekt"],
            tuple(_sortering(rad["sortering"].split())),
            tuple(rad["objekter"].split()),
        )
        for rad in read_seed("arbeidsbok_ark")
    )


def _sortering(ord_: Iterable[str]) -> list[tuple[str, bool]]:
    kolonner: list[tuple[str, bool]] = []
    for ett in ord_:
        if ett == "desc":
            kolonner[-1] = (kolonner[-1][0], True)
        else:
            kolonner.append((ett, False))
    return kolonner


@cache
def _kolonner() -> dict[tuple[str, str], Kolonne]:
    return {
        (rad["tabell"], rad["kolonne"]): Kolonne(
            rad["kolonne"],
            rad["overskrift"],
            rad["format"],
            int(rad["bredde"]),
            rad["liste"],
            tuple(rad["nokkel"].split()),
            rad["etter"],
        )
        for rad in read_seed("arbeidsbok_kolonne")
    }


def kolonner(tabell: str, i_tabellen: Iterable[str]) -> list[Kolonne]:
    """Return the columns of a sheet: those the table has, in its order, each with those that are added after it.

    Raises:
        KeyError: if a column is not declared.
    """
    kjente = _kolonner()
    navn = list(i_tabellen)
    valgte = []
    for ett in navn:
        valgte.append(kjente.get((tabell, ett)) or kjente["", ett])
        valgte += [
            kolonne
            for (for_tabell, _), kolonne in kjente.items()
            if kolonne.etter == ett and for_tabell in ("", tabell) and kolonne.navn not in navn
        ]
    return valgte


@cache
def serier() -> tuple[Serie, ...]:
    """Return the monthly series of the charts and the key figures."""
    return tuple(
        Serie(
            rad["serie"],
            rad["navn"],
            rad["figur"],
            rad["nokkeltall"] == "ja",
            rad["format"],
            rad["tabell"],
            rad["kolonne"],
            tuple(tuple(par.split("=", 1)) for par in rad["utvalg"].split()),
        )
        for rad in read_seed("arbeidsbok_serie")
    )


@cache
def figurer() -> tuple[Figur, ...]:
    """Return the charts, in the order they stand."""
    return tuple(
        Figur(rad["figur"], rad["tittel"], rad["y_tittel"], rad["format"], rad["beskrivelse"])
        for rad in read_seed("arbeidsbok_figur")
    )


@cache
def kodenavn() -> tuple[tuple[str, str, str], ...]:
    """Return (list, code, name) of every code a column shows by name; a code of many parts has them joined by `|`.

    The names of municipalities and indicators are published themselves and not here.
    """
    navn = [(rad["liste"], rad["kode"], rad["navn"]) for rad in read_seed("arbeidsbok_kode")]
    egne = {(liste, kode) for liste, kode, _ in navn}
    for rad in read_seed("kodeliste"):
        if rad["liste"] in ("STONADSART", "STONADSFORM", "POPULASJON") and (rad["liste"], rad["kode"]) not in egne:
            navn.append((rad["liste"], rad["kode"], rad["navn"]))
    navn += [("DEFINISJON", rad["definisjon"], rad["navn"]) for rad in read_seed("stonadslengde_definisjon")]
    navn += [("OMRAADE", rad["funksjon"], f"{rad['funksjon']} {rad['navn']}") for rad in read_seed("regnskap_funksjon")]
    navn += [("NAV_VARIABEL", rad["variabel"], rad["navn"]) for rad in read_seed("nav_variabel")]
    for rad in read_seed("avvik_aarsak"):
        kode = f"{rad['serie']}|{rad['aarsak']}"
        navn += [("AVVIK_AARSAK", kode, rad["navn"]), ("AVVIK_GJOR", kode, rad["gjor"])]
    navn += [
        ("AVSTEMMING_AARSAK", f"{rad['fra_kilde']}|{rad['til_kilde']}|{rad['aarsak']}", rad["navn"])
        for rad in read_seed("avstemming_aarsak")
    ]
    return tuple(navn)


def stonadslengder() -> tuple[dict[str, str], ...]:
    """Return the definitions of stønadslengde, as the seed has them."""
    return read_seed("stonadslengde_definisjon")
