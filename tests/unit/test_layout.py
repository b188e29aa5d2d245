"""The layout tables: whole records without gaps, and the same as SSB's own descriptions."""

from pathlib import Path

import pytest
import yaml

from dagster_project.kostra.layout import find_layout, kjente_aar, layouts

KOSTRA = Path(__file__).resolve().parents[3] / "shared" / "kostra"


@pytest.mark.parametrize("layout", layouts(), ids=lambda layout: layout.layout_id)
def test_fields_fill_the_record_without_gap_or_overlap(layout):
    neste = 1
    for felt in layout.felter:
        assert felt.fra == neste, felt.navn
        neste += felt.lengde
    assert neste - 1 == layout.postlengde


@pytest.mark.parametrize("layout", layouts(), ids=lambda layout: layout.layout_id)
def test_dates_have_a_format_of_their_own_width(layout):
    for felt in layout.felter:
        assert (felt.type == "dato") == bool(felt.datoformat), felt.navn
        if felt.datoformat:
            assert felt.lengde == {"%d%m%Y": 8, "%d%m%y": 6}[felt.datoformat], felt.navn


@pytest.mark.parametrize("skjema", ["11F", "11CF", "0A"])
def test_every_reporting_year_has_exactly_one_layout(skjema):
    assert kjente_aar(skjema) == (2022, 2023, 2024, 2025, 2026)
    assert find_layout(skjema, 2021) is None
    assert find_layout(skjema, 2027) is None


@pytest.mark.parametrize(("skjema", "aar"), [(skjema, aar) for skjema in ("11F", "11CF") for aar in range(2022, 2027)])
def test_layout_is_ssbs(skjema, aar):
    fil = KOSTRA / f"file_description_{skjema}_{aar}.yaml"
    if not fil.exists():
        pytest.skip("../shared/kostra finnes ikke her; SSBs feltbeskrivelser kan ikke sammenlignes.")
    ventet = [
        (felt["name"], felt["from"], felt["size"]) for felt in yaml.safe_load(fil.read_text(encoding="utf-8"))["fields"]
    ]
    assert [(felt.navn, felt.fra, felt.lengde) for felt in find_layout(skjema, aar).felter] == ventet


@pytest.mark.parametrize(
    ("skjema", "aar", "felt", "plass"),
    [
        ("11F", 2023, "PERSON_FODSELSNR", (19, 11)),
        ("11F", 2024, "PERSON_FODSELSNR", (17, 11)),
        ("11F", 2025, "PERSON_FODSELSNR", (25, 11)),
        ("11F", 2023, "VILKARNORSKSAMISKOPPL", None),
        ("11F", 2024, "VILKARNORSKSAMISKOPPL", (305, 2)),
        ("11CF", 2022, "KVP_OSLO", (58, 1)),
        ("11CF", 2023, "KVP_OSLO", None),
        ("11CF", 2025, "YTELSE_INDIVIDSTONAD", (73, 1)),
        ("11CF", 2026, "YTELSE_TILTAKSPENGER", (73, 1)),
    ],
)
def test_known_changes_between_years(skjema, aar, felt, plass):
    funnet = find_layout(skjema, aar).felt(felt)
    assert (funnet and (funnet.fra, funnet.lengde)) == plass
