"""The shared deliveries against the truth behind them (done-when 1 of the main job)."""

import json
import zipfile
from collections import Counter

import duckdb
import pytest

from dagster_project.arbeidsbok.bok import skriv_arbeidsbok
from dagster_project.arbeidsbok.tall import les_innhold
from dagster_project.assets.modeller import PUBLISERTE
from dagster_project.karantene import les_karantene
from tests.arbeidsbokprove import ulikheter
from tests.pipeline.conftest import SHARED, TIDSPUNKT


@pytest.fixture(scope="module")
def fasit():
    fil = SHARED / "leveranser" / "fasit.json"
    if not fil.exists():
        pytest.skip("../shared/leveranser/fasit.json finnes ikke her.")
    innhold = json.loads(fil.read_text(encoding="utf-8"))["indikatorer"]
    return {
        (nokkel.split("|")[0], int(nokkel.split("|")[1]), indikator): verdi
        for nokkel, verdier in innhold.items()
        for indikator, verdi in verdier.items()
    }


def hent(sti, sporring):
    con = duckdb.connect(str(sti), read_only=True)
    try:
        return con.execute(sporring).fetchall()
    finally:
        con.close()


def test_every_figure_of_the_truth_is_given(leveranser, fasit):
    mappe, _ = leveranser
    regnet = {
        (kommune, aar, indikator): (verdi, nevner)
        for kommune, aar, indikator, verdi, nevner in hent(
            mappe.varehus,
            "select kommunenummer, rapporteringsaar, indikator_id, verdi, nevner from intermediate.int_indikator",
        )
    }
    assert len(fasit) == 544
    avvik = []
    for nokkel, sant in fasit.items():
        verdi, nevner = regnet.get(nokkel, (None, None))
        # Counts and sums have no denominator, and must be equal to the last unit.
        lik = verdi is not None and (verdi == sant if nevner is None else verdi == pytest.approx(sant, rel=1e-9, abs=0))
        if not lik:
            avvik.append((nokkel, sant, verdi))
    assert avvik == []


def test_published_figures_equal_the_truth_but_for_what_is_hidden(leveranser, fasit):
    mappe, _ = leveranser
    publisert = {
        (kommune, aar, indikator): (verdi, skjermet)
        for kommune, aar, indikator, verdi, skjermet in hent(
            mappe.publisert / "stonad.duckdb",
            "select kommunenummer, rapporteringsaar, indikator_id, verdi, skjermet from bi.ind_kostra",
        )
    }
    skjulte = {
        (kommune, aar, indikator): (verdi, forklaring)
        for kommune, aar, indikator, verdi, forklaring in hent(
            mappe.varehus,
            "select kommunenummer, rapporteringsaar, indikator_id, verdi, forklaring "
            "from intern.skjerming where kategori_kode is null",
        )
    }
    for nokkel, sant in fasit.items():
        verdi, skjermet = publisert[nokkel]
        if skjermet:
            assert verdi is None
            assert skjulte[nokkel][0] == pytest.approx(sant, rel=1e-9)
            assert skjulte[nokkel][1]
        else:
            assert verdi == pytest.approx(sant, rel=1e-9)
    assert set(skjulte) == {nokkel for nokkel, (_, skjermet) in publisert.items() if skjermet}
    assert skjulte, "the smallest municipality has counts of 1 and 2, so something must be hidden"


def test_a_count_of_one_or_two_persons_is_hidden_and_zero_is_not(leveranser):
    mappe, _ = leveranser
    rader = hent(
        mappe.varehus,
        """
        select exact.verdi, published.skjermet
        from intermediate.int_indikator as exact
        inner join bi.ind_kostra as published using (kommunenummer, rapporteringsaar, indikator_id)
        where published.enhet = 'antall' and exact.teller_id not like 'konstant%'
        """,
    )
    smaa = [skjermet for verdi, skjermet in rader if verdi in (1, 2)]
    null = [skjermet for verdi, skjermet in rader if verdi == 0]
    assert len(smaa) >= 3
    assert all(smaa)
    assert null
    assert not any(null)


def test_rows_read_are_accepted_plus_quarantined(leveranser):
    mappe, sammendrag = leveranser
    assert sammendrag.rader_lest == sammendrag.rader_godtatt + sammendrag.rader_karantene + sammendrag.rader_sumlinje
    rader = hent(
        mappe.publisert / "stonad.duckdb",
        "select kilde, rader_lest, rader_godtatt, rader_karantene, rader_sumlinje from bi.leveranse",
    )
    antall = Counter(rad[0] for rad in rader)
    assert antall.total() == len(sammendrag.filer)
    assert (antall["kostra"], antall["fagsystem"], antall["nav"]) == (48, 552, 46)
    assert [rad for rad in rader if rad[1] != sum(rad[2:])] == []


def test_files_no_reader_knows_stay_in_the_inbox_and_are_listed(leveranser):
    mappe, sammendrag = leveranser
    igjen = {sti.relative_to(mappe.innboks).as_posix() for sti in mappe.innboks.rglob("*") if sti.is_file()}
    assert igjen == set(sammendrag.ukjente_filer)
    assert not any("kostra" in sti or "velferd_" in sti or "socio_" in sti for sti in igjen)


def test_figures_are_final_after_the_last_day_for_corrections(leveranser):
    mappe, sammendrag = leveranser
    assert sammendrag.tidspunkt == TIDSPUNKT.isoformat()
    status = dict(
        hent(mappe.publisert / "stonad.duckdb", "select distinct rapporteringsaar, status from bi.ind_kostra")
    )
    assert status == {2023: "endelig", 2024: "endelig", 2025: "endelig", 2026: "foreløpig"}


def test_every_figure_leads_back_to_its_files(leveranser):
    mappe, _ = leveranser
    uten_kilde = hent(
        mappe.varehus,
        """
        select kommunenummer, rapporteringsaar, indikator_id
        from intermediate.int_indikator
        anti join intern.sporing using (kommunenummer, rapporteringsaar, indikator_id)
        """,
    )
    assert uten_kilde == []
    kilder = hent(
        mappe.varehus,
        """
        select kilde, filnavn
        from intern.sporing
        where kommunenummer = '3412' and rapporteringsaar = 2025 and indikator_id = 'brutto_281_per_mottaker'
        order by kilde
        """,
    )
    assert kilder == [("0A", "BEV_341200.dat"), ("11F", "Sosial_341200.dat")]


def test_person_with_two_journal_numbers_counts_twice_and_is_named(leveranser):
    mappe, sammendrag = leveranser
    assert sammendrag.advarsler == 1
    ((linje, journalnummer, melding),) = hent(
        mappe.varehus, "select linje, journalnummer, melding from intern.advarsel"
    )
    assert (linje, journalnummer) == (1245, "J0003339")
    assert "linje 347" in melding


def test_parquet_files_hold_the_same_as_the_database(leveranser):
    mappe, _ = leveranser
    con = duckdb.connect(str(mappe.publisert / "stonad.duckdb"), read_only=True)
    try:
        tabeller = [
            rad[0] for rad in con.execute("select table_name from duckdb_tables() where schema_name = 'bi'").fetchall()
        ]
        assert sorted(tabeller) == sorted(PUBLISERTE)
        for tabell in tabeller:
            parquet = mappe.publisert / "parquet" / f"{tabell}.parquet"
            ulike = con.execute(
                f"select count(*) from ((from bi.{tabell} except all from '{parquet}') "
                f"union all (from '{parquet}' except all from bi.{tabell}))"
            ).fetchone()
            assert ulike == (0,), tabell
    finally:
        con.close()


def test_tables_and_columns_carry_their_descriptions(leveranser):
    mappe, _ = leveranser
    uten = hent(
        mappe.publisert / "stonad.duckdb",
        """
        select table_name || '.' || column_name from duckdb_columns() where schema_name = 'bi' and comment is null
        union all
        select table_name from duckdb_tables() where schema_name = 'bi' and comment is null
        """,
    )
    assert uten == []


def test_the_table_of_columns_is_what_the_database_has(leveranser):
    mappe, _ = leveranser
    publisert = mappe.publisert / "stonad.duckdb"
    i_basen = hent(
        publisert,
        """
        select table_name, column_index, column_name, replace(lower(data_type), ',', ', '), comment
        from duckdb_columns()
        where schema_name = 'bi'
        order by all
        """,
    )
    fortalt = hent(
        publisert,
        """
        select tabell, nummer, kolonne, replace(replace(type, ' ', ''), ',', ', '), beskrivelse
        from bi.kolonne
        order by all
        """,
    )
    assert [rad[:3] for rad in fortalt] == [rad[:3] for rad in i_basen]
    assert fortalt == i_basen


def test_the_keys_told_are_what_tells_rows_apart(leveranser):
    mappe, _ = leveranser
    publisert = mappe.publisert / "stonad.duckdb"
    nokler = hent(publisert, "select tabell, list(kolonne) from bi.kolonne where er_nokkel group by tabell")
    assert {tabell for tabell, _ in nokler} == set(PUBLISERTE)
    for tabell, kolonner in nokler:
        like = f"select count(*) from bi.{tabell} group by {', '.join(kolonner)} having count(*) > 1"
        assert hent(publisert, like) == [], tabell


UTEN_KOMMUNE = {
    "kommune_historikk": "numre som er gått ut",
    "kommune_kostragruppe": "alle kommuner i Klass",
    "kostra_sammenligning": "alle kommuner, fylker og grupper",
    "nav_register": "alle kommuner",
    "nav_register_dagens": "alle kommuner",
}
"""Tables with other municipalities than ours, and which."""
UTEN_MAANED = {"kpi": "fra 1979", "nav_register": "alle måneder filen har", "nav_register_dagens": "likeså"}
"""Tables with months outside the calendar of our figures, and which."""


def test_every_municipality_and_month_joins(leveranser):
    mappe, _ = leveranser
    publisert = mappe.publisert / "stonad.duckdb"
    for kolonne, nokkeltabell, uten in (
        ("kommunenummer", "kommune", UTEN_KOMMUNE),
        ("maaned", "maaned", UTEN_MAANED),
    ):
        med = {
            tabell
            for (tabell,) in hent(publisert, f"select tabell from bi.kolonne where kolonne = '{kolonne}'")
            if tabell != nokkeltabell
        }
        assert uten.keys() < med
        for tabell in med - uten.keys():
            alene = f"from bi.{tabell} anti join bi.{nokkeltabell} using ({kolonne}) where {kolonne} is not null"
            assert hent(publisert, alene) == [], tabell


def test_distributions_add_up_to_the_number_of_cases(leveranser):
    mappe, _ = leveranser
    avvik = hent(
        mappe.varehus,
        """
        with delt as (
            select
                fordeling.kommunenummer,
                fordeling.rapporteringsaar,
                fordeling.indikator_id,
                sum(fordeling.verdi) as sum_
            from intermediate.int_fordeling as fordeling
            inner join seeds.fordeling as definisjon on fordeling.indikator_id = definisjon.indikator_id
            where definisjon.flere_per_person = 'nei' and definisjon.filter is null and definisjon.kilde = '11F'
            group by all
        )
        select delt.*, tilfeller.verdi
        from delt
        inner join intermediate.int_indikator as tilfeller using (kommunenummer, rapporteringsaar)
        where tilfeller.indikator_id = 'ant_tilfeller' and delt.sum_ <> tilfeller.verdi
        """,
    )
    assert avvik == []


def test_the_ledger_rounded_to_1000_kroner_is_the_0a_that_was_delivered(leveranser):
    """So the expenditure indicators, which equal the truth from 0A, equal it from the ledger too."""
    mappe, _ = leveranser
    kolonner = "kommunenummer, rapporteringsaar, kontoklasse, funksjon, art"
    avledet = hent(
        mappe.varehus,
        f"select {kolonner}, belop_nok from intermediate.int_0a_avledet where kvartal is null order by all",
    )
    levert = hent(
        mappe.varehus,
        f"select {kolonner}, belop_hittil_nok from intermediate.int_regnskap_funksjon_art "
        "where kvartal is null order by all",
    )
    assert avledet == levert
    assert len(levert) == 135
    assert hent(mappe.varehus, "select * from intern.avvik_0a") == []


def test_what_is_posted_in_another_month_is_told(leveranser):
    mappe, _ = leveranser
    rader = [rad for rad in les_karantene(mappe, advarsler=True) if rad.objekt == "hovedbok"]
    assert {rad.regel for rad in rader} == {"H03"}
    assert len(rader) == 177
    assert les_karantene(mappe, objekt="hovedbok") == []


def test_the_ledger_by_kind_of_stonad_is_published_where_it_tells_of_nobody(leveranser):
    mappe, sammendrag = leveranser
    rader = hent(
        sammendrag.publisert,
        "select stonadsform, count(*), count(belop_nok), count(mottaker_antall) from bi.fct_utgift_maaned "
        "where grunnlag = 'regnskap' group by all order by all",
    )
    assert [(form, antall, mottakere) for form, antall, _, mottakere in rader] == [("BIDRAG", 601, 0), ("LAAN", 170, 0)]
    assert all(0 < vist < antall for _, antall, vist, _ in rader)
    ulike = hent(
        mappe.varehus,
        """
        select *
        from bi.fct_utgift_maaned as vist
        inner join intermediate.int_utgift_regnskap as sann using (kommunenummer, maaned, stonadsart, stonadsform)
        where vist.grunnlag = 'regnskap' and not vist.skjermet and vist.belop_nok != sann.belop_nok
        """,
    )
    assert ulike == []


def test_the_kroner_of_the_ledger_are_not_those_of_a_hidden_kind(leveranser):
    """A reader takes what is shown of a month in the case system from the account it is posted on."""
    mappe, _ = leveranser
    funnet = hent(
        mappe.varehus,
        """
        with kilde as (
            select distinct
                kommunenummer,
                stonadsart as stonadstype,
                stonadsform,
                case art
                    when '14700' then 'LIVSOPPHOLD'
                    when '14701' then 'BOUTGIFT'
                    when '14702' then 'STROM'
                    when '14709' then 'ANNET'
                    else 'UKJENT'
                end as stonadsart
            from raw.fagsystem_utbetaling
            inner join intern.leveranse using (leveranse_id)
        )

        select vist.kommunenummer, vist.maaned, vist.stonadsart
        from bi.fct_utgift_maaned as vist
        inner join kilde using (kommunenummer, stonadsart, stonadsform)
        inner join bi.fct_utgift_maaned as del_
            on
                del_.grunnlag = 'kontant'
                and vist.kommunenummer = del_.kommunenummer
                and vist.maaned = del_.maaned
                and vist.stonadsform = del_.stonadsform
                and kilde.stonadstype = del_.stonadsart
        where vist.grunnlag = 'regnskap' and not vist.skjermet and del_.skjermet
        """,
    )
    assert funnet == []


def test_every_number_of_the_workbook_is_published_and_none_of_its_text_is_a_person(leveranser, tmp_path):
    mappe, _ = leveranser
    database, fil = mappe.publisert / "stonad.duckdb", tmp_path / "arbeidsbok.xlsx"
    skriv_arbeidsbok(les_innhold(database, ["3412"]), fil)
    assert ulikheter(database, fil, ["3412"]) == {}
    with zipfile.ZipFile(fil) as arkiv:
        tekst = "".join(arkiv.read(navn).decode() for navn in arkiv.namelist())
    personer = hent(mappe.varehus, "select distinct mottaker_id from raw.fagsystem_mottaker")
    assert len(personer) > 1000
    assert [rad[0] for rad in personer if rad[0] in tekst] == []
