"""The monthly indicators against figures worked out by hand, both sides of each threshold, and what stays hidden."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import duckdb
import pytest

from dagster_project.seeds import read_seed
from dagster_project.skjerming import terskel
from tests.maanedskommune import bygg, golden, golden_rader

AUGUST = date(2025, 8, 1)
EKSEMPLER = read_seed("maanedsindikator_eksempel")
INDIKATORER = read_seed("maanedsindikator")


@pytest.fixture(scope="module")
def kommune() -> Iterator[duckdb.DuckDBPyConnection]:
    with golden() as con:
        yield con


def tall(
    con: duckdb.DuckDBPyConnection, indikator_id: str, maaned: date = AUGUST, populasjon: str = "alle"
) -> tuple | None:
    """Return teller, nevner and verdi before anything is hidden; empty where the deliveries do not tell."""
    return con.execute(
        "select if(er_kjent, teller, null), if(er_kjent, nevner, null), if(er_kjent, verdi, null) "
        "from int_maanedsindikator "
        "where kommunenummer = '9901' and indikator_id = ? and maaned = ? and populasjon = ?",
        [indikator_id, maaned, populasjon],
    ).fetchone()


def teller(con: duckdb.DuckDBPyConnection, indikator_id: str, maaned: date = AUGUST, populasjon: str = "alle"):
    rad = tall(con, indikator_id, maaned, populasjon)
    return rad[0] if rad else "ingen rad"


def rad(nr: int, fra: str, til: str, **annet: str) -> dict[str, str]:
    """Return a run of support months of a 40-year-old with social assistance as main income."""
    standard = {
        "kommunenummer": "9901",
        "fodselsaar": "1985",
        "grunnlag": "begge",
        "belop_nok": "10000",
        "hovedinntekt": "5",
        "barn": "0",
        "arbeid": "07",
    }
    return standard | {"nr": str(nr), "fra": fra, "til": til} | annet


@pytest.mark.parametrize(
    "eksempel", [pytest.param(rad_, id=f"{rad_['indikator_id']}:{rad_['populasjon']}") for rad_ in EKSEMPLER]
)
def test_indicator_is_as_worked_out_by_hand(kommune: duckdb.DuckDBPyConnection, eksempel: dict[str, str]) -> None:
    teller_, nevner, verdi = tall(kommune, eksempel["indikator_id"], AUGUST, eksempel["populasjon"])
    ventet_nevner = Decimal(eksempel["nevner"]) if eksempel["nevner"] else None
    avrundet = Decimal(repr(verdi)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert (teller_, nevner, avrundet) == (Decimal(eksempel["teller"]), ventet_nevner, Decimal(eksempel["verdi"]))


def test_every_delivered_month_has_every_indicator(kommune: duckdb.DuckDBPyConnection) -> None:
    ventet = sum(len(rad_["populasjoner"].split()) for rad_ in INDIKATORER)
    funnet = kommune.execute("select count(*) from ind_maaned group by kommunenummer, maaned").fetchall()
    assert funnet == [(ventet,)] * 72


@pytest.fixture(scope="module")
def terskler() -> Iterator[duckdb.DuckDBPyConnection]:
    """A municipality with one person for each side of each threshold, five years delivered."""
    rader = [
        {**rad(1, *periode), "kommunenummer": kommune} for kommune, perioder in TERSKLER.items() for periode in perioder
    ]
    med_arbeid = {**rad(1, "2025-08", "2025-08", hovedinntekt="1"), "kommunenummer": "works_now"}
    with bygg([*rader, med_arbeid], levert=(date(2020, 1, 1), date(2025, 12, 1))) as con:
        yield con


NAA = ("2025-05", "2025-08")
TERSKLER = {
    "paid_six_months_ago": [("2025-02", "2025-02"), ("2025-08", "2025-08")],
    "paid_seven_months_ago": [("2025-01", "2025-01"), ("2025-08", "2025-08")],
    "eleven_in_a_row": [("2024-10", "2025-08")],
    "twelve_in_a_row": [("2024-09", "2025-08")],
    "twenty_with_a_gap": [("2024-01", "2024-09"), ("2024-11", "2025-08")],
    "eleven_in_all": [("2024-01", "2024-07"), NAA],
    "twelve_in_all": [("2024-01", "2024-08"), NAA],
    "twelve_without_a_break": [("2024-09", "2025-04"), NAA],
    "first_month_is_the_sixtieth": [("2020-09", "2021-04"), NAA],
    "first_month_is_the_sixty_first": [("2020-08", "2021-03"), NAA],
    "works_now": [("2024-01", "2024-12"), ("2025-05", "2025-07")],
    "five_this_year": [("2024-07", "2025-05")],
    "six_this_year": [("2025-01", "2025-02"), ("2025-04", "2025-07")],
    "nine_this_year": [("2025-01", "2025-09")],
    "ten_this_year": [("2025-01", "2025-10")],
}


@pytest.mark.parametrize(
    ("indikator_id", "maaned", "ventet"),
    [
        ("nye_mottakere_6mnd", AUGUST, {"paid_six_months_ago": 0, "paid_seven_months_ago": 1}),
        ("mottakere_tilbake", AUGUST, {"paid_six_months_ago": 0, "paid_seven_months_ago": 1}),
        ("nye_mottakere_forste_gang", AUGUST, {"paid_seven_months_ago": 0}),
        ("langtidsmottakere", AUGUST, {"eleven_in_a_row": 0, "twelve_in_a_row": 1, "twenty_with_a_gap": 0}),
        (
            "returnerende_mottakere",
            AUGUST,
            {
                "eleven_in_all": 0,
                "twelve_in_all": 1,
                "twelve_without_a_break": 0,
                "first_month_is_the_sixtieth": 1,
                "first_month_is_the_sixty_first": 0,
                "works_now": 0,
            },
        ),
        ("returnerende_mottakere", date(2025, 7, 1), {"works_now": 1}),
        # The months need not follow each other, those before New Year do not count, and they do not go away again.
        (
            "mottakere_6mnd_pluss_hittil",
            date(2025, 12, 1),
            {"five_this_year": 0, "six_this_year": 1, "nine_this_year": 1},
        ),
        ("mottakere_10mnd_pluss_hittil", date(2025, 12, 1), {"nine_this_year": 0, "ten_this_year": 1}),
        ("mottakere_6mnd_pluss_siste_12", AUGUST, {"eleven_in_a_row": 1, "paid_six_months_ago": 0}),
    ],
)
def test_threshold_is_kept_on_both_sides(
    terskler: duckdb.DuckDBPyConnection, indikator_id: str, maaned: date, ventet: dict[str, int]
) -> None:
    funnet = terskler.execute(
        "select kommunenummer, teller from int_maanedsindikator "
        "where er_kjent and populasjon = 'alle' and indikator_id = ? and maaned = ?",
        [indikator_id, maaned],
    ).fetchall()
    assert {kommune: antall for kommune, antall in funnet if kommune in ventet} == ventet


def test_figures_that_look_back_are_unknown_until_the_months_are_there() -> None:
    foerste = {
        "mottakere": date(2023, 1, 1),
        "mottakere_snitt_hittil": date(2023, 1, 1),
        "nye_mottakere_6mnd": date(2023, 7, 1),
        "langtidsmottakere": date(2023, 12, 1),
        "mottakere_6mnd_pluss_siste_12": date(2023, 12, 1),
        "returnerende_mottakere": date(2024, 12, 1),
    }
    with bygg([rad(1, "2023-01", "2025-12")]) as con:
        for indikator_id, maaned in foerste.items():
            funnet = con.execute(
                "select min(maaned) from int_maanedsindikator where indikator_id = ? and er_kjent", [indikator_id]
            ).fetchone()
            assert (indikator_id, *funnet) == (indikator_id, maaned)


def test_month_that_is_missing_makes_the_year_unknown_and_itself_no_row() -> None:
    with bygg([rad(1, "2024-01", "2025-12")], uten=[date(2025, 3, 1)]) as con:
        assert teller(con, "mottakere", date(2025, 3, 1)) == "ingen rad"
        assert teller(con, "mottakere_snitt_hittil", date(2025, 2, 1)) == 2
        assert teller(con, "mottakere_snitt_hittil") is None
        assert teller(con, "mottakere") == 1


@pytest.mark.parametrize(
    ("felt", "indikatorer"),
    [
        ("barn", ["mottakere_med_barn", "barn"]),
        ("arbeid", ["mottakere_statlig_tiltak", "mottakere_kommunalt_tiltak"]),
        ("hovedinntekt", ["andel_hovedinntekt", "returnerende_mottakere"]),
    ],
)
def test_field_that_is_never_filled_in_is_unknown_and_not_zero(felt: str, indikatorer: list[str]) -> None:
    with bygg([rad(nr, "2023-01", "2025-12", **{felt: ""}) for nr in range(5)]) as con:
        assert [tall(con, navn) for navn in indikatorer] == [(None, None, None)] * len(indikatorer)
        skjermet = con.execute("select distinct skjermet from ind_maaned where indikator_id = ?", [indikatorer[0]])
        assert skjermet.fetchall() == [(False,)]
        assert teller(con, "mottakere") == 5
    with bygg([rad(nr, "2023-01", "2025-12") for nr in range(5)]) as con:
        assert None not in [teller(con, navn) for navn in indikatorer]


def test_populasjon_by_main_income_is_unknown_where_no_main_income_is_delivered() -> None:
    with bygg([rad(nr, "2025-01", "2025-12", hovedinntekt="") for nr in range(5)]) as con:
        assert teller(con, "mottakere", populasjon="hovedinntekt") is None
        assert teller(con, "mottakere", populasjon="under_30") == 0


def vedtak(nr: int, utfall: str, lovhjemmel: str = "") -> dict[str, str]:
    return {
        "kommunenummer": "9901",
        "nr": str(nr),
        "vedtaksdato": "2025-08-05",
        "utfall": utfall,
        "lovhjemmel": lovhjemmel,
        "periode_fom": "2025-08-01",
        "periode_tom": "2025-09-30",
    }


def test_lovhjemmel_that_is_never_delivered_is_unknown_and_not_zero() -> None:
    rader = [rad(nr, "2025-01", "2025-12", fodselsaar="2000") for nr in range(5)]
    med = [vedtak(nr, "INNVILGET", "20a") for nr in range(3)]
    with bygg(rader, [vedtak(nr, "INNVILGET") for nr in range(3)]) as con:
        assert tall(con, "mottakere_aktivitetsplikt", populasjon="under_30") == (None, None, None)
        assert tall(con, "mottakere_utenfor_aktivitetsplikt", populasjon="under_30") == (None, None, None)
    with bygg(rader, med) as con:
        assert teller(con, "mottakere_aktivitetsplikt", populasjon="under_30") == 3
        assert teller(con, "mottakere_aktivitetsplikt", date(2025, 10, 1), "under_30") == 0
        assert teller(con, "mottakere_aktivitetsplikt", date(2025, 7, 1), "under_30") is None


LOVHJEMLER = {
    "20a": (1, 1),
    "§ 20 a": (1, 1),
    "18, 20A": (1, 1),
    "20": (1, 0),
    "18/20": (1, 0),
    "18": (0, 0),
    "120a": (0, 0),
}


def test_conditions_are_read_from_the_legal_ground() -> None:
    rader = [{**rad(1, "2025-08", "2025-08", fodselsaar="2000"), "kommunenummer": tekst} for tekst in LOVHJEMLER]
    vedtakene = [{**vedtak(1, "INNVILGET", tekst), "kommunenummer": tekst} for tekst in LOVHJEMLER]
    with bygg(rader, vedtakene) as con:
        funnet = con.execute(
            "pivot (from int_maanedsindikator where maaned = ? and populasjon = 'under_30') "
            "on indikator_id in ('mottakere_vilkaar', 'mottakere_aktivitetsplikt') "
            "using first(teller) group by kommunenummer",
            [AUGUST],
        ).fetchall()
    assert {kommune: (vilkaar, plikt) for kommune, vilkaar, plikt in funnet} == LOVHJEMLER


def test_source_that_delivers_only_what_was_granted_tells_nothing_of_refusals() -> None:
    rader = [rad(nr, "2025-08", "2025-08") for nr in range(2)]
    with bygg(rader, [vedtak(0, "INNVILGET"), vedtak(1, "INNVILGET")]) as con:
        assert (teller(con, "vedtak_innvilget"), teller(con, "vedtak_avslatt")) == (2, None)
        assert teller(con, "vedtak_behandlet") is None
    with bygg(rader, [vedtak(0, "INNVILGET"), vedtak(1, "AVSLATT")]) as con:
        assert (teller(con, "vedtak_innvilget"), teller(con, "vedtak_avslatt")) == (1, 1)
        assert teller(con, "vedtak_avslatt", date(2025, 9, 1)) == 0


def tilfeldig_kommune(fro: int) -> duckdb.DuckDBPyConnection:
    """Build a municipality of some twenty persons of all ages, made up from a seed."""
    tilfeldig = Random(fro)
    rader = []
    for nr in range(tilfeldig.randint(8, 30)):
        fast = {
            "fodselsaar": tilfeldig.choice(["", "1950", "1970", "1985", "1997", "2002", "2008"]),
            "hovedinntekt": tilfeldig.choice(["", "1", "3", "5", "5"]),
            "barn": tilfeldig.choice(["", "0", "1", "3"]),
            "arbeid": tilfeldig.choice(["", "05", "06", "08"]),
        }
        for _ in range(tilfeldig.randint(1, 3)):
            fra = tilfeldig.randint(0, 34)
            til = min(35, fra + tilfeldig.randint(0, 14))
            rader.append(rad(nr, *(f"{2023 + m // 12}-{m % 12 + 1:02}" for m in (fra, til)), **fast))
    utfall = ["INNVILGET", "DELVIS_INNVILGET", "AVSLATT"]
    personer = sorted({int(rad_["nr"]) for rad_ in rader})
    beslutninger = [
        vedtak(tilfeldig.choice(personer), tilfeldig.choice(utfall), tilfeldig.choice(["18", "20", "20a"]))
        for _ in range(12)
    ]
    return bygg(rader, beslutninger)


@pytest.mark.parametrize("fro", range(4))
def test_nothing_on_one_or_two_persons_can_be_subtracted_from_what_is_shown(fro: int) -> None:
    deler = {rad_["tall_id"]: rad_ for rad_ in read_seed("maanedstall")}
    with tilfeldig_kommune(fro) as con:
        assert con.execute("select count(*) from ind_maaned where skjermet").fetchone()[0] > 0
        vist = con.execute(
            """
            select tall.maaned, tall.populasjon, tall.tall_id, tall.verdi::integer
            from int_maanedstall as tall
            anti join int_maanedstall_skjult as skjult using (kommunenummer, maaned, tall_id, populasjon)
            where tall.er_kjent
            """
        ).fetchall()
    verdi = {(maaned, populasjon, tall_id): antall for maaned, populasjon, tall_id, antall in vist}
    storre = {"18_24": ["under_30", "alle"], "under_30": ["alle"], "hovedinntekt": ["alle"], "alle": []}
    smaa = set(range(1, terskel()))
    brudd = []
    for (maaned, populasjon, tall_id), antall in verdi.items():
        egen = deler[tall_id]
        if egen["serie"] in ("til_og_med", "offentlig") or egen["sum_av"] or "bare til skjermingen" in egen["tekst"]:
            continue
        hel = verdi.get((maaned, populasjon, egen["del_av"]))
        resten = None if hel is None else hel - antall
        regnet_ut = [antall] if resten is None else [antall, resten]
        for stor in storre.get(populasjon, []) if not egen["serie"] else []:
            i_alt = verdi.get((maaned, stor, tall_id))
            hel_i_alt = verdi.get((maaned, stor, egen["del_av"]))
            regnet_ut += [i_alt - antall] if i_alt is not None else []
            if None not in (i_alt, hel_i_alt, resten):
                regnet_ut.append(hel_i_alt - i_alt - resten)
        if smaa & set(regnet_ut):
            brudd.append((maaned, populasjon, tall_id, regnet_ut))
    assert brudd == []


def test_hidden_month_hides_the_sum_of_the_months_it_is_in() -> None:
    ung = {"fodselsaar": "2003"}
    fem = [rad(nr, "2025-01", "2025-12", **ung) for nr in range(5)]
    eldre = [rad(nr, "2025-01", "2025-12") for nr in range(5, 15)]
    to_eldre = [rad(nr, "2025-05", "2025-05", fodselsaar="1940") for nr in (20, 21)]
    with bygg([*fem, *eldre, *to_eldre]) as con:
        rader = con.execute(
            """
            select
                bool_and(not skjermet) filter (where indikator_id = 'mottakere_25_pluss'),
                bool_and(not skjermet) filter (where indikator_id = 'mottakere_25_pluss_snitt_hittil')
            from ind_maaned
            where year(maaned) = 2025
            group by maaned
            order by maaned
            """
        ).fetchall()
    vises, sum_vises = zip(*rader, strict=True)
    assert (vises[4], vises.count(True) > 0) == (False, True)
    assert list(sum_vises) == [all(vises[: nr + 1]) for nr in range(12)]


def test_the_readers_see_no_unpublished_populasjon() -> None:
    with tilfeldig_kommune(1) as con:
        for tabell in ("ind_maaned", "ind_stonadslengde"):
            assert con.execute(f"select count(*) from {tabell} where populasjon like '~%'").fetchone() == (0,)


def test_golden_files_name_the_same_persons() -> None:
    personer = {(rad_["kommunenummer"], rad_["nr"]) for rad_ in golden_rader("maaneder")}
    assert {(rad_["kommunenummer"], rad_["nr"]) for rad_ in golden_rader("vedtak")} <= personer
