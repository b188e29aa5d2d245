"""The concepts' arter against SSB's own production hierarchy of 2016, the last that is known."""

import csv
import itertools
from pathlib import Path

import pytest

from dagster_project.seeds import read_seed

HIERARKI = Path(__file__).resolve().parents[3] / "shared" / "ssb" / "ssb_kostra_artsgrupper_2015_2016.csv"


def i_begrep(begrep, art):
    return any(
        rad["begrep"] == begrep and rad["art_fra"] <= art <= rad["art_til"] for rad in read_seed("kostra_artsgruppe")
    )


@pytest.mark.parametrize(
    ("begrep", "kode"), [("BRUTTO", "AGD10"), ("NETTO", "AGD2"), ("KORR", "AGD3"), ("LONN", "AG16")]
)
def test_concept_covers_exactly_the_arter_of_ssb(begrep, kode):
    if not HIERARKI.exists():
        pytest.skip("../shared/ssb finnes ikke her; SSBs hierarki kan ikke sammenlignes.")
    with HIERARKI.open(encoding="utf-8", newline="") as fil:
        rader = [rad for rad in csv.DictReader(fil) if rad["periode"] == "2016"]
    alle = {rad["art"] for rad in rader}
    ventet = {rad["art"] for rad in rader if rad["artsgruppe"] == kode}
    assert {art for art in alle if i_begrep(begrep, art)} == ventet


@pytest.mark.parametrize(
    ("art", "begreper"),
    [
        ("470", {"BRUTTO", "NETTO", "INVESTERING"}),
        ("520", set()),
        ("920", set()),
        ("710", {"BRUTTO", "NETTO", "LONN"}),
        ("770", {"NETTO"}),
        ("429", {"BRUTTO", "NETTO", "KORR", "INVESTERING"}),
        ("729", {"BRUTTO", "NETTO", "KORR", "MVA_KOMP"}),
        ("090", {"BRUTTO", "NETTO", "KORR", "LONN", "INVESTERING"}),
        ("100", {"BRUTTO", "NETTO", "KORR", "INVESTERING"}),
        ("490", set()),
    ],
)
def test_art_belongs_to_these_concepts(art, begreper):
    funnet = {rad["begrep"] for rad in read_seed("kostra_artsgruppe") if rad["art_fra"] <= art <= rad["art_til"]}
    assert funnet == begreper


def test_ranges_of_a_concept_do_not_overlap():
    rader = sorted(read_seed("kostra_artsgruppe"), key=lambda rad: (rad["begrep"], rad["art_fra"]))
    for forrige, denne in itertools.pairwise(rader):
        assert forrige["begrep"] != denne["begrep"] or forrige["art_til"] < denne["art_fra"]
