"""How good the forecast of the year's support is, on ../shared/leveranser: rolling origin against the naive forecast.

Usage: python bench/prognose.py [WAREHOUSE]

Every month with a year behind it is an origin: the rest of the year is forecast from what was known at the end of that
month, and held against what is known now. Without a WAREHOUSE, the shared deliveries are run in a folder of their own
first. «Som i fjor» is what was known of the year so far, plus the same months last year.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from dagster_project.hovedbok.prognose import (
    AARET,
    Triangel,
    fremskriv,
    lag_prognoser,
    lag_triangler,
    moden_serie,
    naiv,
    nivaa,
)
from dagster_project.kjoring import kjor
from dagster_project.settings import Mappe, Miljo

SHARED = Path(__file__).resolve().parents[2] / "shared" / "leveranser"
KOMMUNER = {"3411": "Ringsaker", "3403": "Hamar", "3413": "Stange", "3412": "Løten"}
METODER = ("Som i fjor", "Som i fjor, modnet", "Siste nivå, modnet", "Varehuset")


@dataclass(frozen=True)
class Forsok:
    """One forecast that can be judged: the deviation of each method's year from the truth, in per cent of it."""

    kommunenummer: str
    aar: int
    gjenstaar: int
    avvik_pst: dict[str, float]


def lag_varehus(rot: Path) -> Path:
    """Run the shared deliveries in a folder of their own, and return the warehouse."""
    if not SHARED.exists():
        sys.exit("Finner ikke ../shared/leveranser. Oppgi et varehus i stedet.")
    mappe = Mappe(rot / "region")
    mappe.lag()
    rader = "".join(f'  - {{kommunenummer: "{nummer}", navn: {navn}}}\n' for nummer, navn in KOMMUNER.items())
    (mappe.konfig / "kommuner.yml").write_text("kommuner:\n" + rader, encoding="utf-8")
    for del_ in (*KOMMUNER, "felles"):
        shutil.copytree(SHARED / del_, mappe.innboks / del_)
    kjor(mappe, Miljo(nokkelfil=rot / "nokkel"), datetime(2026, 11, 10, 6))
    return mappe.varehus


def les_triangler(varehus: Path) -> dict[str, Triangel]:
    """Return the triangle of each municipality in a warehouse."""
    with duckdb.connect(str(varehus), read_only=True) as con:
        rader = con.execute(
            "select kommunenummer, kjent_maaned, maaned, belop_nok::double from intermediate.int_prognosetriangel"
        ).fetchall()
    per_kommune: dict = {}
    for kommunenummer, kjent, maaned, belop in rader:
        per_kommune.setdefault(kommunenummer, {})[kjent, maaned] = belop
    return lag_triangler(per_kommune)


def forsok(triangler: dict[str, Triangel]) -> Iterator[Forsok]:
    """Yield every forecast that can be judged. The last year is judged by the months there are."""
    for kommunenummer, triangel in triangler.items():
        sant = triangel.verdier[-1]
        for origo in range(AARET - 1, triangel.maaneder - 1):
            maaned = triangel.maaned(origo)
            antall = min(AARET - maaned.month, triangel.maaneder - 1 - origo)
            if not antall:
                continue
            forste = origo + 1 - maaned.month
            if forste < 0:
                continue
            fasit = sant[forste : origo + 1 + antall].sum()
            raa, serie = triangel.verdier[origo, : origo + 1], moden_serie(triangel, origo)
            aaret = dict(
                zip(
                    METODER,
                    [
                        raa[forste:].sum() + naiv(raa, antall).sum(),
                        *(serie[forste:].sum() + metode(serie, antall).sum() for metode in (naiv, nivaa, fremskriv)),
                    ],
                    strict=True,
                )
            )
            yield Forsok(
                kommunenummer,
                maaned.year,
                antall,
                {navn: 100 * float(verdi - fasit) / float(fasit) for navn, verdi in aaret.items()},
            )


def dekning(triangler: dict[str, Triangel]) -> tuple[int, int]:
    """Return how many intervals held the truth, of how many whose year is over."""
    inne = alle = 0
    for prognose in lag_prognoser(triangler):
        triangel = triangler[prognose.kommunenummer]
        origo = (prognose.maaned.year - triangel.forste.year) * AARET + prognose.maaned.month - triangel.forste.month
        slutt = origo + 1 + AARET - prognose.maaned.month
        if prognose.lav_nok is None or origo + 1 == slutt or slutt > triangel.maaneder:
            continue
        alle += 1
        inne += prognose.lav_nok <= triangel.verdier[-1, origo + 1 : slutt].sum() <= prognose.hoy_nok
    return inne, alle


def tabell(navn: str, grupper: dict[str, list[Forsok]]) -> Table:
    """Return a table of the mean absolute deviation of each method, in per cent of the year."""
    ut = Table(title=f"Gjennomsnittlig avvik i prosent av året, {navn}")
    ut.add_column(navn)
    ut.add_column("Antall", justify="right")
    for metode in METODER:
        ut.add_column(metode, justify="right")
    for gruppe, sett in grupper.items():
        snitt = [np.mean([abs(ett.avvik_pst[metode]) for ett in sett]) for metode in METODER]
        ut.add_row(gruppe, str(len(sett)), *(f"{verdi:.2f}".replace(".", ",") for verdi in snitt))
    return ut


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("varehus", nargs="?", type=Path)
    valg = parser.parse_args()
    with tempfile.TemporaryDirectory() as rot:
        triangler = les_triangler(valg.varehus or lag_varehus(Path(rot)))
    alle = list(forsok(triangler))
    if not alle:
        sys.exit("Varehuset har ikke lang nok historikk: ett år må ligge bak første prognose.")
    konsoll = Console()

    def gruppert(nokkel) -> dict[str, list[Forsok]]:
        return {
            str(verdi): [ett for ett in alle if nokkel(ett) == verdi] for verdi in sorted({nokkel(ett) for ett in alle})
        }

    konsoll.print(tabell("alle", {"alle": alle}))
    konsoll.print(tabell("år", gruppert(lambda ett: ett.aar)))
    konsoll.print(tabell("kommune", gruppert(lambda ett: ett.kommunenummer)))
    konsoll.print(tabell("måneder som gjenstår", gruppert(lambda ett: ett.gjenstaar)))
    inne, antall = dekning(triangler)
    konsoll.print(f"Intervallet på 80 % holdt sannheten i {inne} av {antall} prognoser.")


if __name__ == "__main__":
    main()
