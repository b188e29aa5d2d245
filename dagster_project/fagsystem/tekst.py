"""A delivered text file as lines: its encoding checked, its header read, its lines streamed to DuckDB.

Nothing is repaired and no copy is made on disk: lines go from the file to the database in memory, decoded on the
way, with their number in the file as delivered.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from dagster_project.fagsystem.profil import Filform

BIT = 4 * 1024 * 1024
# No row of a report is this long; a file that seems to have one is not text with a row on each line.
MAKS_LINJE = 1024 * 1024
LINJESKJEMA = pa.schema([("fil_nr", pa.int32()), ("linje", pa.int32()), ("tekst", pa.string())])

# How much is in memory at a time on its way to the database.
PULJE = 64 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_UDEFINERT = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_C1 = re.compile(rb"[\x80-\x9f]")
_IKKE_ASCII = re.compile(rb"[\x80-\xff]")
_BINAERT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x19\x1b-\x1f\x7f]")
# What no text in the encoding has. ISO-8859-1 has control codes there, which no report does.
_UGYLDIG = {"windows-1252": _UDEFINERT, "iso-8859-1": _C1}


class LangLinje(Exception):
    """A line has no end; `linje` is its number."""

    def __init__(self, linje: int) -> None:
        super().__init__(linje)
        self.linje = linje


@dataclass(frozen=True)
class Tegnfeil:
    """A byte that is not what the profile says the file is written in: its line, and a Norwegian clause about it."""

    linje: int
    hva: str


def _biter(sti: Path) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines with the number of the first, some megabytes at a time; the last line may lack its end.

    Raises:
        LangLinje: if a line does not end within what a line may be.
    """
    linje, rest = 1, b""
    with sti.open("rb") as fil:
        while lest := fil.read(BIT):
            if linje == 1 and not rest:
                lest = lest.removeprefix(_BOM)
            slutt = lest.rfind(b"\n") + 1
            bit, rest = (rest + lest[:slutt], lest[slutt:]) if slutt else (b"", rest + lest)
            if bit:
                yield linje, bit
                linje += bit.count(b"\n")
            if len(rest) > MAKS_LINJE:
                raise LangLinje(linje)
    if rest:
        yield linje, rest


class _Tegnvakt:
    """Follow a file piece by piece and notice what is not in the encoding the profile says.

    A file said to be in a one-byte encoding whose every letter outside ASCII is valid UTF-8 is taken to be UTF-8.
    """

    def __init__(self, tegnsett: str) -> None:
        self._tegnsett = tegnsett
        self._er_utf8 = tegnsett.startswith("utf-8")
        self._kan_vaere_utf8 = True
        self._forste_bokstav = 0

    def som_utf8(self, linje: int, bit: bytes) -> bytes | Tegnfeil:
        """Return a piece as UTF-8, or what is wrong with it."""
        if bit.isascii():
            return bit
        if self._kan_vaere_utf8 and (feil := _utf8_feil(bit)) is not None:
            if self._er_utf8:
                return Tegnfeil(linje + bit.count(b"\n", 0, feil), "har tegn som ikke er UTF-8")
            self._kan_vaere_utf8 = False
        if self._er_utf8:
            return bit
        self._forste_bokstav = self._forste_bokstav or _linje(_IKKE_ASCII, linje, bit)
        # Latin-1 is windows-1252 but for 32 codes that are seldom used, and is decoded several times as fast.
        if not ((np.frombuffer(bit, np.uint8) & 0xE0) == 0x80).any():
            return bit.decode("latin-1").encode()
        if ugyldig := _linje(_UGYLDIG[self._tegnsett], linje, bit):
            return self.ved_slutt() or Tegnfeil(ugyldig, f"har et tegn som ikke finnes i {self._tegnsett}")
        return bit.decode("cp1252").encode()

    def ved_slutt(self) -> Tegnfeil | None:
        """Return what is wrong with the file as a whole, all of it seen."""
        if self._forste_bokstav and self._kan_vaere_utf8:
            return Tegnfeil(self._forste_bokstav, "er skrevet som UTF-8")
        return None


def finn_tegnfeil(sti: Path, tegnsett: str) -> Tegnfeil | None:
    """Return the first sign that a file is not written in the encoding the profile says, or None.

    Raises:
        LangLinje: see `_biter`.
    """
    vakt = _Tegnvakt(tegnsett)
    for linje, bit in _biter(sti):
        if isinstance(funnet := vakt.som_utf8(linje, bit), Tegnfeil):
            return funnet
    return vakt.ved_slutt()


def _utf8_feil(bit: bytes) -> int | None:
    try:
        bit.decode()
    except UnicodeDecodeError as feil:
        return feil.start
    return None


def _linje(monster: re.Pattern[bytes], linje: int, bit: bytes) -> int:
    """Return the line of the first match in a piece that begins on `linje`, or 0."""
    treff = monster.search(bit)
    return linje + bit.count(b"\n", 0, treff.start()) if treff else 0


def finn_binaert(sti: Path) -> int:
    """Return the first line with a byte no text file has, or 0.

    Raises:
        LangLinje: see `_biter`.
    """
    return next((funnet for linje, bit in _biter(sti) if (funnet := _linje(_BINAERT, linje, bit))), 0)


def _linjer(bit: bytes) -> tuple[bytes, np.ndarray]:
    """Return the lines of a piece, put end to end without their line ends, and where each begins and the last ends."""
    if not bit.endswith(b"\n"):
        bit += b"\n"
    antall_cr = bit.count(b"\r")
    ender = np.flatnonzero(np.frombuffer(bit, np.uint8) == 10)
    per_linje = 1
    if antall_cr:
        foran = np.frombuffer(bit, np.uint8)[ender - 1]
        if antall_cr == len(ender) == np.count_nonzero(foran == 13):
            per_linje = 2
        else:
            bit = bit.replace(b"\r\n", b"\n")
            ender = np.flatnonzero(np.frombuffer(bit, np.uint8) == 10)
    grenser = np.zeros(len(ender) + 1, np.int32)
    grenser[1:] = ender + 1 - per_linje * np.arange(1, len(ender) + 1)
    return bit.translate(None, b"\r\n") if per_linje == 2 else bit.replace(b"\n", b""), grenser


def antall_linjer(sti: Path, hopp_over: int) -> int:
    """Return how many lines with something on them a file has after the first `hopp_over`, whatever its encoding."""
    antall = 0
    try:
        for linje, bit in _biter(sti):
            _, grenser = _linjer(bit)
            antall += int(np.count_nonzero(np.diff(grenser)[max(0, hopp_over + 1 - linje) :]))
    except LangLinje:
        antall += 1
    return antall


class Linjer:
    """The lines of some files, some megabytes at a time.

    Yields Arrow tables with one row per line: fil_nr (the file's place in `stier`), linje (1-based, every line
    counted), tekst. A file that turns out not to be what it should be is left in the middle, and stands in `feil`.
    """

    def __init__(self, stier: Sequence[Path], tegnsett: str) -> None:
        self._stier = stier
        self._tegnsett = tegnsett
        self.feil: dict[int, Tegnfeil | LangLinje] = {}

    def __iter__(self) -> Iterator[pa.Table]:
        """Yield the tables."""
        pulje: list[pa.RecordBatch] = []
        byte = 0
        for fil_nr, sti in enumerate(self._stier):
            for del_ in self._les_fil(fil_nr, sti):
                pulje.append(del_)
                byte += del_.nbytes
                if byte >= PULJE:
                    yield pa.Table.from_batches(pulje)
                    pulje, byte = [], 0
        if pulje:
            yield pa.Table.from_batches(pulje)

    def _les_fil(self, fil_nr: int, sti: Path) -> Iterator[pa.RecordBatch]:
        vakt = _Tegnvakt(self._tegnsett)
        try:
            for linje, bit in _biter(sti):
                lesbar = vakt.som_utf8(linje, bit)
                if isinstance(lesbar, Tegnfeil):
                    self.feil[fil_nr] = lesbar
                    return
                tekst, grenser = _linjer(lesbar)
                antall = len(grenser) - 1
                yield pa.record_batch(
                    [
                        pa.array(np.full(antall, fil_nr, np.int32)),
                        pa.array(np.arange(linje, linje + antall, dtype=np.int32)),
                        pa.StringArray.from_buffers(antall, pa.py_buffer(grenser), pa.py_buffer(tekst)),
                    ],
                    schema=LINJESKJEMA,
                )
        except LangLinje as feil:
            self.feil[fil_nr] = feil
        else:
            if funnet := vakt.ved_slutt():
                self.feil[fil_nr] = funnet


def forste_linjer(sti: Path, tegnsett: str, antall: int) -> list[str]:
    """Return the first lines as text, without line ends. What cannot be decoded is shown as a replacement mark."""
    kodek = "utf-8" if tegnsett.startswith("utf-8") else tegnsett
    with sti.open("rb") as fil:
        linjer = [fil.readline(MAKS_LINJE) for _ in range(antall)]
    linjer[0] = linjer[0].removeprefix(_BOM)
    return [linje.removesuffix(b"\n").removesuffix(b"\r").decode(kodek, "replace") for linje in linjer]


def del_linje(linje: str, form: Filform) -> list[str]:
    """Return the cells of one line, trimmed; what cannot be divided is one cell."""
    leser = csv.reader(
        [linje],
        delimiter=form.skilletegn,
        quotechar=form.anforselstegn or None,
        quoting=csv.QUOTE_MINIMAL if form.anforselstegn else csv.QUOTE_NONE,
        doublequote=True,
    )
    try:
        return [celle.strip() for celle in next(leser, [])]
    except csv.Error:
        return [linje.strip()]
