"""Files as lines: decoded, split and numbered as SSB's program does it, whole files at a time.

ISO-8859-1; split at line feed only; carriage returns off both ends of a line; the lines that are not empty numbered
from 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset  # DuckDB loads it, and pandas with it, at the first table it is given; here it is an import

BIT = 2 * 1024 * 1024
LF, CR = ord("\n"), ord("\r")


@dataclass(frozen=True)
class Kontrollfil:
    """One file to control, as bytes or as a path, and what the sender says about it.

    `region` is six digits: municipality and district, or `00`. `orgnr` is used by 0A only, nine blanks when there is
    none; `kvartal` is a blank for yearly forms. `har_vedlegg` is false where the sender has nothing to report.
    """

    skjema: str
    aar: int
    region: str
    innhold: bytes | None = None
    sti: Path | None = None
    orgnr: str = " " * 9
    kvartal: str = " "
    har_vedlegg: bool = True

    @property
    def lengde(self) -> int:
        """Return the number of characters, which is the number of bytes."""
        return len(self.innhold or b"") if self.sti is None else self.sti.stat().st_size


def les_linjer(filer: Sequence[tuple[int, Kontrollfil]]) -> Iterator[pa.Table]:
    """Yield the lines of numbered files in order, small files together and large files in pieces.

    Shape: one row per line: fil_id, linje, lengde in characters without the line end, and tekst with it. An empty line
    is there with lengde 0; it has not been counted in linje.
    """
    leser = _Leser()
    deler: list[tuple[int, bytes]] = []
    samlet = 0
    for fil_id, fil in filer:
        for del_ in _hele_linjer(fil):
            deler.append((fil_id, del_))
            samlet += len(del_)
            if samlet >= BIT // 2:
                yield leser.som_tabell(deler)
                deler, samlet = [], 0
    if deler:
        yield leser.som_tabell(deler)


def _hele_linjer(fil: Kontrollfil) -> Iterator[bytes]:
    """Yield a file in pieces that each end in a line feed."""
    rest: list[bytes] = []
    for bit in _bytes(fil):
        slutt = bit.rfind(b"\n") + 1
        if slutt:
            yield b"".join([*rest, bit[:slutt]])
            rest = [bit[slutt:]]
        else:
            rest.append(bit)
    if siste := b"".join(rest):
        yield siste + b"\n"


def _bytes(fil: Kontrollfil) -> Iterator[bytes]:
    if fil.sti is None:
        innhold = fil.innhold or b""
        yield from (innhold[fra : fra + BIT] for fra in range(0, len(innhold), BIT))
        return
    with fil.sti.open("rb") as file:
        while bit := file.read(BIT):
            yield bit


class _Leser:
    """Makes columns of lines without making a Python object of each, and remembers how far it has counted."""

    def __init__(self) -> None:
        self._fil_id = -1
        self._linjer = 0

    def som_tabell(self, deler: Sequence[tuple[int, bytes]]) -> pa.Table:
        """Return the lines of pieces of files, each piece whole lines, as fil_id, linje, lengde and tekst."""
        fil_id = [fil_id for fil_id, _ in deler]
        tekst = b"".join(del_ for _, del_ in deler)
        slutt = _linjeslutt(tekst)
        if _har_lose_vognreturer(tekst, slutt):
            deler = [(nummer, _uten_lose_vognreturer(del_)) for nummer, del_ in deler]
            tekst = b"".join(del_ for _, del_ in deler)
            slutt = _linjeslutt(tekst)
        antall = np.diff(np.searchsorted(slutt, np.cumsum([0, *(len(del_) for _, del_ in deler)])))
        grenser = _grenser(slutt)
        lengde = slutt - grenser[:-1]
        lengde -= (lengde > 0) & (np.frombuffer(tekst, np.uint8)[slutt - 1] == CR)
        linje = self._nummerer(fil_id, antall, lengde > 0)
        if not tekst.isascii():
            tekst = tekst.decode("latin-1").encode()
            grenser = _grenser(_linjeslutt(tekst))
        return pa.table(
            {
                "fil_id": np.repeat(np.array(fil_id, np.int32), antall),
                "linje": linje.astype(np.int32),
                "lengde": lengde.astype(np.int32),
                "tekst": pa.LargeStringArray.from_buffers(len(lengde), pa.py_buffer(grenser), pa.py_buffer(tekst)),
            }
        )

    def _nummerer(self, fil_id: Sequence[int], antall: np.ndarray, er_linje: np.ndarray) -> np.ndarray:
        """Count the lines that are not empty from 1 within each file; a file may go on from the table before."""
        telt = np.cumsum(er_linje)
        for_delen = np.concatenate([[0], telt])[np.cumsum(antall) - antall]
        utgangspunkt = np.empty(len(fil_id), np.int64)
        for plass, (fil, telt_for) in enumerate(zip(fil_id, for_delen, strict=True)):
            if fil != self._fil_id:
                self._fil_id, self._linjer = fil, -int(telt_for)
            utgangspunkt[plass] = self._linjer
        if len(telt):
            self._linjer += int(telt[-1])
        return telt + np.repeat(utgangspunkt, antall)


def _linjeslutt(tekst: bytes) -> np.ndarray:
    return np.flatnonzero(np.frombuffer(tekst, np.uint8) == LF)


def _har_lose_vognreturer(tekst: bytes, slutt: np.ndarray) -> bool:
    """Tell whether a carriage return stands anywhere but just before a line feed."""
    foran = np.frombuffer(tekst, np.uint8)[slutt[slutt > 0] - 1] == CR
    return tekst.count(b"\r") != int(foran.sum())


def _uten_lose_vognreturer(tekst: bytes) -> bytes:
    """Take the carriage returns off both ends of every line; those within are no line's end and stay."""
    return b"\n".join(linje.strip(b"\r") for linje in tekst.split(b"\n"))


def _grenser(slutt: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], slutt + 1]).astype(np.int64)
