"""What stands in the wrong month: a case per cause, both sides of every threshold, the sentences and the hiding."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from dagster_project.kalender import virkedager
from dagster_project.seeds import read_seed
from tests.avvikskommune import (
    FASTE_MOTTAKERE,
    FORSTE_EGNE,
    KOMMUNE,
    VANLIG_MAANED,
    Betaling,
    bygg,
    faste,
    funn,
    legg_inn,
    legg_inn_registrert,
    maaneder,
    ny_base,
    rader,
    siste_dag,
)
from tests.dbt_sql import ROOT

TERSKEL = {rad["terskel_id"]: int(rad["verdi"]) for rad in read_seed("avvik_terskel")}
EN_DAG = timedelta(days=1)
KONTRAKT = {
    "fagsystem": {
        "helgeforskyvning",
        "etterslep_vedtak",
        "husleierestanse",
        "forskudd",
        "tilbakeforing",
        "dobbeltforing",
        "manglende_leveranse",
        "uforklart",
        "strom_kvartal",
        "hoytidstillegg",
        "nivaaskift",
    },
    "regnskap": {
        "feil_periode",
        "dobbeltforing",
        "balanseforing",
        "manglende_leveranse",
        "uforklart",
        "helgeforskyvning",
        "nivaaskift",
    },
}


def for_maaned(maaned: date, utbetalt: date, **felt) -> Betaling:
    """A payment for a whole month."""
    return Betaling(maaned, siste_dag(maaned), utbetalt, **felt)


MARS, APRIL, MAI, JUNI = (date(2025, nr, 1) for nr in range(3, 7))
# Paid in June after a decision in June.
SENT = {"utbetalt": date(2025, 6, 12), "vedtatt": date(2025, 6, 9), "registrert": date(2025, 6, 10)}


@pytest.mark.parametrize(
    ("betalinger", "ventet"),
    [
        pytest.param(
            [for_maaned(MAI, date(2025, 4, 30))], [("2025-04", "helgeforskyvning", "2025-05", 1000)], id="helg"
        ),
        pytest.param([for_maaned(MAI, date(2025, 4, 29))], [("2025-04", "forskudd", "2025-05", 1000)], id="forskudd"),
        pytest.param(
            [Betaling(APRIL, siste_dag(JUNI), date(2025, 4, 3), 9100)],
            [("2025-04", "forskudd", "2025-05", 3100), ("2025-04", "forskudd", "2025-06", 3000)],
            id="forskudd for flere",
        ),
        pytest.param(
            [for_maaned(MAI, **SENT), for_maaned(MAI, **SENT, art="BOUTGIFT")],
            [("2025-06", "etterslep_vedtak", "2025-05", 2000)],
            id="etterslep",
        ),
        pytest.param(
            [for_maaned(MAI, date(2025, 5, 1)), for_maaned(MAI, **SENT, art="BOUTGIFT")],
            [("2025-06", "husleierestanse", "2025-05", 1000)],
            id="restanse, livsopphold i tide",
        ),
        pytest.param(
            [for_maaned(MAI, date(2025, 5, 1)), Betaling(MARS, siste_dag(MAI), **SENT, art="BOUTGIFT", belop=9200)],
            [
                ("2025-06", "husleierestanse", "2025-03", 3100),
                ("2025-06", "husleierestanse", "2025-04", 3000),
                ("2025-06", "husleierestanse", "2025-05", 3100),
            ],
            id="restanse i en linje",
        ),
        pytest.param(
            [for_maaned(MAI, date(2025, 6, 10), belop=-700)],
            [("2025-06", "tilbakeforing", "2025-05", -700)],
            id="tilbakeføring",
        ),
        pytest.param(
            [Betaling(APRIL, siste_dag(JUNI), date(2025, 6, 12), 9100, art="STROM")],
            [("2025-06", "strom_kvartal", "2025-04", 3000), ("2025-06", "strom_kvartal", "2025-05", 3100)],
            id="strøm",
        ),
        pytest.param(
            [Betaling(date(2025, 12, 7), date(2025, 12, 7), date(2025, 12, 7), art="HOYTID")],
            [("2025-12", "hoytidstillegg", None, 1000)],
            id="høytid",
        ),
        pytest.param(
            [for_maaned(MAI, date(2025, 6, 2), vedtatt=date(2025, 5, 28))],
            [("2025-06", "uforklart", "2025-05", 1000)],
            id="uforklart",
        ),
        pytest.param(
            [for_maaned(MAI, date(2025, 5, 2)), for_maaned(MAI, date(2025, 5, 2))],
            [("2025-05", "dobbeltforing", None, 1000)],
            id="dobbelt",
        ),
        pytest.param(
            [for_maaned(MAI, date(2025, 4, 29)), for_maaned(MAI, date(2025, 4, 29))],
            [("2025-04", "dobbeltforing", None, 1000), ("2025-04", "forskudd", "2025-05", 1000)],
            id="dobbelt og forskudd",
        ),
        pytest.param([for_maaned(MAI, date(2025, 5, 30))], [], id="i egen måned"),
    ],
)
def test_each_cause_is_told_by_its_own_evidence(betalinger, ventet):
    assert rader(funn(betalinger)) == ventet


def test_every_cause_of_the_contract_is_declared_and_none_else():
    serier = {
        serie: {rad["aarsak"] for rad in read_seed("avvik_aarsak") if rad["serie"] == serie} for serie in KONTRAKT
    }
    assert serier == KONTRAKT
    for serie in KONTRAKT:
        rekkefolge = [int(rad["rekkefolge"]) for rad in read_seed("avvik_aarsak") if rad["serie"] == serie]
        assert len(set(rekkefolge)) == len(rekkefolge)
    assert {rad["hoyeste_alvor"] for rad in read_seed("avvik_aarsak")} == {"INFO", "ADVARSEL", "FEIL"}
    assert all(rad["prove"] and rad["gjor"] and rad["mal"].endswith(".") for rad in read_seed("avvik_aarsak"))
    assert all(rad["kilde"] and rad["beskrivelse"] for rad in read_seed("avvik_terskel"))


@pytest.mark.parametrize(
    ("motpart", "utbetalt", "aarsak"),
    [
        (date(2025, 5, 1), date(2025, 4, 30), "helgeforskyvning"),  # 1 May, a Thursday
        (date(2025, 6, 1), date(2025, 5, 30), "helgeforskyvning"),  # a Sunday
        (date(2025, 3, 1), date(2025, 2, 28), "helgeforskyvning"),  # a Saturday
        (date(2025, 1, 1), date(2024, 12, 31), "helgeforskyvning"),  # New Year, over the turn of the year
        (date(2024, 4, 1), date(2024, 3, 27), "helgeforskyvning"),  # Easter Monday: from the Wednesday before
        (date(2024, 4, 1), date(2024, 3, 26), "forskudd"),  # a day too early
        (date(2025, 5, 1), date(2025, 4, 29), "forskudd"),
        (date(2025, 9, 1), date(2025, 8, 29), "forskudd"),  # a Monday the 1st is a working day
        (date(2025, 12, 1), date(2025, 11, 28), "forskudd"),  # a Monday in December: Christmas moves no 1st
        (date(2025, 7, 1), date(2025, 6, 30), "forskudd"),  # a Tuesday
        (date(2024, 6, 1), date(2024, 5, 16), "forskudd"),  # the day before 17 May moves no payday of the 1st
    ],
)
def test_a_payday_is_moved_by_weekends_and_public_holidays_only(motpart, utbetalt, aarsak):
    assert [rad[1] for rad in rader(funn([for_maaned(motpart, utbetalt)]))] == [aarsak]


@pytest.mark.parametrize(
    ("betalingsdag", "aarsak"),
    [
        (TERSKEL["helg_betalingsdag_senest"], "helgeforskyvning"),
        (TERSKEL["helg_betalingsdag_senest"] + 1, "forskudd"),
    ],
)
def test_only_a_municipality_that_pays_early_in_the_month_moves_its_payday(betalingsdag, aarsak):
    assert rader(funn([for_maaned(MAI, date(2025, 4, 30))], betalingsdag))[0][1] == aarsak


@pytest.mark.parametrize(("tidlig", "aarsak"), [(5, "helgeforskyvning"), (4, "forskudd")])
def test_a_tenth_of_the_payments_early_in_the_month_is_a_payday(tidlig, aarsak):
    assert TERSKEL["helg_betalingsdag_andel_pst"] == 100 * 5 / FASTE_MOTTAKERE
    con = ny_base()
    vanlige = [replace(b, utbetalt=b.utbetalt if b.person <= tidlig else b.utbetalt.replace(day=20)) for b in faste()]
    legg_inn(con, [*vanlige, for_maaned(MAI, date(2025, 4, 30))])
    assert rader(bygg(con))[0][1] == aarsak


@pytest.mark.parametrize(("dager", "aarsak"), [(0, "uforklart"), (1, "etterslep_vedtak")])
def test_a_decision_is_late_from_the_day_after_the_month(dager, aarsak):
    vedtatt = siste_dag(MAI) + (TERSKEL["etterslep_dager"] - 1 + dager) * EN_DAG
    assert rader(funn([for_maaned(MAI, date(2025, 6, 12), vedtatt=vedtatt)]))[0][1] == aarsak


@pytest.mark.parametrize(("registrert", "aarsak"), [(MAI, "uforklart"), (JUNI, "etterslep_vedtak")])
def test_without_a_decision_the_registration_tells(registrert, aarsak):
    betaling = for_maaned(MAI, date(2025, 6, 12), vedtatt=None, registrert=registrert)
    assert rader(funn([betaling]))[0][1] == aarsak


@pytest.mark.parametrize(("antall", "aarsak"), [(0, "etterslep_vedtak"), (1, "husleierestanse")])
def test_rent_alone_is_arrears_when_it_is_for_several_months(antall, aarsak):
    """Nothing else is seen of the person, so only the number of months can tell."""
    antall += TERSKEL["restanse_minste_maaneder"] - 1
    betalinger = [for_maaned(maaned, **SENT, art="BOUTGIFT") for maaned in (MAI, APRIL, MARS)[:antall]]
    assert {rad[1] for rad in rader(funn(betalinger))} == {aarsak}


@pytest.mark.parametrize(("over", "aarsaker"), [(0, {"strom_kvartal"}), (1, {"etterslep_vedtak"})])
def test_a_bill_for_electricity_may_come_two_months_after(over, aarsaker):
    utbetalt = siste_dag(MARS) + (TERSKEL["strom_dager"] + over) * EN_DAG
    betaling = Betaling(date(2025, 1, 1), siste_dag(MARS), utbetalt, art="STROM", vedtatt=utbetalt)
    assert {rad[1] for rad in rader(funn([betaling]))} == aarsaker


@pytest.mark.parametrize(("dager", "antall"), [(0, 0), (1, 1)])
def test_a_period_of_a_month_over_the_turn_of_a_month_is_no_finding(dager, antall):
    fom = date(2025, 4, 15)
    tom = fom + (TERSKEL["maanedsskifte_dager"] - 1 + dager) * EN_DAG
    assert len(rader(funn([Betaling(fom, tom, fom)]))) == antall


@pytest.mark.parametrize(("maaned", "antall"), [(11, 0), (12, 1)])
def test_the_supplement_is_known_in_december_only(maaned, antall):
    assert TERSKEL["hoytid_maaned"] == 12
    dag = date(2025, maaned, 7)
    assert len(rader(funn([Betaling(dag, dag, dag, art="HOYTID")]))) == antall


@pytest.mark.parametrize(
    ("terskel", "under", "fra"), [("advarsel_pst", "INFO", "ADVARSEL"), ("feil_pst", "ADVARSEL", "FEIL")]
)
def test_how_serious_follows_the_share_of_a_usual_month(terskel, under, fra):
    grense = Decimal(VANLIG_MAANED) * TERSKEL[terskel] / 100
    # An amount for August moves no median: 50 equal months stand around it.
    for belop, ventet in ((grense - 1, under), (grense, fra)):
        con = funn([for_maaned(date(2025, 8, 1), date(2025, 7, 10), belop=belop)])
        assert con.execute("select alvor from int_avvik_periodisering").fetchall() == [(ventet,)]


def test_a_finding_about_several_months_is_as_serious_as_all_of_it():
    belop = Decimal(VANLIG_MAANED) * TERSKEL["advarsel_pst"] / 100 / 2
    con = funn([for_maaned(maaned, **SENT, art="BOUTGIFT", belop=belop) for maaned in (APRIL, MAI)])
    assert con.execute("select distinct alvor, funnets_andel_pst from int_avvik_periodisering").fetchall() == [
        ("ADVARSEL", 3.0)
    ]


def test_a_moved_payday_is_never_a_fault_and_a_season_only_information():
    mye = VANLIG_MAANED
    con = funn(
        [
            for_maaned(MAI, date(2025, 4, 30), belop=mye),
            Betaling(APRIL, siste_dag(JUNI), date(2025, 6, 12), mye, art="STROM"),
            Betaling(date(2025, 12, 7), date(2025, 12, 7), date(2025, 12, 7), mye, art="HOYTID"),
        ]
    )
    svar = dict(con.execute("select distinct aarsak, alvor from int_avvik_periodisering").fetchall())
    assert svar == {"helgeforskyvning": "ADVARSEL", "strom_kvartal": "INFO", "hoytidstillegg": "INFO"}


def sent_for_mai(antall: int, belop: Decimal | int = 1500) -> list[Betaling]:
    return [for_maaned(MAI, **SENT, belop=belop, person=FORSTE_EGNE + nr) for nr in range(antall)]


def test_what_is_usual_is_the_median_of_a_year():
    """Twelve months back count, the thirteenth does not: where the year before was ten times as large."""
    con = ny_base()
    vindu = TERSKEL["normal_vindu_maaneder"]
    alle = maaneder()
    sist = alle[vindu + 5]
    egne = [b for b in faste() if b.person == 1]
    store = [replace(b, belop=20_000 if b.fom <= alle[5] else 2000) for b in egne]
    legg_inn(con, [*store, Betaling(sist, siste_dag(sist), alle[vindu + 4] + 10 * EN_DAG, 100)])
    con = bygg(con)
    ((pst,),) = con.execute("select andel_av_maaned_pst from int_avvik_periodisering").fetchall()
    assert pst == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("betalinger", "setning"),
    [
        (
            [for_maaned(MAI, date(2025, 4, 30), belop=1_324_999)],
            "I april 2025 ble 1,32 mill. kr av mai-utbetalingen utbetalt fordi 1. mai er helligdag.",
        ),
        (
            [for_maaned(JUNI, date(2025, 5, 30), belop=999_999)],
            "I mai 2025 ble 999\xa0999 kr av juni-utbetalingen utbetalt fordi 1. juni er søndag.",
        ),
        (
            [for_maaned(date(2024, 12, 1), date(2025, 1, 10), belop=1_000_000, vedtatt=date(2025, 1, 6))],
            "I januar 2025 ble 1,00 mill. kr utbetalt for desember 2024, der beløpet hører til, fordi vedtakene ble "
            "fattet etter at måneden var slutt.",
        ),
        (
            [for_maaned(MAI, date(2025, 6, 10), belop=Decimal("-700.50"))],
            "I juni 2025 ble 701 kr ført tilbake av det som var utbetalt for mai, der beløpet hører til.",
        ),
    ],
)
def test_the_sentence_names_month_amount_cause_and_where_the_money_belongs(betalinger, setning):
    assert funn(betalinger).execute("select forklaring from int_avvik_periodisering").fetchall() == [(setning,)]


def test_no_sentence_has_a_hole_in_it():
    con = ny_base()
    legg_inn(
        con,
        [
            *faste(),
            for_maaned(MAI, date(2025, 4, 30)),
            for_maaned(MAI, date(2025, 4, 10), person=2001),
            for_maaned(MAI, **SENT, person=2002),
            for_maaned(MAI, **SENT, art="BOUTGIFT", person=2003),
            for_maaned(APRIL, **SENT, art="BOUTGIFT", person=2003),
            for_maaned(MAI, date(2025, 6, 10), belop=-700, person=2004),
            Betaling(APRIL, siste_dag(JUNI), date(2025, 6, 12), art="STROM", person=2005),
            Betaling(date(2025, 12, 7), date(2025, 12, 7), date(2025, 12, 7), art="HOYTID", person=2006),
            for_maaned(MAI, date(2025, 6, 2), vedtatt=date(2025, 5, 28), person=2007),
            for_maaned(MAI, date(2025, 5, 2), person=2008),
            for_maaned(MAI, date(2025, 5, 2), person=2008),
        ],
    )
    con.execute("update int_leveranse_forventet set status = 'mangler' where maaned = date '2025-09-01'")
    for aarsak in ("balanseforing", "dobbeltforing", "feil_periode", "betalingsdato"):
        motpart = date(2025, 1, 1) if aarsak in ("feil_periode", "betalingsdato") else None
        con.execute(
            "insert into int_hovedbok_aarsak values (?, ?, ?, ?, 5000)", [KOMMUNE, date(2025, 2, 1), aarsak, motpart]
        )
    con.execute("insert into int_hovedbok values (?, date '2025-02-01'), (?, date '2025-04-01')", [KOMMUNE, KOMMUNE])
    con.executemany(
        "insert into int_avvik_serie values (?, ?, date '2023-05-01', ?, ?, 5000, 0.9)",
        [
            (KOMMUNE, "fagsystem", None, "nivaaskift"),
            (KOMMUNE, "regnskap", None, "nivaaskift"),
            (KOMMUNE, "regnskap", date(2023, 6, 1), "helgeforskyvning"),
        ],
    )
    setninger = bygg(con).execute("select serie, aarsak, forklaring from int_avvik_periodisering").fetchall()
    funnet = {serie: {rad[1] for rad in setninger if rad[0] == serie} for serie in KONTRAKT}
    assert funnet == KONTRAKT
    for _, _, setning in setninger:
        assert "{" not in setning
        assert "  " not in setning
        assert setning.endswith(".")
        # One sentence: a full stop that is followed by more stands in a date or after mill.
        assert not re.search(r"(?<![0-9])(?<!mill)[.] ", setning)


def test_a_missing_month_is_a_fault_and_never_an_amount():
    con = ny_base()
    legg_inn(con, faste())
    con.execute("update int_leveranse_forventet set status = 'mangler', rader = null where maaned = ?", [MAI])
    svar = bygg(con).execute("select forklaring, alvor, belop_nok, andel_av_maaned_pst from bi_avvik_periodisering")
    assert svar.fetchall() == [
        ("Utbetalingene for mai 2025 er ikke levert, og fristen var 6. juni 2025.", "FEIL", None, None)
    ]


VANLIG_ANTALL = 1200


@pytest.mark.parametrize(
    ("rader_", "alvor"), [(TERSKEL["nesten_tom_pst"] * 12, "INFO"), (TERSKEL["nesten_tom_pst"] * 12 - 1, "FEIL")]
)
def test_few_rows_are_information_and_hardly_any_a_fault(rader_, alvor):
    con = ny_base()
    legg_inn(con, faste())
    con.execute(
        "update int_leveranse_forventet set status = 'liten', rader = ?, vanlig_antall = ? where maaned = ?",
        [rader_, VANLIG_ANTALL, MAI],
    )
    svar = bygg(con).execute("select forklaring, alvor, belop_nok from bi_avvik_periodisering").fetchall()
    setning = f"Utbetalingene for mai 2025 har {rader_} rader, der 1\xa0200 er vanlig, så måneden er kanskje ikke hel."
    assert svar == [(setning, alvor, None)]


def kutt(con, siste: date) -> None:
    """Take out what was registered in a month after that day."""
    con.execute(
        "delete from int_fagsystem_utbetaling_i_kraft where registrert_dato > ? and registrert_dato <= ?",
        [siste, siste_dag(siste.replace(day=1))],
    )


def slutt(con) -> list[tuple]:
    """Return month and severity of every delivery that is not whole."""
    return bygg(con).execute("select maaned, alvor from int_avvik_periodisering order by maaned").fetchall()


@pytest.mark.parametrize(
    ("vanlig_antall", "alvor"), [(133, ["FEIL"]), (134, ["ADVARSEL"]), (400, ["ADVARSEL"]), (401, [])]
)
def test_a_month_that_stops_before_others_do_is_as_serious_as_what_comes_later_in_them(vanlig_antall, alvor):
    """Other months have 20 rows on their last day: of 400 it is 5 per cent, of 133 a little over 15."""
    assert (TERSKEL["hale_pst"], TERSKEL["feil_pst"]) == (5, 15)
    con = ny_base()
    legg_inn(con, faste())
    kutt(con, date(2025, 5, 30))
    con.execute(
        "update int_leveranse_forventet set rader = $1, vanlig_antall = $1 where maaned = $2", [vanlig_antall, MAI]
    )
    assert slutt(con) == [(MAI, ett) for ett in alvor]


def test_where_a_delivery_stops_is_told_with_what_is_missing():
    con = ny_base()
    legg_inn(con, faste())
    kutt(con, date(2025, 5, 10))
    assert bygg(con).execute("select forklaring, alvor, belop_nok from bi_avvik_periodisering").fetchall() == [
        (
            "Utbetalingene for mai 2025 slutter 10. mai 2025, og i andre måneder kommer minst 40 % av det vanlige "
            "etter det, så måneden er trolig ikke hel.",
            "FEIL",
            None,
        )
    ]


@pytest.mark.parametrize(("paa_slutten", "antall"), [(0, 1), (-1, 0)])
def test_a_few_rows_may_fail_to_come(paa_slutten, antall):
    """Rows at the end of every other month: as many as the threshold, and one fewer."""
    con = ny_base()
    legg_inn(con, faste())
    con.execute("delete from int_fagsystem_utbetaling_i_kraft where day(registrert_dato) > 10")
    for maaned in maaneder():
        if maaned != MAI:
            legg_inn_registrert(con, {siste_dag(maaned): TERSKEL["hale_minste_rader"] + paa_slutten})
    assert len(slutt(con)) == antall


@pytest.mark.parametrize(("for_mange", "antall"), [(0, 1), (1, 0)])
def test_a_few_months_of_the_year_before_may_have_stopped_early_too(for_mange, antall):
    con = ny_base()
    legg_inn(con, faste())
    for maaned in maaneder(date(2024, 8, 1), MAI)[: TERSKEL["hale_unntak_maaneder"] + for_mange]:
        con.execute(
            "update int_fagsystem_utbetaling_i_kraft set registrert_dato = ? where registrert_dato = ?",
            [maaned.replace(day=10), siste_dag(maaned)],
        )
    kutt(con, MAI.replace(day=10))
    assert len([rad for rad in slutt(con) if rad[0] == MAI]) == antall


@pytest.mark.parametrize("dag", [lambda m: virkedager(m)[-4], lambda m: m.replace(day=20)], ids=["fra slutten", "dag"])
def test_a_payday_that_easter_and_christmas_move_stops_no_month_early(dag):
    """The last registration is always as many working days before the end, or always the same day of the month."""
    con = ny_base()
    legg_inn(con, faste())
    for maaned in maaneder():
        con.execute(
            "update int_fagsystem_utbetaling_i_kraft set registrert_dato = ? where registrert_dato = ?",
            [dag(maaned), siste_dag(maaned)],
        )
    assert slutt(con) == []


@pytest.mark.parametrize(("dag", "funnet"), [(30, False), (29, True)])
def test_an_extract_made_before_the_last_working_day_is_not_of_the_whole_month(dag, funnet):
    """Friday 30 May 2025 is the last working day of the month; the 29th is Ascension Day."""
    assert TERSKEL["uttrekk_virkedager"] == 1
    con = ny_base()
    legg_inn(con, faste())
    con.execute(
        "update int_leveranse_forventet set uttrukket = ? where maaned = ?", [datetime(2025, 5, dag, 15, 30), MAI]
    )
    svar = bygg(con).execute("select maaned, alvor, forklaring from bi_avvik_periodisering").fetchall()
    setning = "Utbetalingene for mai 2025 er tatt ut 29. mai 2025, før måneden var slutt, så måneden er ikke hel."
    assert svar == ([(MAI, "FEIL", setning)] if funnet else [])


@pytest.mark.parametrize(("igjen", "funnet"), [(25, False), (24, True)])
def test_the_newest_month_is_held_against_the_month_before_alone(igjen, funnet):
    assert TERSKEL["mottakere_siste_pst"] == 100 * 25 / FASTE_MOTTAKERE
    siste = maaneder()[-1]
    con = ny_base()
    legg_inn(con, [b for b in faste() if b.fom != siste or b.person <= igjen])
    svar = bygg(con).execute("select maaned, alvor, forklaring from bi_avvik_periodisering").fetchall()
    setning = (
        "Utbetalingene for desember 2025 gjelder langt færre mottakere enn måneden før, så noen av dem er trolig ikke "
        "levert."
    )
    assert svar == ([(siste, "FEIL", setning)] if funnet else [])


def test_recipients_paid_in_the_month_before_are_missing_where_that_was_cut():
    """June is paid on the last day of May, and the delivery of May stops on the 10th."""
    con = ny_base()
    legg_inn(con, [b for b in faste() if b.fom != JUNI or b.person <= FASTE_MOTTAKERE // 2])
    kutt(con, MAI.replace(day=10))
    svar = bygg(con).execute("select maaned, forklaring from bi_avvik_periodisering order by maaned").fetchall()
    assert [rad[0] for rad in svar] == [MAI, JUNI]
    assert svar[1][1] == (
        "Utbetalingene for juni 2025 gjelder langt færre mottakere enn månedene før og etter, trolig fordi leveransen "
        "for måneden før ikke er hel."
    )


@pytest.mark.parametrize(("borte", "funnet"), [(12, False), (13, True)])
def test_recipients_who_leave_for_a_month_all_at_once_were_not_delivered(borte, funnet):
    """Of 50 recipients, 38 are 76 per cent and 37 are 74."""
    con = ny_base()
    legg_inn(con, [b for b in faste() if b.fom != MAI or b.person > borte])
    svar = bygg(con).execute("select maaned, aarsak, alvor, forklaring from bi_avvik_periodisering").fetchall()
    setning = (
        "Utbetalingene for mai 2025 gjelder langt færre mottakere enn månedene før og etter, så noen av dem er trolig "
        "ikke levert."
    )
    assert svar == ([(MAI, "manglende_leveranse", "FEIL", setning)] if funnet else [])


def test_recipients_who_leave_for_good_are_no_finding():
    con = ny_base()
    legg_inn(con, [b for b in faste() if b.fom < MAI or b.person > FASTE_MOTTAKERE // 2])
    assert rader(bygg(con)) == []


@pytest.mark.parametrize(("for_faa", "antall"), [(0, 1), (1, 0)])
def test_where_a_month_usually_ends_is_not_known_of_the_first_months(for_faa, antall):
    con = ny_base()
    legg_inn(con, faste())
    kutt(con, maaneder()[TERSKEL["hale_minste_maaneder"] - for_faa].replace(day=10))
    assert len(slutt(con)) == antall


def test_a_month_that_is_not_delivered_has_no_findings_of_its_own():
    con = ny_base()
    legg_inn(con, [*faste(), for_maaned(MAI, date(2025, 4, 30))])
    con.execute("delete from int_kommune_maaned where maaned = ?", [APRIL])
    assert rader(bygg(con)) == []


def test_a_month_delivered_twice_with_new_numbers_is_a_fault_and_told_in_kroner():
    """The same payments once more under other numbers: the second half is what is too much."""
    i_mai = [b for b in faste() if b.fom == MAI]
    con = ny_base()
    legg_inn(con, [*faste(), *i_mai])
    svar = bygg(con).execute("select maaned, aarsak, belop_nok, alvor from bi_avvik_periodisering").fetchall()
    assert svar == [(MAI, "dobbeltforing", Decimal(VANLIG_MAANED), "FEIL")]


@pytest.mark.parametrize(("antall", "vist"), [(2, 0), (3, 1)])
def test_a_finding_about_one_or_two_persons_is_not_published(antall, vist):
    con = funn(sent_for_mai(antall))
    assert con.execute("select count(*) from bi_avvik_periodisering").fetchone() == (vist,)
    svar = con.execute("select mottaker_antall, ikke_publisert from intern_avvik_periodisering").fetchall()
    assert svar == [(antall, None if vist else "faa_personer")]


def test_small_information_is_not_published():
    grense = Decimal(VANLIG_MAANED) * TERSKEL["publiser_info_pst"] / 100
    for belop, vist in ((grense / 4, 1), (grense / 4 - 1, 0)):
        con = funn([replace(b, belop=belop) for b in sent_for_mai(4)])
        assert con.execute("select count(*) from bi_avvik_periodisering").fetchone() == (vist,)


def skjul(con, maaned: date, grunnlag: str, celle: str) -> None:
    con.execute(
        "insert into int_skjerming_maaned values ('fct_utgift_maaned', ?, ?, ?, ?)", [KOMMUNE, maaned, grunnlag, celle]
    )


@pytest.mark.parametrize(("utenfor", "vist"), [(2, 0), (3, 1)])
def test_a_finding_does_not_tell_a_hidden_figure(utenfor, vist):
    """Rent in May is hidden; the finding tells it where fewer than three persons have rent in May outside it."""
    sene = [replace(b, art="BOUTGIFT") for b in sent_for_mai(5)]
    livsopphold = [for_maaned(MAI, MAI, person=b.person) for b in sene]
    andre = [for_maaned(MAI, MAI, art="BOUTGIFT", person=3000 + nr) for nr in range(utenfor)]
    con = ny_base()
    legg_inn(con, [*faste(), *sene, *livsopphold, *andre])
    skjul(con, MAI, "periodisert", "BOUTGIFT|BIDRAG")
    svar = bygg(con).execute("select aarsak, ikke_publisert from int_avvik_periodisering").fetchall()
    assert svar == [("husleierestanse", None if vist else "viser_skjult_tall")]


def test_a_finding_of_several_kinds_does_not_tell_what_each_of_them_is():
    sene = sent_for_mai(5)
    con = ny_base()
    legg_inn(con, [*faste(), *sene, *(replace(b, art="BOUTGIFT") for b in sene)])
    skjul(con, MAI, "periodisert", "BOUTGIFT|BIDRAG")
    assert bygg(con).execute("select ikke_publisert from int_avvik_periodisering").fetchall() == [(None,)]


@pytest.mark.parametrize(("belop", "vist"), [(2999, 0), (3000, 1)])
def test_a_ledger_finding_below_what_three_persons_get_is_not_published(belop, vist):
    con = ny_base()
    legg_inn(con, [replace(b, belop=1000) for b in faste()])
    con.execute("insert into int_hovedbok_aarsak values (?, ?, 'feil_periode', ?, ?)", [KOMMUNE, MAI, APRIL, belop])
    con.execute("insert into int_utgift_regnskap values (?, ?, 50000)", [KOMMUNE, MAI])
    svar = bygg(con).execute("select aarsak, belop_nok from bi_avvik_periodisering").fetchall()
    assert svar == [("feil_periode", belop)] * vist


def test_the_share_of_a_ledger_finding_is_of_the_ledgers_own_months():
    con = ny_base()
    legg_inn(con, faste())
    con.execute("insert into int_utgift_regnskap select ?, maaned, 200000 from int_kommune_maaned", [KOMMUNE])
    con.execute("insert into int_hovedbok_aarsak values (?, ?, 'dobbeltforing', null, 20000)", [KOMMUNE, MAI])
    svar = bygg(con).execute("select serie, andel_av_maaned_pst, alvor from bi_avvik_periodisering").fetchall()
    assert svar == [("regnskap", 10.0, "ADVARSEL")]


ELDRE = date(2023, 5, 1)
"""A month before the first that is delivered, known by its sum alone."""


def fra_summer(*avvik, mottakere=100):
    """Build with findings of month sums: (serie, maaned, motpart_maaned, type, kroner)."""
    con = ny_base()
    legg_inn(con, faste())
    con.executemany(
        "insert into int_avvik_serie values (?, ?, ?, ?, ?, ?, 0.87)",
        [(KOMMUNE, serie, maaned, motpart, type_, belop) for serie, maaned, motpart, type_, belop in avvik],
    )
    con.executemany(
        "insert into int_maanedsserie values (?, 'fagsystem', ?, 200000, ?, false)",
        [(KOMMUNE, maaned, mottakere) for maaned in maaneder(date(2023, 1, 1), date(2023, 12, 1))],
    )
    return bygg(con)


@pytest.mark.parametrize(
    ("type_", "motpart", "belop", "ventet"),
    [
        (
            "helgeforskyvning",
            date(2023, 6, 1),
            50000,
            (
                "helgeforskyvning",
                "ADVARSEL",
                "Ut fra månedssummene alene er 50\xa0000 kr av juni-utbetalingen betalt i mai 2023, for betalingsdagen "
                "falt på en fridag (tillit 87 %).",
            ),
        ),
        (
            "forskyvning",
            date(2023, 4, 1),
            50000,
            (
                "uforklart",
                "ADVARSEL",
                "Ut fra månedssummene alene står 50\xa0000 kr i mai 2023 som hører til april, men summene viser ikke "
                "hvorfor (tillit 87 %).",
            ),
        ),
        (
            "enkelttopp",
            None,
            -50000,
            (
                "uforklart",
                "ADVARSEL",
                "Ut fra månedssummene alene er mai 2023 50\xa0000 kr for lav, og summene viser ikke hvor resten er "
                "(tillit 87 %).",
            ),
        ),
        (
            "manglende_maaned",
            None,
            -200000,
            (
                "manglende_leveranse",
                "ADVARSEL",
                "Ut fra månedssummene alene mangler 200\xa0000 kr i mai 2023, og pengene kom ikke siden (tillit 87 %).",
            ),
        ),
        (
            "nivaaskift",
            None,
            50000,
            (
                "nivaaskift",
                "INFO",
                "Fra og med mai 2023 er månedssummen 50\xa0000 kr høyere enn før, og det er et nytt nivå og ingen feil "
                "(tillit 87 %).",
            ),
        ),
    ],
)
def test_a_month_known_by_its_sum_is_told_as_such_and_never_as_a_fault_for_certain(type_, motpart, belop, ventet):
    con = fra_summer(("fagsystem", ELDRE, motpart, type_, belop))
    svar = con.execute(
        "select aarsak, alvor, forklaring, motpart_maaned, andel_av_maaned_pst from bi_avvik_periodisering"
    ).fetchall()
    assert svar == [(*ventet, motpart, belop / 2000)]


@pytest.mark.parametrize(("belop", "vist"), [(5999, False), (6000, True)])
def test_a_sum_that_may_be_of_two_persons_is_not_published(belop, vist):
    con = fra_summer(("fagsystem", ELDRE, None, "enkelttopp", belop))
    assert con.execute("select ikke_publisert from int_avvik_periodisering").fetchall() == [
        (None if vist else "faa_personer",)
    ]


def test_sums_are_silent_where_rows_have_spoken():
    con = ny_base()
    legg_inn(con, faste())
    con.execute("insert into int_hovedbok_aarsak values (?, ?, 'feil_periode', ?, 20000)", [KOMMUNE, MAI, APRIL])
    con.execute("insert into int_utgift_regnskap select ?, maaned, 200000 from int_kommune_maaned", [KOMMUNE])
    con.executemany(
        "insert into int_avvik_serie values (?, 'regnskap', ?, ?, 'forskyvning', 21000, 0.9)",
        [(KOMMUNE, MAI, APRIL), (KOMMUNE, JUNI, MAI)],
    )
    svar = bygg(con).execute("select maaned, aarsak, belop_nok from bi_avvik_periodisering order by all").fetchall()
    assert svar == [(MAI, "feil_periode", 20000), (JUNI, "uforklart", 21000)]


def test_the_guide_tells_each_cause_with_its_test_and_each_threshold_with_its_reason():
    guide = (ROOT / "docs" / "periodisering.md").read_text(encoding="utf-8")
    for rad in read_seed("avvik_aarsak"):
        celler = (f"`{rad['aarsak']}`", rad["navn"], rad["prove"], rad["hoyeste_alvor"], rad["gjor"])
        assert f"| {' | '.join(celler)} |" in guide
    for rad in read_seed("avvik_terskel"):
        linje = next(
            linje for linje in guide.splitlines() if linje.startswith(f"| `{rad['terskel_id']}` | {rad['verdi']} ")
        )
        assert linje.endswith(f"| {rad['beskrivelse']} | {rad['kilde']} |")
