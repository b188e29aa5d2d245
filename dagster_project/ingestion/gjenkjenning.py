"""Recognise a file by what is in it, and a report from a case system by its name, which its profile decides.

Reads the first bytes only. What it cannot place stays in the inbox; what it can place but not use (no
content, a year we do not know, a record length that is off) is named here and refused by the reader.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dagster_project.fagsystem.profil import Profiler, Treff
from dagster_project.hovedbok.profil import Regnskapstreff
from dagster_project.kostra.layout import HELE_KOMMUNEN, OSLO, Layout, find_layout, layouts
from dagster_project.register.gjenkjenning import gjenkjenn_register
from dagster_project.ssb.jsonstat import er_jsonstat

HODE = 64 * 1024
PERSONKILDER = frozenset({"kostra", "fagsystem"})
"""The sources with identity numbers, which need the key."""
_KOSTRA_NAVN = re.compile(r"^(sosial|kvp|bev)_(\d{6})(?:_k([1-4]))?(?:[_-](20\d\d))?", re.IGNORECASE)
_SKJEMA_FOR_NAVN = {"sosial": "11F", "kvp": "11CF", "bev": "0A"}
_AARSMAPPE = re.compile(r"^(20\d\d)$")


@dataclass(frozen=True)
class Gjenkjent:
    """What a file looks like. `layout` is None where the form is plain but no layout fits; `regel` says why.

    `fagsystem` is filled for a report from a case system and `regnskap` for one from the accounting system; each has
    the profile and what the name says. `bydel` is filled for a file from a district of Oslo that has no records to
    tell it.
    """

    kilde: str
    objekt: str
    layout: Layout | None = None
    aar: int | None = None
    kommunenummer: str | None = None
    regel: str | None = None
    tillegg: str = ""
    fagsystem: Treff | None = None
    regnskap: Regnskapstreff | None = None
    bydel: str | None = None

    @property
    def er_uten_poster(self) -> bool:
        """Say whether the file has no records: it is empty, or says that there is nothing to report."""
        return self.fagsystem is None and (self.objekt == "ukjent" or self.kommunenummer is not None)


def _linjer(hode: bytes) -> list[str]:
    return [linje for raa in hode.decode("latin-1").split("\n") if (linje := raa.strip("\r"))]


def _er_0a(linje: str) -> bool:
    return re.match(r"^0A\d{4}[ 1-4]\d{6}", linje) is not None


def _er_personskjema(linje: str) -> bool:
    # Municipality and year are digits, the district is blank or digits, and a record is far longer than a CSV line.
    return len(linje) >= 100 and re.match(r"^\d{6}[ \d]{2}", linje) is not None and ";" not in linje


def gjenkjenn(fil: Path) -> Gjenkjent | None:
    """Return what the file is, or None where no reader knows it.

    Shape: one per file; `kommunenummer` is filled only for the one-space file, where name and folder must tell.
    """
    with fil.open("rb") as file:
        hode = file.read(HODE)
    er_avbrutt = len(hode) == HODE
    hode = hode.removeprefix(b"\xef\xbb\xbf")
    navn = _KOSTRA_NAVN.match(fil.name)
    if not (innhold := hode.lstrip(b"\r\n")):
        return Gjenkjent("ukjent", "ukjent", regel="tom_fil")
    if innhold.startswith(b" ") and innhold.rstrip(b"\r\n") == b" ":
        return _nullmelding(fil, navn)
    if (register := gjenkjenn_register(fil, hode)) is not None:
        return Gjenkjent(*register)
    if er_jsonstat(hode):
        return Gjenkjent("ssb", "befolkning")
    if not innhold[:1].isdigit():
        return None
    linjer = _linjer(hode)
    # The head may end in the middle of a line.
    hele = linjer[:-1] if er_avbrutt and len(linjer) > 1 else linjer
    if _er_0a(hele[0]):
        return _kostra("0A", hele)
    if _er_personskjema(hele[0]):
        return _kostra(_personskjema(hele, navn), hele)
    return None


def gjenkjenn_rapport(filnavn: str, profiler: Profiler) -> Gjenkjent | None:
    """Return which report of a case system a name belongs to, or None where no profile wants it.

    For files whose content is nothing else: a report has no shape of its own but what its profile says.
    """
    treff = profiler.velg(filnavn)
    return Gjenkjent("fagsystem", treff.objekt, fagsystem=treff) if treff else None


def _nullmelding(fil: Path, navn: re.Match[str] | None) -> Gjenkjent:
    aar = None
    if navn is not None:
        aar = navn[4] or next((del_ for del_ in reversed(fil.parts[:-1]) if _AARSMAPPE.match(del_)), None)
    if navn is None or aar is None or navn[1].lower() == "bev":
        return Gjenkjent("ukjent", "ukjent", regel="ingenting_uten_navn")
    skjema = _SKJEMA_FOR_NAVN[navn[1].lower()]
    kommunenummer, bydel = navn[2][:4], navn[2][4:]
    layout = find_layout(skjema, int(aar))
    if layout is None:
        return Gjenkjent("kostra", skjema, None, int(aar), kommunenummer, "ukjent_aar", aar)
    er_i_bydel = kommunenummer == OSLO and bydel != HELE_KOMMUNEN
    return Gjenkjent("kostra", skjema, layout, int(aar), kommunenummer, bydel=bydel if er_i_bydel else None)


def _personskjema(linjer: list[str], navn: re.Match[str] | None) -> str:
    lengder = {item.postlengde: item.skjema for item in layouts() if item.skjema != "0A"}
    vanligst = Counter(len(linje) for linje in linjer).most_common(1)[0][0]
    if vanligst in lengder:
        return lengder[vanligst]
    if navn is not None and navn[1].lower() in ("sosial", "kvp"):
        return _SKJEMA_FOR_NAVN[navn[1].lower()]
    return lengder[min(lengder, key=lambda lengde: abs(lengde - vanligst))]


def _kostra(skjema: str, linjer: list[str]) -> Gjenkjent:
    """Choose the layout by the year in the first record; the reader then holds every length against it."""
    aar = int(linjer[0][2:6]) if skjema == "0A" else 2000 + int(linjer[0][4:6])
    layout = find_layout(skjema, aar)
    if layout is None:
        return Gjenkjent("kostra", skjema, None, aar, regel="ukjent_aar", tillegg=str(aar))
    return Gjenkjent("kostra", skjema, layout, aar)
