"""The expectations on the shared deliveries: what a run says of them, and what a fault takes from the publication."""

import re
import shutil
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from dagster_project.kjoring import kjor, les_status
from dagster_project.kvalitet.kontroll import kontroller
from dagster_project.kvalitet.side import FIL, skriv_side
from dagster_project.kvalitet.suiter import forventninger
from dagster_project.kvittering import finn, kvitter_ut
from dagster_project.publisering import publiser
from dagster_project.seeds import read_seed
from dagster_project.settings import Miljo
from tests.fagsystemfil import SOCIO, mottaker, skriv_rapport, utbetaling, vedtak
from tests.kvalitetsprove import sett, sporr

SISTE = date(2026, 10, 1)
KOMMUNER = ("3403", "3411", "3412", "3413")


@pytest.fixture(scope="module")
def varehus(leveranser):
    return leveranser[0].varehus


def test_every_municipality_is_judged_by_every_expectation(varehus):
    vurdert = sporr(varehus, "select distinct kommunenummer, forventning_id from intern.kvalitet order by all")
    assert vurdert == sorted((kommune, id_) for kommune in KOMMUNER for id_ in forventninger())
    assert sporr(varehus, "select distinct maaned from intern.kvalitet where er_ny") == [(SISTE,)]


def test_what_is_said_is_what_the_findings_say(varehus):
    """The faults of the truth stand in months that are out: they are told, and nothing is held back."""
    feiler = sporr(
        varehus,
        """
        select distinct kommunenummer, maaned, forventning_id
        from intern.kvalitet
        where not bestatt
        order by 1, 2
        """,
    )
    funn = sporr(
        varehus,
        """
        select distinct kommunenummer, maaned, 'ingen_ukvitterte_feil'
        from intern.avvik_periodisering
        where alvor = 'FEIL' and maaned > ? - interval 12 months
        order by 1, 2
        """,
        SISTE,
    )
    assert feiler == funn
    assert len(funn) > 5
    assert sporr(varehus, "from intern.tilbakeholdt") == []


def test_the_page_lies_beside_the_figures_and_tells_of_nobody(leveranser):
    mappe, sammendrag = leveranser
    side = (mappe.publisert / FIL).read_text(encoding="utf-8")
    assert sammendrag.kvalitet == str(mappe.publisert / FIL)
    assert sammendrag.tilbakeholdt == []
    assert all(f'id="k{kommune}"' in side for kommune in KOMMUNER)
    assert re.findall(r"(?i)https?:|src=|<link|<script|\d{11}|[0-9a-f]{16}", side) == []


def test_a_month_held_back_is_all_that_is_taken_from_the_publication(leveranser, tmp_path):
    """On a copy, so that the others see what the run made."""
    mappe, _ = leveranser
    egen = tmp_path / "varehus.duckdb"
    shutil.copyfile(mappe.varehus, egen)
    sett(egen, "3413", SISTE, umulige_tall=2)
    kontroller(egen, "prove")
    database = publiser(egen, tmp_path / "ut", "prove", Miljo()).database
    omfang = {rad["tabell"]: rad for rad in read_seed("kvalitet_tilbakehold")}
    borte = {}
    with duckdb.connect() as con:
        con.execute(f"attach '{mappe.publisert / 'stonad.duckdb'}' as hel (read_only)")
        con.execute(f"attach '{database}' as uten (read_only)")
        for (tabell,) in con.execute("select table_name from duckdb_tables() where database_name = 'hel'").fetchall():
            nye = con.execute(f"from uten.bi.{tabell} except from hel.bi.{tabell}").fetchall()
            assert nye == [] or tabell == "tilbakeholdt"
            mangler = f"(from hel.bi.{tabell} except from uten.bi.{tabell})"
            if con.execute(f"from {mangler}").fetchall():
                borte[tabell] = con.execute(
                    f"select distinct kommunenummer, {omfang[tabell]['maaned']} from {mangler} order by all"
                ).fetchall()
    oktober, aaret = ("3413", SISTE), ("3413", date(2026, 1, 1))
    assert borte == {
        "avstemming": [oktober],
        "fct_utgift_maaned": [oktober],
        "ind_maaned": [oktober],
        "ind_stonadslengde": [aaret, oktober],
        "ind_utbetaling_per_mottaker": [oktober],
    }
    assert sporr(database, "from bi.tilbakeholdt") == [("3413", SISTE, "2 publiserte tall er umulige.")]
    side = skriv_side(egen, tmp_path).read_text(encoding="utf-8")
    assert "Stange (oktober\xa02026)" in side


# From the inbox to the publication and back, with a fault a controller accepts.

NYESTE, FOERSTE_KJORING, NESTE_KJORING = date(2025, 4, 1), datetime(2025, 5, 12, 6), datetime(2025, 5, 13, 6)
MAANEDSFIL = {"fra": "20250101", "til": "20250430", "uttrukket": "20250505T0610"}


def lever_fire_maaneder(innboks, kommune: str, *, forskudd: bool) -> None:
    """Ten recipients paid in the month itself, and with `forskudd` four of them paid for May in the middle of April."""
    maaneder = [(date(2025, m, 1), date(2025, m, monthrange(2025, m)[1]), date(2025, m, 15)) for m in range(1, 5)]
    betalt = [(person, *maaned) for maaned in maaneder for person in range(1, 11)]
    if forskudd:
        betalt += [(person, date(2025, 5, 1), date(2025, 5, 31), date(2025, 4, 15)) for person in range(1, 5)]
    rader = {
        "mottaker": [mottaker(person) for person in range(1, 11)],
        "vedtak": [vedtak(person, periode_tom=date(2025, 5, 31), belop=Decimal(40_000)) for person in range(1, 11)],
        "utbetaling": [
            utbetaling(person, utbetaling_id=str(nummer), periode_fom=fom, periode_tom=tom)
            | dict.fromkeys(("registrert_dato", "forfallsdato", "utbetalingsdato"), dag)
            for nummer, (person, fom, tom, dag) in enumerate(betalt, start=1)
        ],
    }
    for objekt, rad in rader.items():
        skriv_rapport(innboks, SOCIO, objekt, rad, navn={"kommune": kommune} | MAANEDSFIL)


def ute(mappe) -> list[tuple[str, date]]:
    return sporr(
        mappe.publisert / "stonad.duckdb",
        "select distinct kommunenummer, maaned from bi.ind_utbetaling_per_mottaker where maaned >= ? order by all",
        date(2025, 3, 1),
    )


def test_a_month_goes_out_when_its_fault_is_accepted_and_the_others_never_waited(lag_mappe):
    mappe = lag_mappe("kvalitet", {"9901": "Eksempelvik", "9902": "Nabovik"})
    lever_fire_maaneder(mappe.innboks, "9901", forskudd=True)
    lever_fire_maaneder(mappe.innboks, "9902", forskudd=False)
    alle = [(kommune, date(2025, maaned, 1)) for kommune in ("9901", "9902") for maaned in (3, 4)]

    foer = kjor(mappe, Miljo(), FOERSTE_KJORING)
    assert [(ett.kommunenummer, ett.maaned) for ett in foer.tilbakeholdt] == [("9901", NYESTE)]
    assert "på forskudd for mai" in foer.tilbakeholdt[0].forklaring
    assert foer.maa_ses_paa
    assert les_status(mappe).tilbakeholdt == foer.tilbakeholdt
    assert ute(mappe) == [ett for ett in alle if ett != ("9901", NYESTE)]

    kvitter_ut(
        mappe,
        finn(mappe, "9901", "2025-04", "forskudd", None, "fagsystem"),
        hvem="Kari",
        tekst="Systembytte i mai",
        tidspunkt=NESTE_KJORING,
    )
    etter = kjor(mappe, Miljo(), NESTE_KJORING)
    assert etter.er_bygget
    assert etter.tilbakeholdt == []
    assert ute(mappe) == alle
    assert len(sporr(mappe.varehus, "select distinct kjoring_id from intern.kvalitet")) == 2
