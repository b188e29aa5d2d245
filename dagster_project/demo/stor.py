"""Large 11F files for measurements: many valid records, in one file or spread over municipalities."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from dagster_project.demo.behov import trekk_stonad
from dagster_project.demo.kostraposter import lag_mottakerposter
from dagster_project.demo.leveranser import postsporring
from dagster_project.demo.personer import lag_personer
from dagster_project.demo.verden import Tilfeller, siste_maaned, trekk_alder, trekk_maaneder
from dagster_project.kostra.layout import find_layout
from dagster_project.kostra.skriv import LINJESLUTT, skriv_poster

POSTER_PER_RUNDE = 100_000


def oppdiktede_kommunenummer(antall: int = 357) -> tuple[str, ...]:
    """Return numbers that no municipality has, 9001 and up; Norway has 357 municipalities."""
    return tuple(str(9001 + nr) for nr in range(antall))


def lag_11f(mal: Path, antall: int, aar: int, kommunenummer: str | Sequence[str], fro: int) -> list[Path]:
    """Write `antall` 11F records, each about its own person, and return the files.

    Shape: with one municipality number as text, `mal` is the file. With a sequence, `mal` is a folder and
    each municipality gets an even share, in `<kommunenummer>/kostra/<aar>/Sosial_<kommunenummer>00.dat`.

    Raises:
        ValueError: if there are fewer records than municipalities, or no known layout for the year.
    """
    layout = find_layout("11F", aar)
    nummer = (kommunenummer,) if isinstance(kommunenummer, str) else tuple(kommunenummer)
    if layout is None or not nummer or antall < len(nummer):
        raise ValueError(f"Kan ikke lage {antall} poster for {len(nummer)} kommuner i {aar}.")
    rng = np.random.default_rng(fro)
    personer = lag_personer(rng, trekk_alder(rng, antall), np.full(antall, aar))
    siste = siste_maaned(aar)
    person = np.arange(antall)
    tilfeller = Tilfeller(
        person=person,
        kommune=person * len(nummer) // antall,
        aar=np.full(antall, aar),
        maaneder=np.minimum(trekk_maaneder(rng, antall), siste),
        fra_maaned=np.full(antall, 1),
        til_maaned=np.full(antall, siste),
    )
    with TemporaryDirectory(dir=_finnes(mal.parent)) as midlertidig, duckdb.connect() as con:
        alle = Path(midlertidig) / "alle.dat"
        with alle.open("wb") as samlet:
            for fra in range(0, antall, POSTER_PER_RUNDE):
                runde = tilfeller.ta(np.arange(fra, min(fra + POSTER_PER_RUNDE, antall)))
                stonad = trekk_stonad(rng, personer, runde, aar)
                poster = lag_mottakerposter(rng, personer, stonad, nummer, aar)
                con.register("poster", poster)
                bit = Path(midlertidig) / "bit.dat"
                skriv_poster(con, postsporring(layout, poster, "poster"), layout, bit, sorter_etter="PERSON_JOURNALNR")
                with bit.open("rb") as del_:
                    copyfileobj(del_, samlet, 1 << 20)
        if isinstance(kommunenummer, str):
            return [alle.replace(mal)]
        # Records of equal length, sorted by municipality: each file is one stretch of the whole.
        grenser = np.searchsorted(tilfeller.kommune, np.arange(len(nummer) + 1)) * (layout.postlengde + len(LINJESLUTT))
        filer = []
        with alle.open("rb") as samlet:
            for nr, fra, til in zip(nummer, grenser[:-1], grenser[1:], strict=True):
                fil = mal / nr / "kostra" / str(aar) / f"Sosial_{nr}00.dat"
                _finnes(fil.parent)
                fil.write_bytes(samlet.read(int(til - fra)))
                filer.append(fil)
    return filer


def _finnes(mappe: Path) -> Path:
    mappe.mkdir(parents=True, exist_ok=True)
    return mappe
