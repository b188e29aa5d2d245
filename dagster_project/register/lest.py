"""What a reader of a register hands over: the rows, what it left out by design, and what it could not read."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

_MELLOMROM = re.compile(r"\s+")
MAKS_NEVNT = 12


class RegisterFeil(ValueError):
    """The file is not one we can use; the message is Norwegian and written for the controller."""


class Utelatt(NamedTuple):
    """Figures that are not ours to use, and why; `kode` names them when they have a code."""

    kode: str | None
    antall: int
    grunn: str


class Feil(NamedTuple):
    """A figure that cannot be used. `felt` and `verdi` fill the places in the rule's message."""

    linje: int
    regel: str
    felt: str
    verdi: str
    tillegg: str = ""


@dataclass
class Lest:
    """One file read. `lest` = rows in `rader` + figures in `utelatt` + those in `feil`.

    `rader` has the columns of the raw table `tabell` in their order, without leveranse_id. `aar` are the calendar
    years the figures are for.
    """

    tabell: str
    rader: pa.Table
    lest: int
    utelatt: list[Utelatt] = field(default_factory=list)
    feil: list[Feil] = field(default_factory=list)
    aar: frozenset[int] = frozenset()


def normaliser(tekst: str) -> str:
    """Return a heading in the form headings are compared in: lower case, one space between words."""
    return _MELLOMROM.sub(" ", tekst).strip().casefold()


def liste(navn: list[str]) -> str:
    """Return names for a message: quoted, joined, a long list cut short."""
    vist = [f"«{ett}»" for ett in navn[:MAKS_NEVNT]]
    if len(navn) > MAKS_NEVNT:
        vist.append(f"{len(navn) - MAKS_NEVNT} til")
    return " og ".join([", ".join(vist[:-1]), vist[-1]]) if len(vist) > 1 else "".join(vist)
