"""The agreement of the sources on the shared deliveries, where the faults of the ledger are known."""

import json
from collections import defaultdict
from decimal import Decimal

import duckdb
import pytest

from tests.pipeline.conftest import SHARED

MAANEDER = 4 * 46


@pytest.fixture(scope="module")
def fasit() -> dict:
    fil = SHARED / "leveranser" / "fasit.json"
    if not fil.exists():
        pytest.skip("../shared/leveranser/fasit.json finnes ikke her.")
    return json.loads(fil.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.fixture(scope="module")
def varehus(leveranser):
    mappe, _ = leveranser
    con = duckdb.connect(str(mappe.varehus), read_only=True)
    yield con
    con.close()


@pytest.fixture(scope="module")
def publisert(leveranser):
    mappe, _ = leveranser
    con = duckdb.connect(str(mappe.publisert / "stonad.duckdb"), read_only=True)
    yield con
    con.close()


def test_every_fault_of_the_ledger_is_found_and_nothing_else(varehus, fasit):
    funnet = varehus.execute("""
        select
            kommunenummer,
            strftime(regnskapsmaaned, '%Y-%m'),
            coalesce(strftime(motpart_maaned, '%Y-%m'), ''),
            aarsak,
            sum(belop_nok)
        from intermediate.int_hovedbok_aarsak
        where aarsak is not null
        group by all
        order by all
    """).fetchall()
    sant = sorted(
        (avvik["kommunenr"], avvik["maaned"], avvik["motpart"], avvik["aarsak"], avvik["belop"])
        for avvik in fasit["avvik"]
        if avvik["serie"] == "regnskap"
    )
    assert len(sant) == 19
    assert funnet == sant


def test_the_case_system_and_the_ledger_agree_to_the_ore_in_every_month(varehus):
    rader = varehus.execute("""
        select
            stonadsform,
            count(distinct (kommunenummer, maaned)),
            count(*) filter (where aarsak = 'uforklart'),
            sum(abs(belop_nok)) filter (where aarsak = 'uforklart')
        from intern.avstemming
        where fra_kilde = 'fagsystem' and til_kilde = 'hovedbok'
        group by all
        order by all
    """).fetchall()
    assert rader == [(form, MAANEDER, MAANEDER, 0) for form in ("ALLE", "BIDRAG", "LAAN")]


@pytest.mark.parametrize("tabell", ["intern", "bi"])
def test_what_a_comparison_begins_with_and_the_causes_are_what_it_ends_with(varehus, publisert, tabell):
    con = varehus if tabell == "intern" else publisert
    ulike, antall = con.execute(f"""
        with sammenligning as (
            select
                sum(belop_nok) filter (where aarsak = 'til') as til_nok,
                sum(belop_nok) filter (where aarsak != 'til') as fra_nok
            from {tabell}.avstemming
            group by kommunenummer, maaned, fra_kilde, til_kilde, stonadsform
        )
        select count(*) filter (where til_nok is distinct from fra_nok), count(*) from sammenligning
    """).fetchone()
    assert ulike == 0
    assert antall > 2 * MAANEDER


def test_the_sides_are_the_payments_the_ledger_and_0a(varehus, fasit):
    sider = dict(
        varehus.execute("""
            select (kommunenummer, maaned, fra_kilde, aarsak), belop_nok
            from intern.avstemming
            where
                til_kilde = 'hovedbok'
                and fra_kilde = 'fagsystem'
                and stonadsform = 'ALLE'
                and aarsak in ('fra', 'til')
        """).fetchall()
    )
    betalt = defaultdict(Decimal)
    for kommune, serier in fasit["maaneder"].items():
        for noekkel, belop in serier["kontant"].items():
            betalt[kommune, noekkel[:7]] += belop
    regnet = {(k, f"{m:%Y-%m}"): belop for (k, m, _, side), belop in sider.items() if side == "fra"}
    assert len(regnet) == MAANEDER
    assert {noekkel: betalt[noekkel] for noekkel in regnet} == regnet
    (bokfort,) = varehus.execute("""
        select sum(belop_nok)
        from intermediate.int_hovedbok
        where funksjon = '281' and kostra_art in ('470', '520')
    """).fetchone()
    assert sum(belop for (*_, side), belop in sider.items() if side == "til") == bokfort


def test_the_other_sources_agree_but_11cf_which_the_ledger_was_not_made_of(varehus):
    uforklart = varehus.execute("""
        select
            fra_kilde,
            til_kilde,
            count(*) filter (where er_over_grense),
            count(*) filter (where belop_nok != 0)
        from intern.avstemming
        where aarsak = 'uforklart' and not (fra_kilde = 'fagsystem' and til_kilde = 'hovedbok')
        group by all
        order by all
    """).fetchall()
    assert uforklart == [("11CF", "hovedbok", 16, 16), ("fagsystem", "11F", 0, 0), ("hovedbok", "0A", 0, 0)]
    sagt = varehus.execute("select forklaring from intern.avstemming where er_over_grense").fetchall()
    assert len(sagt) == 16
    assert all("er uforklart mellom 11CF og hovedbok" in tekst for (tekst,) in sagt)


def test_bi_shows_every_month_in_all_and_no_cause_on_one_or_two_persons(varehus, publisert):
    vist = publisert.execute("from bi.avstemming").fetchall()
    alle = {(k, m, fra, til) for k, m, fra, til, form, *_ in vist if form == "ALLE" and fra == "fagsystem"}
    assert len(alle) == 2 * MAANEDER
    smaa = varehus.execute("""
        select kommunenummer, maaned, fra_kilde, til_kilde, stonadsform, aarsak
        from intern.avstemming
        where person_antall in (1, 2)
    """).fetchall()
    assert smaa, "the smallest municipality has causes on 1 and 2 persons, so something must be hidden"
    assert not set(smaa) & {rad[:6] for rad in vist}
    # One person's loan was posted twice in Hamar in December 2024: neither form shows it, and the sum does.
    hamar = {rad[4:6] for rad in vist if rad[0] == "3403" and f"{rad[1]:%Y-%m}" == "2024-12" and rad[3] == "hovedbok"}
    assert ("ALLE", "dobbeltforing") in hamar
    assert not {form for form, _ in hamar} & {"BIDRAG", "LAAN"}
