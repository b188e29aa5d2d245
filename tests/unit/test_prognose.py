"""The forecast of the year's support: what it is made of, and that it never looks ahead."""

from datetime import date

import numpy as np
import pytest

from dagster_project.hovedbok.prognose import (
    MINSTE_ANTALL_FEIL,
    Triangel,
    fremskriv,
    lag_prognoser,
    lag_triangel,
    lag_triangler,
    moden_serie,
    spredning,
)

JANUAR = date(2024, 1, 1)


def triangel(serie: list[float], vekst: tuple[float, ...] = ()) -> Triangel:
    """A triangle of a series; with `vekst`, the share of a month known after 0, 1, … months."""
    antall = len(serie)
    verdier = np.zeros((antall, antall))
    for maaned, belop in enumerate(serie):
        for kjent in range(maaned, antall):
            alder = kjent - maaned
            verdier[kjent, maaned] = belop * (vekst[alder] if alder < len(vekst) else 1)
    return Triangel(JANUAR, verdier)


def test_a_level_is_carried_on():
    assert fremskriv(np.full(12, 100.0), 3).tolist() == [100, 100, 100]


def test_the_forecast_lies_midway_between_last_year_and_the_last_three_months():
    serie = np.array([10.0, 20, 30, 40, 50, 60, 70, 80, 90, 300, 300, 300])
    assert fremskriv(serie, 2).tolist() == [(10 + 300) / 2, (20 + 300) / 2]


def test_new_months_are_filled_up_by_how_earlier_ones_grew():
    sant = [100.0, 120, 80, 100, 110, 90, 100, 100, 120, 130, 100, 100, 140]
    halv = triangel(sant, (0.5, 0.8, 0.9))
    assert halv.verdier[12, 10:13] == pytest.approx([90, 80, 70])
    assert moden_serie(halv, 12) == pytest.approx(sant)


def test_a_short_history_is_left_as_it_is():
    assert moden_serie(triangel([100.0, 100, 100], (0.5,)), 2).tolist() == [100, 100, 50]


def test_a_forecast_is_made_of_what_was_known_when_it_was_made():
    rng = np.random.default_rng(5)
    ett = triangel(list(rng.uniform(80, 120, 30)), (0.7, 0.9))
    senere = ett.verdier.copy()
    senere[20:] *= 3
    for_, etter = (lag_prognoser({"9901": Triangel(JANUAR, verdier)}) for verdier in (ett.verdier, senere))
    assert for_[:9] == etter[:9]
    assert for_[9] != etter[9]


@pytest.mark.parametrize(("maaneder", "antall"), [(11, 0), (12, 1), (13, 2)])
def test_a_year_must_lie_behind_the_first_forecast(maaneder, antall):
    assert len(lag_prognoser({"9901": triangel([100.0] * maaneder)})) == antall


def test_what_is_left_of_the_year_is_forecast_month_by_month():
    prognoser = {ett.maaned: ett for ett in lag_prognoser({"9901": triangel([100.0] * 36)})}
    assert next(iter(prognoser)) == date(2024, 12, 1)
    assert (prognoser[date(2024, 12, 1)].hittil_nok, prognoser[date(2024, 12, 1)].rest_nok) == (1200, 0)
    assert (prognoser[date(2024, 12, 1)].lav_nok, prognoser[date(2024, 12, 1)].hoy_nok) == (0, 0)
    assert (prognoser[date(2026, 2, 1)].hittil_nok, prognoser[date(2026, 2, 1)].rest_nok) == (200, 1000)
    assert prognoser[date(2026, 11, 1)].lav_nok == prognoser[date(2026, 11, 1)].hoy_nok == 100


def test_the_interval_is_as_wide_as_earlier_forecasts_were_wrong():
    feil = [0.1, -0.1] * (MINSTE_ANTALL_FEIL // 2)
    assert spredning(feil) == pytest.approx(0.1)
    assert spredning(feil[1:]) is None
    rng = np.random.default_rng(7)
    trygge, usikre = (
        lag_prognoser({"9901": triangel(list(100 * np.exp(rng.normal(0, sigma, 40))))})[-1] for sigma in (0.02, 0.2)
    )
    for prognose in (trygge, usikre):
        assert prognose.lav_nok < prognose.rest_nok < prognose.hoy_nok
        assert prognose.antall_feil >= MINSTE_ANTALL_FEIL
    assert usikre.hoy_nok / usikre.lav_nok - 1 > 3 * (trygge.hoy_nok / trygge.lav_nok - 1)


def test_too_few_earlier_forecasts_give_no_interval():
    tidlig = lag_prognoser({"9901": triangel([100.0] * 14)})[1]
    assert (tidlig.maaned, tidlig.lav_nok, tidlig.hoy_nok, tidlig.antall_feil) == (date(2025, 1, 1), None, None, 0)


def test_the_series_begins_after_the_first_month_that_anything_was_known():
    rader = {
        (date(2023, 12, 1), date(2023, 12, 1)): 7.0,
        (date(2023, 12, 1), date(2024, 1, 1)): 30.0,
        (date(2024, 1, 1), date(2024, 1, 1)): 60.0,
        (date(2024, 2, 1), date(2024, 1, 1)): 10.0,
        (date(2024, 2, 1), date(2024, 2, 1)): 90.0,
        (date(2024, 2, 1), date(2024, 9, 1)): 5.0,
    }
    ett = lag_triangel(rader)
    assert ett.forste == JANUAR
    assert ett.verdier.tolist() == [[90, 0], [100, 90]]


def test_a_municipality_with_one_month_has_no_series():
    en = {(JANUAR, JANUAR): 1.0}
    with pytest.raises(ValueError, match="ikke måneder nok"):
        lag_triangel(en)
    assert lag_triangler({"9901": en, "9902": {}}) == {}
