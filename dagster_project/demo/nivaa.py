"""The levels and mixes the made-up world is drawn from; `seeds/demo_nivaa.csv` gives their sources."""

from functools import cache
from types import MappingProxyType

import numpy as np

from dagster_project.seeds import read_seed


@cache
def nivaaer() -> MappingProxyType[str, float]:
    """Return every level by its parameter name; the unit is part of the name or of the source text."""
    return MappingProxyType({rad["parameter"]: float(rad["verdi"]) for rad in read_seed("demo_nivaa")})


def nivaa(parameter: str) -> float:
    """Return one level.

    Raises:
        KeyError: if the seed has no such parameter.
    """
    return nivaaer()[parameter]


@cache
def blanding(prefiks: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the codes of a mix and their shares, which add to 1, in the order of the seed.

    A mix is all parameters named `<prefiks>_<kode>`.

    Raises:
        KeyError: if the seed has no such mix.
    """
    deler = {
        navn.removeprefix(f"{prefiks}_"): verdi for navn, verdi in nivaaer().items() if navn.startswith(f"{prefiks}_")
    }
    if not deler:
        raise KeyError(prefiks)
    andeler = np.array(list(deler.values()))
    return tuple(deler), andeler / andeler.sum()
