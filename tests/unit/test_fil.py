"""A file's bytes: its hash, whether DuckDB can read it as it lies, and the copy it gets when not."""

import hashlib
import os

import pytest

from dagster_project.ingestion import fil
from dagster_project.ingestion.fil import lesbar_kopi, undersok


def skriv(tmp_path, innhold: bytes):
    sti = tmp_path / "fil.dat"
    sti.write_bytes(innhold)
    return sti


def test_the_hash_and_size_are_those_of_the_bytes(tmp_path):
    innhold = undersok(skriv(tmp_path, b"en\r\nto\r\n"))
    assert innhold.sha256 == hashlib.sha256(b"en\r\nto\r\n").hexdigest()
    assert innhold.bytes == 8
    assert innhold.leveranse_id == innhold.sha256[:16]


def test_time_of_change_is_utc_without_zone(tmp_path):
    sti = skriv(tmp_path, b"en\n")
    os.utime(sti, (1_767_225_600, 1_767_225_600))
    assert undersok(sti).fil_endret.isoformat() == "2026-01-01T00:00:00"


@pytest.mark.parametrize(
    ("innhold", "er_ren"),
    [
        (b"en\nto\n", True),
        (b"en\r\nto\r\n", True),
        (b"en\nto", True),
        (b"", True),
        (b"en\nto\x1a", True),
        (b"en\r\nto", True),
        (b"en\r\nto\n", False),
        (b"en\rto\r", False),
        (b"en\r\r\nto\r\n", False),
        ("blåbær\n".encode("iso-8859-1"), False),
        (b"en\x00\n", False),
        (b"en\x7f\n", False),
    ],
)
def test_plain_is_ascii_with_one_kind_of_line_end(tmp_path, innhold, er_ren):
    assert undersok(skriv(tmp_path, innhold)).er_ren == er_ren


@pytest.mark.parametrize("bit", [1, 2, 3, 5, 64])
def test_the_answer_does_not_depend_on_where_the_file_is_cut_in_pieces(tmp_path, monkeypatch, bit):
    monkeypatch.setattr(fil, "BIT", bit)
    sti = skriv(tmp_path, b"\n".join([b"a\r"] * 40) + b"\n")
    innhold = undersok(sti)
    assert innhold.siste_linje_er_hel
    assert innhold.sha256 == hashlib.sha256(sti.read_bytes()).hexdigest()
    # A piece of one line or less cannot tell a long line from an ordinary one; both ways the text is the same.
    assert innhold.er_ren == (bit >= 3)


@pytest.mark.parametrize(("innhold", "hel"), [(b"en\n", True), (b"en\r\n", True), (b"en", False), (b"en\r", False)])
def test_a_last_line_is_whole_when_it_ends_in_a_line_feed(tmp_path, innhold, hel):
    assert undersok(skriv(tmp_path, innhold)).siste_linje_er_hel == hel


@pytest.mark.parametrize(("innhold", "har_bom"), [(b"\xef\xbb\xbfen\n", True), (b"en\n", False), (b"\xef\xbb", False)])
def test_a_byte_order_mark_is_seen(tmp_path, innhold, har_bom):
    assert undersok(skriv(tmp_path, innhold)).har_bom == har_bom


@pytest.mark.parametrize("tegn", [b"\x00", b"\x07", b"\x0c", b"\x1b", b"\x7f"])
def test_control_characters_no_text_has_are_seen(tmp_path, tegn):
    assert undersok(skriv(tmp_path, b"en" + tegn + b"\n")).har_binaert


@pytest.mark.parametrize("tegn", [b"\t", b"\r", b"\x1a", b"\xe5", b"\x85"])
def test_characters_a_text_may_have_are_not_called_binary(tmp_path, tegn):
    assert not undersok(skriv(tmp_path, b"en" + tegn + b"\n")).har_binaert


def test_a_plain_file_is_read_where_it_lies(tmp_path):
    innhold = undersok(skriv(tmp_path, b"en\r\nto\r\n"))
    assert lesbar_kopi(innhold, tmp_path / "kladd") == innhold.sti


@pytest.mark.parametrize(
    ("innhold", "linjer"),
    [
        ("blåbær\r\nSØR\r\n".encode("iso-8859-1"), ["blåbær", "SØR"]),
        (b"en\r\nto\ntre", ["en", "to", "tre"]),
        (b"en\r\r\n\rto\n", ["en", "to"]),
        (b"\xe5\n\n\r\nto\n", ["å", "", "", "to"]),
        (b"e\x00n\nt\x7fo\n", ["e\ufffdn", "t\ufffdo"]),
        (b"en\rto\r", ["en\ufffdto"]),
        (b"\xe5\ten\x1a\n", ["å\ten\x1a"]),
    ],
)
def test_a_copy_has_the_same_lines_with_every_character_in_its_place(tmp_path, innhold, linjer):
    kopi = lesbar_kopi(undersok(skriv(tmp_path, innhold)), tmp_path)
    assert kopi.read_bytes().decode("utf-8") == "".join(linje + "\n" for linje in linjer)


def test_an_enormous_line_is_cut_and_the_next_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(fil, "BIT", 100)
    monkeypatch.setattr(fil, "MAKS_LINJE", 64)
    innhold = undersok(skriv(tmp_path, b"1" * 1000 + b"\n" + b"2" * 30 + b"\n"))
    assert not innhold.er_ren
    assert lesbar_kopi(innhold, tmp_path).read_text() == "1" * 64 + "\n" + "2" * 30 + "\n"


def test_a_name_that_is_not_utf8_gets_a_copy_with_a_name_that_is(tmp_path):
    sti = skriv(tmp_path, b"en\n").rename(tmp_path / os.fsdecode(b"s\xf8knad.dat"))
    kopi = lesbar_kopi(undersok(sti), tmp_path)
    assert kopi != sti
    assert str(kopi).isprintable()
    assert kopi.read_bytes() == b"en\n"
