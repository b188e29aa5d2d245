"""Tell a register's file from what is in it. Narrow: a file that may be something else is left to others."""

import re
from pathlib import Path
from typing import NamedTuple

from dagster_project.register.arbeidsbok import tekster_i
from dagster_project.register.lest import RegisterFeil, normaliser
from dagster_project.register.oppsett import finn_oppsett, kolonner
from dagster_project.register.tekstfil import skilletegn, som_tekst
from dagster_project.ssb.jsonstat import AARSFORSKYVNING, er_jsonstat

ARBEIDSBOK = b"PK\x03\x04"
GAMMEL_ARBEIDSBOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A workbook of this name is NAV's, also where its sheets have names we do not know, and is told so.
NAVNGITT = re.compile(
    r"(hl|aap|pst)_?\d{3}|helt.?ledige|arbeidss[oø]k|arbeidsmarked|uf[oø]re|arbeidsevne|arbeidsavklaring|dagpenger"
)
KPI_TABELLER = ("03013", "14700")
# Enough to hold the first key of an object, or the header of a table.
BEGYNNELSE = 8 * 1024
KLASS_NOKLER = ("codes", "codeChanges", "correspondenceItems")
KLASS_KOLONNER = ({"code", "parentcode", "name"}, {"oldcode", "newcode"}, {"sourcecode", "targetcode"})
KPI_KOLONNER = {"maaned", "indeks", "basis"}


class Registerfil(NamedTuple):
    """What a file is: who publishes it, and the name of the object it is read as."""

    kilde: str
    objekt: str


def gjenkjenn_register(fil: Path, hode: bytes) -> Registerfil | None:
    """Return which register a file is, or None where it is none of them; `hode` is the file's first bytes.

    Population by one-year age, and json-stat of other kinds, are left to the reader of population.
    """
    if hode.startswith(ARBEIDSBOK):
        tekster = tekster_i(fil)
        er_nav = tekster is not None and (finn_oppsett(fil.name, tekster) or NAVNGITT.search(normaliser(fil.name)))
        return Registerfil("nav", "nav_register") if er_nav else None
    if hode.startswith(GAMMEL_ARBEIDSBOK):
        return Registerfil("nav", "nav_register") if NAVNGITT.search(normaliser(fil.name)) else None
    if er_jsonstat(hode):
        objekt = _jsonstat(fil, hode.decode("utf-8", errors="replace"))
        return Registerfil("ssb", objekt) if objekt else None
    try:
        # The head may end in the middle of a character.
        tekst = som_tekst(hode[:BEGYNNELSE].rpartition(b"\n")[0] or hode)
    except RegisterFeil:
        return None
    if tekst.lstrip().startswith("{"):
        er_klass = any(re.search(rf'^\s*{{\s*"{nokkel}"\s*:\s*\[', tekst) for nokkel in KLASS_NOKLER)
        return Registerfil("ssb", "klass") if er_klass else None
    return _tekst(next((linje for linje in tekst.splitlines() if linje.strip()), ""))


def _jsonstat(fil: Path, hode: str) -> str | None:
    tabell = _tabellnummer(hode)
    # Told by its title alone: the whole country by age is a large file, and every raw asset looks at the inbox.
    if tabell in AARSFORSKYVNING:
        return None
    tekst = fil.read_text(encoding="utf-8", errors="replace")
    tabell = tabell or _tabellnummer(tekst)
    dimensjoner = re.search(r'"id"\s*:\s*\[([^\]]*)\]', tekst)
    navn = dimensjoner[1].casefold() if dimensjoner else ""
    if tabell in AARSFORSKYVNING or ("alder" in navn and not tabell):
        return None
    if tabell in KPI_TABELLER or '"KpiIndMnd"' in tekst:
        return "kpi"
    if "region" in navn and re.search(r'"\d{4}K[1-4]"', tekst):
        return "befolkning_kvartal"
    return "kostra_tabell" if "kokkommuneregion" in navn else None


def _tabellnummer(tekst: str) -> str:
    funnet = re.search(r'"tableid"\s*:\s*"(\d{5})"', tekst) or re.search(r'"label"\s*:\s*"(\d{5})\s*:', tekst)
    return funnet[1] if funnet else ""


def _tekst(linje: str) -> Registerfil | None:
    navn = {normaliser(felt.strip('"')) for felt in linje.split(skilletegn(linje))}
    register = {kolonne.navn[0] for kolonne in kolonner("register_csv") if kolonne.kreves}
    if register <= navn:
        return Registerfil("nav", "nav_register")
    # The county's number is in no other register, so that a file without the column of figures is told what it lacks.
    if "fylkenr" in navn and any("ledige" in ett or "kommunenr" in ett for ett in navn):
        return Registerfil("nav", "nav_register")
    if navn & {"kommunenr", "kommunenummer"} and "antall helt ledige" in navn:
        return Registerfil("nav", "nav_register")
    if navn >= KPI_KOLONNER:
        return Registerfil("ssb", "kpi")
    return Registerfil("ssb", "klass") if any(navn >= kreves for kreves in KLASS_KOLONNER) else None
