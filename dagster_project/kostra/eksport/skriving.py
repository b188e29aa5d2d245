"""Bytes on disk: records with their line ends, in files only their owner can read, there when they are complete."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.kostra.eksport.utkast import Utkast
from dagster_project.kostra.skriv import INGENTING_AA_RAPPORTERE, LINJESLUTT, POSTER_PER_BIT, TEGNSETT, som_tekst


@dataclass(frozen=True)
class Form:
    """How the lines of a file are ended: with what, whether empty lines are kept, and how many ends after the last."""

    linjeslutt: bytes = LINJESLUTT
    med_tomme: bool = False
    til_sist: int = 1


SSBS_FORM = Form()
LF = b"\n"


def form_som_levert(con: duckdb.DuckDBPyConnection, utkast: Utkast, linjeslutt: bytes) -> Form | None:
    """Return the form in which the draft is as long as the delivered file, or None where no such form is."""
    (lengde,) = con.execute(
        f"select sum(length(tekst)) + {len(linjeslutt)} * sum(skift) from {utkast.tabell}"
    ).fetchone()
    til_sist, rest = divmod(utkast.levert.bytes - int(lengde), len(linjeslutt))
    return Form(linjeslutt, med_tomme=True, til_sist=til_sist) if rest == 0 and til_sist >= 0 else None


def biter(con: duckdb.DuckDBPyConnection, utkast: Utkast, form: Form) -> Iterator[bytes]:
    """Yield the bytes of a draft in pieces."""
    if utkast.tabell is None:
        yield INGENTING_AA_RAPPORTERE
        return
    skift = "skift" if form.med_tomme else f"(linje > (select min(linje) from {utkast.tabell}))::integer"
    svar = con.execute(
        f"select repeat($linjeslutt, {skift}) || tekst from {utkast.tabell} order by linje",
        {"linjeslutt": form.linjeslutt.decode("ascii")},
    )
    for bit in svar.to_arrow_reader(POSTER_PER_BIT):
        yield som_tekst(bit.column(0)).encode(TEGNSETT)
    yield form.linjeslutt * form.til_sist


def fingeravtrykk(deler: Iterable[bytes]) -> str:
    """Return the sha256 of pieces put together."""
    hash_ = hashlib.sha256()
    for del_ in deler:
        hash_.update(del_)
    return hash_.hexdigest()


def lag_mappe(sti: Path) -> None:
    """Make a folder, if it is not there, that only its owner can open."""
    sti.mkdir(parents=True, exist_ok=True, mode=0o700)


def skriv_egen(sti: Path, deler: Iterable[bytes]) -> str:
    """Write a file that from its first byte is for its owner only, and return its sha256.

    What an earlier try left under the name is removed first.
    """
    sti.unlink(missing_ok=True)
    hash_ = hashlib.sha256()
    with os.fdopen(os.open(sti, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as fil:
        for del_ in deler:
            hash_.update(del_)
            fil.write(del_)
    return hash_.hexdigest()
