"""What it costs to control 11F files, and how that stands to SSB's own program on the same machine type.

Usage: python bench/kontroll.py [FOLDER] [--runder 3]

Makes its own data in FOLDER (default bench/resultat/kontroll) and controls each file in processes of their own: start
and imports apart, then reading the file to the finished findings. Nothing else should be running meanwhile.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

AAR = 2026
FRO = 2026
REGION = "030100"
POSTLENGDE = 338
LINJE = POSTLENGDE + 2
# Seconds of SSB's program for 100 000 records on two cores, JVM start included (shared/konformitet/README.md).
SSB_SEKUNDER = 10.9
KRAV_SEKUNDER, KRAV_MB, KRAV_MILLION_MB = 1.1, 500, 2048


def lag_data(mappe: Path) -> dict[str, Path]:
    """Make the files, once: valid records of Oslo's districts, and the same person in every record."""
    import numpy as np

    from dagster_project.demo.stor import lag_11f

    filer = {
        "100 000 valid": mappe / "100k.dat",
        "100 000 valid, with ø in a third": mappe / "100k_o.dat",
        "1 000 000 valid": mappe / "1m.dat",
        "100 000 the same person": mappe / "100k_samme.dat",
    }
    if all(sti.exists() for sti in filer.values()):
        return filer
    mappe.mkdir(parents=True, exist_ok=True)
    for antall in (100_000, 1_000_000):
        # SSB's rules find fault with a recipient who has a DUF number only; some more are made than are kept.
        (raa,) = lag_11f(mappe / "raa.dat", antall * 102 // 100, AAR, "0301", FRO)
        poster = np.frombuffer(raa.read_bytes(), np.uint8).reshape(-1, LINJE)
        poster = poster[poster[:, 24] != ord(" ")][:antall].copy()
        bydel = np.arange(antall) % 15 + 1
        poster[:, 6], poster[:, 7] = ord("0") + bydel // 10, ord("0") + bydel % 10
        raa.unlink()
        if antall == 1_000_000:
            filer["1 000 000 valid"].write_bytes(poster.tobytes())
            continue
        filer["100 000 valid"].write_bytes(poster.tobytes())
        med_o = poster.copy()
        med_o[::3, 265:275] = np.frombuffer("BØE       ".encode("latin-1"), np.uint8)
        filer["100 000 valid, with ø in a third"].write_bytes(med_o.tobytes())
        poster[:, 24:35] = poster[0, 24:35]
        filer["100 000 the same person"].write_bytes(poster.tobytes())
    return filer


def kontroller_en(sti: Path, startet: float) -> None:
    """Control one file in this process and print what it took; `startet` is when the process was asked for."""
    import duckdb

    from dagster_project.kostra.kontroll import Kontrollfil, kontroller
    from dagster_project.kostra.kontroll.rapport import les_punkter

    importert, cpu = time.time(), time.process_time()
    with duckdb.connect() as con:
        svar = kontroller(con, [Kontrollfil(skjema="11F", aar=AAR, region=REGION, sti=sti)], "2026")
        les_punkter(svar, 50)
        ferdig, cpu = time.time(), time.process_time() - cpu
    print(
        json.dumps(
            {
                "start": importert - startet,
                "kontroll": ferdig - importert,
                "cpu": cpu,
                "mb": _topp_mb(),
                "funn": svar.filer[0].funn,
                "alvor": svar.filer[0].alvor,
            }
        )
    )


def _topp_mb() -> float:
    # What getrusage tells lives on from the parent through fork and exec. Linux only.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def maal(sti: Path, runder: int) -> list[dict]:
    """Return what each run took."""
    return [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--en", str(sti), "--startet", str(time.time())],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for _ in range(runder)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("mappe", nargs="?", type=Path, default=Path(__file__).parent / "resultat" / "kontroll")
    parser.add_argument("--runder", type=int, default=3)
    parser.add_argument("--en", type=Path)
    parser.add_argument("--startet", type=float)
    valg = parser.parse_args()
    if valg.en is not None:
        kontroller_en(valg.en, valg.startet)
        return

    from rich.console import Console
    from rich.table import Table

    tabell = Table(title=f"11F {AAR}, SSB's rules, {os.cpu_count()} cores, {valg.runder} runs each")
    for kolonne in (
        "records",
        "start s",
        "control s",
        "median",
        "cpu s",
        "of SSB's time",
        "peak MB",
        "findings",
        "kept",
    ):
        tabell.add_column(kolonne, justify="left" if kolonne == "records" else "right")
    for navn, sti in lag_data(valg.mappe.resolve()).items():
        runder = maal(sti, valg.runder)
        median = statistics.median(runde["kontroll"] for runde in runder)
        topp = max(runde["mb"] for runde in runder)
        er_million = navn.startswith("1 000 000")
        kontroller_tid = "valid" in navn and not er_million
        holdt = topp < (KRAV_MILLION_MB if er_million else KRAV_MB) and (not kontroller_tid or median <= KRAV_SEKUNDER)
        tabell.add_row(
            navn,
            f"{statistics.median(runde['start'] for runde in runder):.2f}",
            " ".join(f"{runde['kontroll']:.2f}" for runde in runder),
            f"{median:.2f}",
            f"{statistics.median(runde['cpu'] for runde in runder):.2f}",
            f"1/{SSB_SEKUNDER / median:.1f}" if kontroller_tid else "",
            f"{topp:.0f}",
            f"{runder[0]['funn']} {runder[0]['alvor']}",
            "yes" if holdt else "NO",
        )
    Console(width=120).print(tabell)


if __name__ == "__main__":
    main()
