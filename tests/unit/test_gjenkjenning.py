"""A file is known by what is in it, whatever its name and folder."""

import json

import pytest

from dagster_project.ingestion.gjenkjenning import gjenkjenn
from dagster_project.kostra.layout import layouts
from tests.kostrafil import (
    befolkning,
    deltaker,
    kontolinje,
    mottaker,
    poster,
    skriv_0a,
    skriv_11cf,
    skriv_11f,
    skriv_befolkning,
    skriv_linjer,
)

AARGANGER = [(layout.skjema, aar) for layout in layouts() for aar in range(layout.fra_aar, layout.til_aar + 1)]
RADER = {"11F": [mottaker(1)], "11CF": [deltaker(1)], "0A": [kontolinje("281", "470", 12)]}


@pytest.mark.parametrize(("skjema", "aar"), AARGANGER)
def test_every_form_and_year_is_known_under_any_name(tmp_path, skjema, aar):
    funnet = gjenkjenn(skriv_linjer(tmp_path / "uttrekk", poster(skjema, RADER[skjema], aar)))
    assert (funnet.kilde, funnet.objekt, funnet.aar, funnet.regel) == ("kostra", skjema, aar, None)
    assert funnet.layout.fra_aar <= aar <= funnet.layout.til_aar
    assert not funnet.er_uten_poster


def test_the_name_does_not_win_over_the_content(tmp_path):
    assert gjenkjenn(skriv_11f(tmp_path / "KVP_341100.dat", [mottaker(1)], 2025)).objekt == "11F"
    assert gjenkjenn(skriv_11cf(tmp_path / "Sosial_341100.dat", [deltaker(1)], 2025)).objekt == "11CF"
    assert gjenkjenn(skriv_0a(tmp_path / "2022/Sosial_341100.dat", RADER["0A"], 2025)).objekt == "0A"


def test_one_odd_line_does_not_change_the_form(tmp_path):
    linjer = poster("11F", [mottaker(nummer) for nummer in range(1, 5)], 2025)
    linjer[0] = linjer[0][:200]
    assert gjenkjenn(skriv_linjer(tmp_path / "x", linjer)).objekt == "11F"


@pytest.mark.parametrize(
    ("navn", "lengde", "skjema"),
    [("Sosial_341100.dat", 150, "11F"), ("KVP_341100.dat", 330, "11CF"), ("x", 150, "11CF"), ("x", 330, "11F")],
)
def test_where_every_length_is_wrong_the_name_or_the_nearest_length_tells(tmp_path, navn, lengde, skjema):
    assert gjenkjenn(skriv_linjer(tmp_path / navn, ["341125".ljust(lengde)] * 3)).objekt == skjema


@pytest.mark.parametrize(("skjema", "lengde"), [("11F", 338), ("11CF", 152), ("0A", 48)])
def test_a_year_without_a_layout_is_named(tmp_path, skjema, lengde):
    linje = "0A2031 341100" if skjema == "0A" else "341131"
    funnet = gjenkjenn(skriv_linjer(tmp_path / "x", [linje.ljust(lengde)]))
    assert (funnet.objekt, funnet.layout, funnet.aar, funnet.regel) == (skjema, None, 2031, "ukjent_aar")


@pytest.mark.parametrize("slutt", [b"\n", b"\r\n", b"\r\r\n", b"\n\n"])
def test_line_ends_do_not_matter(tmp_path, slutt):
    assert gjenkjenn(skriv_linjer(tmp_path / "x", poster("11F", RADER["11F"], 2025), slutt)).objekt == "11F"


def test_blank_lines_and_a_byte_order_mark_in_front_do_not_matter(tmp_path):
    linjer = poster("11F", RADER["11F"], 2025)
    assert gjenkjenn(skriv_linjer(tmp_path / "blank", ["", "", *linjer])).objekt == "11F"
    assert gjenkjenn(skriv_linjer(tmp_path / "bom", [b"\xef\xbb\xbf" + linjer[0].encode()])).objekt == "11F"


def test_a_file_far_longer_than_its_head_is_known(tmp_path):
    linjer = poster("11F", RADER["11F"], 2025) * 1000
    assert gjenkjenn(skriv_linjer(tmp_path / "x", linjer)).layout.layout_id == "11F_2025"


@pytest.mark.parametrize("innhold", [b"", b"\r\n", b"\n\n\n\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_known_as_empty(tmp_path, innhold):
    sti = tmp_path / "Sosial_341100_2025.dat"
    sti.write_bytes(innhold)
    funnet = gjenkjenn(sti)
    assert funnet.regel == "tom_fil"
    assert funnet.er_uten_poster


@pytest.mark.parametrize(
    ("sti", "skjema", "aar", "kommunenummer"),
    [
        ("2025/Sosial_341100.dat", "11F", 2025, "3411"),
        ("2024/kostra/KVP_340300.dat", "11CF", 2024, "3403"),
        ("2022/2023/sosial_341100.DAT", "11F", 2023, "3411"),
        ("2022/Sosial_341100_2025.dat", "11F", 2025, "3411"),
        ("KVP_030100-2026.txt", "11CF", 2026, "0301"),
    ],
)
@pytest.mark.parametrize("innhold", [b" ", b" \r\n", b" \n\n\n\n"])
def test_nothing_to_report_is_told_by_name_and_folder(tmp_path, sti, skjema, aar, kommunenummer, innhold):
    fil = tmp_path / sti
    fil.parent.mkdir(parents=True, exist_ok=True)
    fil.write_bytes(innhold)
    funnet = gjenkjenn(fil)
    assert (funnet.objekt, funnet.aar, funnet.kommunenummer, funnet.regel) == (skjema, aar, kommunenummer, None)
    assert funnet.er_uten_poster


@pytest.mark.parametrize(
    ("navn", "bydel"),
    [("Sosial_030107_2025.dat", "07"), ("Sosial_030100_2025.dat", None), ("KVP_341107_2025.dat", None)],
)
def test_a_district_of_oslo_tells_itself_by_name(tmp_path, navn, bydel):
    (tmp_path / navn).write_bytes(b" ")
    assert gjenkjenn(tmp_path / navn).bydel == bydel


@pytest.mark.parametrize("navn", ["Sosial_341100.dat", "fil.dat", "Sosial_3411_2025.dat", "BEV_341100_2025.dat"])
def test_nothing_to_report_from_nobody_is_refused(tmp_path, navn):
    (tmp_path / navn).write_bytes(b" ")
    funnet = gjenkjenn(tmp_path / navn)
    assert funnet.regel == "ingenting_uten_navn"
    assert funnet.er_uten_poster


def test_nothing_to_report_for_an_unknown_year_is_refused(tmp_path):
    (tmp_path / "Sosial_341100_2031.dat").write_bytes(b" ")
    funnet = gjenkjenn(tmp_path / "Sosial_341100_2031.dat")
    assert (funnet.objekt, funnet.regel, funnet.tillegg) == ("11F", "ukjent_aar", "2031")


def test_json_stat_is_known_with_and_without_class_first(tmp_path):
    assert gjenkjenn(skriv_befolkning(tmp_path / "a")).objekt == "befolkning"
    innhold = befolkning()
    innhold["class"] = innhold.pop("class")
    (tmp_path / "b").write_bytes(b"\xef\xbb\xbf" + json.dumps(innhold).encode())
    assert gjenkjenn(tmp_path / "b").objekt == "befolkning"


@pytest.mark.parametrize(
    "innhold",
    [
        b"Husk regnskapet!\n",
        b"  \n",
        b"{}",
        b'{"navn": "A"}',
        b"kommunenummer;aar;belop\n3411;2025;100\n",
        b"341125  ;" + b"x" * 300,
        b"341125  kort\n",
        b"PK\x03\x04" + b"\x00" * 400,
        b"%PDF-1.7\n",
        b"\xff\xfe" + "341125".ljust(338).encode("utf-16-le"),
        b"\x00" * 500,
        b"0A25 341100\n",
    ],
)
def test_what_no_reader_knows_is_left_alone(tmp_path, innhold):
    (tmp_path / "Sosial_341100_2025.dat").write_bytes(innhold)
    assert gjenkjenn(tmp_path / "Sosial_341100_2025.dat") is None
