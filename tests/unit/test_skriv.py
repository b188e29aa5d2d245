"""The fixed-width writer: padding, order, and what it says when a value does not fit."""

from datetime import date

import duckdb
import pytest

from dagster_project.kostra.layout import find_layout
from dagster_project.kostra.skriv import SkriveError, skriv_poster, skriv_tom

LAYOUT_11F = find_layout("11F", 2025)
LAYOUT_11F_2022 = find_layout("11F", 2022)
LAYOUT_0A = find_layout("0A", 2025)


@pytest.fixture
def con():
    with duckdb.connect() as forbindelse:
        yield forbindelse


def felt(post: bytes, layout, navn: str) -> str:
    valgt = layout.felt(navn)
    return post[valgt.fra - 1 : valgt.fra - 1 + valgt.lengde].decode("iso-8859-1")


def skriv_en(con, tmp_path, kolonner: str, layout=LAYOUT_11F) -> bytes:
    sti = tmp_path / "en.dat"
    skriv_poster(con, f"select {kolonner}, 1 as nr", layout, sti, sorter_etter="nr")
    return sti.read_bytes()


@pytest.mark.parametrize(
    ("kolonne", "navn", "ventet"),
    [
        ("'K7' as PERSON_JOURNALNR", "PERSON_JOURNALNR", "K7      "),
        ("'SBØÅæ' as SAKSBEHANDLER", "SAKSBEHANDLER", "SBØÅæ     "),
        ("1200 as BIDRAG", "BIDRAG", "0001200"),
        ("-1200 as BIDRAG", "BIDRAG", "-001200"),
        ("9999999::bigint as BIDRAG", "BIDRAG", "9999999"),
        ("0::smallint as LAAN", "LAAN", "0000000"),
        ("null as LAAN", "LAAN", "       "),
        ("' 12 ' as ANTBU18", "ANTBU18", "12"),
        ("null as BYDELSNR", "BYDELSNR", "  "),
        ("date '1988-07-09' as FODSELSDATO", "FODSELSDATO", "09071988"),
        ("'09071988' as FODSELSDATO", "FODSELSDATO", "09071988"),
        ("null::date as VEDTAKDATO", "VEDTAKDATO", "        "),
        ("'ja'::enum ('ja') as VERSION", "VERSION", "ja"),
    ],
)
def test_value_is_padded_to_its_field(con, tmp_path, kolonne, navn, ventet):
    post = skriv_en(con, tmp_path, kolonne)
    assert len(post) == 338 + 2
    assert post.endswith(b"\r\n")
    assert felt(post, LAYOUT_11F, navn) == ventet
    assert post.decode("iso-8859-1").replace(ventet, "").strip() == "" or ventet.strip() == ""


def test_dates_before_2025_have_a_year_of_two_digits(con, tmp_path):
    post = skriv_en(con, tmp_path, "date '2022-12-31' as UTBETTOMDATO", LAYOUT_11F_2022)
    assert len(post) == 324 + 2
    assert felt(post, LAYOUT_11F_2022, "UTBETTOMDATO") == "311222"


def test_amounts_in_the_accounts_are_padded_with_blanks(con, tmp_path):
    kolonner = "'0A' as skjema, '2025' as aargang, '281' as funksjon_kapittel, '470' as art_sektor, -67 as belop"
    assert skriv_en(con, tmp_path, kolonner, LAYOUT_0A) == b"0A2025" + b" " * 26 + b"281 470      -67\r\n"


def test_records_follow_the_order_column_and_then_their_own_text(con, tmp_path):
    rader = "select * from (values ('b', 2), ('a', 2), ('c', 1)) rader (PERSON_JOURNALNR, nr)"
    sti = tmp_path / "sortert.dat"
    assert skriv_poster(con, rader, LAYOUT_11F, sti, sorter_etter="nr") == 3
    poster = sti.read_bytes().split(b"\r\n")
    assert [felt(post, LAYOUT_11F, "PERSON_JOURNALNR").strip() for post in poster[:3]] == ["c", "a", "b"]


def test_relation_table_and_query_give_the_same_file(con, tmp_path):
    con.execute("create table poster as select '9911' as KOMMUNE_NR, range as BIDRAG from range(10)")
    kilder = ("poster", "select * from poster", con.table("poster"))
    for nr, kilde in enumerate(kilder):
        skriv_poster(con, kilde, LAYOUT_11F, tmp_path / f"{nr}.dat", sorter_etter="BIDRAG")
    assert len({(tmp_path / f"{nr}.dat").read_bytes() for nr in range(len(kilder))}) == 1


@pytest.mark.parametrize(
    ("kolonne", "melding"),
    [
        (
            "12345678 as BIDRAG",
            r"Feltet BIDRAG har plass til 7 tegn, men verdien har 8 \(post med nr = 1\)\.",
        ),
        ("-1234567 as BIDRAG", r"Feltet BIDRAG har plass til 7 tegn, men verdien har 8"),
        ("'123456789012' as PERSON_FODSELSNR", r"Feltet PERSON_FODSELSNR har plass til 11 tegn"),
        ("'12O00' as BIDRAG", "en tekst lar seg ikke lese som et heltall"),
        ("'32132022' as VEDTAKDATO", "en tekst lar seg ikke lese som en dato i feltets format"),
        (
            "'Łukasz' as SAKSBEHANDLER",
            "Post 1: feltet SAKSBEHANDLER inneholder tegnet «Ł», som ikke finnes i ISO-8859-1",
        ),
        ("'a' || chr(10) || 'b' as SAKSBEHANDLER", "Post 1: feltet SAKSBEHANDLER inneholder et linjeskift"),
        ("chr(9) as KJONN", "Post 1: feltet KJONN inneholder et linjeskift eller et annet styretegn"),
        ("301 as KOMMUNE_NR", "Feltet KOMMUNE_NR er tekst, men kolonnen holder tall"),
        ("12.5 as BIDRAG", "BIDRAG skal være heltall, men kolonnen har typen DECIMAL"),
        ("'x' as BIDRAGET", "BIDRAGET er ikke et felt i 11F_2025"),
    ],
)
def test_value_that_cannot_be_written_is_explained_and_leaves_no_file(con, tmp_path, kolonne, melding):
    with pytest.raises(SkriveError, match=melding):
        skriv_en(con, tmp_path, kolonne)
    assert list(tmp_path.iterdir()) == []


def test_message_never_holds_a_personal_number(con, tmp_path):
    nummer = "12880012345"
    rader = f"select '{nummer}' as PERSON_FODSELSNR, 'for langt saksbehandlernavn' as SAKSBEHANDLER"
    with pytest.raises(SkriveError) as feil:
        skriv_poster(con, rader, LAYOUT_11F, tmp_path / "x.dat", sorter_etter="PERSON_FODSELSNR")
    assert nummer not in str(feil.value)


def test_failed_writing_leaves_the_earlier_file_alone(con, tmp_path):
    for_ = skriv_en(con, tmp_path, "1 as BIDRAG")
    with pytest.raises(SkriveError):
        skriv_en(con, tmp_path, "12345678 as BIDRAG")
    assert (tmp_path / "en.dat").read_bytes() == for_


def test_unknown_order_column_is_named(con, tmp_path):
    with pytest.raises(SkriveError, match="sorteringskolonnen finnes_ikke finnes ikke"):
        skriv_poster(con, "select 1 as BIDRAG", LAYOUT_11F, tmp_path / "x.dat", sorter_etter="finnes_ikke")


def test_no_records_is_the_file_with_nothing_to_report(con, tmp_path):
    sti = tmp_path / "tom.dat"
    ingen = "select 1 as BIDRAG where false"
    assert skriv_poster(con, ingen, LAYOUT_11F, sti, sorter_etter="BIDRAG") == 0
    assert sti.read_bytes() == b" "
    assert list(tmp_path.iterdir()) == [sti]


def test_accounts_without_lines_cannot_be_written(tmp_path):
    with pytest.raises(SkriveError, match="Skjema 0A kan ikke leveres uten poster"):
        skriv_tom(LAYOUT_0A, tmp_path / "tom.dat")


def test_order_holds_across_the_batches(con, tmp_path):
    antall = 120_000
    sti = tmp_path / "mange.dat"
    kilde = f"select range::integer as BIDRAG, -range as nr from range({antall})"
    assert skriv_poster(con, kilde, LAYOUT_11F_2022, sti, sorter_etter="nr") == antall
    poster = sti.read_bytes().split(b"\r\n")[:-1]
    assert [int(felt(post, LAYOUT_11F_2022, "BIDRAG")) for post in poster] == list(range(antall - 1, -1, -1))


def test_date_value_is_kept_as_the_calendar_has_it(con, tmp_path):
    post = skriv_en(con, tmp_path, f"date '{date(2024, 2, 29)}' as UTBETDATO")
    assert felt(post, LAYOUT_11F, "UTBETDATO") == "29022024"
