"""What a report says before it is drawn: sections of blocks.

The page, the PDF and the CSV files are drawn from the same blocks, so they cannot say different things. Blocks hold
values as they are published, not rounded and not formatted; `som_tekst` is the edge where that happens.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import lru_cache

from dagster_project import formater


class Slag(StrEnum):
    """What a value is, and so how it is written."""

    TEKST = "tekst"
    ANTALL = "antall"
    """Whole persons, rows or files."""
    KRONER = "kroner"
    TALL = "tall"
    """A number with the decimals its column or value says."""
    PROSENT = "prosent"
    """From 0 to 100."""
    MAANED = "maaned"
    """The first day of the month."""
    DATO = "dato"
    AAR = "aar"


TALLSLAG = frozenset({Slag.ANTALL, Slag.KRONER, Slag.TALL, Slag.PROSENT})


class Tomt(Enum):
    """Why there is no number. Never 0."""

    SKJULT = "skjult"
    """The figure is known and hidden, because it is about few persons or would show one that is."""
    UKJENT = "–"
    """The figure is not known: not delivered, or nothing to divide by."""


HUSK = 2**16
"""Values that are remembered as they are written."""
ORDFORKLARING = (
    "«skjult» betyr at tallet er kjent, men gjelder så få personer at det ikke vises, eller kunne vært brukt til å "
    "regne ut et slikt tall. «–» betyr at tallet ikke er kjent. Ingen av dem er 0."
)
"""What stands below every report, for those who meet the words in it."""


class Alvor(StrEnum):
    """How much a sentence matters."""

    FEIL = "feil"
    VARSEL = "varsel"
    INFO = "info"
    BRA = "bra"


@dataclass(frozen=True)
class Maalt:
    """A number with a kind and decimals of its own, for a column whose rows are different things."""

    verdi: int | float | Decimal
    slag: Slag
    desimaler: int = 0


@dataclass(frozen=True)
class Lenke:
    """Text that leads to something else in the same report: the id of a section, a table, a figure or a definition."""

    tekst: str
    til: str


Verdi = str | int | float | Decimal | date | bool | Maalt | Lenke | Tomt


@dataclass(frozen=True)
class Kolonne:
    """One column of a table. `navn` is its name in the CSV file, ASCII; `tittel` is what a reader sees."""

    navn: str
    tittel: str
    slag: Slag = Slag.TEKST
    desimaler: int = 0


@dataclass(frozen=True)
class Tabell:
    """Rows with one value for each column. `id` is unique in the report and names the CSV file."""

    id: str
    tittel: str
    kolonner: tuple[Kolonne, ...]
    rader: tuple[tuple[Verdi, ...], ...]
    kilde: str
    """The published table and the rows of it, as one would ask for them: `bi.ind_maaned, populasjon = alle`."""
    forklaring: str = ""

    def __post_init__(self) -> None:
        feil = [nummer for nummer, rad in enumerate(self.rader) if len(rad) != len(self.kolonner)]
        if feil:
            raise ValueError(f"{self.id}: rows {feil[:5]} do not have {len(self.kolonner)} values")

    def nummer(self, navn: str) -> int:
        """Return where a column stands.

        Raises:
            KeyError: when the table has no such column.
        """
        return {kolonne.navn: nummer for nummer, kolonne in enumerate(self.kolonner)}[navn]


class Figurslag(StrEnum):
    """How a figure is drawn."""

    LINJE = "linje"
    """x is a month; a missing value is a gap in the line, never a zero."""
    STABLET = "stablet"
    """x is a month; the series are stacked areas or bars that add up."""
    SOYLE = "soyle"
    """x is a category; series stand beside each other."""
    LIGGENDE = "liggende"
    """x is a category with a long name, drawn downwards."""


@dataclass(frozen=True)
class Figur:
    """A picture of a table in long form: one row per x and series. The table stands behind it, with the CSV."""

    id: str
    tittel: str
    beskrivelse: str
    """What the picture shows, in a sentence with numbers, for those who do not see it."""
    tabell: Tabell
    slag: Figurslag
    x: str
    """Name of the column along the picture."""
    y: str
    """Name of the column with the number."""
    serie: str | None = None
    """Name of the column that tells the series apart; their order in the table is their order in the picture."""
    y_tittel: str = ""
    referanse: float | None = None
    """A line across at this value, as 100 for an index."""
    merker: tuple[tuple[date | str, str], ...] = ()
    """What to point out along x, each with a short text, as a month with a finding."""
    fra_null: bool = True
    """Whether the number's axis begins at 0; only a line may begin elsewhere."""


@dataclass(frozen=True)
class Avsnitt:
    """One or more sentences."""

    tekst: str


@dataclass(frozen=True)
class Punkt:
    """One sentence of a list, and where in the report to read on."""

    tekst: str
    alvor: Alvor = Alvor.INFO
    til: str | None = None


@dataclass(frozen=True)
class Punkter:
    """Sentences under each other, the most important first."""

    punkter: tuple[Punkt, ...]


@dataclass(frozen=True)
class Nokkeltall:
    """One big number, what it is, and how it has changed."""

    tittel: str
    verdi: Maalt | Tomt
    endring: str
    """A few words: `+3,2 % fra oktober 2025`."""
    til: str | None = None


@dataclass(frozen=True)
class NokkeltallRad:
    """Big numbers beside each other."""

    tall: tuple[Nokkeltall, ...]


@dataclass(frozen=True)
class Definisjon:
    """What a figure means, folded until it is asked for. `felt` are pairs of a word and its text: formula, source."""

    id: str
    tittel: str
    tekst: str
    felt: tuple[tuple[str, str], ...] = ()


Blokk = Avsnitt | Punkter | NokkeltallRad | Tabell | Figur | Definisjon


def grupper(blokker: Iterable[Blokk]) -> list[tuple[Blokk, ...]]:
    """Return the blocks in order, definitions that follow each other together and every other block alone."""
    samlet: list[tuple[Blokk, ...]] = []
    for blokk in blokker:
        if isinstance(blokk, Definisjon) and samlet and isinstance(samlet[-1][0], Definisjon):
            samlet[-1] = (*samlet[-1], blokk)
        else:
            samlet.append((blokk,))
    return samlet


@dataclass(frozen=True)
class Seksjon:
    """A heading and what stands under it. `intern` is set on what `bi` does not have, and is said on its face."""

    id: str
    tittel: str
    blokker: tuple[Blokk, ...]
    intern: bool = False


def rapportnavn(kommunenummer: str, maaned: date) -> str:
    """Return the name of a report's files, without an ending: `rapport_3411_2026-10`."""
    return f"rapport_{kommunenummer}_{maaned:%Y-%m}"


@dataclass(frozen=True)
class Rapport:
    """A whole report of one municipality and one month."""

    kommunenummer: str
    kommunenavn: str
    maaned: date
    seksjoner: tuple[Seksjon, ...]
    publisert: str
    """Which publication the figures are from, in words."""

    @property
    def tittel(self) -> str:
        """Return the report's title."""
        return f"Økonomisk sosialhjelp i {self.kommunenavn}, {formater.maaned(self.maaned)}"

    @property
    def filnavn(self) -> str:
        """Return the name of its files, without an ending: `rapport_3411_2026-10`, `..._INTERN` with a worklist."""
        return rapportnavn(self.kommunenummer, self.maaned) + ("_INTERN" if self.er_intern else "")

    @property
    def er_intern(self) -> bool:
        """Return whether any of it is more than `bi` shows."""
        return any(seksjon.intern for seksjon in self.seksjoner)


def som_tekst(verdi: Verdi, slag: Slag = Slag.TEKST, desimaler: int = 0) -> str:
    """Return a value as the reader sees it, rounded here and nowhere before.

    Raises:
        TypeError: when the value is not of the kind, as text in a column of numbers.
    """
    match verdi:
        case Tomt():
            return verdi.value
        case Lenke():
            return verdi.tekst
        case Maalt():
            return som_tekst(verdi.verdi, verdi.slag, verdi.desimaler)
        case bool():
            return "ja" if verdi else "nei"
        case str() if slag not in TALLSLAG:
            return verdi
        case date() if slag in {Slag.MAANED, Slag.DATO}:
            return formater.maaned(verdi) if slag is Slag.MAANED else formater.dato(verdi)
        case int() | float() | Decimal() if slag is Slag.AAR:
            return str(int(verdi))
        case int() | float() | Decimal() if slag in TALLSLAG:
            return _tall(verdi, slag, desimaler)
    raise TypeError(f"{type(verdi).__name__} in a column of {slag}")


def _tall(verdi: int | float | Decimal, slag: Slag, desimaler: int) -> str:
    if slag is Slag.KRONER:
        return formater.kroner(verdi)
    if slag is Slag.PROSENT:
        return formater.prosent(verdi, desimaler)
    return formater.norsk_tall(verdi, 0 if slag is Slag.ANTALL else desimaler)


def som_csv(verdi: Verdi, slag: Slag = Slag.TEKST, desimaler: int = 0) -> str:
    """Return a value for a CSV file that Norwegian spreadsheets read: decimal comma, plain minus, ISO days, no unit.

    A hidden or unknown figure is empty; the word stands in the column beside it only on the page.
    """
    match verdi:
        case Tomt():
            return ""
        case Maalt():
            return som_csv(verdi.verdi, verdi.slag, verdi.desimaler)
        case date():
            return f"{verdi:%Y-%m}" if slag is Slag.MAANED else verdi.isoformat()
        case int() | float() | Decimal() if not isinstance(verdi, bool) and slag in TALLSLAG:
            antall = desimaler if slag in {Slag.TALL, Slag.PROSENT} else 0
            return str(formater.avrund(verdi, antall)).replace(".", ",")
    return som_tekst(verdi, slag, desimaler)


# Most of a report's values are in the report of the month before too.
vist = lru_cache(maxsize=HUSK, typed=True)(som_tekst)
"""`som_tekst`, remembered."""
_i_csv = lru_cache(maxsize=HUSK, typed=True)(som_csv)


def csv_fil(tabell: Tabell) -> str:
    """Return the table as a CSV file that Norwegian spreadsheets open as it is: byte order mark, semicolons.

    Shape: a line of column names, and one line per row of the table.
    """
    fil = io.StringIO()
    skriver = csv.writer(fil, delimiter=";", lineterminator="\r\n")
    skriver.writerow([kolonne.navn for kolonne in tabell.kolonner])
    for rad in tabell.rader:
        skriver.writerow(
            [
                _i_csv(verdi, kolonne.slag, kolonne.desimaler)
                for kolonne, verdi in zip(tabell.kolonner, rad, strict=True)
            ]
        )
    return "\N{BYTE ORDER MARK}" + fil.getvalue()
