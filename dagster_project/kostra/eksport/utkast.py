"""What is asked for, and what a source has to write."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dagster_project.kostra.layout import Layout

FILNAVN = {"11F": "Sosial", "11CF": "KVP", "0A": "BEV"}
"""What SSB calls the files of each form; the region and, for a quarter, its number follow."""
UTTREKK, UTBETALINGER = "uttrekk", "utbetalinger"
KILDER = (UTTREKK, UTBETALINGER)
"""What a file is made of: an extract as it was delivered, or (11F) the payments of the monthly deliveries."""


@dataclass(frozen=True)
class Bestilling:
    """One form, year and municipality, and the folder its files go to.

    `bydel` (two digits; `00` the whole municipality in one file) chooses one of Oslo's files; None is all of them.
    `kvartal` is `1`–`4` for quarterly accounts, None for the year. `fra` is one of KILDER.
    """

    skjema: str
    aar: int
    kommunenummer: str
    ut: Path
    bydel: str | None = None
    kvartal: str | None = None
    overskriv: bool = False
    fra: str = UTTREKK


@dataclass(frozen=True)
class Levert:
    """The delivered file that what is written should be equal to. `sti` is where the archive has it."""

    filnavn: str
    mottatt: datetime
    sha256: str
    bytes: int
    sti: Path


@dataclass(frozen=True)
class Utkast:
    """A file to be written.

    `tabell` is a scratch table of its records, key `linje`: linje (where it stood, from 1), skift (line ends between
    the record before it, or the beginning, and this) and tekst (the whole record). None says that there is nothing to
    report. `poster` counts them, and `karantene` those of them that the warehouse has set aside. `levert` is None where
    no file was delivered, and the draft is made of something else.
    """

    layout: Layout
    aar: int
    region: str
    kvartal: str | None
    tabell: str | None
    poster: int
    karantene: int
    orgnr: str
    levert: Levert | None
    merknader: tuple[str, ...] = ()

    @property
    def skjema(self) -> str:
        """Return the form."""
        return self.layout.skjema

    @property
    def filnavn(self) -> str:
        """Return the file's name as SSB writes it: `Sosial_341100.dat`, `BEV_341100_K1.dat`."""
        kvartal = f"_K{self.kvartal}" if self.kvartal else ""
        return f"{FILNAVN[self.skjema]}_{self.region}{kvartal}.dat"
