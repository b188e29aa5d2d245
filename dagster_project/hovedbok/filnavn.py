"""What the name of a ledger or budget file says: which municipality, which periods, and when it was taken out."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

PLASSER = {
    "system": r".+?",
    "objekt": r".+?",
    "kommunenummer": r"[0-9]{4}",
    "fraperiode": r"[0-9]{6}",
    "tilperiode": r"[0-9]{6}",
    "uttrukket": r"[0-9]{8}(?:T[0-9]{4}(?:[0-9]{2})?)?",
}
MAA_MED = ("kommunenummer", "fraperiode", "tilperiode")
AARSSLUTT = 13
"""The period of a year's closing entries; it has no month of its own."""
_VALGFRI = re.compile(r"\[([^\[\]]*)\]")
_PLASS = re.compile(r"\{([^{}]*)\}")
# What a browser or Windows adds when a file by that name is there already.
_KOPI = r"(?: ?\([0-9]+\))?"
_PERIODE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-3])")


@dataclass(frozen=True)
class Utvalg:
    """Whose lines a file has and for which periods, both ends included. Periods are yyyymm, month 01–13.

    `uttrukket` is local time. Periods and time are None for a file that does not say, before its lines are read.
    `klient` is what the accounting system calls the municipality, where the lines name it.
    """

    kommunenummer: str
    fraperiode: str | None = None
    tilperiode: str | None = None
    uttrukket: datetime | None = None
    klient: str | None = None

    @property
    def fra(self) -> date | None:
        """Return the first day of the first period."""
        return _dag(self.fraperiode, siste=False) if self.fraperiode else None

    @property
    def til(self) -> date | None:
        """Return the last day of the last period; the closing period ends with December."""
        return _dag(self.tilperiode, siste=True) if self.tilperiode else None


def _dag(periode: str, siste: bool) -> date:
    aar, maaned = int(periode[:4]), min(int(periode[4:]), 12)
    return date(aar, maaned, monthrange(aar, maaned)[1] if siste else 1)


def er_periode(tekst: str) -> bool:
    """Say whether a text is a period: yyyymm, with month 01–13."""
    return _PERIODE.fullmatch(tekst) is not None


@dataclass(frozen=True)
class Navnemonster:
    """The pattern of a file's name, as `fil.navn` in a profile says it."""

    mal: str
    monster: re.Pattern[str]

    def les(self, filnavn: str) -> Utvalg | str:
        """Return what the name says, or a Norwegian clause on why it cannot be read."""
        treff = self.monster.fullmatch(filnavn)
        if treff is None:
            return (
                f"navnet følger ikke mønsteret {self.mal}, der fraperiode og tilperiode er ååååmm "
                "og uttrukket er ååååmmddTttmm"
            )
        fra, til = treff["fraperiode"], treff["tilperiode"]
        for plass, periode in (("fraperiode", fra), ("tilperiode", til)):
            if not er_periode(periode):
                return f"{plass} er {periode}, som ikke er en periode (ååååmm, måned 01–13)"
        if fra > til:
            return f"fraperiode ({fra}) er etter tilperiode ({til})"
        sagt = treff.groupdict().get("uttrukket")
        uttrukket = les_tidspunkt(sagt) if sagt else None
        if sagt and uttrukket is None:
            return f"uttrukket er {sagt}, som ikke er et tidspunkt som finnes"
        return Utvalg(treff["kommunenummer"], fra, til, uttrukket)


def les_tidspunkt(tekst: str) -> datetime | None:
    """Return the time a text of 8, 13, 14 or 15 characters says, or None."""
    former = {8: "%Y%m%d", 13: "%Y%m%dT%H%M", 14: "%Y%m%d%H%M%S", 15: "%Y%m%dT%H%M%S"}
    try:
        tid = datetime.strptime(tekst.upper(), former[len(tekst)])
    except (KeyError, ValueError):
        return None
    return tid if tid.year >= 1900 else None


def les_navnemonster(mal: str) -> Navnemonster:
    """Return the pattern a template says; what stands in square brackets may be left out of a name.

    Raises:
        ValueError: with a Norwegian clause that says what is wrong.
    """
    plasser = _PLASS.findall(mal)
    if ukjente := [plass for plass in plasser if plass not in PLASSER]:
        raise ValueError(f"har plasser vi ikke kjenner ({', '.join(ukjente)}); plassene er {', '.join(PLASSER)}")
    if doble := sorted({plass for plass in plasser if plasser.count(plass) > 1}):
        raise ValueError(f"har samme plass to ganger ({', '.join(doble)})")
    faste = _PLASS.findall(_VALGFRI.sub("", mal))
    if mangler := [plass for plass in MAA_MED if plass not in faste]:
        raise ValueError(f"mangler {', '.join('{' + plass + '}' for plass in mangler)}")
    stamme, punktum, endelse = mal.rpartition(".")
    hode, hale = (stamme, punktum + endelse) if punktum and not re.search(r"[{}\[\]]", endelse) else (mal, "")
    biter = _VALGFRI.split(hode)
    monster = "".join(f"(?:{_uten_plasser(bit)})?" if nr % 2 else _uten_plasser(bit) for nr, bit in enumerate(biter))
    return Navnemonster(mal, re.compile(monster + _KOPI + re.escape(hale), re.IGNORECASE | re.ASCII))


def _uten_plasser(mal: str) -> str:
    biter = _PLASS.split(mal)
    return "".join(f"(?P<{bit}>{PLASSER[bit]})" if nr % 2 else re.escape(bit) for nr, bit in enumerate(biter))
