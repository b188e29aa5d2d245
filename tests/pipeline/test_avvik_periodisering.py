"""The shared deliveries: what stands in the wrong month against the truth, and how much better the right series is."""

import json
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import correlation

import duckdb
import pytest

from dagster_project.kvittering import finn, kvitter_ut, les_kvitteringer, skriv_kvitteringer
from dagster_project.settings import Mappe
from tests.dbt_sql import model_sql
from tests.pipeline.conftest import SHARED, TIDSPUNKT

MINSTE_TREFF, BELOP_FEIL, MINSTE_ANDEL = 0.98, 0.02, 3
LOPENDE = ("LIVSOPPHOLD", "BOUTGIFT")
GOD_KORRELASJON = 0.9


@pytest.fixture(scope="module")
def fasit():
    fil = SHARED / "leveranser" / "fasit.json"
    if not fil.exists():
        pytest.skip("../shared/leveranser/fasit.json finnes ikke her.")
    return json.loads(fil.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bi(leveranser):
    mappe, _ = leveranser
    with duckdb.connect(str(mappe.publisert / "stonad.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def sant(fasit):
    """Kroner by counterpart month (None where there is none) of each kommunenummer, maaned, serie and aarsak."""
    funn = {}
    for rad in fasit["avvik"]:
        nokkel = (rad["kommunenr"], rad["maaned"], rad["serie"], rad["aarsak"])
        # The ledger has one counterpart month or none, and the case system kroner for each of several.
        motpart = rad["motpart"] if isinstance(rad["motpart"], dict) else {rad["motpart"] or None: rad["belop"]}
        funn.setdefault(nokkel, {}).update(motpart)
    return funn


@pytest.fixture(scope="module")
def meldt(bi):
    """What is published as ADVARSEL or FEIL, in the same shape."""
    funn = {}
    for *nokkel, motpart, belop in bi.execute(
        """
        select kommunenummer, strftime(maaned, '%Y-%m'), serie, aarsak, strftime(motpart_maaned, '%Y-%m'), belop_nok
        from bi.avvik_periodisering
        where alvor != 'INFO'
        """
    ).fetchall():
        funn.setdefault(tuple(nokkel), {})[motpart] = float(belop)
    return funn


def maanedssummer(fasit, kommune, grunnlag, arter=None):
    summer = {}
    for nokkel, belop in fasit["maaneder"][kommune][grunnlag].items():
        maaned, art, _ = nokkel.split("|")
        if arter is None or art in arter:
            summer[maaned] = summer.get(maaned, 0) + belop
    return summer


def test_what_is_true_is_found_and_what_is_reported_is_true(fasit, sant, meldt):
    vanlig = {kommune: maanedssummer(fasit, kommune, "periodisert") for kommune in fasit["maaneder"]}
    skal_finnes = {
        nokkel
        for nokkel, belop in sant.items()
        if 100 * abs(sum(belop.values())) >= MINSTE_ANDEL * vanlig[nokkel[0]][nokkel[1]]
    }
    assert len(skal_finnes) == 87
    recall = len(skal_finnes & meldt.keys()) / len(skal_finnes)
    presisjon = len(meldt.keys() & sant.keys()) / len(meldt)
    print(f"Funnet {recall:.1%} av {len(skal_finnes)} sanne; {presisjon:.1%} av {len(meldt)} meldte er sanne.")
    assert recall >= MINSTE_TREFF
    assert presisjon >= MINSTE_TREFF


def test_amounts_and_counterpart_months_are_right(sant, meldt):
    for nokkel in sant.keys() & meldt.keys():
        assert sum(meldt[nokkel].values()) == pytest.approx(sum(sant[nokkel].values()), rel=BELOP_FEIL), nokkel
        assert meldt[nokkel] == pytest.approx(sant[nokkel], rel=BELOP_FEIL), nokkel


def test_the_corrected_ledger_is_what_was_paid(leveranser):
    mappe, _ = leveranser
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        ulike = con.execute(
            """
            with regnskap as (
                select kommunenummer, maaned, sum(belop_nok) as belop_nok
                from intermediate.int_utgift_regnskap_rettet
                group by all
            ),
            kontant as (
                select kommunenummer, maaned, sum(belop_nok) as belop_nok
                from intermediate.int_utgift_maaned
                where grunnlag = 'kontant'
                group by all
            )
            select kommunenummer, maaned, regnskap.belop_nok, kontant.belop_nok
            from regnskap
            full join kontant using (kommunenummer, maaned)
            where regnskap.belop_nok is distinct from kontant.belop_nok
            """
        ).fetchall()
    assert ulike == []


def test_payouts_follow_the_recipients_in_the_right_series_where_they_truly_do(bi, fasit, leveranser):
    """The truth has the kroner; the recipients the support is for are ours, held against it elsewhere."""
    mappe, _ = leveranser
    maal = {
        (kommune, grunnlag): verdi
        for kommune, grunnlag, verdi in bi.execute(
            "select kommunenummer, grunnlag, korrelasjon from bi.periodisering_maal where utvalg = 'lopende'"
        ).fetchall()
    }
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        mottakere = con.execute(
            """
            select kommunenummer, strftime(maaned, '%Y-%m'), mottaker_antall
            from intermediate.int_populasjon_maaned
            where populasjon = 'alle' and grunnlag = 'periodisert'
            order by all
            """
        ).fetchall()
    gode = 0
    for kommune in fasit["maaneder"]:
        antall = {maaned: verdi for nummer, maaned, verdi in mottakere if nummer == kommune}
        belop = maanedssummer(fasit, kommune, "periodisert", LOPENDE)
        maaneder = sorted(antall)
        sann = correlation(*([serie[m] - serie[f] for f, m in pairwise(maaneder)] for serie in (antall, belop)))
        print(
            f"{kommune}: bokført {maal[kommune, 'regnskap']:.2f}, utbetalt {maal[kommune, 'kontant']:.2f}, "
            f"periodisert {maal[kommune, 'periodisert']:.2f}, i sannheten {sann:.2f}"
        )
        assert maal[kommune, "periodisert"] == pytest.approx(sann, abs=1e-6)
        assert maal[kommune, "regnskap"] < 0.3 > maal[kommune, "kontant"]
        if sann >= GOD_KORRELASJON:
            gode += 1
            assert maal[kommune, "periodisert"] >= GOD_KORRELASJON
    assert gode >= 3


def test_seasons_are_information_and_every_sentence_is_whole(bi):
    rader = bi.execute("select aarsak, alvor, forklaring, kvittert from bi.avvik_periodisering").fetchall()
    assert {(aarsak, alvor) for aarsak, alvor, _, _ in rader if aarsak in ("strom_kvartal", "hoytidstillegg")} == {
        ("strom_kvartal", "INFO"),
        ("hoytidstillegg", "INFO"),
    }
    assert [rad for rad in rader if "{" in rad[2] or rad[3]] == []
    assert (
        "I april 2025 ble 1,57 mill. kr av mai-utbetalingen utbetalt fordi 1. mai er helligdag.",
        "helgeforskyvning",
    ) in {(forklaring, aarsak) for aarsak, _, forklaring, _ in rader}


def test_an_accepted_finding_stands_as_accepted_in_the_next_build(leveranser, tmp_path):
    """The model on a copy of the warehouse, since a whole run once more would tell no more."""
    mappe, _ = leveranser
    egen = Mappe(tmp_path / "kopi")
    egen.lag()
    egen.varehus.write_bytes(mappe.varehus.read_bytes())
    funnet = finn(egen, "3413", "2025-04", "helgeforskyvning", None, "fagsystem")
    assert [avvik.funn.motpart_maaned for avvik in funnet] == [date(2025, 5, 1)]
    kvitter_ut(egen, funnet, hvem="Kari", tekst="1. mai", tidspunkt=TIDSPUNKT)
    with duckdb.connect(str(egen.varehus)) as con:
        skriv_kvitteringer(con, les_kvitteringer(egen))
        con.execute("set search_path = 'intermediate,seeds,staging'")
        modell = model_sql("intermediate/int_avvik_periodisering")
        con.execute(f"create or replace table intermediate.int_avvik_periodisering as {modell}")
        svar = con.execute(
            "select aarsak, belop_nok, kvittert_av, kvittert_tekst from int_avvik_periodisering where kvittert"
        ).fetchall()
    assert svar == [("helgeforskyvning", Decimal("1566385.18"), "Kari", "1. mai")]
