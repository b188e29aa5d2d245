"""Working days by the Norwegian calendar; the dates are read off a printed one."""

from datetime import date

import pytest

from dagster_project.kalender import (
    er_virkedag,
    forrige_maaned,
    leveransefrist,
    neste_maaned,
    siste_virkedag,
    virkedag_i_maaned,
)


@pytest.mark.parametrize(
    ("dag", "ventet"),
    [
        (date(2025, 4, 16), True),  # the Wednesday before Easter
        (date(2025, 4, 17), False),  # skjærtorsdag
        (date(2025, 4, 18), False),  # langfredag
        (date(2025, 4, 21), False),  # andre påskedag
        (date(2025, 4, 22), True),
        (date(2025, 5, 1), False),
        (date(2025, 5, 2), True),
        (date(2024, 5, 17), False),  # a Friday
        (date(2025, 12, 24), True),  # not a public holiday by law
        (date(2025, 12, 25), False),
        (date(2025, 12, 26), False),
        (date(2025, 9, 1), True),  # a Monday the 1st
        (date(2025, 11, 1), False),  # a Saturday the 1st
    ],
)
def test_working_day(dag, ventet):
    assert er_virkedag(dag) is ventet


@pytest.mark.parametrize(
    ("dag", "ventet"),
    [
        (date(2025, 9, 1), date(2025, 9, 1)),
        (date(2025, 11, 1), date(2025, 10, 31)),  # Saturday: the Friday, in the month before
        (date(2025, 5, 1), date(2025, 4, 30)),
        (date(2026, 1, 1), date(2025, 12, 31)),
        (date(2024, 4, 1), date(2024, 3, 27)),  # andre påskedag: back past the whole of Easter
    ],
)
def test_payday_moves_back_to_a_working_day(dag, ventet):
    assert siste_virkedag(dag) == ventet


@pytest.mark.parametrize(
    ("maaned", "ventet"),
    [
        (date(2025, 9, 12), date(2025, 9, 5)),  # starts on a Monday
        (date(2026, 1, 1), date(2026, 1, 8)),  # New Year's Day and a weekend first
        (date(2025, 5, 1), date(2025, 5, 8)),
        (date(2026, 4, 1), date(2026, 4, 10)),  # Easter from the 2nd to the 6th
    ],
)
def test_fifth_working_day(maaned, ventet):
    assert virkedag_i_maaned(maaned, 5) == ventet


def test_a_month_has_so_many_working_days_and_no_more():
    assert virkedag_i_maaned(date(2025, 2, 1), 20) == date(2025, 2, 28)
    with pytest.raises(ValueError, match="2025-02 har ikke 21 virkedager"):
        virkedag_i_maaned(date(2025, 2, 1), 21)


def test_month_before_crosses_new_year():
    assert forrige_maaned(date(2026, 1, 31)) == date(2025, 12, 1)


@pytest.mark.parametrize(
    ("maaned", "frist"),
    [
        (date(2025, 8, 1), date(2025, 9, 5)),
        (date(2025, 12, 1), date(2026, 1, 8)),
        (date(2026, 3, 31), date(2026, 4, 10)),
    ],
)
def test_deliveries_are_due_on_the_fifth_working_day_of_the_month_after(maaned, frist):
    assert leveransefrist(maaned) == frist


def test_month_after_crosses_new_year():
    assert neste_maaned(date(2025, 12, 31)) == date(2026, 1, 1)
    assert neste_maaned(date(2026, 1, 31)) == date(2026, 2, 1)
