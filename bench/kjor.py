"""What a run costs: fixed, and per million records against plain DuckDB on the same files.

Usage: python bench/kjor.py [FOLDER] [--poster 1000000]

Makes its own data in FOLDER (default bench/resultat), measures everything in one go, and prints a table with the
ratios. Nothing else should be running meanwhile.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from maal import Maaling, kjor_og_maal
from rich.console import Console
from rich.table import Table

from dagster_project.demo.stor import lag_11f, oppdiktede_kommunenummer

KOMMUNER = 20
SMAA = 10_000
AAR = 2025
FRO = 2026
RETT_FRAM = Path(__file__).with_name("rett_fram.py")
STONAD = Path(sys.executable).with_name("stonad")
KRAV_FORHOLD, KRAV_MINNE_MB, KRAV_FAST, KRAV_DEMO = 4.0, 2048, 15.0, 60.0


def lag_mappe(mappe: Path, poster: int) -> Path:
    """Make a folder with an inbox of `poster` records over the municipalities, and return it."""
    shutil.rmtree(mappe, ignore_errors=True)
    numre = oppdiktede_kommunenummer(KOMMUNER)
    (mappe / "konfig").mkdir(parents=True)
    (mappe / "innboks").mkdir(mode=0o700)
    rader = "".join(f'  - {{kommunenummer: "{nummer}", navn: Kommune {nummer}}}\n' for nummer in numre)
    (mappe / "konfig" / "kommuner.yml").write_text("kommuner:\n" + rader, encoding="utf-8")
    lag_11f(mappe / "innboks", poster, AAR, numre, FRO)
    return mappe


def maal_storrelse(rot: Path, poster: int, miljo: dict[str, str]) -> tuple[Maaling, Maaling]:
    """Return the measurement of plain DuckDB and of `stonad kjor` on the same new files."""
    mappe = lag_mappe(rot / f"poster_{poster}", poster)
    database = rot / f"rett_fram_{poster}.duckdb"
    database.unlink(missing_ok=True)
    enkel = kjor_og_maal([sys.executable, str(RETT_FRAM), str(mappe / "innboks"), str(database)], miljo)
    kjoring = kjor_og_maal([str(STONAD), "kjor", "--mappe", str(mappe)], miljo)
    for navn, maaling in (("rett_fram", enkel), ("kjor", kjoring)):
        if maaling.utgangskode:
            sys.exit(f"{navn} med {poster} poster endte med kode {maaling.utgangskode}.")
    return enkel, kjoring


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("mappe", nargs="?", type=Path, default=Path(__file__).parent / "resultat")
    parser.add_argument("--poster", type=int, default=1_000_000)
    valg = parser.parse_args()
    rot = valg.mappe.resolve()
    rot.mkdir(parents=True, exist_ok=True)
    miljo = {**os.environ, "STONAD_NOKKELFIL": str(rot / "bench.key")}

    # The first command of a new checkout also parses the dbt project; that is not what is measured here.
    kjor_og_maal([str(STONAD), "kjor", "--mappe", str(lag_mappe(rot / "oppvarming", KOMMUNER * 10))], miljo)
    enkel_liten, kjor_liten = maal_storrelse(rot, SMAA, miljo)
    enkel_stor, kjor_stor = maal_storrelse(rot, valg.poster, miljo)
    ingenting = kjor_og_maal([str(STONAD), "kjor", "--mappe", str(rot / f"poster_{SMAA}")], miljo)
    shutil.rmtree(rot / "demo", ignore_errors=True)
    demo = kjor_og_maal([str(STONAD), "demo", "--mappe", str(rot / "demo")], miljo)

    forhold = (kjor_stor.sekunder - kjor_liten.sekunder) / (enkel_stor.sekunder - enkel_liten.sekunder)
    tabell = Table(title=f"11F {AAR}, {KOMMUNER} municipalities, {os.cpu_count()} cores")
    for kolonne in ("", "seconds", "peak MB", "limit", "kept"):
        tabell.add_column(kolonne, justify="left" if not kolonne else "right")

    def rad(navn: str, maaling: Maaling, grense: str = "", holdt: bool | None = None) -> None:
        tabell.add_row(
            navn,
            f"{maaling.sekunder:.1f}",
            f"{maaling.topp_mb:.0f}",
            grense,
            "" if holdt is None else "yes" if holdt else "NO",
        )

    rad(f"plain DuckDB, {SMAA} records", enkel_liten)
    rad(f"plain DuckDB, {valg.poster} records", enkel_stor)
    rad(f"stonad kjor, {SMAA} records", kjor_liten)
    rad(
        f"stonad kjor, {valg.poster} records",
        kjor_stor,
        f"{KRAV_MINNE_MB} MB",
        kjor_stor.topp_mb < KRAV_MINNE_MB,
    )
    rad("stonad kjor, nothing new", ingenting, f"{KRAV_FAST:.0f} s", ingenting.sekunder < KRAV_FAST)
    rad("stonad demo", demo, f"{KRAV_DEMO:.0f} s", demo.sekunder < KRAV_DEMO)
    tabell.add_section()
    tabell.add_row(
        "growth, kjor against plain DuckDB",
        f"{forhold:.2f}",
        "",
        f"{KRAV_FORHOLD:.0f}",
        "yes" if forhold <= KRAV_FORHOLD else "NO",
    )
    Console(width=110).print(tabell)


if __name__ == "__main__":
    main()
