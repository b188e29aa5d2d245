"""The five definitions of stønadslengde: one person whose figures differ, and what a row of a month or a year means."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dagster_project.seeds import read_seed
from tests.maanedskommune import bygg, golden

EKSEMPLER = read_seed("stonadslengde_eksempel")
DEFINISJONER = read_seed("stonadslengde_definisjon")


@pytest.fixture(scope="module")
def kommune() -> Iterator[duckdb.DuckDBPyConnection]:
    with golden() as con:
        yield con


def lengde(
    con: duckdb.DuckDBPyConnection,
    definisjon: str,
    periode: date,
    periode_type: str = "aar",
    populasjon: str = "alle",
    kommune: str = "9901",
) -> tuple[int, int] | None:
    """Return teller and nevner before anything is hidden, or None where there is no row."""
    return con.execute(
        "select if(er_kjent, teller, null), if(er_kjent, nevner, null) from int_stonadslengde "
        "where kommunenummer = ? and definisjon = ? and periode = ? and periode_type = ? and populasjon = ?",
        [kommune, definisjon, periode, periode_type, populasjon],
    ).fetchone()


def rad(nr: int, fra: str, til: str, **annet: str) -> dict[str, str]:
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


AAR = date(2025, 1, 1)


@pytest.mark.parametrize("eksempel", [pytest.param(rad_, id=rad_["definisjon"]) for rad_ in EKSEMPLER])
def test_figure_of_the_one_person_is_as_worked_out_by_hand(
    kommune: duckdb.DuckDBPyConnection, eksempel: dict[str, str]
) -> None:
    funnet = kommune.execute(
        "select teller, nevner, verdi from int_stonadslengde where kommunenummer = '9902' and populasjon = 'alle' "
        "and definisjon = ? and periode_type = ? and periode = ?",
        [eksempel["definisjon"], eksempel["periode_type"], eksempel["periode"]],
    ).fetchone()
    assert funnet == (int(eksempel["teller"]), int(eksempel["nevner"]), float(Decimal(eksempel["verdi"])))


def test_the_five_figures_of_the_one_person_differ() -> None:
    assert [rad_["definisjon"] for rad_ in EKSEMPLER] == [rad_["definisjon"] for rad_ in DEFINISJONER]
    assert len({rad_["verdi"] for rad_ in EKSEMPLER}) == len(EKSEMPLER)


def test_codes_are_those_of_the_contract() -> None:
    """kontrakt/bi_kontrakt.md of the shared material promises these."""
    assert [rad_["definisjon"] for rad_ in DEFINISJONER] == [
        "kalenderaar",
        "hittil_i_aar",
        "rullerende_12",
        "forlop_avsluttet",
        "forlop_lopende",
    ]


@pytest.fixture(scope="module")
def uferdig() -> Iterator[duckdb.DuckDBPyConnection]:
    """Delivered from January 2024 to August 2025, and one month further in the files; two persons."""
    rader = [rad(1, "2024-03", "2025-09"), rad(2, "2024-11", "2025-02"), rad(2, "2025-04", "2025-05")]
    with bygg(rader, levert=(date(2024, 1, 1), date(2025, 8, 1))) as con:
        yield con


def test_calendar_year_waits_for_december(uferdig: duckdb.DuckDBPyConnection) -> None:
    assert lengde(uferdig, "kalenderaar", date(2024, 1, 1)) == (12, 2)
    assert lengde(uferdig, "kalenderaar", AAR) is None


def test_row_of_a_year_is_what_is_delivered_of_it(uferdig: duckdb.DuckDBPyConnection) -> None:
    assert lengde(uferdig, "hittil_i_aar", AAR) == (12, 2)
    assert lengde(uferdig, "rullerende_12", AAR) == (12, 1)
    assert lengde(uferdig, "forlop_lopende", AAR) == (18 + 4 + 2, 3)
    assert lengde(uferdig, "forlop_avsluttet", AAR) == (4 + 2, 2)


@pytest.mark.parametrize("definisjon", ["hittil_i_aar", "rullerende_12"])
def test_what_looks_back_from_a_month_is_the_same_for_the_year(
    uferdig: duckdb.DuckDBPyConnection, definisjon: str
) -> None:
    assert lengde(uferdig, definisjon, date(2025, 8, 1), "maaned") == lengde(uferdig, definisjon, AAR)
    assert lengde(uferdig, definisjon, date(2024, 12, 1), "maaned") == lengde(uferdig, definisjon, date(2024, 1, 1))


def test_only_delivered_months_have_rows(uferdig: duckdb.DuckDBPyConnection) -> None:
    maaneder = uferdig.execute(
        "select definisjon, min(periode), max(periode), count(distinct periode) from int_stonadslengde "
        "where periode_type = 'maaned' group by definisjon order by definisjon"
    ).fetchall()
    assert maaneder == [
        # Whether a spell ended in the last delivered month, only the next can tell.
        ("forlop_avsluttet", date(2024, 1, 1), date(2025, 7, 1), 19),
        ("forlop_lopende", date(2024, 1, 1), date(2025, 8, 1), 20),
        ("hittil_i_aar", date(2024, 1, 1), date(2025, 8, 1), 20),
        ("rullerende_12", date(2024, 12, 1), date(2025, 8, 1), 9),
    ]


def test_spell_is_not_cut_at_new_year_and_has_its_length_so_far(uferdig: duckdb.DuckDBPyConnection) -> None:
    assert lengde(uferdig, "forlop_lopende", date(2025, 1, 1), "maaned") == (11 + 3, 2)
    assert lengde(uferdig, "forlop_avsluttet", date(2025, 2, 1), "maaned") == (4, 1)
    assert lengde(uferdig, "forlop_avsluttet", date(2025, 1, 1), "maaned") == (0, 0)


def test_month_that_is_missing_leaves_out_what_looks_across_it() -> None:
    rader = [rad(1, "2024-01", "2025-02"), rad(2, "2024-01", "2025-12")]
    with bygg(rader, uten=[date(2025, 3, 1)]) as con:
        assert lengde(con, "hittil_i_aar", date(2025, 2, 1), "maaned") == (4, 2)
        assert lengde(con, "hittil_i_aar", date(2025, 4, 1), "maaned") is None
        assert lengde(con, "rullerende_12", date(2025, 4, 1), "maaned") is None
        assert lengde(con, "kalenderaar", AAR) is None
        assert lengde(con, "forlop_avsluttet", date(2025, 2, 1), "maaned") is None
        assert lengde(con, "forlop_lopende", date(2025, 2, 1), "maaned") == (28, 2)


def test_age_is_that_of_the_year_of_the_period() -> None:
    with bygg([rad(1, "2024-12", "2025-01", fodselsaar="2000")]) as con:
        assert lengde(con, "hittil_i_aar", date(2024, 12, 1), "maaned", "18_24") == (1, 1)
        assert lengde(con, "hittil_i_aar", date(2025, 1, 1), "maaned", "18_24") == (0, 0)
        assert lengde(con, "hittil_i_aar", date(2025, 1, 1), "maaned", "25_66") == (1, 1)


def test_main_income_is_that_of_the_last_support_month_so_far() -> None:
    med_arbeid = rad(1, "2025-06", "2025-08", hovedinntekt="1")
    with bygg([rad(1, "2025-01", "2025-05"), med_arbeid]) as con:
        for maaned, ventet in ((5, (5, 1)), (6, (0, 0)), (12, (0, 0))):
            assert lengde(con, "hittil_i_aar", date(2025, maaned, 1), "maaned", "hovedinntekt") == ventet
        assert lengde(con, "kalenderaar", AAR, populasjon="supplerende") == (8, 1)
        assert lengde(con, "forlop_avsluttet", AAR, populasjon="supplerende") == (8, 1)


def test_unknown_main_income_is_neither() -> None:
    with bygg([rad(1, "2025-01", "2025-05"), rad(2, "2025-01", "2025-05", hovedinntekt="")]) as con:
        funnet = {
            navn: lengde(con, "kalenderaar", AAR, populasjon=navn) for navn in ("alle", "hovedinntekt", "supplerende")
        }
        assert funnet == {"alle": (10, 2), "hovedinntekt": (5, 1), "supplerende": (0, 0)}
    with bygg([rad(2, "2025-01", "2025-05", hovedinntekt="")]) as con:
        assert lengde(con, "kalenderaar", AAR, populasjon="hovedinntekt") == (None, None)
        assert con.execute(
            "select distinct skjermet from ind_stonadslengde where populasjon = 'hovedinntekt'"
        ).fetchall() == [(False,)]


@pytest.mark.parametrize(("toleranse", "lopende"), [(0, (4, 1)), (1, (7, 1))])
def test_gap_within_the_tolerance_does_not_end_a_spell_and_is_not_counted(toleranse: int, lopende: tuple) -> None:
    with bygg([rad(1, "2025-01", "2025-03"), rad(1, "2025-05", "2025-08")], toleranse=toleranse) as con:
        assert lengde(con, "forlop_lopende", date(2025, 8, 1), "maaned") == lopende
        siste = con.execute(
            "select max(periode) from int_stonadslengde "
            "where definisjon = 'forlop_avsluttet' and periode_type = 'maaned'"
        ).fetchone()
        assert siste == (date(2025, 11 - toleranse, 1),)


def test_spells_of_too_few_persons_are_hidden_however_many_they_are() -> None:
    mange = [rad(1, f"2025-{maaned:02}", f"2025-{maaned:02}") for maaned in (1, 3, 5, 7)]
    with bygg(mange) as con:
        assert lengde(con, "forlop_avsluttet", AAR) == (4, 4)
        vist = con.execute(
            "select nevner, skjermet from ind_stonadslengde where periode_type = 'aar' and periode = ? "
            "and populasjon = 'alle' and definisjon = 'forlop_avsluttet'",
            [AAR],
        ).fetchall()
        assert vist == [(None, True)]


def test_calendar_year_shows_no_more_than_the_yearly_figures_do() -> None:
    """11F has the same counts: what is hidden there must not be found here."""
    rader = [rad(nr, "2025-01", "2025-12", fodselsaar=aar) for nr, aar in enumerate(["2003"] * 5 + ["1980"] * 9)]
    sql = (
        "select definisjon, periode from ind_stonadslengde where skjermet and populasjon = '18_24' "
        "and definisjon in ('kalenderaar', 'hittil_i_aar')"
    )
    with bygg(rader) as con:
        assert con.execute(sql).fetchall() == []
    with bygg(rader, skjult_i_aarstall=[("9901", 2025, "mottakere_18_24")]) as con:
        assert sorted(con.execute(sql).fetchall()) == [
            ("hittil_i_aar", date(2025, 1, 1)),
            ("hittil_i_aar", date(2025, 12, 1)),
            ("kalenderaar", date(2025, 1, 1)),
        ]
