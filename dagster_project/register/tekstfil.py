"""A register delivered as text: its encoding found, its header read, its rows with their place in the file.

These files have some hundred lines, at most some hundred thousand, and hold no persons.
"""

import csv
import io
from pathlib import Path
from typing import NamedTuple

from dagster_project.register.lest import Feil, RegisterFeil, liste, normaliser

SKILLETEGN = ";,\t"


class Tekstfil(NamedTuple):
    """The rows of a file by column. `kolonner` are the headings as written; `navn` the same as they are compared."""

    kolonner: tuple[str, ...]
    navn: tuple[str, ...]
    linjer: list[int]
    verdier: list[tuple[str, ...]]
    """One per row of `linjer`, in the order of the columns."""
    feil: list[Feil]

    def finn(self, navn: tuple[str, ...]) -> int | None:
        """Return the place of the column with one of the names, None where there is none."""
        return next((nr for nr, kolonne in enumerate(self.navn) if kolonne in navn), None)

    def krev(self, navn: tuple[str, ...], vist: str) -> int:
        """Return the place of the column with one of the names; `vist` is what it is called in the message.

        Raises:
            RegisterFeil: if there is none; the message names what was looked for and what there is.
        """
        plass = self.finn(navn)
        if plass is None:
            raise RegisterFeil(f"Filen mangler kolonnen «{vist}». Den har {liste(list(self.kolonner))}.")
        return plass

    def kolonne(self, plass: int) -> list[str]:
        """Return the values of a column."""
        return [rad[plass] for rad in self.verdier]


def som_tekst(raa: bytes) -> str:
    """Return bytes as text: UTF-8 with or without a byte order mark, otherwise windows-1252.

    Raises:
        RegisterFeil: if they are neither.
    """
    for tegnsett in ("utf-8-sig", "cp1252"):
        try:
            tekst = raa.decode(tegnsett)
        except UnicodeDecodeError:
            continue
        if "\0" not in tekst:
            return tekst
    raise RegisterFeil("Filen er ikke lesbar som tekst, verken som UTF-8 eller windows-1252.")


def skilletegn(linje: str) -> str:
    """Return the separator a heading uses."""
    return max(SKILLETEGN, key=linje.count)


def les_tekstfil(sti: Path) -> Tekstfil:
    """Read a separated file with a heading. Rows of another length than the heading are set aside.

    Raises:
        RegisterFeil: if it is no text, or has no rows.
    """
    tekst = som_tekst(sti.read_bytes())
    forste = next((linje for linje in tekst.splitlines() if linje.strip()), "")
    leser = csv.reader(io.StringIO(tekst, newline=""), delimiter=skilletegn(forste))
    try:
        rader = [(leser.line_num, tuple(felt)) for felt in leser if any(verdi.strip() for verdi in felt)]
    except csv.Error:
        raise RegisterFeil(f"Linje {leser.line_num} kan ikke deles i felt. Anførselstegn kan mangle.") from None
    if len(rader) < 2:
        raise RegisterFeil("Filen har ingen rader under overskriften.")
    kolonner = tuple(felt.strip() for felt in rader[0][1])
    gode: list[tuple[int, tuple[str, ...]]] = []
    feil: list[Feil] = []
    for linje, felt in rader[1:]:
        # A separator at the end of each line gives an empty field more.
        antall = len(felt) - (len(felt) == len(kolonner) + 1 and not felt[-1].strip())
        if antall == len(kolonner):
            gode.append((linje, felt[:antall]))
        else:
            feil.append(Feil(linje, "registerrad", "", str(len(felt)), str(len(kolonner))))
    return Tekstfil(
        kolonner=kolonner,
        navn=tuple(normaliser(kolonne) for kolonne in kolonner),
        linjer=[linje for linje, _ in gode],
        verdier=[felt for _, felt in gode],
        feil=feil,
    )
