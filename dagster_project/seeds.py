"""Read the tables in `seeds/`, the one place where layouts, codes, definitions and thresholds are written down.

dbt loads the same files as seeds; Python reads them here, so that neither can drift from the other.
"""

import csv
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"


@cache
def read_seed(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `seeds/<name>.csv`, all values as text.

    Shape: one dict per line, in the file's order; an empty cell is the empty string.

    Raises:
        FileNotFoundError: if there is no such seed.
    """
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def kodenavn(liste: str) -> dict[str, str]:
    """Return the names of a code list of `seeds/kodeliste.csv` by code, in the list's own order."""
    rader = sorted((rad for rad in read_seed("kodeliste") if rad["liste"] == liste), key=lambda r: int(r["sortering"]))
    return {rad["kode"]: rad["navn"] for rad in rader}
