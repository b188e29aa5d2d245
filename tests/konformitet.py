"""Hold our controls against what SSB's own program said about the same files."""

import gzip
import json
from pathlib import Path

import duckdb

from dagster_project.kostra.kontroll.fall import kontroller_fall, les_fall

NOKKEL = {"2026": "", "2025": "_v2026_03_30"}


def les_fasit(sti: Path, utgave: str) -> list[dict]:
    """Return the recorded verdicts of one edition, in order."""
    ende = NOKKEL[utgave]
    fasit = []
    for linje in gzip.decompress(sti.read_bytes()).split(b"\n"):
        if linje:
            fall = json.loads(linje)
            ett = {"id": fall["id"], "overall": fall[f"overall{ende}"], "verdict": fall[f"verdict{ende}"]}
            # The count of checks and the exit code are recorded for the newer program only.
            if not ende:
                ett |= {"controls": fall["controls"], "return_code": fall["return_code"]}
            fasit.append(ett)
    return fasit


def avvik(sti: Path, utgave: str) -> list[tuple[dict, dict]]:
    """Return (what SSB says, what we say) for every case where the two differ in anything."""
    fasit = les_fasit(sti, utgave)
    with duckdb.connect() as con:
        svar = kontroller_fall(con, les_fall(sti), utgave)
    vaare = []
    for ssb, kjennelse in zip(fasit, svar, strict=True):
        ett = kjennelse.som_dict()
        if "controls" in ssb:
            ett |= {"controls": kjennelse.kontroller, "return_code": kjennelse.utgangskode}
        vaare.append(ett)
    return [(ssb, vaart) for ssb, vaart in zip(fasit, vaare, strict=True) if ssb != vaart]
