"""SSB's published durations and kroner per month, rebuilt from records that have the published distribution.

Every row of the table becomes a municipality of its own, with one 11F record per recipient, and goes the whole way
from file to published indicator.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_project.kjoring import kjor
from dagster_project.kostra.layout import find_layout
from dagster_project.kostra.skriv import skriv_poster
from dagster_project.settings import Miljo
from tests.pipeline.conftest import TIDSPUNKT

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ssb_2009"
MAANEDER = ("JAN", "FEB", "MARS", "APRIL", "MAI", "JUNI", "JULI", "AUG", "SEPT", "OKT", "NOV", "DES")
AAR = 2025


def les(navn):
    with (GOLDEN / f"{navn}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


MOTTAKERE = les("mottakere_etter_stonadsmaaneder")
KRONER = {rad["familiefase"]: rad for rad in les("stonad_per_maaned")}
KOMMUNE = {rad["familiefase"]: str(9801 + nummer) for nummer, rad in enumerate(MOTTAKERE)}


def familie(fase):
    """Return KJONN, EKTSTAT, BU18 and an age that belong to a published row."""
    kjonn = "2" if "kvinner" in fase else "1"
    alder = next(
        (alder for tekst, alder in (("- 19", 18), ("20 - 24", 22), ("45 - 66", 50), ("67", 70)) if tekst in fase), 30
    )
    return kjonn, "1", "1" if "med barn" in fase else "2", alder


@pytest.fixture(scope="module")
def publisert(lag_mappe):
    mappe = lag_mappe("ssb_2009", {nummer: f"Rad {nummer}" for nummer in KOMMUNE.values()})
    layout = find_layout("11F", AAR)
    con = duckdb.connect()
    for rad in MOTTAKERE:
        fase = rad["familiefase"]
        kjonn, ektstat, bu18, alder = familie(fase)
        # A row without published kroner gets 1 krone a month; only its duration is looked at.
        kr = [int(KRONER[fase][f"kr_mnd_{k:02d}"]) if fase in KRONER else 1 for k in range(1, 13)]
        con.execute("create or replace table antall (k integer, n integer, kr integer)")
        con.executemany(
            "insert into antall values (?, ?, ?)", [(k, int(rad[f"mnd_{k:02d}"]), kr[k - 1]) for k in range(1, 13)]
        )
        maaneder = ", ".join(
            f"if({m} <= k, '{m:02d}', null) as STMND_{m}, if({m} <= k, kr, 0) as BIDRAG_{navn}, 0 as LAAN_{navn}"
            for m, navn in enumerate(MAANEDER, 1)
        )
        sporring = f"""
            select
                '{KOMMUNE[fase]}' as KOMMUNE_NR, '{AAR % 100}' as VERSION, '0101{AAR - alder}' as FODSELSDATO,
                printf('%08d', nr) as PERSON_JOURNALNR, '{kjonn}' as KJONN, '{ektstat}' as EKTSTAT, '{bu18}' as BU18,
                if('{bu18}' = '1', 1, 0) as ANTBU18, '5' as VKLO, '12' as TRYGDESIT, '04' as ARBSIT, '1' as BOSIT,
                {maaneder}, k * kr as BIDRAG, 0 as LAAN, '2' as GITT_OKONOMIRAD, '2' as FAAT_INDIVIDUELL_PLAN,
                'SB001' as SAKSBEHANDLER, '2' as VILKARSOSLOV, '2' as VILKARSAMEKT, nr
            from (select k, kr, row_number() over (order by k) as nr from antall, range(antall.n))
        """
        skriv_poster(con, sporring, layout, mappe.innboks / f"Sosial_{KOMMUNE[fase]}00.dat", sorter_etter="nr")
    con.close()
    sammendrag = kjor(mappe, Miljo(), TIDSPUNKT)
    assert sammendrag.rader_lest == sum(int(rad["i_alt"]) for rad in MOTTAKERE) == sammendrag.rader_godtatt
    return mappe


@pytest.fixture(scope="module")
def indikator(publisert):
    con = duckdb.connect(str(publisert.varehus), read_only=True)
    try:
        rader = con.execute(
            "select kommunenummer, indikator_id, teller, nevner from intermediate.int_indikator"
        ).fetchall()
    finally:
        con.close()
    return {(kommune, indikator): (teller, nevner) for kommune, indikator, teller, nevner in rader}


@pytest.mark.parametrize("rad", MOTTAKERE, ids=lambda rad: rad["familiefase"])
def test_mean_duration_is_the_published_one(indikator, rad):
    teller, nevner = indikator[KOMMUNE[rad["familiefase"]], "stonadslengde_snitt"]
    assert nevner == int(rad["i_alt"])
    snitt = (teller / nevner).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    assert snitt == Decimal(rad["gjennomsnittlig_stonadstid_mnd"])


@pytest.mark.parametrize("fase", KRONER)
def test_kroner_per_month_is_the_published_one_within_its_rounding(indikator, fase):
    teller, nevner = indikator[KOMMUNE[fase], "stonad_per_stonadsmnd"]
    assert abs(teller / nevner - Decimal(KRONER[fase]["gjennomsnittlig_stonad_per_maned_kr"])) <= 2


def test_recipients_fall_in_the_family_phase_of_their_row(publisert):
    """The rows with one phase each: what SSB calls it is what the warehouse calls it."""
    con = duckdb.connect(str(publisert.varehus), read_only=True)
    try:
        funnet = dict(
            con.execute("""
                select kommunenummer, kategori_kode
                from intermediate.int_fordeling
                where indikator_id = 'mottakere_familiefase' and verdi > 0
            """).fetchall()
        )
    finally:
        con.close()
    ventet = {
        "Einslege menn - 19 år": "enslig_mann_u20",
        "Einslege menn 20 - 24 år": "enslig_mann_20_24",
        "Einslege menn 25 - 44 år": "enslig_mann_25_44",
        "Einslege menn 45 - 66 år": "enslig_mann_45_66",
        "Einslege menn 67 år og eldre": "enslig_mann_67_pluss",
        "Einslege kvinner - 19 år": "enslig_kvinne_u20",
        "Einslege kvinner 20 - 24 år": "enslig_kvinne_20_24",
        "Einslege kvinner 25 - 44 år": "enslig_kvinne_25_44",
        "Einslege kvinner 45 - 66 år": "enslig_kvinne_45_66",
        "Einslege kvinner 67 år og eldre": "enslig_kvinne_67_pluss",
        "Einslege med barn under 18 år - menn": "enslig_mann_med_barn",
        "Einslege med barn under 18 år - kvinner": "enslig_kvinne_med_barn",
    }
    assert {fase: funnet[KOMMUNE[fase]] for fase in ventet} == ventet
