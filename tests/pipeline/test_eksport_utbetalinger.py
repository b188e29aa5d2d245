"""11F of the shared deliveries, made of the payments, against the 11F that the case systems delivered."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.feil import Brukerfeil
from dagster_project.kostra.eksport import Bestilling, eksporter
from dagster_project.kostra.eksport.utkast import UTBETALINGER
from dagster_project.kostra.layout import find_layout
from dagster_project.settings import Miljo
from tests.pipeline.conftest import SHARED

LAYOUT = find_layout("11F", 2024)
FELTER = ("PERSON_FODSELSNR", "KJONN", "EKTSTAT", "BU18", "ANTBU18", "VKLO", "TRYGDESIT", "ARBSIT", "BOSIT")
BELOP_OG_MAANEDER = [felt.navn for felt in LAYOUT.felter if felt.navn.startswith(("BIDRAG", "LAAN", "STMND"))]


def les(sti: Path) -> dict[str, dict[str, str]]:
    """Return the records of a file by journal number."""
    linjer = sti.read_bytes().decode("iso-8859-1").split("\r\n")
    poster = [
        {felt.navn: linje[felt.fra - 1 : felt.fra - 1 + felt.lengde].strip() for felt in LAYOUT.felter}
        for linje in linjer
        if linje.strip()
    ]
    return {post["PERSON_JOURNALNR"]: post for post in poster}


@pytest.mark.parametrize("kommunenummer", ["3403", "3411", "3412", "3413"])
def test_file_made_of_payments_is_the_delivered_one_but_for_what_is_listed(leveranser, tmp_path, kommunenummer):
    mappe, _ = leveranser
    (fil,) = eksporter(mappe, Miljo(), Bestilling("11F", 2024, kommunenummer, tmp_path, fra=UTBETALINGER))
    laget = les(fil.sti)
    levert = les(SHARED / "leveranser" / kommunenummer / "kostra" / "2024" / f"Sosial_{kommunenummer}00.dat")
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        avvik = con.execute(
            """
            select
                unnest(string_split(journalnummer, ', ')),
                aarsak
            from intern.avvik_11f
            where kommunenummer = ? and rapporteringsaar = 2024 and aarsak not in ('tilbakeforing', 'periode_utenfor')
            """,
            [kommunenummer],
        ).fetchall()
    # A refund leaves its month blank in both.
    ulike = {
        journalnummer
        for journalnummer in laget.keys() | levert.keys()
        if any(
            laget.get(journalnummer, {}).get(felt) != levert.get(journalnummer, {}).get(felt)
            for felt in (*FELTER, *BELOP_OG_MAANEDER)
        )
    }
    assert ulike == {journalnummer for journalnummer, _ in avvik}
    assert laget.keys() <= levert.keys()


def test_year_ssb_demands_more_of_is_refused_and_nothing_is_written(leveranser, tmp_path):
    mappe, _ = leveranser
    with pytest.raises(Brukerfeil, match="SAKSBEHANDLER mangler for 275 av 275 personer"):
        eksporter(mappe, Miljo(), Bestilling("11F", 2025, "3412", tmp_path / "ut", fra=UTBETALINGER))
    assert not (tmp_path / "ut").exists()
