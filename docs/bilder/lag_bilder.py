"""Take the pictures of the guide from a built folder: `python docs/bilder/lag_bilder.py demo`.

Needs what a reader has: Chromium for the pages, LibreOffice and pdftoppm for the workbook. The pictures are checked in,
since those who read the guide have not built anything.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from dagster_project.publisering import DATABASE

BILDER = Path(__file__).resolve().parent
BREDDE = 1120
STONAD = Path(sys.executable).with_name("stonad")
SIDE_2 = 'pdf:calc_pdf_Export:{"PageRange":{"type":"string","value":"2"}}'


def kjor(*kommando: object) -> None:
    """Run a program and stop when it fails."""
    subprocess.run([str(del_) for del_ in kommando], check=True, capture_output=True)


def av_side(html: Path, navn: str, hoyde: int, profil: Path) -> None:
    """Take a picture of the top of a page."""
    kjor(
        *("chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--force-color-profile=srgb"),
        *(f"--user-data-dir={profil}", f"--window-size={BREDDE},{hoyde}", "--virtual-time-budget=4000"),
        *(f"--screenshot={BILDER / navn}", html.resolve().as_uri()),
    )


def av_arbeidsbok(fil: Path, navn: str, arbeid: Path) -> None:
    """Take a picture of the sheet of key figures, as LibreOffice prints it."""
    kjor(
        *("soffice", f"-env:UserInstallation={(arbeid / 'profil').as_uri()}", "--headless"),
        *("--convert-to", SIDE_2, "--outdir", arbeid, fil),
    )
    kjor(
        *("pdftoppm", "-png", "-r", 85, "-singlefile", "-x", 60, "-y", 60, "-W", 590, "-H", 670),
        *(fil.with_suffix(".pdf"), (BILDER / navn).with_suffix("")),
    )


def lag_bilder(mappe: Path) -> None:
    """Take all the pictures, of the last municipality whose newest month is published."""
    publisert = mappe / "publisert"
    with duckdb.connect(str(publisert / DATABASE), read_only=True) as con:
        kommune, maaned = con.execute("""
            select kommunenummer, max(maaned)
            from bi.ind_utbetaling_per_mottaker
            group by kommunenummer
            order by max(maaned) desc, sum(belop_nok) desc
            limit 1
        """).fetchone()
    with tempfile.TemporaryDirectory() as midlertidig:
        arbeid = Path(midlertidig)
        valg = ("--kommune", kommune, "--mappe", mappe, "--ut", arbeid)
        kjor(STONAD, "arbeidsbok", *valg)
        av_arbeidsbok(arbeid / f"arbeidsbok_{kommune}.xlsx", "arbeidsbok.png", arbeid)
        kjor(STONAD, "rapport", "--maaned", f"{maaned:%Y-%m}", "--uten-pdf", *valg)
        av_side(next(arbeid.rglob("rapport_*.html")), "rapport.png", 660, arbeid / "chromium")
        av_side(publisert / "kvalitet.html", "kvalitet.png", 700, arbeid / "chromium")


if __name__ == "__main__":
    lag_bilder(Path(sys.argv[1]))
