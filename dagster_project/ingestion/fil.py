"""One file as bytes: its hash, whether DuckDB can read it as it lies, and if not, a cleaned copy that it can.

The text is never repaired: a cleaned copy has the same lines in the same order, only decoded from ISO-8859-1
and with one kind of line end. A line far longer than any record is cut, and stays too long.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

BIT = 4 * 1024 * 1024
# DuckDB stops at lines of 16 MB, and one such file must not stop the others.
MAKS_LINJE = 64 * 1024
# Control characters that no text file has. Tab, line ends and Ctrl-Z are left to the length check.
_BINAERT = bytes(set(range(32)) - {9, 10, 13, 26}) + b"\x7f"


@dataclass(frozen=True)
class Filinnhold:
    """What one pass over a file's bytes tells.

    `er_ren` means plain ASCII with one kind of line end and no enormous line. `siste_linje_er_hel` is true where
    the file ends in a line feed. `fil_endret` is UTC without zone.
    """

    sti: Path
    sha256: str
    bytes: int
    fil_endret: datetime
    er_ren: bool
    har_binaert: bool
    har_bom: bool
    siste_linje_er_hel: bool

    @property
    def leveranse_id(self) -> str:
        """Return the id of the delivery: the same content is the same delivery."""
        return self.sha256[:16]


def undersok(sti: Path) -> Filinnhold:
    """Read a file once, in pieces."""
    hash_ = hashlib.sha256()
    ascii_, binaert, for_lang = True, False, False
    lf = crlf = cr = 0
    forrige, forste = b"", b""
    with sti.open("rb") as file:
        while bit := file.read(BIT):
            hash_.update(bit)
            forste = forste or bit[:3]
            ascii_ = ascii_ and bit.isascii()
            binaert = binaert or len(bit.translate(None, _BINAERT)) != len(bit)
            tegn = np.frombuffer(bit, np.uint8)
            er_lf, er_cr = tegn == 10, tegn == 13
            nye_linjer = int(np.count_nonzero(er_lf))
            for_lang = for_lang or (nye_linjer == 0 and len(bit) == BIT)
            lf += nye_linjer
            cr += int(np.count_nonzero(er_cr))
            crlf += int(np.count_nonzero(er_cr[:-1] & er_lf[1:])) + (forrige == b"\r" and bit[:1] == b"\n")
            forrige = bit[-1:]
    status = sti.stat()
    return Filinnhold(
        sti=sti,
        sha256=hash_.hexdigest(),
        bytes=status.st_size,
        fil_endret=datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None),
        er_ren=ascii_ and not binaert and not for_lang and (cr == 0 or cr == crlf == lf),
        har_binaert=binaert,
        har_bom=forste == b"\xef\xbb\xbf",
        siste_linje_er_hel=forrige == b"\n",
    )


def lesbar_kopi(innhold: Filinnhold, mappe: Path) -> Path:
    """Return a file DuckDB reads line by line: the file itself where it is plain, otherwise a copy in `mappe`.

    The copy is UTF-8 made from ISO-8859-1, split at line feed only, carriage returns taken off both ends of
    each line, NUL and other control characters replaced by U+FFFD so that the line keeps its length.
    """
    # DuckDB takes a path as UTF-8 text and as a pattern; the bytes of an old file name may be something else, and an
    # asterisk in it would be read as any file.
    navn = str(innhold.sti)
    if innhold.er_ren and navn.isprintable() and not set("*?[]{}") & set(navn):
        return innhold.sti
    kopi = mappe / f"{innhold.leveranse_id}.txt"
    erstatning = dict.fromkeys(_BINAERT, 65533) | {0x0D: 0xFFFD, 0x09: 0x09}
    with innhold.sti.open("rb") as inn, kopi.open("w", encoding="utf-8", newline="") as ut:
        while linje := inn.readline(MAKS_LINJE):
            rest = linje
            while len(rest) == MAKS_LINJE and not rest.endswith(b"\n"):
                rest = inn.readline(MAKS_LINJE)
            tekst = linje.removesuffix(b"\n").strip(b"\r").decode("latin-1").translate(erstatning)
            ut.write(tekst + "\n")
    return kopi
