"""What it costs to build the site of a published folder: reports, PDFs, workbooks, guides and dbt's documentation.

Usage: python bench/nettsted.py FOLDER [--runder 3]

Builds in a copy of what is published, as `stonad nettsted` does, start of the process included. Nothing else should be
running meanwhile; the load of the machine when it began is printed, and CPU seconds are told beside the wall's.
"""

import argparse
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from maal import kjor_og_maal

KRAV_SEKUNDER, KRAV_CPU = 30, 40
MAAL_RAPPORTER = 4 * 46
"""What the limits are for."""
STONAD = Path(sys.executable).with_name("stonad")


def maal(mappe: Path) -> tuple[float, float, float]:
    """Return wall seconds, CPU seconds and peak memory in MB of building the site once."""
    for_ = resource.getrusage(resource.RUSAGE_CHILDREN)
    maaling = kjor_og_maal([STONAD, "nettsted", "--mappe", mappe])
    if maaling.utgangskode:
        sys.exit(f"stonad nettsted ended with {maaling.utgangskode}.")
    etter = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = etter.ru_utime + etter.ru_stime - for_.ru_utime - for_.ru_stime
    return maaling.sekunder, cpu, maaling.topp_mb


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("mappe", type=Path)
    parser.add_argument("--runder", type=int, default=3)
    valg = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at {time.strftime('%Y-%m-%d %H:%M')}")
    with tempfile.TemporaryDirectory() as midlertidig:
        mappe = Path(midlertidig)
        (mappe / "publisert").mkdir()
        for fil in ("stonad.duckdb", "kvalitet.html"):
            shutil.copyfile(valg.mappe / "publisert" / fil, mappe / "publisert" / fil)
        if (valg.mappe / "dagster").exists():
            shutil.copytree(valg.mappe / "dagster", mappe / "dagster")
        runder = [maal(mappe) for _ in range(valg.runder)]
        sted = mappe / "publisert" / "nettsted"
        rapporter = len(list(sted.glob("rapporter/rapport_*.html")))
        mb = sum(fil.stat().st_size for fil in sted.rglob("*") if fil.is_file()) / 1024 / 1024
    sekunder, cpu, topp = (statistics.median(verdier) for verdier in zip(*runder, strict=True))
    print(f"{rapporter} reports, {mb:.0f} MB: {sekunder:.1f} s wall, {cpu:.1f} s CPU, peak {topp:.0f} MB")
    if rapporter >= MAAL_RAPPORTER:
        holdt = sekunder <= KRAV_SEKUNDER and cpu <= KRAV_CPU
        print(
            f"limit {KRAV_SEKUNDER} s wall, {KRAV_CPU} s CPU for {MAAL_RAPPORTER} reports: "
            f"{'kept' if holdt else 'NOT kept'}"
        )


if __name__ == "__main__":
    main()
