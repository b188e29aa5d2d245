"""Cases with files and verdicts, one JSON object a line, in the form SSB's verdict data are kept in.

Verdicts are not read: a case is controlled from its file and what is said about it.
"""

import base64
import binascii
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.kostra.kontroll.lesing import Kontrollfil
from dagster_project.kostra.kontroll.motor import kontroller
from dagster_project.kostra.kontroll.regel import SKJEMAER, utgave_for

GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Fall:
    """One case: its name, and the file as the program is given it."""

    id: str
    fil: Kontrollfil


@dataclass(frozen=True)
class Kjennelse:
    """What the rules say about a case. `kontroller` counts checks done."""

    id: str
    alvor: str
    utgangskode: int
    kontroller: int
    funn: tuple[dict[str, object], ...]

    def som_dict(self) -> dict[str, object]:
        """Return the answer in the verdict data's own words."""
        return {"id": self.id, "overall": self.alvor, "verdict": list(self.funn)}


def les_fall(sti: Path) -> list[Fall]:
    """Read cases, packed or not, in order.

    Raises:
        Brukerfeil: if the file cannot be read or a line is no case.
    """
    try:
        innhold = sti.read_bytes()
        if innhold.startswith(GZIP):
            innhold = gzip.decompress(innhold)
    except (OSError, EOFError) as feil:
        raise Brukerfeil(f"Kan ikke lese {sti.name}: {feil}") from None
    # Split at line feed only: a record may hold characters that other ways of splitting take for line ends.
    return list(_fall(innhold.split(b"\n")))


def _fall(linjer: Iterable[bytes]) -> Iterator[Fall]:
    for nummer, linje in enumerate(linjer, start=1):
        if not linje.strip():
            continue
        try:
            yield _les_ett(json.loads(linje))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise Brukerfeil(f"Linje {nummer} er ikke et fall slik konformitet/README.md beskriver det.") from None


def _les_ett(fall: dict) -> Fall:
    if "bytes_b64" in fall:
        innhold = base64.b64decode(fall["bytes_b64"])
    else:
        slutt = fall["eol"] if fall["final_eol"] else ""
        innhold = (fall["eol"].join(fall["records"]) + slutt).encode("latin-1")
    if fall["form"] not in SKJEMAER:
        raise ValueError(fall["form"])
    fil = Kontrollfil(
        skjema=fall["form"],
        aar=int(fall["aar"]),
        region=str(fall["region"]),
        innhold=innhold,
        orgnr=str(fall.get("orgnr", " " * 9)),
        kvartal=str(fall.get("kvartal", " ")),
        har_vedlegg=bool(fall.get("har_vedlegg", True)),
    )
    return Fall(str(fall["id"]), fil)


def kontroller_fall(con: duckdb.DuckDBPyConnection, fall: Sequence[Fall], utgave: str | None = None) -> list[Kjennelse]:
    """Control cases and return the answers in their order.

    Without an edition each case goes through the one its year went through.
    """
    svar: dict[int, Kjennelse] = {}
    utgaver = [utgave or utgave_for(ett.fil.aar) for ett in fall]
    for valgt in sorted(set(utgaver)):
        plasser = [plass for plass, denne in enumerate(utgaver) if denne == valgt]
        resultat = kontroller(con, [fall[plass].fil for plass in plasser], valgt)
        funn: dict[int, list[dict[str, object]]] = {}
        for fil_id, regel, alvor, felt, linjer in resultat.funn.project(
            "fil_id, regel, alvor, felt, linjer"
        ).fetchall():
            ett = {"rule": regel, "severity": alvor, "lines": linjer}
            if regel.startswith("002"):
                ett["field"] = felt
            funn.setdefault(fil_id, []).append(ett)
        for plass, fil in zip(plasser, resultat.filer, strict=True):
            svar[plass] = Kjennelse(
                fall[plass].id, fil.alvor, fil.utgangskode, fil.kontroller, tuple(funn.get(fil.fil_id, ()))
            )
    return [svar[plass] for plass in range(len(fall))]
