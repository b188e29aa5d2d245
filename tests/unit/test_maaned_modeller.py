"""The monthly models of bi, built straight in DuckDB from a handful of persons."""

from datetime import date

import duckdb
import pytest

from dagster_project.kalender import virkedager
from tests.dbt_sql import load_seed, run_model

JAN, FEB, MAR, APR = (date(2025, maaned, 1) for maaned in range(1, 5))
UNG = range(3)
VOKSEN = range(3, 8)
UTEN_BETALING = "3403"

# mottaker_nr, utgiftsmaaned, stonadstype_nr, belop_nok
LIVSOPPHOLD, DEPOSITUM = 1, 2
UTGIFT = [
    *((nr, JAN, LIVSOPPHOLD, 500) for nr in UNG),
    *((nr, JAN, LIVSOPPHOLD, 1000) for nr in VOKSEN),
    (0, JAN, DEPOSITUM, 10_000),
    *((nr, FEB, LIVSOPPHOLD, "1000.01") for nr in VOKSEN if nr > 3),
    # Pays back, and gets nothing in the month.
    (1, FEB, LIVSOPPHOLD, -400),
    # Pays back before there is any support month.
    (8, FEB, LIVSOPPHOLD, -50),
    (8, MAR, LIVSOPPHOLD, 100),
    # Not delivered.
    (3, APR, LIVSOPPHOLD, 7),
]


@pytest.fixture(scope="module")
def con():
    con = duckdb.connect()
    for seed in ("populasjon", "skjerming_terskel", "kodeliste", "regnskap_konto", "regnskap_formaal"):
        load_seed(con, seed)
    con.execute(
        "create table int_utgift (mottaker_nr integer, utgiftsmaaned date, stonadstype_nr integer, "
        "belop_nok decimal(18, 2))"
    )
    con.executemany("insert into int_utgift values (?, ?, ?, ?)", UTGIFT)
    con.execute("create table int_utgift_periodisert as select * rename (utgiftsmaaned as maaned) from int_utgift")
    con.execute(
        "create table int_fagsystem_person as select distinct mottaker_nr, '3412' as kommunenummer from int_utgift"
    )
    con.execute(
        "create table int_stonadsmaaned_smal as select mottaker_nr, unnest([false, true]) as er_periodisert, "
        "utgiftsmaaned as maaned, sum(belop_nok)::decimal(18, 2) as belop_nok, "
        "if(mottaker_nr < 3, 20, 40)::smallint as alder, mottaker_nr != 4 as er_hovedinntekt "
        "from int_utgift group by mottaker_nr, utgiftsmaaned having sum(belop_nok) > 0"
    )
    con.execute("create table int_kommune_maaned (kommunenummer varchar, maaned date)")
    con.executemany(
        "insert into int_kommune_maaned values (?, ?)",
        [("3412", JAN), ("3412", FEB), ("3412", MAR), (UTEN_BETALING, JAN)],
    )
    con.execute(
        "create table int_utgift_maaned as select '3412' as kommunenummer, utgiftsmaaned as maaned, "
        "unnest(['kontant', 'periodisert']) as grunnlag, if(stonadstype_nr = 1, 'LIVSOPPHOLD', 'DEPOSITUM') as "
        "stonadsart, if(stonadstype_nr = 1, 'BIDRAG', 'LAAN') as stonadsform, sum(belop_nok)::decimal(18, 2) as "
        "belop_nok, count(*) filter (belop_nok > 0) as mottaker_antall, count(*) as person_antall, "
        "min(mottaker_nr) as forste_mottaker_nr, max(mottaker_nr) as siste_mottaker_nr "
        f"from int_utgift where utgiftsmaaned < date '{APR}' group by utgiftsmaaned, stonadstype_nr"
    )
    con.execute("create table int_kommune_aar (kilde varchar, kommunenummer varchar, rapporteringsaar integer)")
    con.execute("create table int_skjerming (kommunenummer varchar, rapporteringsaar integer, celle_id varchar)")
    con.execute(
        "create table int_stonadslengde (kommunenummer varchar, periode_type varchar, periode date, "
        "definisjon varchar, populasjon varchar, nevner bigint, antall_personer bigint)"
    )
    con.execute(
        "create table int_skjerming_maaned (tabell varchar, serie varchar, kommunenummer varchar, periode date, "
        "celle varchar)"
    )
    con.execute(
        "create table int_utgift_regnskap (kommunenummer varchar, maaned date, stonadsart varchar, "
        "stonadsform varchar, belop_nok decimal(18, 2), mottaker_antall integer)"
    )
    con.execute(
        "create table int_utgift_regnskap_rettet (kommunenummer varchar, maaned date, stonadsart varchar, "
        "stonadsform varchar, belop_nok decimal(18, 2), fort_i date[])"
    )
    con.execute(
        "create table int_fagsystem_utbetaling_i_kraft (kommunenummer varchar, stonadsart varchar, "
        "stonadsform varchar, art varchar)"
    )
    con.execute("create table stg_intern__regnskap_konto_lokal (kommunenummer varchar, konto varchar, formaal varchar)")
    # February has no index yet.
    con.execute("create table int_kpi_maaned (maaned date, indeks double, basismaaned date)")
    con.execute(f"insert into int_kpi_maaned values ('{JAN}', 100, '{MAR}'), ('{FEB}', null, '{MAR}')")
    con.execute(f"insert into int_kpi_maaned values ('{MAR}', 102, '{MAR}')")
    for modell in ("fagsystem/int_aldersgruppe", "fagsystem/int_populasjon_gruppe", "int_populasjon_maaned"):
        run_model(con, f"intermediate/{modell}")
    yield con
    con.close()


@pytest.fixture
def bi(con):
    """Build the published tables, and forget afterwards what the test has put in."""
    con.begin()

    def bygg() -> duckdb.DuckDBPyConnection:
        run_model(con, "intermediate/int_maaned_celle")
        run_model(con, "marts/bi/fct_utgift_maaned")
        run_model(con, "marts/bi/ind_utbetaling_per_mottaker")
        return con

    bygg()
    yield bygg
    con.rollback()


def per_mottaker(con, kommunenummer: str, maaned: date, grunnlag: str = "kontant") -> dict[str, tuple]:
    rader = con.execute(
        "select populasjon, belop_nok::varchar, mottaker_antall, utbetaling_per_mottaker_nok::varchar "
        "from ind_utbetaling_per_mottaker where kommunenummer = ? and maaned = ? and grunnlag = ?",
        [kommunenummer, maaned, grunnlag],
    ).fetchall()
    return {populasjon: tuple(tall) for populasjon, *tall in rader}


def celler(con, sql: str) -> set[tuple]:
    return set(con.execute(f"select celle, antall, personer from int_maaned_celle where {sql}").fetchall())


@pytest.mark.parametrize("grunnlag", ["kontant", "periodisert"])
def test_payment_per_mottaker_by_populasjon(bi, grunnlag):
    assert per_mottaker(bi(), "3412", JAN, grunnlag) == {
        "alle": ("16500.00", 8, "2062.50"),
        "18_24": ("11500.00", 3, "3833.33"),
        "25_66": ("5000.00", 5, "1000.00"),
        "under_30": ("11500.00", 3, "3833.33"),
        "hovedinntekt": ("15500.00", 7, "2214.29"),
        "supplerende": ("1000.00", 1, "1000.00"),
    }


def test_who_pays_back_is_in_the_kroner_and_not_among_the_recipients(bi):
    ut = per_mottaker(bi(), "3412", FEB)
    assert ut["alle"] == ("3550.04", 4, "887.51")
    # Placed by the support month before.
    assert ut["18_24"] == ("-400.00", 0, None)
    # Placed by the support month after, as there is none before.
    assert ut["25_66"] == ("3950.04", 4, "987.51")


def test_a_month_has_the_same_sum_in_both_tables(bi):
    sql = """
        with fct as (select maaned, grunnlag, sum(belop_nok) as belop_nok from fct_utgift_maaned group by all)
        select ind.maaned, ind.grunnlag
        from ind_utbetaling_per_mottaker as ind
        left join fct using (maaned, grunnlag)
        where kommunenummer = '3412' and populasjon = 'alle' and ind.belop_nok is distinct from fct.belop_nok
    """
    assert bi().execute(sql).fetchall() == []


def test_a_month_without_payments_has_zeros_and_one_not_delivered_has_nothing(bi):
    con = bi()
    tom = per_mottaker(con, UTEN_BETALING, JAN)
    assert (len(tom), set(tom.values())) == (6, {("0.00", 0, None)})
    assert per_mottaker(con, "3412", APR) == {}


@pytest.mark.parametrize(("belop", "ventet"), [("10.05", "5.03"), ("-10.05", "-5.03"), ("2.01", "1.01"), ("0", "0.00")])
def test_half_an_ore_is_rounded_away_from_zero(con, bi, belop, ventet):
    con.execute(f"update int_populasjon_maaned set belop_nok = {belop}, mottaker_antall = 2")
    assert per_mottaker(bi(), "3412", JAN)["alle"][2] == ventet


def test_fixed_prices_name_their_month_and_are_empty_without_an_index(con, bi):
    """16 500 kroner to 8 is 2062.50 each; times 102 / 100 that is 2103.75. February has no index."""
    con.execute(
        "insert into int_skjerming_maaned values "
        f"('ind_utbetaling_per_mottaker', 'kontant', '3412', '{JAN}', 'under_30')"
    )
    bi()
    rader = con.execute(
        "select maaned, populasjon, utbetaling_per_mottaker_fast_nok::varchar, basismaaned "
        "from ind_utbetaling_per_mottaker where kommunenummer = '3412' and grunnlag = 'kontant' "
        "and populasjon in ('alle', 'under_30', '18_24')"
    ).fetchall()
    assert {(maaned, populasjon): tuple(tall) for maaned, populasjon, *tall in rader} == {
        (JAN, "alle"): ("2103.75", MAR),
        (JAN, "18_24"): ("3910.00", MAR),
        (JAN, "under_30"): (None, MAR),
        (FEB, "alle"): (None, None),
        (FEB, "18_24"): (None, None),
        (FEB, "under_30"): (None, None),
        (MAR, "alle"): ("100.00", MAR),
        (MAR, "18_24"): (None, MAR),
        (MAR, "under_30"): (None, MAR),
    }


def test_cells_are_of_those_who_get_and_the_persons_behind_are_all(bi):
    con = bi()
    februar = f"relasjonssett = 'populasjon_aarssum' and periode = date '{FEB}'"
    assert {("alle", 4, 6), ("18_24", 0, 1), ("25_66", 4, 5), ("~30_66", 4, 5)} <= celler(con, februar)
    assert celler(con, f"serie = 'kontant' and relasjonssett = 'utgift' and periode = date '{FEB}'") == {
        ("LIVSOPPHOLD|BIDRAG", 4, 6)
    }


def test_only_kontant_months_have_a_known_sum_of_the_year(bi):
    serier = bi().execute("select distinct relasjonssett, serie from int_maaned_celle where celle = 'alle'").fetchall()
    assert set(serier) == {("populasjon_aarssum", "kontant"), ("populasjon", "periodisert")}


@pytest.mark.parametrize(("forste", "siste", "samlet"), [(0, 0, 1), (1, 1, 2), (0, 1, 2), (1, 2, 3)])
def test_persons_behind_small_kinds_are_counted_once(con, bi, forste, siste, samlet):
    """The deposit is of person 0; another small kind is added."""
    con.execute(
        "insert into int_utgift_maaned by name select '3412' as kommunenummer, '2025-01-01'::date as maaned, "
        "'kontant' as grunnlag, 'REISE' as stonadsart, 'BIDRAG' as stonadsform, 1 as belop_nok, "
        f"2 as mottaker_antall, 2 as person_antall, {forste} as forste_mottaker_nr, {siste} as siste_mottaker_nr"
    )
    januar = f"serie = 'kontant' and relasjonssett = 'utgift' and periode = date '{JAN}'"
    assert ("~smaa_samlet", samlet, None) in celler(bi(), januar)


def test_what_the_yearly_figures_show_or_hide_is_told(con, bi):
    sql = "select month(periode), vist_ellers from int_maaned_celle where celle = 'alle' and serie = 'kontant'"

    def vist_ellers() -> list[tuple]:
        return bi().execute(f"{sql} order by all").fetchall()

    assert vist_ellers() == [(1, None), (2, None), (3, None)]
    con.execute("insert into int_kommune_aar values ('11F', '3412', 2025)")
    con.execute("insert into int_skjerming values ('3412', 2025, 'utbetalt_mnd_k:02'), ('3412', 2025, 'mottakere')")
    assert vist_ellers() == [(1, True), (2, False), (3, True)]


def test_hidden_rows_are_empty_and_say_so(con, bi):
    con.execute(
        "insert into int_skjerming_maaned values "
        f"('fct_utgift_maaned', 'kontant', '3412', '{JAN}', 'DEPOSITUM|LAAN'), "
        f"('ind_utbetaling_per_mottaker', 'kontant', '3412', '{JAN}', '18_24')"
    )
    bi()
    assert con.execute(
        "select maaned, grunnlag, stonadsart, belop_nok, mottaker_antall from fct_utgift_maaned where skjermet"
    ).fetchall() == [(JAN, "kontant", "DEPOSITUM", None, None)]
    assert per_mottaker(con, "3412", JAN)["18_24"] == (None, None, None)
    assert per_mottaker(con, "3412", JAN, "periodisert")["18_24"] == ("11500.00", 3, "3833.33")


def regnskap(con, *kontoer: tuple[str, str]) -> dict[str, tuple]:
    """Post January on 14700 and 14701, with payments of each kind on the given accounts, and return what is shown."""
    con.execute(
        "insert into int_utgift_regnskap values "
        f"('3412', '{JAN}', 'LIVSOPPHOLD', 'BIDRAG', 6500, null), ('3412', '{JAN}', 'BOUTGIFT', 'BIDRAG', 9000, null)"
    )
    con.execute(
        "insert into int_utgift_maaned by name select '3412' as kommunenummer, '2025-01-01'::date as maaned, "
        "'kontant' as grunnlag, unnest(['BOUTGIFT', 'REISE']) as stonadsart, 'BIDRAG' as stonadsform, "
        "9000 as belop_nok, 5 as mottaker_antall, 5 as person_antall, 0 as forste_mottaker_nr, 7 as siste_mottaker_nr"
    )
    con.executemany("insert into int_fagsystem_utbetaling_i_kraft values ('3412', ?, 'BIDRAG', ?)", kontoer)
    run_model(con, "marts/bi/fct_utgift_maaned")
    rader = con.execute(
        "select stonadsart, belop_nok::varchar, mottaker_antall, skjermet from fct_utgift_maaned "
        "where grunnlag = 'regnskap'"
    ).fetchall()
    return {stonadsart: tuple(resten) for stonadsart, *resten in rader}


def skjul_reise(con) -> None:
    con.execute(
        f"insert into int_skjerming_maaned values ('fct_utgift_maaned', 'kontant', '3412', '{JAN}', 'REISE|BIDRAG')"
    )


SKJULT = (None, None, True)
KONTOER = (("LIVSOPPHOLD", "14700"), ("BOUTGIFT", "14701"))


def test_an_account_is_shown_when_all_that_is_posted_on_it_is(con, bi):
    assert regnskap(con, *KONTOER, ("REISE", "14700")) == {
        "LIVSOPPHOLD": ("6500.00", None, False),
        "BOUTGIFT": ("9000.00", None, False),
    }


@pytest.mark.parametrize(("fort_i", "skjult"), [((JAN,), False), ((JAN, FEB), True), ((FEB,), True)])
def test_what_is_moved_from_a_hidden_month_is_hidden_where_it_is_moved_to(con, bi, fort_i, skjult):
    """Livsopphold is hidden in February: the two series together would tell what is moved from it to January."""
    con.execute(
        "insert into int_skjerming_maaned values ('fct_utgift_maaned', 'kontant', '3412', ?, 'LIVSOPPHOLD|BIDRAG')",
        [FEB],
    )
    con.execute(
        "insert into int_utgift_regnskap_rettet values ('3412', ?, 'LIVSOPPHOLD', 'BIDRAG', 7000, ?)", [JAN, fort_i]
    )
    con.execute(f"insert into int_utgift_regnskap values ('3412', '{FEB}', 'LIVSOPPHOLD', 'BIDRAG', 1000, null)")
    regnskap(con, *KONTOER)
    svar = con.execute(
        "select maaned, belop_nok, mottaker_antall, skjermet from fct_utgift_maaned where grunnlag = 'regnskap_rettet'"
    ).fetchall()
    assert svar == [(JAN, None if skjult else 7000, None, skjult)]


@pytest.mark.parametrize(
    ("reise", "skjult"),
    [
        (("14700",), {"LIVSOPPHOLD"}),
        (("14701",), {"BOUTGIFT"}),
        (("14700", "14701"), {"LIVSOPPHOLD", "BOUTGIFT"}),
        # On an account of its own, or where nobody has said.
        (("14709",), set()),
        ((None,), {"LIVSOPPHOLD", "BOUTGIFT"}),
        (("470",), {"LIVSOPPHOLD", "BOUTGIFT"}),
    ],
)
def test_an_account_with_something_hidden_is_hidden(con, bi, reise, skjult):
    """Hidden travel on the account of livsopphold would be that account less livsopphold in the case system."""
    skjul_reise(con)
    ut = regnskap(con, *KONTOER, *(("REISE", konto) for konto in reise))
    assert {stonadsart for stonadsart, tall in ut.items() if tall == SKJULT} == skjult


def test_the_municipalitys_own_account_says_what_is_behind_it(con, bi):
    skjul_reise(con)
    con.execute("insert into stg_intern__regnskap_konto_lokal values ('3412', '14715', 'boutgifter')")
    ut = regnskap(con, *KONTOER, ("REISE", "14715"))
    assert (ut["BOUTGIFT"], ut["LIVSOPPHOLD"][2]) == (SKJULT, False)


def test_accounts_are_hidden_where_nobody_is_known_to_be_behind_one(con, bi):
    """Only livsopphold is known; boutgift alone would be the form less livsopphold."""
    assert set(regnskap(con, KONTOER[0]).values()) == {SKJULT}


@pytest.mark.parametrize(
    ("maaned", "antall"),
    [
        (date(2025, 1, 1), 22),
        (date(2025, 4, 1), 19),  # skjærtorsdag, langfredag, andre påskedag
        (date(2025, 5, 1), 20),  # 1 May and Kristi himmelfartsdag; 17 May is a Saturday
        (date(2025, 12, 1), 21),  # first and second day of Christmas
        (date(2024, 2, 1), 21),  # a leap year
    ],
)
def test_working_days_of_a_month(maaned, antall):
    assert len(virkedager(maaned)) == antall
