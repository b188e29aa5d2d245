"""What a file's name says: which municipality, which interval, and when it was taken out."""

import re
from dataclasses import dataclass
from datetime import date, datetime

PLASSER = {
    "system": r".+?",
    "objekt": r".+?",
    "kommunenummer": r"[0-9]{4}",
    "fra": r"[0-9]{8}",
    "til": r"[0-9]{8}",
    "uttrukket": r"[0-9]{8}(?:T[0-9]{4}(?:[0-9]{2})?)?",
}
MAA_MED = ("kommunenummer", "fra", "til", "uttrukket")
_PLASS = re.compile(r"\{([^{}]*)\}")
# What a browser or Windows adds when a file by that name is there already.
_KOPI = r"(?: ?\([0-9]+\))?"


@dataclass(frozen=True)
class Periode:
    """Whose rows a file has and for when. `fra` and `til` are both included; `uttrukket` is local time."""

    kommunenummer: str
    fra: date
    til: date
    uttrukket: datetime


@dataclass(frozen=True)
class Navnemonster:
    """The pattern of a file's name, as `fil.navn` in a profile says it."""

    mal: str
    monster: re.Pattern[str]

    def les(self, filnavn: str) -> Periode | str:
        """Return what the name says, or a Norwegian sentence on why it cannot be read."""
        treff = self.monster.fullmatch(filnavn)
        if treff is None:
            return f"navnet følger ikke mønsteret {self.mal}, der fra og til er ååååmmdd og uttrukket er ååååmmddTttmm"
        verdier = {}
        for plass in ("fra", "til", "uttrukket"):
            tid = _tidspunkt(treff[plass])
            if tid is None:
                return f"{plass} er {treff[plass]}, som ikke er en dato som finnes"
            verdier[plass] = tid
        fra, til = verdier["fra"].date(), verdier["til"].date()
        if fra > til:
            return f"fra ({fra:%d.%m.%Y}) er etter til ({til:%d.%m.%Y})"
        return Periode(treff["kommunenummer"], fra, til, verdier["uttrukket"])


def _tidspunkt(tekst: str) -> datetime | None:
    form = {8: "%Y%m%d", 13: "%Y%m%dT%H%M", 15: "%Y%m%dT%H%M%S"}[len(tekst)]
    try:
        tid = datetime.strptime(tekst.upper(), form)
    except ValueError:
        return None
    return tid if tid.year >= 1900 else None


def les_navnemonster(mal: str) -> Navnemonster:
    """Return the pattern a template says.

    Raises:
        ValueError: with a Norwegian clause that says what is wrong.
    """
    plasser = _PLASS.findall(mal)
    if ukjente := [plass for plass in plasser if plass not in PLASSER]:
        raise ValueError(f"har plasser vi ikke kjenner ({', '.join(ukjente)}); plassene er {', '.join(PLASSER)}")
    if doble := sorted({plass for plass in plasser if plasser.count(plass) > 1}):
        raise ValueError(f"har samme plass to ganger ({', '.join(doble)})")
    if mangler := [plass for plass in MAA_MED if plass not in plasser]:
        raise ValueError(f"mangler {', '.join('{' + plass + '}' for plass in mangler)}")
    stamme, punktum, endelse = mal.rpartition(".")
    hode, hale = (stamme, punktum + endelse) if punktum and not _PLASS.search(endelse) else (mal, "")
    monster = _uten_plasser(hode) + _KOPI + re.escape(hale)
    return Navnemonster(mal, re.compile(monster, re.IGNORECASE | re.ASCII))


def _uten_plasser(mal: str) -> str:
    biter = _PLASS.split(mal)
    return "".join(f"(?P<{bit}>{PLASSER[bit]})" if nr % 2 else re.escape(bit) for nr, bit in enumerate(biter))


def glob_som_monster(glob: str) -> str:
    """Return a regular expression for a name with `*` and `?`, that Python and DuckDB read alike."""
    return re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
