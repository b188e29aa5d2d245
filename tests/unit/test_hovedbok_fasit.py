"""The shared ledgers of four municipalities against the truth behind them, through the reader and the models."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_project.ssb.jsonstat import befolkning, les_jsonstat
from tests.dbt_sql import load_seed, run_model
from tests.hovedbokfil import les, nytt_varehus

SHARED = Path(__file__).resolve().parents[3] / "shared" / "leveranser"
KOMMUNER = ("3403", "3411", "3412", "3413")
MODELLER = (
    "intermediate/regnskap/int_regnskap_periode",
    "intermediate/regnskap/int_hovedbok",
    "intermediate/regnskap/int_hovedbok_advarsel",
    "intermediate/regnskap/int_regnskap_maaned",
    "intermediate/regnskap/int_regnskap_begrep_maaned",
    "intermediate/regnskap/int_utgift_regnskap",
    "intermediate/regnskap/int_0a_avledet",
)
SOS = ("242", "243", "276", "281")


@pytest.fixture(scope="module")
def fasit() -> dict:
    if not SHARED.exists():
        pytest.skip("../shared/leveranser finnes ikke her; sammenligningen med fasit er hoppet over.")
    return json.loads((SHARED / "fasit.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def bok(fasit) -> Iterator[duckdb.DuckDBPyConnection]:
    """The ledgers read, and the models built on them."""
    con = nytt_varehus()
    vurderinger = les(con, sorted(SHARED.glob("34*/20*/okonomi_hovedbok_*.csv")), KOMMUNER)
    assert {vurdering.regel for vurdering in vurderinger} == {None}
    assert sum(vurdering.rader_karantene for vurdering in vurderinger) == 0
    con.execute("create table eier (leveranse_id varchar, kommunenummer varchar, rader_karantene integer)")
    con.executemany(
        "insert into eier values (?, ?, 0)",
        [(vurdering.uttrekk.leveranse_id, vurdering.kommunenummer) for vurdering in vurderinger],
    )
    con.execute(
        "create table stg_regnskap__uttrekk as from varehus.raw.regnskap_uttrekk join eier using (leveranse_id)"
    )
    con.execute("create table stg_regnskap__hovedbok as select * exclude (tekst) from varehus.raw.hovedbok")
    con.execute("create table stg_intern__regnskap_konto_lokal as from varehus.intern.regnskap_konto_lokal")
    for navn in ("regnskap_konto", "regnskap_formaal", "regnskap_funksjon", "kostra_artsgruppe"):
        load_seed(con, navn)
    for modell in MODELLER:
        run_model(con, modell)
    # int_regnskap_begrep as 0A feeds it, with the ledger in the place of 0A.
    con.execute("""
        create table int_regnskap_funksjon_art as
        select * exclude (belop_hovedbok_nok, belop_1000), belop_nok as belop_hittil_nok from int_0a_avledet
    """)
    run_model(con, "intermediate/int_regnskap_begrep")
    yield con
    con.close()


@pytest.fixture(scope="module")
def innbyggere() -> dict[tuple[str, int], int]:
    """Inhabitants of 18–66 years by municipality and year."""
    folk = befolkning(les_jsonstat(SHARED / "felles" / "ssb_11805_befolkning.json")).tabell
    con = duckdb.connect()
    con.register("folk", folk)
    rader = con.execute("""
        select
            kommunenummer,
            rapporteringsaar,
            sum(innbyggere)
        from folk
        where alder between 18 and 66
        group by all
    """).fetchall()
    return {(kommune, aar): antall for kommune, aar, antall in rader}


def begrep(bok, kommune: str, aar: int, navn: str, funksjoner: tuple[str, ...]) -> Decimal:
    (sum_,) = bok.execute(
        """
        select coalesce(sum(belop_nok), 0)
        from int_regnskap_begrep
        where
            kommunenummer = ? and rapporteringsaar = ? and begrep = ? and kontoklasse = '1'
            and list_contains(?, funksjon)
        """,
        [kommune, aar, navn, list(funksjoner)],
    ).fetchone()
    return sum_


def test_expenditure_indicators_from_the_ledger_equal_the_truth_exactly(bok, fasit, innbyggere):
    for nokkel, indikatorer in fasit["indikatorer"].items():
        kommune, aar = nokkel.split("|")
        folk = innbyggere[kommune, int(aar)]
        regnet = {
            "netto_sos_per_18_66": float(begrep(bok, kommune, int(aar), "NETTO", SOS)) / folk,
            "netto_281_per_18_66": float(begrep(bok, kommune, int(aar), "NETTO", ("281",))) / folk,
            "brutto_281_per_mottaker": float(begrep(bok, kommune, int(aar), "BRUTTO", ("281",)))
            / indikatorer["ant_tilfeller"],
        }
        for navn, verdi in regnet.items():
            assert verdi == indikatorer[navn], (nokkel, navn)
    assert len(fasit["indikatorer"]) == 16


def test_0a_derived_from_the_ledger_is_the_0a_delivered(bok, fasit):
    levert = bok.execute(
        """
        select
            substring(post, 8, 4) as kommunenummer,
            substring(post, 3, 4)::integer as rapporteringsaar,
            substring(post, 32, 1) as kontoklasse,
            trim(substring(post, 33, 4)) as funksjon,
            substring(post, 37, 3) as art,
            substring(post, 40, 9)::integer as belop_1000
        from read_csv(
            $filer,
            columns = {'post': 'varchar'},
            delim = '',
            quote = '',
            escape = '',
            header = false,
            auto_detect = false
        )
        order by all
        """,
        {"filer": [str(sti) for sti in sorted(SHARED.glob("34*/kostra/*/BEV_*.dat"))]},
    ).fetchall()
    avledet = bok.execute("""
        select
            kommunenummer,
            rapporteringsaar,
            kontoklasse,
            funksjon,
            art,
            belop_1000
        from int_0a_avledet
        where kvartal is null
        order by all
    """).fetchall()
    assert avledet == levert
    assert len(levert) == 135


def test_every_line_of_the_shared_ledgers_is_in_force_and_every_voucher_adds_up(bok):
    assert bok.execute("select count(*), sum(belop_nok) from int_hovedbok").fetchone() == (7717, 0)
    assert bok.execute("select count(*) from int_hovedbok_advarsel").fetchone() == (177,)
    assert bok.execute(
        "select count(*) from int_hovedbok where (forsystem is null) != (betalingsdato is null)"
    ).fetchone() == (0,)


def test_months_add_up_to_the_year_to_the_ore(bok):
    ulike = bok.execute("""
        select *
        from (
            select
                kommunenummer,
                regnskapsaar,
                funksjon,
                kontoklasse,
                sum(belop_nok) as belop_nok
            from int_regnskap_begrep_maaned
            where begrep = 'NETTO'
            group by all
        ) as maaneder
        inner join (
            select
                kommunenummer,
                regnskapsaar,
                funksjon,
                kontoklasse,
                sum(belop_nok) as belop_nok
            from int_hovedbok
            where kostra_art between '010' and '895' and kostra_art not between '500' and '589'
            group by all
        ) as aaret using (kommunenummer, regnskapsaar, funksjon, kontoklasse)
        where maaneder.belop_nok != aaret.belop_nok
    """).fetchall()
    assert ulike == []


def test_support_in_the_ledger_is_bidrag_and_loans_and_nothing_else(bok):
    utgift = bok.execute(
        "select stonadsform, sum(belop_nok) from int_utgift_regnskap group by all order by all"
    ).fetchall()
    poster = bok.execute("""
        select
            if(kostra_art = '470', 'BIDRAG', 'LAAN'),
            sum(belop_nok)
        from int_hovedbok
        where funksjon = '281' and kostra_art in ('470', '520')
        group by all
        order by all
    """).fetchall()
    assert utgift == poster
    assert (
        bok.execute(
            "select distinct formaal from int_hovedbok where kontoklasse = '1' and funksjon = '281' and formaal is null"
        ).fetchall()
        == []
    )
