"""The contents of the monthly report on small databases, worked out by hand."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.feil import Brukerfeil
from dagster_project.kalender import flytt_maaned
from dagster_project.rapport.innhold import Alvor, Avsnitt, Definisjon, Figur, Maalt, Punkter, Seksjon, Tabell, Tomt
from dagster_project.rapport.seksjoner import lag_intern_seksjon, lag_rapport
from dagster_project.rapport.seksjoner.definisjoner import lenker
from dagster_project.rapport.seksjoner.felles import (
    Kontekst,
    andel_pst,
    differanse,
    endring_pst,
    mer_enn,
    parameter,
    snitt,
    sum_av,
)
from dagster_project.rapport.seksjoner.nytt import maa_ses_paa
from dagster_project.rapport.tall import Publisert
from dagster_project.seeds import read_seed
from tests.rapportbase import (
    ANNEN,
    NUMMER,
    blokker,
    definisjon,
    indikator,
    lag_base,
    nokkeltall,
    tabeller,
    tekster,
    utbetalt,
)

NAA, FOR, FJOR = date(2026, 3, 1), date(2026, 2, 1), date(2025, 3, 1)


@pytest.fixture
def lag(tmp_path):
    """Return a maker of published databases."""

    def lag_en(**rader) -> Publisert:
        return Publisert(lag_base(tmp_path / "stonad.duckdb", **rader))

    return lag_en


def rapport(publisert: Publisert, maaned: date = NAA, nummer: str = NUMMER):
    return lag_rapport(publisert, nummer, maaned)


def finn(setninger: list[str], bit: str) -> str:
    """Return the one sentence with the words in it."""
    treff = [setning for setning in setninger if bit in setning]
    assert len(treff) == 1, setninger
    return treff[0]


# What may be computed


TALL = st.one_of(st.decimals(-1000, 1000, places=2), st.sampled_from([Tomt.SKJULT, Tomt.UKJENT]))


@given(st.lists(TALL, max_size=5))
def test_a_sum_is_never_made_of_what_is_not_shown(verdier):
    if Tomt.SKJULT in verdier:
        assert sum_av(verdier) is Tomt.SKJULT
    elif Tomt.UKJENT in verdier:
        assert sum_av(verdier) is Tomt.UKJENT
    else:
        assert sum_av(verdier) == sum(verdier)


@given(TALL, TALL)
def test_a_difference_or_percent_is_never_made_of_what_is_not_shown(ny, gammel):
    if isinstance(ny, Tomt) or isinstance(gammel, Tomt):
        assert isinstance(differanse(ny, gammel), Tomt)
        assert endring_pst(ny, gammel) is andel_pst(ny, gammel) is Tomt.UKJENT
    else:
        assert differanse(ny, gammel) == ny - gammel
        assert isinstance(endring_pst(ny, gammel), Tomt) == (gammel <= 0)


def test_a_mean_is_of_whole_sets_of_months_only():
    serie = {NAA: Decimal(3), FOR: Decimal(6), flytt_maaned(NAA, -2): Decimal(9), flytt_maaned(NAA, -3): Tomt.SKJULT}
    assert snitt(serie, [NAA, FOR, flytt_maaned(NAA, 1), flytt_maaned(NAA, -4)]) == {
        NAA: Decimal(6),
        FOR: Tomt.SKJULT,
        flytt_maaned(NAA, 1): Tomt.UKJENT,
        flytt_maaned(NAA, -4): Tomt.UKJENT,
    }


def test_a_month_is_moved_over_the_turn_of_the_year():
    assert flytt_maaned(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert flytt_maaned(date(2025, 12, 1), 1) == date(2026, 1, 1)


def test_a_change_that_rounds_to_nothing_is_not_called_more():
    assert mer_enn(Decimal("0.05"), "mars").startswith("0,1")
    assert mer_enn(Decimal("0.04"), "mars") == mer_enn(Decimal("-0.04"), "mars") == "om lag det samme som i mars"


# What has changed


def endring(lag, kontant: int, periodisert: int) -> str:
    publisert = lag(ind_utbetaling_per_mottaker=[*utbetalt(FOR, 100_000), *utbetalt(NAA, kontant, periodisert)])
    return finn(tekster(rapport(publisert), "nytt"), "enn i februar 2026")


def test_payments_that_moved_without_the_need_are_not_called_a_change(lag):
    setning = endring(lag, 112_000, 104_900)
    assert setning.startswith("Det ble utbetalt 112 000 kr i mars 2026, 12,0 % mer enn i februar 2026 (100 000 kr).")
    assert "er endret med +4,9 %, som er lite. Forskjellen er mest når pengene ble utbetalt" in setning


def test_payments_that_moved_with_the_need_are(lag):
    assert "er endret med +7,1 %, så behovet er også endret." in endring(lag, 112_000, 107_100)


def test_payments_that_moved_more_or_less_than_the_need(lag, tmp_path):
    assert "er endret med +7,0 %. Behovet er altså endret mindre enn utbetalingene" in endring(lag, 112_000, 107_000)
    (tmp_path / "stonad.duckdb").unlink()
    assert "er endret med +17,0 %. Behovet er altså endret mer enn utbetalingene" in endring(lag, 112_000, 117_000)


def test_payments_that_moved_against_the_need(lag):
    assert "er endret med −5,0 %, altså den andre veien" in endring(lag, 112_000, 95_000)


def test_a_need_that_moved_without_the_payments(lag):
    assert "er endret med +5,0 %, mer enn det utbetalingene viser." in endring(lag, 104_900, 105_000)


def test_nothing_moved(lag):
    assert "er endret med +4,9 %. Begge er om lag uendret." in endring(lag, 104_900, 104_900)


def test_payments_of_a_hidden_month_are_not_compared(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=[
            *utbetalt(FOR, None, antall=None, skjermet=True),
            *utbetalt(NAA, 100_000),
        ]
    )
    ferdig = rapport(publisert)
    assert not [setning for setning in tekster(ferdig) if "Det ble utbetalt" in setning]
    rad = tabeller(ferdig)["utbetaling-maaned"].rader[0]
    assert rad[1:4] == (Maalt(100_000, rad[1].slag), Tomt.SKJULT, Tomt.SKJULT)


@pytest.mark.parametrize(("etter", "umoden"), [(2, True), (3, False)])
def test_the_last_months_can_still_grow(lag, etter, umoden):
    rader = [rad for nummer in range(-1, etter + 1) for rad in utbetalt(flytt_maaned(NAA, nummer), 100_000 + nummer)]
    setning = finn(tekster(rapport(lag(ind_utbetaling_per_mottaker=rader)), "nytt"), "i februar 2026")
    assert ("sene vedtak" in setning) == umoden
    assert parameter("umodne_maaneder") == 3


@pytest.mark.parametrize(("antall", "ord_"), [(22, "om lag som i"), (23, "3 flere enn i")])
def test_few_persons_are_no_change_however_many_percent(lag, antall, ord_):
    publisert = lag(
        ind_utbetaling_per_mottaker=[*utbetalt(FOR, 1), *utbetalt(NAA, 1)],
        ind_maaned=[indikator(FOR, "mottakere", 20), indikator(NAA, "mottakere", antall)],
        maanedsindikator=[definisjon("mottakere")],
    )
    assert ord_ in finn(tekster(rapport(publisert), "mottakere"), "personer fikk utbetalt")


@pytest.mark.parametrize(("antall", "ord_"), [(104, "om lag som i"), (105, "5 flere enn i"), (95, "5 færre enn i")])
def test_a_small_percent_is_no_change_however_many_persons(lag, antall, ord_):
    publisert = lag(
        ind_utbetaling_per_mottaker=[*utbetalt(FOR, 1), *utbetalt(NAA, 1)],
        ind_maaned=[indikator(FOR, "mottakere", 100), indikator(NAA, "mottakere", antall)],
        maanedsindikator=[definisjon("mottakere")],
    )
    assert ord_ in finn(tekster(rapport(publisert), "mottakere"), "personer fikk utbetalt")


def test_the_year_so_far_needs_every_month(lag):
    alle = [
        rad for nummer in range(1, 4) for aar in (2025, 2026) for rad in utbetalt(date(aar, nummer, 1), 1000 * nummer)
    ]
    hele = rapport(lag(ind_utbetaling_per_mottaker=alle))
    assert tabeller(hele)["utbetaling-maaned"].rader[-1][1].verdi == 6000
    assert "om lag det samme som i de samme månedene i 2025" in finn(tekster(hele, "nytt"), "Fra januar")


def test_the_year_so_far_is_unknown_when_a_month_is(lag):
    uten = [rad for nummer in (1, 3) for rad in utbetalt(date(2026, nummer, 1), 1000)]
    assert tabeller(rapport(lag(ind_utbetaling_per_mottaker=uten)))["utbetaling-maaned"].rader[-1][1] is Tomt.UKJENT


def test_the_big_numbers_say_when_last_year_is_hidden_or_was_none(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 100_000),
        ind_maaned=[
            indikator(NAA, "mottakere", 10),
            indikator(FJOR, "mottakere", None, skjermet=True),
            indikator(NAA, "mottakere", None, "under_30", skjermet=True),
            indikator(FJOR, "mottakere", 0, "under_30"),
        ],
        maanedsindikator=[definisjon("mottakere")],
    )
    tall = nokkeltall(rapport(publisert))
    assert tall["Mottakere"][0].verdi == 10
    assert tall["Mottakere"][1] == "skjult i mars 2025"
    assert tall["Mottakere under 30 år"] == (Tomt.SKJULT, "0 i mars 2025")
    assert tall["Utbetalt (kontant)"][1] == "ikke kjent i mars 2025"


def test_the_art_that_changed_most_is_of_what_is_shown(lag):
    def art(maaned, stonadsart, belop, skjermet=False):
        return {
            "kommunenummer": NUMMER,
            "maaned": maaned,
            "grunnlag": "periodisert",
            "stonadsart": stonadsart,
            "stonadsform": "BIDRAG",
            "belop_nok": belop,
            "skjermet": skjermet,
        }

    publisert = lag(
        ind_utbetaling_per_mottaker=[*utbetalt(FJOR, 10_000), *utbetalt(NAA, 10_000)],
        fct_utgift_maaned=[
            art(FJOR, "LIVSOPPHOLD", 4000),
            art(NAA, "LIVSOPPHOLD", 4400),
            art(FJOR, "BOUTGIFT", None, skjermet=True),
            art(NAA, "BOUTGIFT", 5000),
            # No row last year: the month is published, so there was none of it.
            art(NAA, "STROM", 300),
        ],
    )
    setning = finn(tekster(rapport(publisert), "nytt"), "Mest endret")
    assert (
        setning
        == "Mest endret på ett år er livsopphold: opp 400 kr (+10,0 %) til 4 400 kr i stønad som gjelder måneden."
    )


def test_nothing_in_the_report_gives_a_hidden_number_away(lag):
    def art(stonadsart, belop, grunnlag="kontant"):
        return {
            "kommunenummer": NUMMER,
            "maaned": NAA,
            "grunnlag": grunnlag,
            "stonadsart": stonadsart,
            "stonadsform": "BIDRAG",
            "belop_nok": belop,
            "mottaker_antall": None,
            "skjermet": belop is None,
        }

    # What is hidden is 40 003 kr of housing, and 187 persons aged 18 to 24 with 31 469 kr.
    publisert = lag(
        ind_utbetaling_per_mottaker=[
            *utbetalt(NAA, 100_003, antall=500),
            *utbetalt(NAA, 68_534, antall=313, populasjon="25_66"),
            *utbetalt(NAA, None, antall=None, populasjon="18_24", skjermet=True),
        ],
        fct_utgift_maaned=[
            art(stonadsart, belop, grunnlag)
            for grunnlag in ("kontant", "periodisert", "regnskap", "regnskap_rettet")
            for stonadsart, belop in (("LIVSOPPHOLD", 60_000), ("BOUTGIFT", None))
        ],
        ind_maaned=[
            indikator(NAA, "mottakere", 500),
            indikator(NAA, "mottakere", 313, "25_66"),
            indikator(NAA, "mottakere", None, "18_24", skjermet=True),
        ],
        maanedsindikator=[definisjon("mottakere")],
    )
    ferdig = rapport(publisert)
    celler = [bare for tabell in tabeller(ferdig).values() for rad in tabell.rader for bare in map(uten_slag, rad)]
    assert {500, 313, Decimal(100_003), Decimal(60_000)} <= set(celler)
    assert Tomt.SKJULT in celler
    tall = [celle for celle in celler if isinstance(celle, (int, float, Decimal))]
    assert not [ett for ett in tall if any(abs(abs(ett) - skjult) < 1 for skjult in (40_003, 187, 31_469))]
    assert not [tekst for tekst in tekster(ferdig) if "40 003" in tekst or "187" in tekst or "31 469" in tekst]


def uten_slag(celle):
    return celle.verdi if isinstance(celle, Maalt) else celle


# What must be looked at


def maa(publisert: Publisert, maaned: date = NAA) -> list[str]:
    return [
        punkt.tekst.replace("\N{NO-BREAK SPACE}", " ") for punkt in maa_ses_paa(Kontekst(publisert, NUMMER, maaned))
    ]


def funn(maaned: date, aarsak: str = "forskudd", alvor: str = "ADVARSEL", **andre) -> dict:
    return {
        "kommunenummer": NUMMER,
        "maaned": maaned,
        "serie": "fagsystem",
        "aarsak": aarsak,
        "motpart_maaned": flytt_maaned(maaned, 1),
        "belop_nok": 1000,
        "andel_av_maaned_pst": 4.0,
        "alvor": alvor,
        "forklaring": f"Forklaring {maaned:%Y-%m} {aarsak}.",
        **andre,
    }


def test_nothing_to_look_at_is_said(lag):
    assert maa(lag(ind_utbetaling_per_mottaker=utbetalt(NAA, 1))) == ["Ingenting må følges opp denne måneden."]


def test_open_findings_come_first_and_accepted_ones_and_info_not_at_all(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1),
        avvik_periodisering=[
            funn(NAA, "forskudd"),
            funn(NAA, "uforklart", "FEIL"),
            funn(NAA, "tilbakeforing", kvittert=True, kvittert_av="Kari", kvittert_tekst="Riktig"),
            funn(NAA, "strom_kvartal", "INFO"),
        ],
    )
    setninger = maa(publisert)
    assert [setning.split(".")[0] for setning in setninger] == [
        "Forklaring 2026-03 uforklart",
        "Forklaring 2026-03 forskudd",
    ]
    assert "Hva du gjør: " in setninger[0]
    rader = tabeller(rapport(publisert))["periodisering-funn"].rader
    assert {(rad[6], rad[7], rad[8]) for rad in rader} == {(False, "", ""), (True, "Kari", "Riktig")}


def test_one_finding_of_many_months_is_one_sentence(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1),
        avvik_periodisering=[
            funn(NAA, "husleierestanse", "FEIL", motpart_maaned=date(2026, nummer, 1), belop_nok=100)
            for nummer in (1, 2)
        ],
    )
    assert maa(publisert)[0].startswith(
        "Husleierestanser gjort opp samlet i mars 2026: 200 kr som hører til i januar og februar 2026."
    )


AARSAKER = ("dobbeltforing", "tilbakeforing", "helgeforskyvning", "forskudd", "husleierestanse", "uforklart")


@pytest.mark.parametrize("antall", [5, 6])
def test_many_findings_are_counted_after_the_first(lag, antall):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1),
        avvik_periodisering=[funn(NAA, aarsak) for aarsak in AARSAKER[:antall]],
    )
    setninger = maa(publisert)
    assert len(setninger) == antall
    assert ("1 funn til i måneden er ikke kvittert." in setninger) == (antall > parameter("funn_i_toppen"))


@pytest.mark.parametrize(("siden", "med"), [(11, True), (12, False)])
def test_older_findings_are_counted_for_a_year(lag, siden, med):
    maaned = flytt_maaned(NAA, -siden)
    publisert = lag(
        ind_utbetaling_per_mottaker=[rad for nr in range(-siden, 1) for rad in utbetalt(flytt_maaned(NAA, nr), 1)],
        avvik_periodisering=[funn(maaned, "uforklart", "FEIL")],
    )
    assert (
        maa(publisert)[0].startswith("1 funn fra de 11 månedene før er ikke kvittert ut (1 FEIL, 0 ADVARSEL).") == med
    )
    assert ("periodisering-funn" in tabeller(rapport(publisert))) == med
    figur = next(
        b for b in blokker(rapport(publisert)) if isinstance(b, Figur) and b.id == "figur-periodisering-serier"
    )
    assert figur.merker == ((maaned, "Årsaken er ikke funnet"),)


def test_a_finding_after_the_month_is_not_in_its_report(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=[*utbetalt(FOR, 1), *utbetalt(NAA, 1)], avvik_periodisering=[funn(NAA, "uforklart")]
    )
    assert maa(publisert, FOR) == ["Ingenting må følges opp denne måneden."]


def fil(objekt: str, maaned: date, **andre) -> dict:
    return {
        "leveranse_id": f"{objekt}{maaned:%Y%m}{len(andre)}",
        "kommunenummer": NUMMER,
        "kilde": "fagsystem",
        "objekt": objekt,
        "filnavn": f"{objekt}.csv",
        "fra": maaned,
        "til": date.fromordinal(flytt_maaned(maaned, 1).toordinal() - 1),
        "mottatt": datetime(2026, 11, 2, 6),
        "rader_lest": 10,
        "rader_godtatt": 10,
        "rader_karantene": 0,
        "rader_sumlinje": 0,
        "status": "godtatt",
        **andre,
    }


def test_what_used_to_be_delivered_and_is_not_is_missed(lag):
    betalt = [*utbetalt(FOR, 1), *utbetalt(NAA, 1)]
    publisert = lag(
        ind_utbetaling_per_mottaker=betalt,
        leveranse=[fil("utbetaling", FOR), fil("vedtak", FOR), fil("utbetaling", NAA)],
    )
    assert maa(publisert) == ["Vedtakene fra fagsystemet er ikke levert for mars 2026."]
    assert maa(publisert, FOR) == ["Ingenting må følges opp denne måneden."]


def test_rows_laid_aside_and_refused_files_are_told_unless_replaced(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1),
        leveranse=[
            fil("vedtak", NAA, rader_karantene=1, rader_godtatt=9),
            fil("mottaker", NAA, leveranse_id="gammel", rader_karantene=2),
            fil("mottaker", NAA, leveranse_id="ny", erstatter_leveranse_id="gammel"),
            fil("utbetaling", NAA, status="avvist", rader_godtatt=0),
        ],
    )
    assert maa(publisert) == [
        "utbetaling.csv ble avvist og er ikke med i tallene.",
        "1 rad i vedtak.csv er lagt til side og er ikke med i tallene. Se «stonad karantene».",
    ]
    rader = tabeller(rapport(publisert))["leveranser-maaned"].rader
    assert [rad[-1] for rad in rader] == ["erstattet", "godtatt", "avvist", "godtatt"]
    assert "4 filer gjelder mars 2026. Av 40 rader er 29 godtatt, 3 lagt til side og 0 sumlinjer." in tekster(
        rapport(publisert), "leveranser"
    )


def test_a_hole_between_months_is_told(lag):
    publisert = lag(ind_utbetaling_per_mottaker=[*utbetalt(date(2026, 1, 1), 1), *utbetalt(NAA, 1)])
    assert maa(publisert) == ["Utbetalingene er ikke levert for februar 2026. Lever det som mangler."]


def test_a_month_held_back_is_told_in_the_newest_report(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=[*utbetalt(FOR, 1), *utbetalt(NAA, 1)],
        tilbakeholdt=[{"kommunenummer": NUMMER, "maaned": flytt_maaned(NAA, 1), "forklaring": "Se på forskuddene."}],
    )
    assert maa(publisert) == ["April 2026 er holdt tilbake. Se på forskuddene."]
    assert maa(publisert, FOR) == ["Ingenting må følges opp denne måneden."]


@pytest.mark.parametrize(("avvik", "alvor"), [(2.9, Alvor.INFO), (3.0, Alvor.VARSEL), (-9.0, Alvor.INFO)])
def test_an_expected_overspend_is_warned_of(lag, avvik, alvor):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1),
        budsjett_maaned=[
            {
                "kommunenummer": NUMMER,
                "maaned": NAA,
                "omraade": "281",
                "regnskap_hittil_nok": 300,
                "budsjett_hittil_nok": 250,
                "avvik_hittil_pst": 20.0,
                "budsjett_aar_nok": 1000,
                "prognose_aar_nok": 1000 + 10 * avvik,
                "prognose_lav_nok": 900,
                "prognose_hoy_nok": 1200,
                "avvik_prognose_pst": avvik,
            }
        ],
    )
    ferdig = rapport(publisert)
    punkt = next(b for b in blokker(ferdig, "budsjett") if isinstance(b, Punkter)).punkter[0]
    assert punkt.alvor is alvor
    assert ("brukt 300 kr" in maa(publisert)[0]) == (alvor is Alvor.VARSEL)
    prognose = Decimal(str(1000 + 10 * avvik))
    rad = tabeller(ferdig)["budsjett-maaned"].rader[0]
    assert rad == ("Ytelse til livsopphold (281)", 300, 250, 20.0, 1000, prognose, 900, 1200, avvik)
    assert [rad[2] for rad in tabeller(ferdig)["budsjett-hittil"].rader if rad[0] == NAA] == [300, 250]
    assert "i ni av ti tilfeller mellom 900 kr og 1 200 kr" in punkt.tekst.replace("\N{NO-BREAK SPACE}", " ")
    assert nokkeltall(ferdig)["Prognose mot budsjett, livsopphold"][0].verdi == avvik


def avstemt(uforklart, fra=1000) -> list[dict]:
    return [
        {
            "kommunenummer": NUMMER,
            "maaned": NAA,
            "fra_kilde": "fagsystem",
            "til_kilde": "hovedbok",
            "stonadsform": "ALLE",
            "aarsak": aarsak,
            "belop_nok": belop,
        }
        for aarsak, belop in (("fra", fra), ("avrunding", 1), ("uforklart", uforklart), ("til", fra + 1 + uforklart))
    ]


@pytest.mark.parametrize(
    ("uforklart", "alvor"), [("4.99", Alvor.INFO), ("5", Alvor.VARSEL), ("-5", Alvor.VARSEL), ("0", Alvor.BRA)]
)
def test_what_is_not_explained_is_warned_of_from_the_declared_share(lag, uforklart, alvor):
    publisert = lag(ind_utbetaling_per_mottaker=utbetalt(NAA, 1000), avstemming=avstemt(Decimal(uforklart)))
    ferdig = rapport(publisert)
    punkt = next(b for b in blokker(ferdig, "avstemming") if isinstance(b, Punkter)).punkter[0]
    assert punkt.alvor is alvor
    assert ("uforklart i mars 2026" in maa(publisert)[0]) == (alvor is not Alvor.BRA)
    vei = [rad[1] for rad in tabeller(ferdig)["avstemming-fagsystem-hovedbok"].rader]
    assert [rad[2] for rad in tabeller(ferdig)["avstemming-fagsystem-hovedbok"].rader][:2] == ["", "Ingenting."]
    assert sum(vei[:-1]) == vei[-1]
    tolv = tabeller(ferdig)["avstemming-tolv"].rader
    assert len(tolv) == parameter("avstemming_maaneder")
    assert tolv[0][:4] == (NAA, Decimal(1000), Decimal(1001) + Decimal(uforklart), Decimal(uforklart))
    assert tolv[1][1:] == (Tomt.UKJENT,) * 7


@pytest.mark.parametrize(("aar", "med"), [(2024, False), (2025, True)])
def test_what_is_not_explained_of_last_year_is_warned_of(lag, aar, med):
    rader = [
        {**rad, "fra_kilde": "11CF", "stonadsform": "KVP", "maaned": date(aar, 12, 1)} for rad in avstemt(Decimal(-300))
    ]
    publisert = lag(ind_utbetaling_per_mottaker=[*utbetalt(date(aar, 12, 1), 1), *utbetalt(NAA, 1)], avstemming=rader)
    setning = (
        f"300 kr av forskjellen mellom KOSTRA 11CF og hovedboken er uforklart i {aar} (30,0 % av det KOSTRA 11CF har)."
    )
    assert (setning in maa(publisert)) == med
    assert setning in tekster(rapport(publisert), "avstemming")


# KOSTRA


def kostra(nummer: str, aar: int, indikator_id: str, verdi, skjermet: bool = False) -> dict:
    return {
        "kommunenummer": nummer,
        "rapporteringsaar": aar,
        "indikator_id": indikator_id,
        "verdi": verdi,
        "enhet": "kr",
        "status": "endelig",
        "skjermet": skjermet,
    }


def test_a_municipality_with_kostra_alone_has_a_report_of_its_years(lag):
    publisert = lag(
        ind_kostra=[
            kostra(NUMMER, 2024, "stonad_per_mottaker", 100.0),
            kostra(NUMMER, 2025, "stonad_per_mottaker", 110.0),
            kostra(ANNEN, 2025, "stonad_per_mottaker", 220.0),
        ],
        indikator=[definisjon("stonad_per_mottaker", "kr")],
    )
    assert publisert.maaneder(NUMMER) == (date(2024, 12, 1), date(2025, 12, 1))
    ferdig = rapport(publisert, date(2025, 12, 1))
    rad = tabeller(ferdig)["kostra-utvalg"].rader[0]
    assert [verdi.verdi for verdi in rad[2:5]] == [110, 100, 10]
    assert rad[5] == 10
    assert [verdi.verdi for verdi in tabeller(ferdig)["kostra-kommuner"].rader[0][1:]] == [110, 220, 220]
    assert tabeller(ferdig)["kostra-mot-andre"].rader == (("Stonad per mottaker", 50),)
    assert "Stonad per mottaker: 110 kr i 2025, opp 10,0 % fra 100 kr i 2024." in tekster(ferdig, "kostra")
    avsnitt = [b.tekst for b in blokker(ferdig) if isinstance(b, Avsnitt)]
    assert sum("Lever" in tekst for tekst in avsnitt) >= 6
    assert not nokkeltall(ferdig)


@pytest.mark.parametrize(("maaned", "aar"), [(date(2025, 11, 1), 2024), (date(2025, 12, 1), 2025)])
def test_a_year_is_shown_when_it_is_over(lag, maaned, aar):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(maaned, 1),
        ind_kostra=[kostra(NUMMER, ett, "stonad_per_mottaker", float(ett)) for ett in (2024, 2025)],
        indikator=[definisjon("stonad_per_mottaker", "kr")],
    )
    assert tabeller(rapport(publisert, maaned))["kostra-utvalg"].rader[0][2].verdi == aar


def test_a_hidden_indicator_is_hidden_in_every_comparison(lag):
    publisert = lag(
        ind_kostra=[
            kostra(NUMMER, 2025, "stonad_per_mottaker", None, skjermet=True),
            kostra(NUMMER, 2024, "stonad_per_mottaker", 7.0),
            kostra(ANNEN, 2025, "stonad_per_mottaker", None, skjermet=True),
        ],
        indikator=[definisjon("stonad_per_mottaker", "kr")],
    )
    ferdig = rapport(publisert, date(2025, 12, 1))
    assert tabeller(ferdig)["kostra-utvalg"].rader[0][2:] == (
        Tomt.SKJULT,
        Maalt(7.0, tabeller(ferdig)["kostra-utvalg"].rader[0][3].slag),
        Tomt.SKJULT,
        Tomt.UKJENT,
    )
    assert tabeller(ferdig)["kostra-kommuner"].rader[0][1:] == (Tomt.SKJULT, Tomt.UKJENT, Tomt.SKJULT)
    assert "kostra-mot-andre" not in tabeller(ferdig)


@pytest.mark.parametrize(("andre", "kolonner"), [(6, 3 + 6), (7, 3)])
def test_many_municipalities_are_shown_by_their_median(lag, andre, kolonner):
    numre = [NUMMER, *(f"99{nummer:02}" for nummer in range(10, 10 + andre))]
    publisert = lag(
        kommune=[{"kommunenummer": nummer, "kommunenavn": f"Kommune {nummer}"} for nummer in numre],
        ind_kostra=[
            kostra(nummer, 2025, "stonad_per_mottaker", float(verdi)) for verdi, nummer in enumerate(numre, start=1)
        ],
        indikator=[definisjon("stonad_per_mottaker", "kr")],
    )
    tabell = tabeller(rapport(publisert, date(2025, 12, 1)))["kostra-kommuner"]
    assert len(tabell.kolonner) == kolonner
    assert float(tabell.rader[0][2].verdi) == (andre + 3) / 2


def test_ssb_s_own_figures_are_beside_the_country_s(lag):
    publisert = lag(
        ind_kostra=[kostra(NUMMER, 2025, "stonad_per_mottaker", 1.0)],
        indikator=[definisjon("stonad_per_mottaker", "kr")],
        kostra_sammenligning=[
            {
                "region_kode": kode,
                "region_navn": kode,
                "region_type": type_,
                "kommunenummer": nummer,
                "rapporteringsaar": 2024,
                "tabell": "12362",
                "variabel": "A",
                "variabel_navn": "Andel",
                "verdi": verdi,
            }
            for kode, type_, nummer, verdi in (("9901", "kommune", NUMMER, 2.5), ("EAK", "landet", None, 3.0))
        ],
    )
    rad = tabeller(rapport(publisert, date(2025, 12, 1)))["kostra-ssb"].rader[0]
    assert [(tall.verdi, tall.desimaler) for tall in rad[2:]] == [(2.5, 1), (3.0, 0)]


# What is not delivered


def test_a_ledger_alone_still_gives_a_report(lag):
    publisert = lag(
        fct_utgift_maaned=[
            {
                "kommunenummer": NUMMER,
                "maaned": NAA,
                "grunnlag": "regnskap",
                "stonadsart": "BOUTGIFT",
                "stonadsform": "BIDRAG",
                "belop_nok": 500,
            }
        ]
    )
    ferdig = rapport(publisert)
    assert tabeller(ferdig)["regnskap-art"].rader == ((NAA, "Boutgifter", Decimal(500)),)
    assert any("Lever uttrekket av utbetalinger" in b.tekst for b in blokker(ferdig) if isinstance(b, Avsnitt))


def test_fixed_prices_need_an_index(lag):
    betalt = [rad for nummer in range(4) for rad in utbetalt(flytt_maaned(NAA, -nummer), 1000)]
    ferdig = rapport(lag(ind_utbetaling_per_mottaker=betalt))
    assert any("Lever konsumprisindeksen" in b.tekst for b in blokker(ferdig) if isinstance(b, Avsnitt))
    assert "utbetaling-priser" not in tabeller(ferdig)


def test_fixed_prices_are_kroner_of_the_base_month(lag, tmp_path):
    betalt = [rad for nummer in range(4) for rad in utbetalt(flytt_maaned(NAA, -nummer), 1000)]
    publisert = lag(
        ind_utbetaling_per_mottaker=betalt,
        kpi=[
            {"maaned": flytt_maaned(NAA, -nummer), "faktor": faktor, "basismaaned": NAA}
            for nummer, faktor in enumerate((1.0, 1.1, 1.2, None))
        ],
    )
    tabell = tabeller(rapport(publisert))["utbetaling-priser"]
    fast = {rad[0]: rad[2] for rad in tabell.rader if rad[1].startswith("Faste")}
    assert fast[NAA] == Decimal(1100)
    assert fast[FOR] is Tomt.UKJENT
    utvikling = tabeller(rapport(publisert))["relativ-utvikling"]
    assert {rad[2] for rad in utvikling.rader} == {Decimal(100)}


# What there is no report of


def test_errors_say_what_there_is(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=[*utbetalt(FOR, 1), *utbetalt(NAA, 1)],
        tilbakeholdt=[{"kommunenummer": NUMMER, "maaned": flytt_maaned(NAA, 1), "forklaring": "Se på forskuddene."}],
    )
    for nummer, maaned, ventet in (
        ("0301", NAA, "Kommune 0301 er ikke i varehuset. Det har Prøvevik (9901) og Annenby (9902)."),
        (
            NUMMER,
            date(2020, 1, 1),
            "Det er ikke publisert noen tall for Prøvevik (9901) i januar 2020. "
            "Det finnes rapport for februar 2026 og mars 2026.",
        ),
        (
            NUMMER,
            flytt_maaned(NAA, 1),
            "April 2026 er holdt tilbake for Prøvevik (9901). Se på forskuddene. Rett leveransen, eller kvitter ut "
            "funnet med «stonad kvitter», og kjør «stonad kjor» på nytt. "
            "Det finnes rapport for februar 2026 og mars 2026.",
        ),
        (
            ANNEN,
            NAA,
            "Det er ikke publisert noen tall for Annenby (9902) i mars 2026. Kommunen har ingen publiserte måneder.",
        ),
    ):
        with pytest.raises(Brukerfeil) as feil:
            lag_rapport(publisert, nummer, maaned)
        assert str(feil.value).replace("\N{NO-BREAK SPACE}", " ") == ventet


def test_a_file_that_is_not_a_published_database_is_refused(tmp_path):
    with pytest.raises(Brukerfeil, match="Det er ikke publisert noe ennå"):
        Publisert(tmp_path / "stonad.duckdb")
    (tmp_path / "tekst.duckdb").write_text("ikke en database", encoding="utf-8")
    with pytest.raises(Brukerfeil, match="kan ikke leses"):
        Publisert(tmp_path / "tekst.duckdb")
    duckdb.connect(str(tmp_path / "tom.duckdb")).close()
    with pytest.raises(Brukerfeil, match="har ikke tabellene"):
        Publisert(tmp_path / "tom.duckdb")


def test_only_the_wanted_municipality_is_read_but_all_are_compared(tmp_path):
    fil_ = lag_base(
        tmp_path / "stonad.duckdb",
        ind_utbetaling_per_mottaker=[
            *utbetalt(NAA, 1),
            *({**rad, "kommunenummer": ANNEN} for rad in utbetalt(NAA, 2)),
        ],
        ind_kostra=[kostra(nummer, 2025, "stonad_per_mottaker", 1.0) for nummer in (NUMMER, ANNEN)],
        indikator=[definisjon("stonad_per_mottaker", "kr")],
    )
    bare = Publisert(fil_, [NUMMER])
    assert bare.per_mottaker(NUMMER, "kontant", "alle", "belop")
    assert not bare.per_mottaker(ANNEN, "kontant", "alle", "belop")
    assert rapport(bare) == rapport(Publisert(fil_))


# What SSB's controls found


def kontroll(skjema: str, regel: str, alvor: str, aar: int = 2025, leveranse: str = "", **andre) -> dict:
    return {
        "leveranse_id": f"{skjema}{aar}{leveranse}",
        "kommunenummer": NUMMER,
        "rapporteringsaar": aar,
        "skjema": skjema,
        "regel": regel,
        "rekkefolge": int(regel),
        "tittel": f"Tittel {regel}",
        "alvor": alvor,
        "har_funn": True,
        "gjor": "Rett.",
        **andre,
    }


UTEN = {"har_funn": False, "antall_funn": 0}


def kontrollseksjon(publisert: Publisert, maaned: date = NAA) -> Seksjon:
    return next(seksjon for seksjon in rapport(publisert, maaned).seksjoner if seksjon.id == "kontroller")


def test_the_report_says_what_the_controls_found_and_counts_no_persons(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1000),
        kostra_kontroll=[
            kontroll("11F", "1", "FATAL", **UTEN),
            kontroll("11F", "6", "WARNING", skjermet=True),
            kontroll("11F", "5", "ERROR", skjermet=True),
            kontroll("11CF", "7", "WARNING", skjermet=True),
            kontroll("11CF", "8", "INFO", skjermet=True),
            # The files of two districts are one form.
            kontroll("0A", "190", "ERROR", antall_funn=2, leveranse="a"),
            kontroll("0A", "190", "ERROR", antall_funn=3, leveranse="b"),
            kontroll("0A", "5", "WARNING", leveranse="a", **UTEN),
            kontroll("11F", "5", "ERROR", aar=2024, skjermet=True),
            kontroll("11F", "9", "ERROR", aar=2026, skjermet=True),
        ],
    )
    punkter, tabell, _ = kontrollseksjon(publisert).blokker
    assert [(punkt.tekst.replace("\xa0", " "), punkt.alvor) for punkt in punkter.punkter] == [
        (
            "11F for 2025: SSB tar ikke imot filen slik den er. 3 kontroller er kjørt: 1 fant feil og 1 fant noe som "
            "bør ses på.",
            Alvor.FEIL,
        ),
        (
            "11CF for 2025: SSB tar imot filen. 2 kontroller er kjørt: 1 fant noe som bør ses på og 1 fant noe til "
            "opplysning.",
            Alvor.VARSEL,
        ),
        ("0A for 2025: SSB tar ikke imot filen slik den er. 2 kontroller er kjørt: 1 fant feil.", Alvor.FEIL),
    ]
    assert [rad[:5] for rad in tabell.rader] == [
        ("Tittel 5", "Feil", "11F", "5", Tomt.SKJULT),
        ("Tittel 190", "Feil", "0A", "190", 5),
        ("Tittel 6", "Advarsel", "11F", "6", Tomt.SKJULT),
        ("Tittel 7", "Advarsel", "11CF", "7", Tomt.SKJULT),
        ("Tittel 8", "Informasjon", "11CF", "8", Tomt.SKJULT),
    ]


def test_controls_without_findings_are_told(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1000), kostra_kontroll=[kontroll("0A", "5", "ERROR", **UTEN)]
    )
    punkter, _ = kontrollseksjon(publisert).blokker
    assert [(punkt.tekst.replace("\xa0", " "), punkt.alvor, punkt.til) for punkt in punkter.punkter] == [
        ("0A for 2025: SSB tar imot filen. 1 kontroll er kjørt, og ingen fant noe.", Alvor.BRA, None)
    ]


@pytest.mark.parametrize(
    ("alvor", "svar", "til"),
    [
        ("WARNING", "Filen har bare feil som SSBs program gir uansett; ta dem opp med SSB. ", Alvor.VARSEL),
        ("ERROR", "SSB tar ikke imot filen slik den er. ", Alvor.FEIL),
    ],
)
def test_a_file_that_is_never_taken_is_not_said_to_be(lag, alvor, svar, til):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1000),
        kostra_kontroll=[
            kontroll("11F", "3", "ERROR", gis_uansett=True, **UTEN),
            kontroll("11F", "6", alvor, skjermet=True),
        ],
    )
    (punkt,) = kontrollseksjon(publisert).blokker[0].punkter
    assert punkt.tekst.startswith(f"11F for 2025: {svar}2\xa0kontroller er kjørt: 1 fant ")
    assert punkt.alvor is til


@pytest.mark.parametrize(("maaned", "aar"), [(date(2025, 11, 1), "2024"), (date(2025, 12, 1), "2025")])
def test_the_files_are_those_of_the_last_year_that_is_over(lag, maaned, aar):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(maaned, 1000),
        kostra_kontroll=[kontroll("0A", "5", "ERROR", aar=ett, **UTEN) for ett in (2024, 2025)],
    )
    assert kontrollseksjon(publisert, maaned).blokker[0].punkter[0].tekst.startswith(f"0A for {aar}:")


def test_no_file_controlled_is_told(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=utbetalt(NAA, 1000), kostra_kontroll=[kontroll("0A", "5", "ERROR", aar=2026)]
    )
    assert kontrollseksjon(publisert).blokker == (
        Avsnitt("Ingen KOSTRA-filer til og med 2025 er kontrollert med SSBs regler."),
    )


# The worklist


def varehus(fil_: Path) -> Path:
    with duckdb.connect(str(fil_)) as con:
        con.execute("create schema intern")
        con.execute("create schema intermediate")
        con.execute(
            "create table intern.kostra_kontroll (leveranse_id varchar, rekkefolge integer, regelutgave varchar, "
            "skjema varchar, kommunenummer varchar, rapporteringsaar integer, regel varchar, alvor varchar, "
            "felt varchar, linjer integer[], antall_linjer bigint, journalnummer varchar, saksbehandler varchar, "
            "melding varchar, uansett boolean)"
        )
        con.execute(
            "create table intern.kostra_kontroll_regel as select '2025' as regelutgave, '11F' as skjema, "
            "'005' as regel, 'Rett alderen.' as gjor"
        )
        con.execute("create table intermediate.int_leveranse_gjeldende (leveranse_id varchar)")
        con.execute("insert into intermediate.int_leveranse_gjeldende values ('ny')")
        con.executemany(
            "insert into intern.kostra_kontroll "
            "values (?, ?, '2025', '11F', '9901', ?, '005', ?, 'F', ?, ?, ?, 'SB1', ?, ?)",
            [
                ("ny", 1, 2025, "WARNING", [7], 1, "K1", "Se på dette.", False),
                ("ny", 2, 2025, "ERROR", list(range(1, 12)), 11, None, "Rett dette.", False),
                ("ny", 3, 2025, "ERROR", [1], 1, "K2", "Gjelder alltid.", True),
                ("gammel", 4, 2025, "ERROR", [1], 1, "K3", "Byttet ut.", False),
                ("ny", 5, 2024, "ERROR", [1], 1, "K4", "I fjor.", False),
            ],
        )
    return fil_


def test_the_worklist_has_what_counts_now_and_says_that_it_is_internal(tmp_path):
    seksjon = lag_intern_seksjon(varehus(tmp_path / "varehus.duckdb"), NUMMER, 2025)
    assert seksjon.intern
    assert "intern" in seksjon.tittel
    tabell = seksjon.blokker[1]
    assert tabell.rader == (
        ("Rett dette.", "Feil", "", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …", "11F", "005", "F", "Rett alderen."),
        ("Se på dette.", "Advarsel", "K1", "7", "11F", "005", "F", "Rett alderen."),
    )
    assert not [verdi for rad in tabell.rader for verdi in rad if "SB1" in str(verdi)]


def test_a_worklist_without_findings_says_so(tmp_path):
    seksjon = lag_intern_seksjon(varehus(tmp_path / "varehus.duckdb"), ANNEN, 2025)
    assert seksjon.intern
    assert [type(blokk) for blokk in seksjon.blokker] == [Avsnitt]


def test_a_warehouse_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Brukerfeil, match="finnes ikke"):
        lag_intern_seksjon(tmp_path / "varehus.duckdb", NUMMER, 2025)
    duckdb.connect(str(tmp_path / "tom.duckdb")).close()
    with pytest.raises(Brukerfeil, match="ikke kontrollert noen"):
        lag_intern_seksjon(tmp_path / "tom.duckdb", NUMMER, 2025)


# The data the report is made from


def test_the_seeds_name_what_exists():
    kjente = {rad["indikator_id"] for rad in read_seed("indikator")}
    assert {rad["indikator_id"] for rad in read_seed("rapport_kostra")} <= kjente
    for rad in read_seed("rapport_parameter"):
        assert int(rad["verdi"]) > 0, rad["parameter"]
        assert all(rad.values()), rad["parameter"]
    for rad in read_seed("rapport_begrep"):
        assert all(rad.values()), rad["begrep"]


def alle_lenker(seksjoner: tuple[Seksjon, ...]) -> set[str]:
    return {til for seksjon in seksjoner for blokk in seksjon.blokker for til in lenker(blokk)}


def test_every_definition_is_led_to_and_every_link_leads_somewhere(lag):
    publisert = lag(
        ind_utbetaling_per_mottaker=[rad for nr in range(-12, 1) for rad in utbetalt(flytt_maaned(NAA, nr), 1000)],
        ind_maaned=[indikator(NAA, rad["indikator_id"], 5) for rad in read_seed("maanedsindikator")],
        maanedsindikator=[definisjon(rad["indikator_id"]) for rad in read_seed("maanedsindikator")],
        ind_kostra=[kostra(NUMMER, 2025, rad["indikator_id"], 1.0) for rad in read_seed("indikator")],
        indikator=[definisjon(rad["indikator_id"]) for rad in read_seed("indikator")],
        ind_stonadslengde=[
            {
                "kommunenummer": NUMMER,
                "periode_type": "maaned",
                "periode": NAA,
                "definisjon": rad["definisjon"],
                "populasjon": "alle",
                "verdi_maaneder": 4.5,
            }
            for rad in read_seed("stonadslengde_definisjon")
            if "maaned" in rad["periode_typer"]
        ],
    )
    ferdig = rapport(publisert)
    ider = [seksjon.id for seksjon in ferdig.seksjoner] + [
        blokk.id for blokk in blokker(ferdig) if isinstance(blokk, (Tabell, Figur, Definisjon))
    ]
    assert len(ider) == len(set(ider))
    assert alle_lenker(ferdig.seksjoner) <= set(ider)
    definert = {blokk.id for blokk in blokker(ferdig) if isinstance(blokk, Definisjon)}
    assert definert <= alle_lenker(ferdig.seksjoner)
    assert {f"def-k-{rad['indikator_id']}" for rad in read_seed("rapport_kostra")} <= definert
