"""Months as NAV writes them: in headings, in file names, in columns. The result is `2025-03`, or None."""

import re

MAANEDER = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
_NUMMER = {navn: nr for nr, navn in enumerate(MAANEDER, start=1)} | {
    navn[:3]: nr for nr, navn in enumerate(MAANEDER, start=1)
}
_NAVN = "|".join(sorted(_NUMMER, key=len, reverse=True))
_AAR = r"(?:19|20)\d\d"
_SIFRE = re.compile(rf"({_AAR})[-M/._ ]?(0[1-9]|1[0-2])(?:-01)?", re.IGNORECASE)
_NAVNGITT = re.compile(rf"({_NAVN})\.?(?: ({_AAR}|\d\d))?")
# A whole date tells when a file was made, not which month it is about.
_SIFRE_I_TEKST = re.compile(rf"(?<!\d)({_AAR})[-_. ]?(0[1-9]|1[0-2])(?!\d)(?![-_.]\d\d(?!\d))")
_NAVN_I_TEKST = re.compile(rf"(?<![a-zæøå])({'|'.join(MAANEDER)})[\s_.-]+({_AAR})(?!\d)")
_AAR_I_TEKST = re.compile(rf"(?<!\d)({_AAR})(?!\d)")
_AAR_I_NAVN = re.compile(rf"(?<!\d)({_AAR})(?:0[1-9]|1[0-2])?(?!\d)")


def tolk_maaned(tekst: str, aar: int | None = None) -> str | None:
    """Return the month a cell names: `202503`, `2025-03`, `2025M03`, `mars 2025`, or `mars` in the given year.

    A month's name without a year is None when no year is given.
    """
    rent = tekst.strip().casefold()
    if treff := _SIFRE.fullmatch(rent):
        return f"{treff[1]}-{treff[2]}"
    treff = _NAVNGITT.fullmatch(rent)
    if treff is None or (treff[2] is None and aar is None):
        return None
    ar = aar if treff[2] is None else int(treff[2]) + (2000 if len(treff[2]) == 2 else 0)
    return f"{ar}-{_NUMMER[treff[1]]:02d}"


def er_maanedsnavn(tekst: str) -> bool:
    """Say whether a cell names a month, with or without its year."""
    return tolk_maaned(tekst, 2000) is not None


def maaned_i_tekst(tekst: str) -> str | None:
    """Return the month a file name or a title tells of; None where there is none, or more than one."""
    rent = tekst.casefold()
    funnet = {f"{aar}-{nr}" for aar, nr in _SIFRE_I_TEKST.findall(rent)}
    funnet |= {f"{aar}-{_NUMMER[navn]:02d}" for navn, aar in _NAVN_I_TEKST.findall(rent)}
    return funnet.pop() if len(funnet) == 1 else None


def aar_i_tekst(tekster: list[str], filnavn: str) -> int | None:
    """Return the one year the titles tell of, otherwise the one the file's name does."""
    for funnet in (
        {aar for tekst in tekster for aar in _AAR_I_TEKST.findall(tekst)},
        set(_AAR_I_NAVN.findall(filnavn)),
    ):
        if len(funnet) == 1:
            return int(funnet.pop())
    return None
