"""The expectations: each passes and fails, a fault holds one municipality's month back, and the rest goes out."""

import re
from datetime import date, datetime

import duckdb
import pytest

from dagster_project.formater import MELLOMROM, norsk_tall
from dagster_project.kvalitet.gx import finn_brudd, hold_forbindelsen_aapen
from dagster_project.kvalitet.kontroll import kontroller
from dagster_project.kvalitet.side import FIL, skriv_side
from dagster_project.kvalitet.suiter import ERROR, EXPECTATIONS, Suite, Terskel, forventninger, suiter
from dagster_project.publisering import OMFANG, publiser
from dagster_project.seeds import read_seed
from tests.dbt_sql import MODELS
from tests.kvalitetsprove import (
    FORSTE_KJORING,
    GODT,
    MAANEDER,
    SISTE,
    kvitter,
    lag_varehus,
    lever,
    sett,
    sett_tid,
    sporr,
)

NESTE = date(2025, 11, 1)
ANDRE_KJORING = datetime(2025, 12, 8, 6)
UENIGE = "fagsystem_og_hovedbok_er_enige"
FEIL = {"ukvitterte_feil": 1, "ukvitterte_feil_tekst": "I oktober 2025 ble 1,3 mill. kr utbetalt på forskudd."}


@pytest.fixture
def varehus(tmp_path):
    return lag_varehus(tmp_path / "varehus.duckdb")


def holdt(varehus) -> list[tuple[str, date]]:
    return sporr(varehus, "select kommunenummer, maaned from bi.tilbakeholdt order by all")


def styr(varehus, kjoring_id: str, *navn: str) -> None:
    """Control by some of the suites only, which is enough where several runs follow each other."""
    kontroller(varehus, kjoring_id, [suite for suite in suiter() if suite.suite in navn])


def grenser(forventning) -> tuple[float, float]:
    """Return a value the expectation takes and one it does not, as near each other as the column has them."""
    navn, grense = next((navn, verdi) for navn, verdi in forventning.verdier.items() if navn != "column")
    steg = 0.01 if any(isinstance(verdi, Terskel) for verdi in forventning.kwargs.values()) else 1
    return grense, grense + steg if navn == "max_value" else grense - steg


# The suites as data.


def test_ids_are_used_once_and_every_file_is_a_suite():
    alle = [forventning.id for suite in suiter() for forventning in suite.forventninger]
    assert len(alle) == len(set(alle)) == len(forventninger())
    assert [suite.suite for suite in suiter()] == ["leveranser", "periodisering", "avstemming", "publisert"]
    assert len(list(EXPECTATIONS.iterdir())) == len(suiter())


@pytest.mark.parametrize("forventning", forventninger().values(), ids=lambda f: f.id)
def test_every_expectation_says_what_it_means_where_its_number_comes_from_and_what_to_do(forventning):
    meta = forventning.meta
    for tekst in (meta.betyr, meta.tall_fra, meta.gjor, forventning.tall_fra):
        assert tekst.endswith((".", "HVORFOR")), tekst
        assert len(tekst) > 10
    assert "{" not in forventning.si(1.5, "Tekst.") + forventning.gjor("9901", "2025-10")
    assert forventning.kolonne in GODT
    assert meta.tekst is None or (meta.tekst in GODT and (meta.uten_tekst or "{tekst}" in meta.melding))
    # What holds a month back for good must be possible to settle.
    if meta.kan_kvitteres:
        assert forventning.alvor == ERROR
        assert f"{forventning.id} --serie kvalitet" in forventning.gjor("9901", "2025-10")


@pytest.mark.parametrize("forventning", forventninger().values(), ids=lambda f: f.id)
def test_a_threshold_stands_in_a_seed_and_nowhere_else(forventning):
    for navn, verdi in forventning.kwargs.items():
        if isinstance(verdi, Terskel):
            assert str(norsk_tall(verdi.verdi)) in forventning.tall_fra
            assert f"seeds/{verdi.seed}.csv" in forventning.tall_fra
        elif navn != "column":
            assert verdi == 0, "a number that is not none at all belongs in a seed"


def test_a_threshold_that_is_not_there_and_a_field_nobody_knows_are_refused():
    with pytest.raises(KeyError, match="avvik_terskel: finnes_ikke"):
        _ = Terskel(seed="avvik_terskel", rad="finnes_ikke").verdi
    mal = suiter()[0].model_dump()
    for endring in ({"alvor": "FATAL"}, {"ukjent": 1}, {"meta": {"navn": "Uten resten"}}):
        forventning = mal["forventninger"][0] | endring
        with pytest.raises(ValueError, match=next(iter(endring))):
            Suite.model_validate(mal | {"forventninger": [forventning]})


def test_what_is_looked_at_is_what_the_model_makes():
    sql = (MODELS / "marts" / "intern" / "intern_kvalitetsmaal.sql").read_text(encoding="utf-8")
    siste = sql[sql.rindex("\nselect\n") :]
    kolonner = re.findall(r"(\w+),?\n", siste[: siste.index("\nfrom ")] + "\n")
    assert [kolonne for kolonne in kolonner if kolonne not in ("select", "kommunenummer", "maaned")] == list(GODT)


# Great Expectations itself.


def test_the_private_name_the_mend_rests_on_is_there():
    """If this fails, Great Expectations has changed: see dagster_project/kvalitet/gx.py."""
    import great_expectations.execution_engine.sqlalchemy_execution_engine as motor

    assert isinstance(motor._PERSISTED_CONNECTION_DIALECTS, tuple)
    assert all(hasattr(dialekt, "value") for dialekt in motor._PERSISTED_CONNECTION_DIALECTS)
    hold_forbindelsen_aapen()
    hold_forbindelsen_aapen()
    assert [str(d.value) for d in motor._PERSISTED_CONNECTION_DIALECTS].count("duckdb") == 1


def test_each_expectation_takes_its_limit_and_fails_just_beyond_it(varehus):
    godtatt, brutt = MAANEDER[0], MAANEDER[1]
    alle = {forventning.kolonne: grenser(forventning) for forventning in forventninger().values()}
    sett(varehus, "9901", godtatt, **{kolonne: inntil for kolonne, (inntil, _) in alle.items()})
    sett(varehus, "9901", brutt, **{kolonne: over for kolonne, (_, over) in alle.items()})
    sett(varehus, "9902", brutt, **dict.fromkeys(alle))
    brudd = finn_brudd(varehus, "select * from intern.kvalitetsmaal", suiter())
    assert brudd == {id_: {("9901", brutt)} for id_ in forventninger()}


def test_every_month_that_fails_is_told_and_the_database_is_let_go_of(varehus):
    lever(varehus, *(date(2000 + nummer // 12, nummer % 12 + 1, 1) for nummer in range(60)))
    with duckdb.connect(str(varehus)) as con:
        con.execute("update intern.kvalitetsmaal set umulige_tall = 1")
    filer = set(varehus.parent.iterdir())
    brudd = finn_brudd(varehus, "select * from intern.kvalitetsmaal", suiter())
    assert len(brudd["tallene_er_mulige"]) == 2 * (60 + len(MAANEDER))
    assert set(varehus.parent.iterdir()) == filer
    # Another holder would refuse this.
    with duckdb.connect(str(varehus)) as con:
        con.execute("drop table intern.kvalitetsmaal")


def test_nothing_delivered_is_nothing_to_judge(varehus):
    with duckdb.connect(str(varehus)) as con:
        con.execute("delete from intern.kvalitetsmaal")
    assert {(ett.vurdert, ett.brudd) for ett in kontroller(varehus, "a")} == {(0, ())}
    assert "ingenting er kontrollert" in skriv_side(varehus, varehus.parent).read_text(encoding="utf-8")


# What is held back.


def test_a_fault_holds_back_that_month_of_that_municipality_and_nothing_else(varehus, tmp_path, miljo):
    sett(varehus, "9901", SISTE, **FEIL)
    utfall = {ett.forventning.id: ett for ett in kontroller(varehus, "a")}
    assert utfall["ingen_ukvitterte_feil"].holdt == (("9901", SISTE),)
    assert [id_ for id_, ett in utfall.items() if ett.holdt] == ["ingen_ukvitterte_feil"]
    resultat = publiser(varehus, tmp_path / "ut", "a", miljo)
    ute = sporr(resultat.database, "select kommunenummer, maaned from bi.fct_utgift_maaned order by all")
    assert ute == [(kommune, m) for kommune in ("9901", "9902") for m in MAANEDER if (kommune, m) != ("9901", SISTE)]
    assert sporr(resultat.database, "from bi.tilbakeholdt") == [("9901", SISTE, FEIL["ukvitterte_feil_tekst"])]
    parquet = duckdb.sql(f"select count(*) from '{resultat.parquet}/fct_utgift_maaned.parquet'").fetchone()
    assert parquet == (len(ute),)


def test_a_warning_holds_nothing_back(varehus):
    varsler = [forventning for forventning in forventninger().values() if forventning.alvor != ERROR]
    sett(varehus, "9901", SISTE, **{forventning.kolonne: grenser(forventning)[1] for forventning in varsler})
    utfall = kontroller(varehus, "a")
    assert {ett.forventning.alvor for ett in utfall if ett.nye} == {"WARNING"}
    assert holdt(varehus) == []


def test_a_month_that_is_out_already_is_told_of_and_stays(varehus):
    sett(varehus, "9901", MAANEDER[-2], **FEIL)
    utfall = next(ett for ett in kontroller(varehus, "a") if ett.forventning.id == "ingen_ukvitterte_feil")
    assert (utfall.brudd, utfall.nye, utfall.holdt) == ((("9901", MAANEDER[-2]),), (), ())


def test_a_month_stays_held_until_it_is_put_right_however_many_come_after_it(varehus):
    sett(varehus, "9901", SISTE, **FEIL)
    styr(varehus, "a", "periodisering")
    lever(varehus, NESTE)
    sett_tid(varehus, ANDRE_KJORING)
    styr(varehus, "b", "periodisering")
    assert holdt(varehus) == [("9901", SISTE)]
    sett(varehus, "9901", SISTE, ukvitterte_feil=0)
    styr(varehus, "c", "periodisering")
    assert holdt(varehus) == []
    # Once out it is not taken back.
    sett(varehus, "9901", SISTE, ukvitterte_feil=1)
    styr(varehus, "d", "periodisering")
    assert holdt(varehus) == []


def test_all_months_that_came_since_the_last_control_are_new(varehus):
    styr(varehus, "a", "periodisering")
    lever(varehus, NESTE, date(2025, 12, 1))
    sett(varehus, "9902", NESTE, **FEIL)
    sett_tid(varehus, ANDRE_KJORING)
    styr(varehus, "b", "periodisering")
    assert holdt(varehus) == [("9902", NESTE)]


def test_figures_as_of_a_day_know_nothing_of_later_controls(varehus):
    sett(varehus, "9901", SISTE, **FEIL)
    styr(varehus, "a", "periodisering")
    lever(varehus, NESTE)
    sett_tid(varehus, ANDRE_KJORING, per=datetime(2025, 11, 9))
    styr(varehus, "b", "periodisering")
    assert holdt(varehus) == []
    sett_tid(varehus, ANDRE_KJORING, per=FORSTE_KJORING)
    styr(varehus, "c", "periodisering")
    assert holdt(varehus) == [("9901", SISTE)]


@pytest.mark.parametrize(("observert", "slippes"), [(1.0, True), (1.05, True), (1.06, False)])
def test_what_is_accepted_lets_the_month_through_until_it_changes(varehus, observert, slippes):
    sett(varehus, "9901", SISTE, uforklart_hovedbok_pst=observert)
    styr(varehus, "a", "avstemming")
    assert holdt(varehus) == [("9901", SISTE)]
    kvitter(varehus, "9901", SISTE, UENIGE, 1.0)
    styr(varehus, "b", "avstemming")
    assert holdt(varehus) == ([] if slippes else [("9901", SISTE)])
    assert sporr(varehus, "select kvittert, sperrer from intern.kvalitet where kjoring_id = 'b' and not bestatt") == [
        (slippes, not slippes)
    ]


def test_a_hidden_figure_that_shows_cannot_be_accepted(varehus):
    sett(varehus, "9901", SISTE, skjermet_med_tall=1)
    kvitter(varehus, "9901", SISTE, "skjulte_tall_er_tomme", 1)
    styr(varehus, "a", "publisert")
    assert holdt(varehus) == [("9901", SISTE)]


def test_results_are_kept_run_by_run(varehus):
    kontroller(varehus, "a")
    forste = sporr(varehus, "from intern.kvalitet order by all")
    sett(varehus, "9901", SISTE, samvariasjon=0.1)
    sett_tid(varehus, ANDRE_KJORING)
    kontroller(varehus, "b")
    assert sporr(varehus, "from intern.kvalitet where kjoring_id = 'a' order by all") == forste
    assert len(forste) == 2 * len(MAANEDER) * len(forventninger())
    assert sporr(
        varehus,
        """
        select tidspunkt, suite, kommunenummer, maaned, alvor, observert, melding
        from intern.kvalitet
        where kjoring_id = 'b' and not bestatt
        """,
    ) == [
        (
            ANDRE_KJORING,
            "periodisering",
            "9901",
            SISTE,
            "WARNING",
            0.1,
            "Korrelasjonen mellom endringene i mottakere og i utbetalinger er 0,10.",
        )
    ]


def test_only_the_months_of_a_year_are_judged_anew(varehus):
    lever(varehus, *(date(2023, nummer, 1) for nummer in range(1, 13)))
    styr(varehus, "a", "publisert")
    vindu = next(int(rad["verdi"]) for rad in read_seed("kvalitet_terskel") if rad["terskel_id"] == "vindu_maaneder")
    assert vindu == 12
    assert sporr(varehus, "select min(maaned), max(maaned) from intern.kvalitet") == [(MAANEDER[0], SISTE)]
    lever(varehus, date(2024, 11, 1), date(2024, 10, 1))
    styr(varehus, "b", "publisert")
    assert sporr(varehus, "select min(maaned) from intern.kvalitet where kjoring_id = 'b'") == [(date(2024, 11, 1),)]


def test_every_published_table_by_municipality_and_month_says_what_goes_with_a_month():
    kjent = {rad["tabell"]: rad for rad in read_seed("kvalitet_tilbakehold")}
    assert {rad["omfang"] for rad in kjent.values()} == {*OMFANG, ""}
    maanedlige = set()
    for fil in (MODELS / "marts" / "bi").glob("*.yml"):
        tekst = fil.read_text(encoding="utf-8")
        if "{name: kommunenummer," in tekst and re.search(r"\{name: (maaned|periode),", tekst):
            maanedlige.add(fil.stem.removeprefix("bi_"))
    assert kjent.keys() == maanedlige
    assert all(rad["begrunnelse"] for rad in kjent.values())


@pytest.mark.parametrize(
    ("tabell", "ute"),
    [
        ("ind_utbetaling_per_mottaker", [MAANEDER[-3], SISTE]),
        ("ind_maaned", [MAANEDER[-3]]),
        ("avvik_periodisering", [MAANEDER[-3], MAANEDER[-2], SISTE]),
    ],
)
def test_sums_over_months_go_with_the_month_too(varehus, tmp_path, miljo, tabell, ute):
    with duckdb.connect(str(varehus)) as con:
        con.execute(f"create table bi.{tabell} (kommunenummer varchar, maaned date)")
        con.executemany(f"insert into bi.{tabell} values ('9901', ?)", [[maaned] for maaned in MAANEDER[-3:]])
        con.execute("insert into intern.tilbakeholdt values ('9901', ?, 'Feil.')", [MAANEDER[-2]])
    database = publiser(varehus, tmp_path / "ut", "a", miljo).database
    assert sporr(database, f"select maaned from bi.{tabell} order by all") == [(maaned,) for maaned in ute]


def test_a_year_goes_with_its_month(varehus, tmp_path, miljo):
    with duckdb.connect(str(varehus)) as con:
        con.execute("create table bi.ind_stonadslengde (kommunenummer varchar, periode_type varchar, periode date)")
        con.execute("""
            insert into bi.ind_stonadslengde values
                ('9901', 'aar', '2024-01-01'), ('9901', 'aar', '2025-01-01'), ('9902', 'aar', '2025-01-01'),
                ('9901', 'maaned', '2025-09-01'), ('9901', 'maaned', '2025-10-01')
        """)
        con.execute("insert into intern.tilbakeholdt values ('9901', '2025-10-01', 'Feil.')")
    database = publiser(varehus, tmp_path / "ut", "a", miljo).database
    assert sporr(database, "from bi.ind_stonadslengde order by all") == [
        ("9901", "aar", date(2024, 1, 1)),
        ("9901", "maaned", date(2025, 9, 1)),
        ("9902", "aar", date(2025, 1, 1)),
    ]


# The page.


@pytest.fixture
def side(varehus) -> str:
    kontroller(varehus, "a")
    sett(varehus, "9901", SISTE, **FEIL)
    sett(varehus, "9902", SISTE, samvariasjon=0.1, lagt_til_side_pst=12.34)
    sett(varehus, "9902", MAANEDER[0], uforklart_hovedbok_pst=2)
    sett_tid(varehus, ANDRE_KJORING)
    kontroller(varehus, "b")
    return skriv_side(varehus, varehus.parent).read_text(encoding="utf-8")


def test_the_page_tells_what_failed_what_it_means_and_what_to_do(side):
    assert "1 måned holdt tilbake:" in " ".join(re.sub("<[^>]+>", "", side).split())
    side = side.replace(MELLOMROM, " ")
    assert "Eksempelvik (oktober 2025)" in side
    for tekst in (
        FEIL["ukvitterte_feil_tekst"],
        "stonad kvitter 9901 2025-10 ÅRSAK",
        "12 % av radene er lagt til side og er ikke med i tallene.",
        "Januar 2025: Fagsystem og hovedbok er enige",
        "8. desember 2025 kl. 07.00",
        "10. november 2025 kl. 07.00",
    ):
        assert tekst in side, tekst
    for forventning in forventninger().values():
        assert forventning.meta.navn in side
        assert forventning.meta.betyr in side
    # Who needs somebody stands first.
    assert side.index("Eksempelvik 9901") < side.index("Nabovik 9902")


def test_the_page_is_one_file_that_fetches_nothing(side, varehus):
    assert re.findall(r"(?i)https?:|src=|<script|<link|@import|url\(", side) == []
    assert re.findall(r"\d{11}", side) == []
    assert sorted(sti.name for sti in varehus.parent.iterdir()) == [FIL, "varehus.duckdb"]


def test_the_page_says_how_long_a_fault_has_stood(varehus):
    sett(varehus, "9901", SISTE, **FEIL)
    styr(varehus, "a", "periodisering")
    for kjoring_id, feil, dag in (("b", 0, 11), ("c", 1, 12), ("d", 1, 13)):
        sett(varehus, "9901", SISTE, ukvitterte_feil=feil)
        sett_tid(varehus, datetime(2025, 11, dag, 6))
        styr(varehus, kjoring_id, "periodisering")
    side = skriv_side(varehus, varehus.parent).read_text(encoding="utf-8")
    assert re.findall(r"<dt>Først sett</dt><dd>(.*?)</dd>", side.replace(MELLOMROM, " ")) == [
        "12. november 2025 kl. 07.00"
    ]


def test_names_are_text_on_the_page_and_never_markup(varehus):
    sett(varehus, "9901", SISTE, ukvitterte_feil=1, ukvitterte_feil_tekst="<b>Fet</b>")
    styr(varehus, "a", "periodisering")
    assert "&lt;b&gt;Fet" in skriv_side(varehus, varehus.parent).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("verdi", "desimaler", "ventet"),
    [
        (2.5, 0, "3"),
        (0.125, 2, "0,13"),
        (-2.5, 0, "−3"),
        (-0.04, 1, "0,0"),
        (1234.5, 1, "1\xa0234,5"),
        (0.5, None, "0,5"),
        (50, None, "50"),
    ],
)
def test_numbers_are_written_as_norwegians_do(verdi, desimaler, ventet):
    assert norsk_tall(verdi, desimaler) == ventet
