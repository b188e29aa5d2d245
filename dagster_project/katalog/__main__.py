"""Command line of the indicator catalogue."""

import sys

from dagster_project.katalog.definisjoner import KatalogFeil, les_katalog
from dagster_project.katalog.maaned import les_maanedskatalog
from dagster_project.katalog.skriving import KOMMANDO, finn_avvik, skriv
from dagster_project.seeds import ROOT

BRUK = "Bruk: python -m dagster_project.katalog skriv|sjekk"


def main(argumenter: list[str]) -> int:
    """Run `skriv` or `sjekk` and return the exit code.

    0 fine, 1 files differ, 2 wrong use or faults in the seeds.
    """
    if argumenter not in (["skriv"], ["sjekk"]):
        print(BRUK, file=sys.stderr)
        return 2
    try:
        katalog = les_katalog()
        les_maanedskatalog()
    except KatalogFeil as feil:
        print(feil, file=sys.stderr)
        return 2
    if argumenter == ["skriv"]:
        endret = skriv(katalog, ROOT)
        print("\n".join(map(str, endret)) or "Alt er oppdatert.")
        return 0
    avvik = finn_avvik(katalog, ROOT)
    if avvik:
        print(f"Disse filene er ikke slik katalogen sier. Kjør «{KOMMANDO}».", file=sys.stderr)
        print("\n".join(map(str, avvik)), file=sys.stderr)
    return 1 if avvik else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
