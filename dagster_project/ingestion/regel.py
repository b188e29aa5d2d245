"""The rules of `seeds/leveranseregel.csv` and the Norwegian messages made from them."""

from collections.abc import Sequence
from functools import cache

from dagster_project.seeds import read_seed

MAKS_I_MELDING = 12


@cache
def regler() -> dict[str, dict[str, str]]:
    """Return the rules by id."""
    return {rad["regel_id"]: rad for rad in read_seed("leveranseregel")}


def melding(regel_id: str, **verdier: object) -> str:
    """Return the message of a rule with its places filled in.

    Raises:
        KeyError: if there is no such rule, or a place in its message has no value.
    """
    return regler()[regel_id]["melding"].format(**verdier)


def linjeliste(linjer: Sequence[int], antall: int | None = None) -> str:
    """Return line numbers as text, runs joined: `3, 7–9 og 12`; a long list ends in how many more there are."""
    antall = len(linjer) if antall is None else antall
    deler: list[tuple[int, int]] = []
    for linje in sorted(linjer):
        if deler and linje == deler[-1][1] + 1:
            deler[-1] = (deler[-1][0], linje)
        else:
            deler.append((linje, linje))
    tekst = [str(fra) if fra == til else f"{fra}–{til}" for fra, til in deler[:MAKS_I_MELDING]]
    vist = sum(til - fra + 1 for fra, til in deler[:MAKS_I_MELDING])
    if antall > vist:
        return f"{', '.join(tekst)} og {antall - vist} til"
    return " og ".join([", ".join(tekst[:-1]), tekst[-1]]) if len(tekst) > 1 else "".join(tekst)
