"""11F derived from payments, and every reason it may differ from the delivered one, each with a person of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb
import pytest

from dagster_project.seeds import read_seed
from tests.dbt_sql import ROOT, load_seed, run_model

KOMMUNE, KILDE = "9901", "9901-socio-1"
TABELLER = {
    "int_utbetaling": """
        kilde_id varchar, kommunenummer varchar, journalnummer varchar, mottaker_id varchar, er_utgift boolean,
        utgiftsmaaned date, stonadsform varchar, belop_nok decimal(18, 2)
    """,
    "int_fagsystem_mottaker": """
        kommunenummer varchar, kilde_id varchar, journalnummer varchar, mottaker_id varchar, er_skjermet boolean
    """,
    "int_fagsystem_mottaker_historikk": """
        kilde_id varchar, journalnummer varchar, gjelder_fra date, bydel varchar, kjonn_kode varchar,
        sivilstand_kode varchar, antall_barn_under_18 integer, hovedinntekt_kode varchar, trygd_kode varchar,
        arbeidssituasjon_kode varchar, bosituasjon_kode varchar
    """,
    "int_leveranse_gjeldende": "leveranse_id varchar, kommunenummer varchar, rapporteringsaar integer",
    "stg_kostra__11f": """
        leveranse_id varchar, linje integer, mottaker_id varchar, journalnummer varchar, maaneder integer[],
        bidrag_nok decimal(9, 2), laan_nok decimal(9, 2), bidrag_per_maaned decimal(9, 2)[],
        laan_per_maaned decimal(9, 2)[], kjonn_kode varchar, sivilstand_kode varchar, bu18_kode varchar,
        antall_barn_under_18 integer, vklo_kode varchar, trygdesit_kode varchar, arbsit_kode varchar,
        bosit_kode varchar
    """,
}
AVLEDET_AV_TABELLENE = """
    create or replace table int_fagsystem_person as
    select
        row_number() over ()::integer as mottaker_nr,
        kommunenummer,
        mottaker_id
    from (select distinct kommunenummer, mottaker_id from int_utbetaling);
    create or replace table int_stonadstype as
    select
        row_number() over ()::integer as stonadstype_nr,
        stonadsform
    from (select distinct stonadsform from int_utbetaling);
    create or replace table int_utgift as
    select
        mottaker_nr,
        stonadstype_nr,
        utgiftsmaaned,
        belop_nok
    from int_utbetaling
    inner join int_fagsystem_person using (kommunenummer, mottaker_id)
    inner join int_stonadstype using (stonadsform)
    where er_utgift;
    create or replace table int_kommune_aar as
    select
        '11F' as kilde,
        kommunenummer,
        rapporteringsaar
    from int_leveranse_gjeldende;
    create or replace table int_mottaker_aar as
    select
        leveranse.kommunenummer,
        leveranse.rapporteringsaar,
        stg.mottaker_id,
        stg.journalnummer,
        stg.maaneder
    from stg_kostra__11f as stg
    inner join int_leveranse_gjeldende as leveranse using (leveranse_id);
"""
MODELLER = (
    "intermediate/fagsystem/int_11f_dekning",
    "intermediate/fagsystem/int_11f_avledet_maaned",
    "intermediate/fagsystem/int_11f_person",
    "intermediate/fagsystem/int_11f_avledet",
    "intermediate/fagsystem/int_11f_levert_maaned",
    "intermediate/fagsystem/int_11f_avvik_maaned",
    "intermediate/fagsystem/int_11f_avvik_post",
    "marts/intern/intern_avvik_11f",
)
KJENNETEGN = ("1", "1", 0, "5", "12", "08", "1")
"""Sex, marital status, children, main income, benefit, work and housing of everybody, unless it is said."""


@dataclass(frozen=True)
class Post:
    """An 11F record: amounts by month, months that are not those with an amount, and a sum that is not theirs."""

    bidrag: dict[int, int] = field(default_factory=dict)
    laan: dict[int, int] = field(default_factory=dict)
    maaneder: tuple[int, ...] | None = None
    sum_bidrag: int | None = None
    kjonn: str | None = "1"


@dataclass(frozen=True)
class Sak:
    """A person: payments by year, month and form, and records by year."""

    betalt: dict[tuple[int, int, str], str] = field(default_factory=dict)
    poster: dict[int, tuple[Post, ...]] = field(default_factory=dict)
    kjennetegn: tuple = KJENNETEGN
    er_skjermet: bool | None = None


def begge(bidrag: dict[int, int], betalt: dict[int, str], **valg) -> Sak:
    """Return a person with one record for 2025 and payments of bidrag in 2025."""
    return Sak({(2025, m, "BIDRAG"): b for m, b in betalt.items()}, {2025: (Post(bidrag, **valg),)})


SAKER = {
    "lik": begge({1: 1000, 12: 800}, {1: "1000.49", 12: "799.50"}),
    "avrunding": begge({1: 1000}, {1: "1000.50"}),
    "to_kroner": begge({1: 999}, {1: "1000.50"}),
    "tilbakeforing": begge({1: 1000}, {1: "1000", 2: "-500.25"}),
    "tilbakeforing_laan": Sak({(2025, 3, "BIDRAG"): "3000", (2025, 3, "LAAN"): "-200"}, {2025: (Post({3: 3000}),)}),
    "bare_tilbakeforing": Sak({(2025, 4, "BIDRAG"): "-70"}),
    "mangler_i_11f": Sak({(2025, 2, "BIDRAG"): "2000"}),
    "mangler_i_betalinger": Sak({}, {2025: (Post({3: 700}),)}),
    "bidrag_mot_laan": Sak({(2025, 5, "BIDRAG"): "500"}, {2025: (Post({}, {5: 500}),)}),
    "maaned_ulik": begge({6: 100, 8: 50}, {7: "100", 8: "50"}),
    "belop_ulikt": begge({6: 4000}, {6: "5000"}),
    "stonadsmaaned_ulik": begge({6: 4000, 7: 100}, {6: "4000", 7: "100"}, maaneder=(6,)),
    "sum_ulik": begge({6: 5000}, {6: "5000"}, sum_bidrag=9000),
    "flere_poster": Sak({(2025, 1, "BIDRAG"): "10", (2025, 2, "BIDRAG"): "20"}, {2025: (Post({1: 10}), Post({2: 20}))}),
    "kjennetegn_ulikt": begge({1: 5}, {1: "5"}, kjonn="2"),
    "kjennetegn_mangler": Sak(
        {(2025, 1, "BIDRAG"): "5"}, {2025: (Post({1: 5}),)}, kjennetegn=("1", "1", 0, None, "12", "08", "1")
    ),
    "skjermet": Sak({(2025, 2, "LAAN"): "3000"}, er_skjermet=True),
    # 2024 begins to be paid in March, and the 11F of 2026 goes no further than October.
    "foer_betalingene": Sak({(2024, 3, "BIDRAG"): "5"}, {2024: (Post({2: 90, 3: 5}),)}),
    "etter_11f": Sak({(2026, 10, "BIDRAG"): "7", (2026, 11, "BIDRAG"): "90"}, {2026: (Post({10: 7}),)}),
}
VENTET = {
    ("avrunding", 1, "BIDRAG", "avrunding", Decimal("-1.00")),
    ("to_kroner", 1, "BIDRAG", "belop_ulikt", Decimal("-2.00")),
    ("tilbakeforing", 2, "BIDRAG", "tilbakeforing", Decimal("500.25")),
    ("tilbakeforing_laan", 3, "LAAN", "tilbakeforing", Decimal("200.00")),
    ("bare_tilbakeforing", 4, "BIDRAG", "tilbakeforing", Decimal("70.00")),
    ("mangler_i_11f", 2, "BIDRAG", "mangler_i_11f", Decimal("-2000.00")),
    ("mangler_i_betalinger", 3, "BIDRAG", "mangler_i_betalinger", Decimal("700.00")),
    ("bidrag_mot_laan", 5, "BIDRAG", "bidrag_mot_laan", Decimal("-500.00")),
    ("bidrag_mot_laan", 5, "LAAN", "bidrag_mot_laan", Decimal("500.00")),
    ("maaned_ulik", 6, "BIDRAG", "maaned_ulik", Decimal("100.00")),
    ("maaned_ulik", 7, "BIDRAG", "maaned_ulik", Decimal("-100.00")),
    ("belop_ulikt", 6, "BIDRAG", "belop_ulikt", Decimal("-1000.00")),
    ("stonadsmaaned_ulik", 7, "STMND", "stonadsmaaned_ulik", None),
    ("sum_ulik", 0, "BIDRAG", "sum_ulik_maanedene", Decimal("4000.00")),
    ("flere_poster, flere_poster", 0, "POST", "flere_poster", None),
    ("kjennetegn_ulikt", 0, "KJONN", "kjennetegn_ulikt", None),
    ("kjennetegn_mangler", 0, "VKLO", "kjennetegn_mangler", None),
    (None, 2, "LAAN", "mangler_i_11f", Decimal("-3000.00")),
    ("foer_betalingene", 2, "BIDRAG", "periode_utenfor", Decimal("90.00")),
    ("etter_11f", 11, "BIDRAG", "periode_utenfor", Decimal("-90.00")),
}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with bygg(SAKER) as con:
        yield con


def bygg(saker: dict[str, Sak], historikk: list[tuple] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a database with the tables of some persons, whose journal number is their name, and the models on them."""
    con = duckdb.connect()
    load_seed(con, "kodeliste")
    load_seed(con, "avvik_11f_aarsak")
    rader: dict[str, list[tuple]] = {tabell: [] for tabell in TABELLER}
    linje = 0
    for navn, sak in saker.items():
        rader["int_fagsystem_mottaker"].append((KOMMUNE, KILDE, navn, f"m-{navn}", sak.er_skjermet))
        rader["int_fagsystem_mottaker_historikk"].append((KILDE, navn, "2024-01-01", None, *sak.kjennetegn))
        for (aar, maaned, form), belop in sak.betalt.items():
            dag = f"{aar}-{maaned:02d}-01"
            rader["int_utbetaling"].append((KILDE, KOMMUNE, navn, f"m-{navn}", True, dag, form, Decimal(belop)))
        for aar, poster in sak.poster.items():
            for post in poster:
                linje += 1
                rader["stg_kostra__11f"].append(_post(aar, linje, navn, post))
    leverte_aar = sorted({aar for sak in saker.values() for aar in sak.poster})
    rader["int_leveranse_gjeldende"] = [(f"11f-{aar}", KOMMUNE, aar) for aar in leverte_aar]
    if historikk is not None:
        rader["int_fagsystem_mottaker_historikk"] = historikk
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create or replace table {tabell} ({kolonner})")
        if rader[tabell]:
            plasser = ", ".join("?" * len(rader[tabell][0]))
            con.executemany(f"insert into {tabell} values ({plasser})", rader[tabell])
    con.execute(AVLEDET_AV_TABELLENE)
    for modell in MODELLER:
        run_model(con, modell)
    return con


def _post(aar: int, linje: int, navn: str, post: Post) -> tuple:
    maaneder = post.maaneder or tuple(sorted({*post.bidrag, *post.laan}))
    bidrag = [Decimal(post.bidrag.get(m, 0)) for m in range(1, 13)]
    laan = [Decimal(post.laan.get(m, 0)) for m in range(1, 13)]
    sum_bidrag = sum(bidrag) if post.sum_bidrag is None else post.sum_bidrag
    _, sivilstand, barn, *resten = KJENNETEGN
    return (
        f"11f-{aar}",
        linje,
        f"m-{navn}",
        navn,
        list(maaneder),
        sum_bidrag,
        sum(laan),
        bidrag,
        laan,
        post.kjonn,
        sivilstand,
        "2",
        barn,
        *resten,
    )


def test_every_difference_is_listed_once_with_its_reason(con):
    rader = con.execute(
        "select journalnummer, maaned_nummer, felt, aarsak, differanse_nok from intern_avvik_11f"
    ).fetchall()
    assert len(rader) == len(VENTET)
    assert set(rader) == VENTET


def test_every_reason_has_a_person_and_is_told_of_in_the_guide():
    aarsaker = {rad["aarsak"] for rad in read_seed("avvik_11f_aarsak")}
    assert {aarsak for *_, aarsak, _ in VENTET} == aarsaker
    tekst = (ROOT / "docs" / "forklar.md").read_text(encoding="utf-8")
    assert [aarsak for aarsak in aarsaker if f"| `{aarsak}` |" not in tekst] == []


@pytest.mark.parametrize(
    ("journalnummer", "setning"),
    [
        ("avrunding", "11F har 1 000 kr bidrag i januar, og utbetalingene gir 1 001 når ørene er rundet av."),
        (
            "etter_11f",
            "Utbetalingene gir 90 kr bidrag i november, og 11F har 0. Måneden er ikke dekket av begge: 11F går til og "
            "med oktober 2026, og utbetalingene fra mars 2024 til november 2026.",
        ),
        ("stonadsmaaned_ulik", "Beløpene i juli er like, men bare utbetalingene har den som stønadsmåned."),
        ("kjennetegn_mangler", "VKLO er 5 i 11F, og mottakeruttrekket har ingen verdi."),
    ],
)
def test_sentence_says_what_differs(con, journalnummer, setning):
    (forklaring,) = con.execute(
        "select forklaring from intern_avvik_11f where journalnummer = ?", [journalnummer]
    ).fetchone()
    assert forklaring.replace("\N{NO-BREAK SPACE}", " ") == setning


def test_no_sentence_has_a_hole(con):
    assert con.execute(
        "select count(*) from intern_avvik_11f where forklaring is null or contains(forklaring, '{')"
    ).fetchone() == (0,)


def test_year_that_only_one_of_them_has_is_not_compared():
    saker = {"betalt": Sak({(2025, 1, "BIDRAG"): "5"}), "levert": Sak({}, {2023: (Post({1: 5}),)})}
    with bygg(saker) as con:
        assert con.execute("select count(*) from intern_avvik_11f").fetchone() == (0,)
        assert con.execute("select mottaker_id, rapporteringsaar from int_11f_avledet").fetchall() == [
            ("m-betalt", 2025)
        ]


def post(con: duckdb.DuckDBPyConnection, navn: str, *kolonner: str) -> tuple:
    return con.execute(
        f"select {', '.join(kolonner)} from int_11f_avledet where mottaker_id = ?", [f"m-{navn}"]
    ).fetchone()


def test_record_has_whole_kroner_and_the_months_above_zero(con):
    maaneder, bidrag, laan, bidrag_per_maaned, laan_per_maaned = post(
        con, "tilbakeforing_laan", "maaneder", "bidrag_nok", "laan_nok", "bidrag_per_maaned", "laan_per_maaned"
    )
    assert (maaneder, bidrag, laan) == ([3], 3000, 0)
    assert bidrag_per_maaned == [0, 0, 3000] + [0] * 9
    assert laan_per_maaned == [0] * 12


def test_year_is_the_sum_of_the_months_as_they_are_written(con):
    # 1000,49 and 799,50: rounded month by month and then added, as SSB's control adds them.
    assert post(con, "lik", "bidrag_nok", "bidrag_per_maaned[1]", "bidrag_per_maaned[12]") == (1800, 1000, 800)


def test_person_with_only_refunds_has_no_record(con):
    assert post(con, "bare_tilbakeforing", "maaneder") is None


@pytest.mark.parametrize(("barn", "kode"), [(None, None), (0, "2"), (1, "1"), (3, "1")])
def test_has_children_when_there_is_one(barn, kode):
    sak = Sak({(2025, 1, "BIDRAG"): "5"}, kjennetegn=("1", "1", barn, "5", "12", "08", "1"))
    with bygg({"barn": sak}) as con:
        assert post(con, "barn", "bu18_kode", "antall_barn_under_18") == (kode, barn)


@pytest.mark.parametrize(
    ("aar", "vklo"),
    [
        (2024, "1"),
        (2025, "2"),
        (2026, "3"),
        # Nothing was known by the end of 2023: what was known first.
        (2023, "1"),
    ],
)
def test_characteristics_are_those_known_by_the_end_of_the_year(aar, vklo):
    historikk = [
        (KILDE, "en", f"{dag}-01", None, "1", "1", 0, kode, "12", "08", "1")
        for dag, kode in (("2024-06", "1"), ("2025-01", "4"), ("2025-12", "2"), ("2026-01", "3"))
    ]
    sak = Sak({(ett, 1, "BIDRAG"): "5" for ett in (2023, 2024, 2025, 2026)})
    with bygg({"en": sak}, historikk) as con:
        assert con.execute("select vklo_kode from int_11f_avledet where rapporteringsaar = ?", [aar]).fetchone() == (
            vklo,
        )


def test_person_with_two_journal_numbers_has_one_record_under_the_last_paid(con):
    con.execute("begin")
    con.execute("update int_utbetaling set mottaker_id = 'm-to' where journalnummer in ('avrunding', 'belop_ulikt')")
    con.execute(AVLEDET_AV_TABELLENE)
    for modell in MODELLER[:4]:
        run_model(con, modell)
    assert post(con, "to", "journalnummer", "maaneder") == ("belop_ulikt", [1, 6])
    con.execute("rollback")
