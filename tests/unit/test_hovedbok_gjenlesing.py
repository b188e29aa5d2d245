"""Which earlier ledgers are read again when a profile or the list of municipalities has changed."""

from datetime import datetime

import pytest

from dagster_project.hovedbok.gjenlesing import finn_endrede_regnskap, glem_regnskap
from dagster_project.hovedbok.profil import les_regnskapsprofiler, profilmappe
from tests.hovedbokfil import KOMMUNE, NAVN, Post, bilag, les, nytt_varehus, som_csv

EGEN = """\
profil: egen
kontrakt: hovedbok
objekter:
  hovedbok:
    filnavn: "okonomi_hovedbok_*.csv"
    kolonner:
      regnskapsaar: "Regnskapsår"
      periode: "Periode"
      bilagsnummer: "Bilagsnr"
      bilagslinje: "Linje"
      bilagsdato: "Bilagsdato"
      tjeneste: "Tjeneste"
      art: "Art"
      belop: "Beløp"
    forkast: ["Bilagsart", "Ansvar", "Prosjekt", "Tekst", "Forsystem", "Ekstern ref"]
"""


@pytest.fixture
def levert(mappe):
    """An installation that has read one ledger, and its warehouse."""
    sti = mappe.arkiv / NAVN
    sti.write_bytes(som_csv(bilag("1", Post(ore=100))))
    con = nytt_varehus()
    (vurdering,) = les(con, [sti])
    con.execute(
        """
        insert into varehus.intern.leveranse by name
        select
            $leveranse_id as leveranse_id, 'regnskap' as kilde, 'hovedbok' as objekt, $kommune as kommunenummer,
            $navn as filnavn, 'arkiv/' || $navn as sti, '' as sha256, 0 as bytes, $tid as fil_endret, $tid as mottatt,
            2 as rader_lest, 2 as rader_godtatt, 0 as rader_karantene, 'godtatt' as status,
            'okonomi' as profil, $avtrykk as profil_avtrykk
        """,
        {
            "leveranse_id": vurdering.uttrekk.leveranse_id,
            "kommune": KOMMUNE,
            "navn": NAVN,
            "tid": datetime(2025, 5, 5),
            "avtrykk": vurdering.uttrekk.profil_avtrykk,
        },
    )
    return mappe, con


def funnet(mappe, con):
    return [
        (ett.filnavn, ett.gjenkjent.regnskap.profilnavn)
        for ett in finn_endrede_regnskap(con, mappe, les_regnskapsprofiler(mappe), {KOMMUNE})
    ]


def test_what_is_read_as_before_is_left_alone(levert):
    assert funnet(*levert) == []


def test_another_edition_of_the_profile_reads_it_again(levert):
    mappe, con = levert
    con.execute("update varehus.intern.leveranse set profil_avtrykk = 'gammelt'")
    assert funnet(mappe, con) == [(NAVN, "okonomi")]


def test_an_own_profile_takes_over(levert):
    mappe, con = levert
    profilmappe(mappe).mkdir(parents=True)
    (profilmappe(mappe) / "egen.yml").write_text(EGEN, encoding="utf-8")
    assert funnet(mappe, con) == [(NAVN, "egen")]


def test_a_broken_profile_leaves_its_files_as_they_are(levert):
    mappe, con = levert
    profilmappe(mappe).mkdir(parents=True)
    (profilmappe(mappe) / "okonomi.yml").write_text(EGEN, encoding="utf-8")
    assert funnet(mappe, con) == []


def test_a_municipality_that_has_become_ours_is_read(levert):
    mappe, con = levert
    con.execute("update varehus.intern.leveranse set regel = 'fremmed_kommune', status = 'avvist'")
    assert funnet(mappe, con) == [(NAVN, "okonomi")]
    con.execute("update varehus.intern.leveranse set kommunenummer = '0301'")
    assert funnet(mappe, con) == []


def test_a_file_that_is_gone_cannot_be_read_again(levert):
    mappe, con = levert
    con.execute("update varehus.intern.leveranse set profil_avtrykk = 'gammelt'")
    (mappe.arkiv / NAVN).unlink()
    assert funnet(mappe, con) == []


def test_a_delivery_that_is_forgotten_leaves_nothing(levert):
    _, con = levert
    (leveranse_id,) = con.execute("select leveranse_id from varehus.intern.leveranse").fetchone()
    glem_regnskap(con, leveranse_id)
    for tabell in ("raw.hovedbok", "raw.regnskap_uttrekk", "intern.leveranse"):
        assert con.execute(f"select count(*) from varehus.{tabell}").fetchone() == (0,)
