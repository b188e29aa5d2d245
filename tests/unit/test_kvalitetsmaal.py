"""What the expectations look at, from made inputs: each figure, and null where there is nothing to judge."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dagster_project.kalender import neste_maaned
from dagster_project.seeds import read_seed
from tests.dbt_sql import load_seed, run_model

KOMMUNE = "9901"
FORSTE = date(2024, 11, 1)
ANTALL = 14
TERSKEL = {rad["terskel_id"]: int(rad["verdi"]) for rad in read_seed("leveranse_terskel")}

TABELLER = {
    "int_kommune_maaned": "kommunenummer varchar, maaned date",
    "int_leveranse_forventet": (
        "kommunenummer varchar, objekt varchar, maaned date, status varchar, rader bigint, vanlig_antall double"
    ),
    "int_avvik_periodisering": (
        "kommunenummer varchar, maaned date, serie varchar, aarsak varchar, belop_nok decimal(18, 2), alvor varchar, "
        "forklaring varchar, kvittert boolean, ikke_publisert varchar"
    ),
    "bi_leveranse": (
        "kommunenummer varchar, kilde varchar, status varchar, til date, rader_lest integer, rader_godtatt integer, "
        "rader_karantene integer, rader_sumlinje integer"
    ),
    "bi_periodisering_maal": "kommunenummer varchar, grunnlag varchar, utvalg varchar, korrelasjon double",
    "int_utgift_maaned": "kommunenummer varchar, maaned date, grunnlag varchar, belop_nok decimal(18, 2)",
    "intern_avstemming": (
        "kommunenummer varchar, maaned date, fra_kilde varchar, til_kilde varchar, stonadsform varchar, "
        "aarsak varchar, andel_pst double, er_over_grense boolean, forklaring varchar"
    ),
    "bi_avstemming": (
        "kommunenummer varchar, maaned date, fra_kilde varchar, til_kilde varchar, stonadsform varchar, aarsak varchar"
    ),
    "fct_utgift_maaned": (
        "kommunenummer varchar, maaned date, grunnlag varchar, belop_nok decimal(18, 2), mottaker_antall integer, "
        "skjermet boolean"
    ),
    "ind_utbetaling_per_mottaker": (
        "kommunenummer varchar, maaned date, grunnlag varchar, belop_nok decimal(18, 2), mottaker_antall integer, "
        "utbetaling_per_mottaker_nok decimal(18, 2), utbetaling_per_mottaker_fast_nok decimal(18, 2), skjermet boolean"
    ),
    "ind_maaned": (
        "kommunenummer varchar, maaned date, enhet varchar, teller decimal(18, 2), nevner decimal(18, 2), "
        "verdi double, skjermet boolean"
    ),
    "ind_stonadslengde": (
        "kommunenummer varchar, periode_type varchar, periode date, teller bigint, nevner bigint, "
        "verdi_maaneder double, skjermet boolean"
    ),
}


def maaneder() -> list[date]:
    alle = [FORSTE]
    while len(alle) < ANTALL:
        alle.append(neste_maaned(alle[-1]))
    return alle


SISTE = maaneder()[-1]
FOER_SISTE = maaneder()[-2]


@pytest.fixture
def con():
    """Months in which everything is delivered and published, and cash equals accrual."""
    con = duckdb.connect()
    load_seed(con, "leveranse_terskel")
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create table {tabell} ({kolonner})")
    for maaned in maaneder():
        con.execute("insert into int_kommune_maaned values (?, ?)", [KOMMUNE, maaned])
        con.execute(
            "insert into int_leveranse_forventet values (?, 'utbetaling', ?, 'levert', 100, 100)", [KOMMUNE, maaned]
        )
        for grunnlag in ("kontant", "periodisert"):
            con.execute("insert into int_utgift_maaned values (?, ?, ?, 1000)", [KOMMUNE, maaned, grunnlag])
            con.execute(
                "insert into ind_utbetaling_per_mottaker values (?, ?, ?, 1000, 5, 200, null, false)",
                [KOMMUNE, maaned, grunnlag],
            )
        con.execute("insert into ind_maaned values (?, ?, 'antall', 5, null, 5, false)", [KOMMUNE, maaned])
    yield con
    con.close()


def maal(con, kolonner: str, maaned: date = SISTE) -> tuple:
    run_model(con, "marts/intern/intern_kvalitetsmaal")
    return con.execute(
        f"select {kolonner} from intern_kvalitetsmaal where kommunenummer = ? and maaned = ?", [KOMMUNE, maaned]
    ).fetchone()


def test_a_month_in_order_has_nothing_to_say(con):
    assert maal(con, "* exclude (kommunenummer, maaned)") == (
        *(True, 0, None, None, 0, None, 100.0, None, 0, 0, None, None, 0.0),
        *(None, None, None, None),
        *(0, 0, 0, 0),
    )


def test_what_has_not_come_is_named(con):
    con.execute("delete from int_kommune_maaned where maaned = ?", [SISTE])
    con.execute("update int_leveranse_forventet set status = 'mangler', rader = null where maaned = ?", [SISTE])
    con.execute("insert into int_leveranse_forventet values (?, 'vedtak', ?, 'mangler', null, 9)", [KOMMUNE, SISTE])
    for tabell in ("ind_maaned", "ind_utbetaling_per_mottaker"):
        con.execute(f"delete from {tabell} where maaned = ?", [SISTE])
    kolonner = (
        "er_levert, leveranser_mangler, leveranser_mangler_tekst, rader_pst_av_vanlig, deler_mangler, ukvitterte_feil, "
        "ikke_hel"
    )
    assert maal(con, kolonner) == (False, 2, "utbetaling, vedtak", None, None, None, None)


@pytest.mark.parametrize(
    ("endring", "ventet"),
    [
        ({"rader": 40}, 40.0),
        ({"rader": 60, "vanlig_antall": TERSKEL["liten_minste_median"]}, 300.0),
        ({"vanlig_antall": TERSKEL["liten_minste_median"] - 1}, None),
    ],
)
def test_rows_are_held_against_what_is_usual_where_that_is_known(con, endring, ventet):
    con.execute(
        f"update int_leveranse_forventet set {', '.join(f'{k} = {v}' for k, v in endring.items())} where maaned = ?",
        [SISTE],
    )
    assert maal(con, "rader_pst_av_vanlig") == (ventet,)


def test_the_first_months_are_not_judged_by_their_rows(con):
    minste = TERSKEL["liten_minste_historikk"]
    assert maal(con, "rader_pst_av_vanlig", maaneder()[minste - 1]) == (None,)
    assert maal(con, "rader_pst_av_vanlig", maaneder()[minste]) == (100.0,)


def avvik(con, **felt):
    rad = {
        "serie": "fagsystem",
        "aarsak": "forskudd",
        "belop_nok": 1,
        "alvor": "FEIL",
        "forklaring": "Setning.",
        "kvittert": False,
        "ikke_publisert": None,
    } | felt
    con.execute(
        "insert into int_avvik_periodisering by name "
        f"select $kommune as kommunenummer, $maaned as maaned, {', '.join(f'${k} as {k}' for k in rad)}",
        {"kommune": KOMMUNE, "maaned": SISTE} | rad,
    )


@pytest.mark.parametrize(
    ("felt", "ventet"),
    [
        ({}, (1, "Utbetalingene slutter 12. oktober.")),
        ({"kvittert": True}, (0, None)),
        ({"alvor": "INFO"}, (0, None)),
        ({"serie": "regnskap"}, (0, None)),
    ],
)
def test_a_month_that_is_not_whole_is_told_until_somebody_says_that_it_is(con, felt, ventet):
    avvik(con, **{"aarsak": "manglende_leveranse", "forklaring": "Utbetalingene slutter 12. oktober."} | felt)
    assert maal(con, "ikke_hel, ikke_hel_tekst") == ventet
    assert maal(con, "ukvitterte_feil") == (0,)


def test_faults_nobody_has_accepted_are_counted_and_those_that_are_published_are_told(con):
    avvik(con, belop_nok=5, forklaring="Liten.")
    avvik(con, belop_nok=-9, forklaring="Stor.")
    avvik(con, belop_nok=7, forklaring="Om to personer.", ikke_publisert="faa_personer")
    avvik(con, forklaring="Kvittert.", kvittert=True)
    avvik(con, forklaring="Advarsel.", alvor="ADVARSEL")
    avvik(con, forklaring="Halv måned.", aarsak="manglende_leveranse", belop_nok=None)
    assert maal(con, "ukvitterte_feil, ukvitterte_feil_tekst") == (3, "Stor. Liten.")


def test_a_hole_in_the_ledger_is_counted(con):
    avvik(con, serie="regnskap", aarsak="manglende_leveranse")
    assert maal(con, "hovedbok_mangler, ukvitterte_feil") == (1, 0)


def test_files_belong_to_the_month_they_end_in(con):
    con.executemany(
        "insert into bi_leveranse values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (KOMMUNE, "fagsystem", "godtatt", date(SISTE.year, SISTE.month, 28), 100, 90, 9, 1),
            (KOMMUNE, "regnskap", "godtatt", date(SISTE.year, SISTE.month, 31), 100, 97, 0, 1),
            (KOMMUNE, "kostra", "godtatt", date(SISTE.year, SISTE.month, 31), 50, 0, 50, 0),
            (KOMMUNE, "fagsystem", "avvist", date(SISTE.year, SISTE.month, 28), 10, 0, 0, 0),
        ],
    )
    assert maal(con, "rader_uten_forklaring, lagt_til_side_pst") == (2, 4.5)


def test_payouts_and_recipients_are_told_on_the_last_delivered_month(con):
    con.executemany(
        "insert into bi_periodisering_maal values (?, ?, ?, ?)",
        [
            (KOMMUNE, "periodisert", "lopende", 0.8),
            (KOMMUNE, "periodisert", "alle", 0.1),
            (KOMMUNE, "kontant", "lopende", 0),
        ],
    )
    assert (maal(con, "samvariasjon"), maal(con, "samvariasjon", FOER_SISTE)) == ((0.8,), (None,))


def test_cash_and_accrual_are_compared_over_twelve_months_in_a_row(con):
    con.execute("update int_utgift_maaned set belop_nok = 2200 where grunnlag = 'periodisert' and maaned = ?", [FORSTE])
    tolvte, trettende = maaneder()[11], maaneder()[12]
    assert maal(con, "kontant_mot_periodisert_pst", tolvte) == (10.0,)
    assert maal(con, "kontant_mot_periodisert_pst", trettende) == (0.0,)
    assert maal(con, "kontant_mot_periodisert_pst", maaneder()[10]) == (None,)
    con.execute("delete from int_kommune_maaned where maaned = ?", [FOER_SISTE])
    assert maal(con, "kontant_mot_periodisert_pst") == (None,)


def uforklart(con, til, pst, over, vist, form="ALLE"):
    con.execute(
        "insert into intern_avstemming values (?, ?, 'fagsystem', ?, ?, 'uforklart', ?, ?, ?)",
        [KOMMUNE, SISTE, til, form, pst, over, f"Uforklart mot {til}." if over else None],
    )
    if vist:
        con.execute(
            "insert into bi_avstemming values (?, ?, 'fagsystem', ?, ?, 'uforklart')", [KOMMUNE, SISTE, til, form]
        )


KOLONNER = "uforklart_hovedbok_pst, uforklart_hovedbok_tekst, uforklart_andre_pst, uforklart_andre_tekst"


def test_what_is_unexplained_is_told_by_name_where_it_is_published(con):
    uforklart(con, "hovedbok", -1.5, True, vist=True)
    uforklart(con, "hovedbok", 9.0, True, vist=True, form="LAAN")
    uforklart(con, "11F", 0.7, True, vist=False)
    assert maal(con, KOLONNER) == (1.5, "Uforklart mot hovedbok.", 0.7, None)


@pytest.mark.parametrize(("over", "ventet"), [(True, 100.0), (False, 0.0)])
def test_with_nothing_to_compare_with_all_that_is_left_is_unexplained(con, over, ventet):
    uforklart(con, "hovedbok", None, over, vist=True)
    assert maal(con, "uforklart_hovedbok_pst") == (ventet,)


def test_a_delivered_month_that_lacks_a_part_is_told(con):
    con.execute("delete from ind_maaned where maaned = ?", [SISTE])
    assert maal(con, "deler_mangler") == (1,)
    con.execute("delete from ind_utbetaling_per_mottaker where maaned = ?", [SISTE])
    assert maal(con, "deler_mangler") == (3,)


def test_figures_for_a_month_that_is_not_delivered_are_told(con):
    con.execute("delete from int_kommune_maaned where maaned = ?", [SISTE])
    assert maal(con, "publisert_uten_leveranse, deler_mangler") == (1, None)


def test_figures_in_hidden_rows_are_counted_in_every_table(con):
    rader = {
        "fct_utgift_maaned": ("kontant", 1, None),
        "ind_utbetaling_per_mottaker": ("kontant", None, None, Decimal(1), None),
        "ind_maaned": ("antall", None, None, 1.0),
    }
    for tabell, verdier in rader.items():
        for skjermet in (True, False):
            con.execute(
                f"insert into {tabell} values (?, ?, {', '.join('?' * len(verdier))}, ?)",
                [KOMMUNE, SISTE, *verdier, skjermet],
            )
    con.execute("insert into ind_stonadslengde values (?, 'maaned', ?, 3, null, null, true)", [KOMMUNE, SISTE])
    con.execute("insert into ind_stonadslengde values (?, 'aar', ?, 3, null, null, true)", [KOMMUNE, SISTE])
    con.execute("insert into ind_maaned values (?, ?, 'antall', null, null, null, true)", [KOMMUNE, SISTE])
    assert maal(con, "skjermet_med_tall") == (4,)


@pytest.mark.parametrize(
    ("enhet", "verdi", "umulige"),
    [
        ("antall", 0, 0),
        ("antall", -1, 1),
        ("prosent", 100, 0),
        ("prosent", 100.1, 1),
        ("prosent", -0.1, 1),
        ("kr", -5, 0),
    ],
)
def test_a_figure_that_cannot_be_is_counted(con, enhet, verdi, umulige):
    con.execute("insert into ind_maaned values (?, ?, ?, null, null, ?, false)", [KOMMUNE, SISTE, enhet, verdi])
    assert maal(con, "umulige_tall") == (umulige,)
