"""11F made of the payments: what stands in the record, and what stops it from being made."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dagster_project.feil import Brukerfeil
from dagster_project.kostra.eksport import Bestilling, eksporter
from dagster_project.kostra.eksport.utbetalinger import (
    POSTER,
    finn_bydeler,
    hent_utbetalinger,
    krev_felter,
    lag_utkast,
    leverte_maaneder,
    samle_poster,
)
from dagster_project.kostra.eksport.utkast import UTBETALINGER
from dagster_project.kostra.layout import find_layout
from dagster_project.settings import Mappe, Miljo
from tests.kostrafil import mottaker as mottakerpost
from tests.kostrafil import poster, som_bytes
from tests.varehus import les

KOMMUNE, OSLO = "3411", "0301"
FODSELSNUMMER, D_NUMMER = "15868099999", "55868099999"
"""15.06.1980; synthetic numbers have 80 more in the month, and a D-number 40 more in the day."""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse and an identity database with nobody in them."""
    with duckdb.connect() as con:
        con.execute("""
            attach ':memory:' as varehus;
            attach ':memory:' as nokkel;
            create schema varehus.intermediate;
            create schema varehus.intern;
            create table varehus.intermediate.maaneder (kommunenummer varchar, maaned date);
            create view varehus.intermediate.int_kommune_maaned as select * from varehus.intermediate.maaneder;
            create table varehus.intermediate.poster (
                kommunenummer varchar, rapporteringsaar integer, mottaker_id varchar, kilde_id varchar,
                journalnummer varchar, bydel varchar, kjonn_kode varchar, sivilstand_kode varchar, bu18_kode varchar,
                antall_barn_under_18 integer, vklo_kode varchar, trygdesit_kode varchar, arbsit_kode varchar,
                bosit_kode varchar, maaneder integer[], bidrag_nok decimal(18, 2), laan_nok decimal(18, 2),
                bidrag_per_maaned decimal(18, 2)[], laan_per_maaned decimal(18, 2)[]
            );
            create view varehus.intermediate.int_11f_avledet as select * from varehus.intermediate.poster;
            create table varehus.intermediate.int_fagsystem_mottaker (
                kilde_id varchar, journalnummer varchar, fodselsmaaned date
            );
            create table varehus.intern.avvik_11f (kommunenummer varchar, rapporteringsaar integer);
            create table nokkel.fagsystem_identitet (
                kilde_id varchar, journalnummer varchar, mottaker_id varchar, fodselsnummer varchar,
                duf_nummer varchar, fodselsdato date
            );
        """)
        yield con


def bestilling(aar: int = 2024, kommunenummer: str = KOMMUNE, bydel: str | None = None) -> Bestilling:
    return Bestilling("11F", aar, kommunenummer, Path("ut"), bydel=bydel, fra=UTBETALINGER)


def mottaker(
    con: duckdb.DuckDBPyConnection,
    journalnummer: str = "J1",
    *,
    aar: int = 2024,
    kommunenummer: str = KOMMUNE,
    bydel: str | None = None,
    vklo: str | None = "5",
    fodselsnummer: str | None = FODSELSNUMMER,
    duf_nummer: str | None = None,
    fodselsdato: date | None = None,
    pseudonym: str = "m",
) -> None:
    """Put a person into the warehouse: 1 200 kroner bidrag in January and 300 kroner lån in March."""
    kilde = f"{kommunenummer}-socio-1"
    bidrag, laan = [1200] + [0] * 11, [0, 0, 300] + [0] * 9
    con.execute(
        f"insert into varehus.intermediate.poster values ({', '.join('?' * 19)})",
        [
            *(kommunenummer, aar, "m", kilde, journalnummer, bydel),
            *("2", "1", "1", 3, vklo, "12", "08", "1"),
            *([1, 3], 1200, 300, bidrag, laan),
        ],
    )
    con.execute(
        "insert into varehus.intermediate.int_fagsystem_mottaker values (?, ?, ?)",
        [kilde, journalnummer, date(1980, 6, 1) if fodselsnummer else None],
    )
    con.execute(
        "insert into nokkel.fagsystem_identitet values (?, ?, ?, ?, ?, ?)",
        [kilde, journalnummer, pseudonym, fodselsnummer, duf_nummer, fodselsdato],
    )


def post(con: duckdb.DuckDBPyConnection, best: Bestilling) -> dict[str, object]:
    """Return the only record there is, by field."""
    samle_poster(con, find_layout("11F", best.aar), best)
    svar = con.execute(f"from {POSTER}")
    (rad,) = svar.fetchall()
    return dict(zip([kolonne[0] for kolonne in svar.description], rad, strict=True))


def test_record_has_what_the_warehouse_knows(con):
    mottaker(con)
    felter = post(con, bestilling())
    assert {navn: verdi for navn, verdi in felter.items() if verdi not in (None, 0)} == {
        "KOMMUNE_NR": "3411",
        "VERSION": "24",
        "PERSON_JOURNALNR": "J1",
        "PERSON_FODSELSNR": FODSELSNUMMER,
        "KJONN": "2",
        "EKTSTAT": "1",
        "BU18": "1",
        "ANTBU18": 3,
        "VKLO": "5",
        "TRYGDESIT": "12",
        "ARBSIT": "08",
        "BOSIT": "1",
        "STMND_1": "01",
        "STMND_3": "03",
        "BIDRAG": 1200,
        "LAAN": 300,
        "BIDRAG_JAN": 1200,
        "LAAN_MARS": 300,
    }


def test_record_is_written_in_the_layout_of_its_year(con):
    mottaker(con)
    layout, best = find_layout("11F", 2024), bestilling()
    samle_poster(con, layout, best)
    utkast = lag_utkast(con, layout, best, 0, "00", date(2024, 12, 1))
    ((tekst,),) = con.execute(f"select tekst from {utkast.tabell}").fetchall()
    assert len(tekst) == layout.postlengde
    assert tekst[:40] == f"341124  J1      {FODSELSNUMMER}{' ' * 12}2"
    assert (utkast.region, utkast.poster, utkast.levert) == ("341100", 1, None)


@pytest.mark.parametrize(
    ("fodselsnummer", "fodselsdato", "ventet"),
    [
        (FODSELSNUMMER, None, date(1980, 6, 15)),
        (D_NUMMER, None, date(1980, 6, 15)),
        (None, date(1999, 2, 28), date(1999, 2, 28)),
        (None, None, None),
    ],
)
def test_birth_date_is_delivered_or_that_of_the_number(con, fodselsnummer, fodselsdato, ventet):
    mottaker(con, aar=2025, fodselsnummer=fodselsnummer, fodselsdato=fodselsdato)
    assert post(con, bestilling(2025))["FODSELSDATO"] == ventet


def test_identity_under_another_pseudonym_is_not_used(con):
    mottaker(con, pseudonym="en annen")
    assert post(con, bestilling())["PERSON_FODSELSNR"] is None


def krev(con: duckdb.DuckDBPyConnection, best: Bestilling) -> None:
    layout = find_layout("11F", best.aar)
    samle_poster(con, layout, best)
    krev_felter(con, layout, best)


def test_what_ssb_demands_and_nobody_has_is_listed_with_the_number_of_persons(con):
    mottaker(con, "J1", aar=2025)
    mottaker(con, "J2", aar=2025, vklo=None)
    with pytest.raises(Brukerfeil) as feil:
        krev(con, bestilling(2025))
    assert (
        "VKLO mangler for 1 av 2 personer, GITT_OKONOMIRAD mangler for 2 av 2 personer, FAAT_INDIVIDUELL_PLAN mangler "
        "for 2 av 2 personer, SAKSBEHANDLER mangler for 2 av 2 personer, VILKARSOSLOV mangler for 2 av 2 personer og "
        "VILKARSAMEKT mangler for 2 av 2 personer."
    ) in str(feil.value)


@pytest.mark.parametrize(
    ("identitet", "er_nok"),
    [
        ({"fodselsnummer": FODSELSNUMMER}, True),
        ({"fodselsnummer": None, "duf_nummer": "201712345678"}, True),
        ({"fodselsnummer": None}, False),
        # The layout of 2024 has no field for it.
        ({"fodselsnummer": None, "fodselsdato": date(1980, 1, 1)}, False),
    ],
)
def test_person_must_be_known_by_a_number(con, identitet, er_nok):
    mottaker(con, **identitet)
    if er_nok:
        krev(con, bestilling())
    else:
        with pytest.raises(Brukerfeil, match="DUF-nummer eller fødselsdato mangler for 1 av 1 personer"):
            krev(con, bestilling())


def test_oslo_gets_a_file_for_each_district(con):
    for journalnummer, bydel in (("J1", "05"), ("J2", "01"), ("J3", "05")):
        mottaker(con, journalnummer, kommunenummer=OSLO, bydel=bydel)
    layout, best = find_layout("11F", 2024), bestilling(kommunenummer=OSLO)
    samle_poster(con, layout, best)
    assert finn_bydeler(con, best) == ["01", "05"]
    assert finn_bydeler(con, bestilling(kommunenummer=OSLO, bydel="00")) == ["00"]
    assert [lag_utkast(con, layout, best, 0, bydel, date(2024, 12, 1)).poster for bydel in ("01", "05", "00")] == [
        1,
        2,
        3,
    ]
    with pytest.raises(Brukerfeil, match="Ingen mottakere i 2024 bor i bydel 07"):
        finn_bydeler(con, bestilling(kommunenummer=OSLO, bydel="07"))


@pytest.mark.parametrize(
    ("journalnummer", "melding"),
    [
        ("J12345678", "Feltet PERSON_JOURNALNR har plass til 8 tegn, men verdien har 9"),
        ("J→1", "1 av 1 poster har tegn som ikke kan skrives i ISO-8859-1"),
    ],
)
def test_journal_number_that_does_not_fit_is_said(con, journalnummer, melding):
    mottaker(con, journalnummer)
    layout, best = find_layout("11F", 2024), bestilling()
    samle_poster(con, layout, best)
    with pytest.raises(Brukerfeil, match=melding):
        lag_utkast(con, layout, best, 0, "00", date(2024, 12, 1))


def test_notes_say_what_the_file_lacks(con):
    mottaker(con)
    con.execute("insert into varehus.intern.avvik_11f values ('3411', 2024), ('3411', 2023), ('3403', 2024)")
    layout, best = find_layout("11F", 2024), bestilling()
    samle_poster(con, layout, best)
    aaret, blanke, avvik = lag_utkast(con, layout, best, 0, "00", date(2024, 10, 1)).merknader
    assert aaret == "Utbetalingene er levert til og med 10.2024. Filen har ikke mer av året."
    assert "SAKSBEHANDLER" in blanke
    assert "VKLO" not in blanke
    assert "Forskjellene (1) står i intern.avvik_11f" in avvik
    assert len(lag_utkast(con, layout, best, 0, "00", date(2024, 12, 1)).merknader) == 2


def test_months_that_are_delivered_but_nobody_has_give_the_file_that_says_so(con):
    layout, best = find_layout("11F", 2024), bestilling()
    samle_poster(con, layout, best)
    krev_felter(con, layout, best)
    assert lag_utkast(con, layout, best, 0, "00", date(2024, 12, 1)).tabell is None


def test_warehouse_without_monthly_deliveries_has_no_months(con):
    con.execute("insert into varehus.intermediate.maaneder values ('3411', '2024-02-01'), ('3411', '2024-01-01')")
    assert leverte_maaneder(con, KOMMUNE) == [date(2024, 1, 1), date(2024, 2, 1)]
    assert leverte_maaneder(con, OSLO) == []
    con.execute("drop view varehus.intermediate.int_11f_avledet")
    assert leverte_maaneder(con, KOMMUNE) == []


@pytest.mark.parametrize(
    ("skjema", "aar", "melding"),
    [
        ("0A", 2024, "Bare 11F kan lages av utbetalingene. Bruk --fra uttrekk for 0A."),
        ("11F", 2023, "ingen utbetalinger fra kommune 3411 for 2023. Det har 2024."),
    ],
)
def test_what_cannot_be_made_of_payments(con, tmp_path, skjema, aar, melding):
    con.execute("insert into varehus.intermediate.maaneder values ('3411', '2024-01-01')")
    best = Bestilling(skjema, aar, KOMMUNE, tmp_path, fra=UTBETALINGER)
    with pytest.raises(Brukerfeil, match=melding):
        hent_utbetalinger(con, Mappe(tmp_path), Miljo(), best)


@pytest.mark.parametrize(("aar", "hint"), [(2025, True), (2024, False)])
def test_missing_extract_points_to_the_payments_where_there_are_any(mappe, miljo, tmp_path, aar, hint):
    (mappe.innboks / "a.dat").write_bytes(som_bytes(poster("11F", [mottakerpost(1)], 2026)))
    les(mappe, miljo)
    with duckdb.connect(str(mappe.varehus)) as con:
        con.execute("""
            create schema intermediate;
            create view intermediate.int_kommune_maaned as
            select '3411' as kommunenummer, '2025-01-01'::date as maaned;
            create view intermediate.int_11f_avledet as select 1 as rapporteringsaar;
        """)
    with pytest.raises(Brukerfeil) as feil:
        eksporter(mappe, miljo, Bestilling("11F", aar, KOMMUNE, tmp_path / "ut"))
    assert ("--fra utbetalinger lager filen av dem" in str(feil.value)) is hint


def test_unknown_source_gets_a_list(mappe, miljo, tmp_path):
    with pytest.raises(Brukerfeil, match=r"Ukjent kilde i --fra\. Bruk uttrekk og utbetalinger"):
        eksporter(mappe, miljo, Bestilling("11F", 2025, KOMMUNE, tmp_path / "ut", fra="regneark"))
