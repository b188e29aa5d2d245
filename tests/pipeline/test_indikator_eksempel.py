"""The generated SQL against figures worked out by hand, and against records that are not as they should."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest

from dagster_project.katalog.definisjoner import TALL, Eksempel, les_katalog
from tests.dbt_sql import load_seed, run_model
from tests.eksempelkommune import build_int_tables

KATALOG = les_katalog()
KOMMUNE = "9901"
AAR = 2025

MODELLER = (
    "int_grunntall_11f",
    "int_grunntall_11cf",
    "int_grunntall_0a",
    "int_grunntall_befolkning",
    "int_grunntall",
    "int_indikator",
    "int_fordeling_11f",
    "int_fordeling_11cf",
    "int_fordeling",
)

ENKLE = [item.indikator_id for item in KATALOG.fordelinger if item.flere_per_person == "nei"]
"""Distributions where each person is in exactly one category."""


def run_models(con: duckdb.DuckDBPyConnection) -> None:
    for model in MODELLER:
        run_model(con, f"intermediate/{model}")


def build() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for seed in ("indikator", "fordeling", "kodeliste"):
        load_seed(con, seed)
    build_int_tables(con)
    return con


@pytest.fixture(scope="module")
def golden() -> Iterator[duckdb.DuckDBPyConnection]:
    with build() as con:
        run_models(con)
        yield con


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own, for tests that change the records; they call run_models themselves."""
    with build() as con:
        yield con


def indikator(con: duckdb.DuckDBPyConnection, indikator_id: str, aar: int = AAR) -> tuple | None:
    return con.execute(
        "select teller, nevner, verdi from int_indikator where indikator_id = ? and rapporteringsaar = ?",
        [indikator_id, aar],
    ).fetchone()


def grunntall(con: duckdb.DuckDBPyConnection, grunntall_id: str, aar: int = AAR) -> tuple | None:
    return con.execute(
        "select verdi, antall_personer from int_grunntall where grunntall_id = ? and rapporteringsaar = ?",
        [grunntall_id, aar],
    ).fetchone()


def kategorier(con: duckdb.DuckDBPyConnection, indikator_id: str, aar: int = AAR) -> dict[str, Decimal]:
    rader = con.execute(
        "select kategori_kode, verdi from int_fordeling where indikator_id = ? and rapporteringsaar = ? "
        "order by sortering",
        [indikator_id, aar],
    ).fetchall()
    return dict(rader)


def fire_desimaler(verdi: float) -> Decimal:
    return Decimal(repr(verdi)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def eksempler(er_kategori: bool) -> list:
    return [
        pytest.param(item, id=f"{item.indikator_id}:{item.kategori_kode}".rstrip(":"))
        for item in KATALOG.eksempler
        if bool(item.kategori_kode) == er_kategori
    ]


@pytest.mark.parametrize("eksempel", eksempler(er_kategori=False))
def test_indicator_is_as_worked_out_by_hand(golden: duckdb.DuckDBPyConnection, eksempel: Eksempel) -> None:
    teller, nevner, verdi = indikator(golden, eksempel.indikator_id)
    assert (teller, nevner, fire_desimaler(verdi)) == (eksempel.teller, eksempel.nevner, eksempel.verdi)


@pytest.mark.parametrize("eksempel", eksempler(er_kategori=True))
def test_category_is_as_worked_out_by_hand(golden: duckdb.DuckDBPyConnection, eksempel: Eksempel) -> None:
    verdi, nevner, andel_pst = golden.execute(
        "select verdi, nevner, andel_pst from int_fordeling "
        "where indikator_id = ? and kategori_kode = ? and rapporteringsaar = ?",
        [eksempel.indikator_id, eksempel.kategori_kode, AAR],
    ).fetchone()
    assert (verdi, nevner) == (eksempel.verdi, eksempel.nevner)
    ventet = None if nevner is None else pytest.approx(100 * float(eksempel.verdi) / float(eksempel.nevner))
    assert andel_pst == ventet


def test_every_indicator_of_the_catalogue_is_there_once(golden: duckdb.DuckDBPyConnection) -> None:
    funnet = golden.execute(f"select indikator_id from int_indikator where rapporteringsaar = {AAR}").fetchall()
    assert sorted(rad[0] for rad in funnet) == sorted(
        item.indikator_id for item in KATALOG.indikatorer if item.type == TALL
    )


@pytest.mark.parametrize("modell", ["int_grunntall", "int_indikator", "int_fordeling"])
def test_grain_holds(golden: duckdb.DuckDBPyConnection, modell: str) -> None:
    nokkel = {
        "int_grunntall": "kommunenummer, rapporteringsaar, grunntall_id",
        "int_indikator": "kommunenummer, rapporteringsaar, indikator_id",
        "int_fordeling": "kommunenummer, rapporteringsaar, indikator_id, kategori_kode",
    }[modell]
    sql = f"select {nokkel} from {modell} group by all having count(*) > 1"
    assert golden.execute(sql).fetchall() == []


def test_columns_and_types_are_as_agreed(golden: duckdb.DuckDBPyConnection) -> None:
    def kolonner(tabell: str) -> dict[str, str]:
        return {rad[0]: rad[1] for rad in golden.execute(f"describe {tabell}").fetchall()}

    felles = {"kommunenummer": "VARCHAR", "rapporteringsaar": "INTEGER"}
    belop = "DECIMAL(18,2)"
    assert kolonner("int_grunntall") == felles | {
        "grunntall_id": "VARCHAR",
        "verdi": belop,
        "antall_personer": "BIGINT",
    }
    assert kolonner("int_indikator") == felles | {
        "indikator_id": "VARCHAR",
        "teller_id": "VARCHAR",
        "nevner_id": "VARCHAR",
        "teller": belop,
        "nevner": belop,
        "verdi": "DOUBLE",
    }
    assert kolonner("int_fordeling") == felles | {
        "indikator_id": "VARCHAR",
        "kategori_kode": "VARCHAR",
        "kategori_navn": "VARCHAR",
        "sortering": "INTEGER",
        "verdi": belop,
        "antall_personer": "BIGINT",
        "nevner": belop,
        "andel_pst": "DOUBLE",
    }


def test_first_year_has_no_new_recipients_and_no_zero(golden: duckdb.DuckDBPyConnection) -> None:
    assert grunntall(golden, "mottakere_nye", 2024) == (None, None)
    assert indikator(golden, "nye_mottakere", 2024) == (None, None, None)


def test_year_without_population_has_numerator_but_no_value(golden: duckdb.DuckDBPyConnection) -> None:
    assert indikator(golden, "andel_av_innb", 2024) == (4, None, None)


def test_year_without_accounts_has_no_account_indicators(golden: duckdb.DuckDBPyConnection) -> None:
    assert indikator(golden, "netto_sos_per_innb", 2024) is None
    assert indikator(golden, "kvp_deltakere", 2024) is None


def test_persons_behind_a_sum_are_those_who_add_to_it(golden: duckdb.DuckDBPyConnection) -> None:
    assert grunntall(golden, "laan") == (32000, 2)
    assert grunntall(golden, "barn_6mnd") == (5, 2)
    assert grunntall(golden, "stonadsmaaneder_18_24") == (10, 2)
    assert grunntall(golden, "kvp_stonadsmaaneder") == (33, 5)
    assert grunntall(golden, "netto_sos") == (1420000, None)
    assert grunntall(golden, "innbyggere") == (1000, None)


def test_persons_behind_a_month_are_those_paid_in_it(golden: duckdb.DuckDBPyConnection) -> None:
    rad = golden.execute(
        "select antall_personer from int_fordeling where indikator_id = 'utbetalt_mnd_k' "
        f"and kategori_kode = '03' and rapporteringsaar = {AAR}"
    ).fetchone()
    assert rad == (4,)


def test_category_nobody_is_in_is_zero_and_not_absent(golden: duckdb.DuckDBPyConnection) -> None:
    assert list(kategorier(golden, "mottakere_mnd_k")) == [str(k) for k in range(13)]
    assert kategorier(golden, "mottakere_mnd_k")["11"] == 0
    assert list(kategorier(golden, "kvp_status_fordeling")) == ["1", "2", "3", "4", "5", "6", "7"]


def test_categories_stand_in_the_order_of_their_list(golden: duckdb.DuckDBPyConnection) -> None:
    assert list(kategorier(golden, "mottakere_aldersklasse")) == [
        "u18",
        "18_24",
        "25_44",
        "45_66",
        "67_pluss",
        "ugyldig",
    ]


def test_category_without_a_denominator_has_no_share(golden: duckdb.DuckDBPyConnection) -> None:
    rad = golden.execute(
        "select verdi, nevner, andel_pst from int_fordeling where indikator_id = 'mottakere_per_1000_alder' "
        f"and kategori_kode = 'ugyldig' and rapporteringsaar = {AAR}"
    ).fetchone()
    assert rad == (1, None, None)


@pytest.mark.parametrize("indikator_id", ENKLE)
def test_blank_and_unknown_codes_are_never_lost(con: duckdb.DuckDBPyConnection, indikator_id: str) -> None:
    fordeling = KATALOG.finn_fordeling(indikator_id)
    tabell = {"11F": "int_mottaker_aar", "11CF": "int_kvp_deltaker_aar"}[fordeling.kilde]
    avgrensning = fordeling.filter or "true"
    i_avgrensningen = f"rapporteringsaar = {AAR} and {avgrensning}"
    antall = con.execute(f"select count(*) from {tabell} where {i_avgrensningen}").fetchone()[0]
    kolonne = fordeling.kategori_uttrykk if fordeling.kategori_uttrykk.isidentifier() else "kommune_antall"
    er_tekst = con.execute(f"select typeof({kolonne}) from {tabell}").fetchone() == ("VARCHAR",)
    # 3 or more municipalities is a category, so only a number below 1 is unknown there.
    ukjent = "'x'" if er_tekst else "-1"
    forste, andre = con.execute(f"select linje from {tabell} where {i_avgrensningen} limit 2").fetchall()
    con.execute(f"update {tabell} set {kolonne} = null where linje = {forste[0]}")
    con.execute(f"update {tabell} set {kolonne} = {ukjent} where linje = {andre[0]}")
    run_models(con)
    koder = kategorier(con, indikator_id)
    assert sum(koder.values()) == antall
    assert koder["uoppgitt"] >= 1
    assert koder["ukjent"] == 1


def test_unknown_codes_of_several_kinds_are_one_category(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"update int_mottaker_aar set vklo_kode = 'a' || linje % 2 where rapporteringsaar = {AAR}")
    run_models(con)
    koder = kategorier(con, "mottakere_vklo")
    assert koder["ukjent"] == 10
    assert "uoppgitt" not in koder


def test_code_is_unknown_in_a_year_before_it_came(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update int_mottaker_aar set rapporteringsaar = 2023, trygdesit_kode = '13' where linje = 1")
    con.execute(f"insert into int_kommune_aar values ('11F', '{KOMMUNE}', 2023)")
    run_models(con)
    assert "13" not in kategorier(con, "mottakere_trygdesit", 2023)
    assert kategorier(con, "mottakere_trygdesit", 2023)["ukjent"] == 1
    assert kategorier(con, "mottakere_trygdesit")["13"] == 1


def test_name_of_a_code_is_that_of_the_year(con: duckdb.DuckDBPyConnection) -> None:
    for tabell in ("int_mottaker_aar", "int_kommune_aar"):
        con.execute(f"update {tabell} set rapporteringsaar = 2023 where rapporteringsaar = 2024")
    run_models(con)
    navn = con.execute(
        "select rapporteringsaar, kategori_navn from int_fordeling "
        "where indikator_id = 'mottakere_vklo' and kategori_kode = '3' order by all"
    ).fetchall()
    assert navn == [(2023, "Trygd/pensjon"), (2025, "Trygd/stønad")]


def test_indicator_outside_its_years_is_absent(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update indikator set gyldig_til_aar = 2024 where indikator_id in ('ant_tilfeller', 'mottakere_vklo')")
    run_models(con)
    assert indikator(con, "ant_tilfeller") is None
    assert indikator(con, "ant_tilfeller", 2024) == (4, None, 4)
    assert kategorier(con, "mottakere_vklo") == {}
    assert kategorier(con, "mottakere_vklo", 2024) != {}


@pytest.mark.parametrize(
    ("endring", "mangler", "finnes"),
    [
        (
            "update int_befolkning set innbyggere = null where alder = 18",
            "innbyggere_18_24",
            "innbyggere_20_66",
        ),
        ("delete from int_befolkning where alder = 66", "innbyggere_25_66", "innbyggere_18_24"),
        (
            "update int_befolkning set innbyggere = null where alder = 92",
            "innbyggere_67_pluss",
            "innbyggere_18_89",
        ),
        ("delete from int_befolkning where alder >= 90", "innbyggere", "innbyggere_18_89"),
        ("update int_befolkning set innbyggere = null where alder = 0", "innbyggere", "innbyggere_67_pluss"),
    ],
)
def test_population_with_a_hole_is_unknown_and_not_smaller(
    con: duckdb.DuckDBPyConnection, endring: str, mangler: str, finnes: str
) -> None:
    con.execute(endring)
    run_models(con)
    assert grunntall(con, mangler) == (None, None)
    assert grunntall(con, finnes)[0] > 0


def test_population_without_ages_above_ninety_is_enough(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from int_befolkning where alder > 90")
    run_models(con)
    assert grunntall(con, "innbyggere") == (992, None)


def test_accounts_without_a_function_give_zero(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from int_regnskap_begrep where funksjon = '243'")
    run_models(con)
    assert indikator(con, "netto_243_per_18_66") == (0, 586, 0)


def test_denominator_zero_gives_no_value(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update int_mottaker_aar set vilkaar_kode = '2'")
    run_models(con)
    assert indikator(con, "andel_sanksjon_av_vilkaar") == (2, 0, None)


def test_form_with_no_participants_counts_zero(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update int_kvp_deltaker_aar set er_deltaker = false")
    run_models(con)
    assert indikator(con, "kvp_deltakere") == (0, None, 0)
    assert set(kategorier(con, "kvp_status_fordeling").values()) == {0}


def test_nothing_to_report_is_zero_and_not_unknown(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"insert into int_kommune_aar values ('11F', '{KOMMUNE}', 2026), ('11CF', '{KOMMUNE}', 2026)")
    run_models(con)
    avvik = con.execute(
        "select grunntall_id from int_grunntall where rapporteringsaar = 2026 "
        "and grunntall_id not in ('konstant_12', 'mottakere_nye') and (verdi, antall_personer) <> (0, 0)"
    ).fetchall()
    assert avvik == []
    assert indikator(con, "ant_tilfeller", 2026) == (0, None, 0)
    assert indikator(con, "stonad_per_mottaker", 2026) == (0, 0, None)
    assert set(kategorier(con, "mottakere_vklo", 2026).values()) == {0}
    assert set(kategorier(con, "kvp_status_fordeling", 2026).values()) == {0}


def test_order_of_the_records_does_not_matter(
    golden: duckdb.DuckDBPyConnection, con: duckdb.DuckDBPyConnection
) -> None:
    for tabell in ("int_mottaker_aar", "int_kvp_deltaker_aar", "int_regnskap_begrep"):
        con.execute(f"create or replace table {tabell} as select * from {tabell} order by rowid desc")
    run_models(con)
    for tabell in ("int_indikator", "int_fordeling"):
        sql = f"from {tabell} order by all"
        assert con.execute(sql).fetchall() == golden.execute(sql).fetchall()
