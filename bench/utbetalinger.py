"""What payments cost: a full build and one month on top of it, against plain DuckDB on the same files.

Usage: python bench/utbetalinger.py [FOLDER] [--linjer 10000000] [--kommuner 357] [--aar 10]

Two measurements, each on data it makes itself in FOLDER (default bench/resultat/utbetalinger):
- a country: `linjer` payment lines with their decisions and recipients, everything read and built at once, and then
  one month more; whole processes.
- one municipality of 400 recipients a month: its first month alone, and the month after ten years; the process start is
  not counted, so both are run in this process after one that is not measured.
Nothing else should be running meanwhile.
"""

import argparse
import os
import shutil
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from maal import Maaling, kjor_og_maal
from rich.console import Console
from rich.table import Table

from dagster_project.demo.stor import oppdiktede_kommunenummer
from dagster_project.demo.storutbetaling import lag_utbetalinger
from dagster_project.kjoring import kjor
from dagster_project.settings import Mappe, Miljo

SISTE_AAR = 2025
FRO = 2026
RETT_FRAM = Path(__file__).with_name("rett_fram_utbetalinger.py")
STONAD = Path(sys.executable).with_name("stonad")
KRAV_FORHOLD, KRAV_MAANED = 6.0, 2.0
MOTTAKERE_I_MAANEDEN = 400
LINJER_PER_MOTTAKER = 1.7
AAR_MED_HISTORIE = 10
TIDSPUNKT = datetime(2026, 2, 6, 6, 0)
# What a country needs not to write its joins to disk; a municipality does with the default of 1 GB.
MINNE = "4GB"


def ny_mappe(mappe: Path, levering: Path) -> Path:
    """Return an empty folder for the warehouse with the list of municipalities of a delivery."""
    shutil.rmtree(mappe, ignore_errors=True)
    shutil.copytree(levering / "konfig", mappe / "konfig")
    (mappe / "innboks").mkdir(mode=0o700)
    return mappe


def legg_i_innboks(mappe: Path, levering: Path, *, siste_maaned: bool) -> None:
    """Put the years, or the month after them, into the inbox; linked, since reading moves them on."""
    for kilde in sorted(sti for sti in levering.glob("9*/*") if ("-" in sti.name) == siste_maaned):
        shutil.copytree(kilde, mappe / "innboks" / kilde.parent.name / kilde.name, copy_function=os.link)


def maal_landet(rot: Path, linjer: int, kommuner: int, aar: int, miljo: dict[str, str]) -> dict[str, Maaling]:
    """Return the measurements of plain DuckDB, the full build, and the month on top."""
    levering = rot / "land"
    shutil.rmtree(levering, ignore_errors=True)
    aarene = range(SISTE_AAR - aar + 1, SISTE_AAR + 1)
    lag_utbetalinger(levering, linjer, aarene, oppdiktede_kommunenummer(kommuner), FRO)
    mappe = ny_mappe(rot / "land_varehus", levering)
    legg_i_innboks(mappe, levering, siste_maaned=False)
    database = rot / "land_rett_fram.duckdb"
    database.unlink(missing_ok=True)
    kommando = [str(STONAD), "kjor", "--mappe", str(mappe)]
    maalinger = {
        "plain DuckDB": kjor_og_maal([sys.executable, str(RETT_FRAM), str(mappe / "innboks"), str(database)], miljo),
        "full build": kjor_og_maal(kommando, miljo),
    }
    legg_i_innboks(mappe, levering, siste_maaned=True)
    maalinger["one month on top"] = kjor_og_maal(kommando, miljo)
    for navn, maaling in maalinger.items():
        # 1 is a run that went well and held a month back.
        if maaling.utgangskode > 1:
            sys.exit(f"{navn}: ended with code {maaling.utgangskode}.")
    return maalinger


def maal_kommunen(rot: Path) -> tuple[float, float]:
    """Return the seconds of a municipality's first month alone, and of the same month after ten years."""
    linjer = round(MOTTAKERE_I_MAANEDEN * LINJER_PER_MOTTAKER * 12 * AAR_MED_HISTORIE)
    levering = rot / "kommune"
    shutil.rmtree(levering, ignore_errors=True)
    aarene = range(SISTE_AAR - AAR_MED_HISTORIE + 1, SISTE_AAR + 1)
    lag_utbetalinger(levering, linjer, aarene, oppdiktede_kommunenummer(1), FRO)

    def maal(mappe: Path, tidspunkt: datetime) -> float:
        start = time.perf_counter()
        kjor(Mappe(mappe), Miljo(), tidspunkt)
        return time.perf_counter() - start

    for navn in ("oppvarming", "forste"):
        mappe = ny_mappe(rot / navn, levering)
        legg_i_innboks(mappe, levering, siste_maaned=True)
        forste = maal(mappe, TIDSPUNKT)
    mappe = ny_mappe(rot / "ti_aar", levering)
    legg_i_innboks(mappe, levering, siste_maaned=False)
    kjor(Mappe(mappe), Miljo(), TIDSPUNKT)
    legg_i_innboks(mappe, levering, siste_maaned=True)
    return forste, maal(mappe, TIDSPUNKT + timedelta(minutes=1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("mappe", nargs="?", type=Path, default=Path(__file__).parent / "resultat" / "utbetalinger")
    parser.add_argument("--linjer", type=int, default=10_000_000)
    parser.add_argument("--kommuner", type=int, default=357)
    parser.add_argument("--aar", type=int, default=10)
    valg = parser.parse_args()
    rot = valg.mappe.resolve()
    rot.mkdir(parents=True, exist_ok=True)
    os.environ["STONAD_NOKKELFIL"] = str(rot / "bench.key")

    # Also the first command of a new checkout, which parses the dbt project, is in the part that is not measured.
    forste, etter_ti_aar = maal_kommunen(rot)
    miljo = {**os.environ, "STONAD_MINNE": MINNE}
    maalinger = maal_landet(rot, valg.linjer, valg.kommuner, valg.aar, miljo)
    forhold = maalinger["full build"].sekunder / maalinger["plain DuckDB"].sekunder

    tabell = Table(title=f"{valg.linjer} payment lines, {valg.kommuner} municipalities, {valg.aar} years")
    for kolonne in ("", "seconds", "peak MB", "limit", "kept"):
        tabell.add_column(kolonne, justify="left" if not kolonne else "right")
    for navn, maaling in maalinger.items():
        tabell.add_row(navn, f"{maaling.sekunder:.1f}", f"{maaling.topp_mb:.0f}")
    tabell.add_row(
        "full build / plain DuckDB",
        f"{forhold:.2f}",
        "",
        f"{KRAV_FORHOLD:.0f}",
        "yes" if forhold <= KRAV_FORHOLD else "NO",
    )
    tabell.add_section()
    tabell.add_row(f"{MOTTAKERE_I_MAANEDEN} recipients a month: the first month", f"{forste:.1f}")
    tabell.add_row(f"the month after {AAR_MED_HISTORIE} years", f"{etter_ti_aar:.1f}")
    tabell.add_row(
        "ratio",
        f"{etter_ti_aar / forste:.2f}",
        "",
        f"{KRAV_MAANED:.0f}",
        "yes" if etter_ti_aar <= KRAV_MAANED * forste else "NO",
    )
    Console(width=110).print(tabell)


if __name__ == "__main__":
    main()
