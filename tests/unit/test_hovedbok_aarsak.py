"""What is said of a ledger line, on vouchers and payments few enough to see through."""

from datetime import date
from decimal import Decimal

import pytest

from tests.avstemmingskommune import DES, FEB, JAN, MAR, Betaling, Linje, aarsaker, lag_varehus

JAN_10, JAN_20, JAN_31, FEB_3, DES_20 = (
    date(2025, 1, 10), date(2025, 1, 20), date(2025, 1, 31), date(2025, 2, 3), date(2024, 12, 20)
)  # fmt: skip
JULI = date(2025, 7, 10)


def koder(con) -> list[tuple]:
    """Return voucher, cause and counterpart month of each line."""
    return [(bilag, aarsak, motpart) for bilag, _, _, aarsak, motpart in aarsaker(con)]


def test_what_is_posted_as_it_is_paid_has_no_cause():
    con = lag_varehus(
        [Betaling(JAN_10, "700"), Betaling(JAN_10, "300", 2), Betaling(JAN_10, "50", 3, "LAAN")],
        [Linje("1", JAN_10, "600"), Linje("1", JAN_10, "400", "14701"), Linje("1", JAN_10, "50", "15200")],
    )
    assert koder(con) == [("1", None, None)] * 3


def test_a_payment_posted_in_another_month_by_a_voucher_dated_outside_it_is_in_a_wrong_period():
    con = lag_varehus(
        [Betaling(JAN_10, "1000"), Betaling(FEB_3, "200")],
        [Linje("1", JAN_10, "1000", periode="202502"), Linje("2", FEB_3, "200")],
    )
    assert aarsaker(con) == [
        ("1", FEB, Decimal("1000.00"), "feil_periode", JAN),
        ("2", FEB, Decimal("200.00"), None, None),
    ]


def test_a_payment_whose_voucher_is_dated_in_the_posting_month_is_late_and_not_wrong():
    con = lag_varehus([Betaling(JAN_31, "1000")], [Linje("1", JAN_31, "1000", periode="202502", bilagsdato=FEB_3)])
    assert koder(con) == [("1", "betalingsdato", JAN)]


def test_a_voucher_of_a_day_nothing_was_paid_on_is_not_said_to_be_in_a_wrong_period():
    con = lag_varehus([Betaling(JAN_20, "1000")], [Linje("1", JAN_10, "1000", periode="202502")])
    assert koder(con) == [("1", None, None)]


def test_a_voucher_that_is_all_the_ledger_has_beyond_the_payments_is_not_of_the_payments():
    con = lag_varehus(
        [Betaling(JAN_10, "1000")],
        [Linje("1", JAN_10, "1000", periode="202502"), Linje("2", JAN_10, "77", periode="202502")],
    )
    assert koder(con) == [("1", "feil_periode", JAN), ("2", None, None)]


def test_a_day_that_differs_is_still_known_by_the_vouchers_that_name_it():
    """Two vouchers hold more than was paid, and neither alone is the difference."""
    con = lag_varehus(
        [Betaling(JAN_10, "1000")],
        [Linje("1", JAN_10, "990", periode="202502"), Linje("2", JAN_10, "77", periode="202502")],
    )
    assert koder(con) == [("1", "feil_periode", JAN), ("2", "feil_periode", JAN)]


@pytest.mark.parametrize(("fort", "aarsak", "motpart"), [("1000", "feil_periode", JAN), ("1000.01", None, None)])
def test_a_voucher_without_reference_must_hold_exactly_what_was_paid(fort, aarsak, motpart):
    con = lag_varehus(
        [Betaling(JAN_10, "1000")], [Linje("1", JAN_10, fort, periode="202502", bilagsart="HB", referanse=False)]
    )
    assert koder(con) == [("1", aarsak, motpart)]


def test_of_two_like_vouchers_the_later_is_posted_twice():
    con = lag_varehus(
        [Betaling(JAN_10, "1000"), Betaling(JAN_10, "50", 2, "LAAN")],
        [
            Linje("10", JAN_10, "1000"),
            Linje("10", JAN_10, "50", "15200"),
            Linje("9", JAN_10, "50", "15200"),
            Linje("9", JAN_10, "1000"),
        ],
    )
    assert koder(con) == [("10", "dobbeltforing", None)] * 2 + [("9", None, None)] * 2


def test_two_like_vouchers_are_two_runs_when_that_much_was_paid():
    con = lag_varehus(
        [Betaling(JAN_10, "1000"), Betaling(JAN_10, "1000", 2)],
        [Linje("1", JAN_10, "1000"), Linje("2", JAN_10, "1000")],
    )
    assert koder(con) == [("1", None, None), ("2", None, None)]


@pytest.mark.parametrize(
    "annen",
    [
        Linje("2", JAN_20, "1000"),
        Linje("2", JAN_10, "1000.01"),
        Linje("2", JAN_10, "1000", "14701"),
        Linje("2", JAN_10, "1000", referanse=False),
    ],
)
def test_vouchers_that_are_not_alike_are_not_the_same_one(annen):
    con = lag_varehus([Betaling(JAN_10, "1000"), Betaling(JAN_20, "1")], [Linje("1", JAN_10, "1000"), annen])
    assert [aarsak for _, aarsak, _ in koder(con)] == [None, None]


def test_a_second_posting_in_a_later_month_belongs_nowhere():
    con = lag_varehus(
        [Betaling(JAN_10, "1000")], [Linje("1", JAN_10, "1000"), Linje("2", JAN_10, "1000", periode="202503")]
    )
    assert aarsaker(con)[1] == ("2", MAR, Decimal("1000.00"), "dobbeltforing", None)


def test_what_takes_a_second_posting_back_is_of_the_double_posting():
    con = lag_varehus(
        [Betaling(JAN_10, "1000")],
        [
            Linje("1", JAN_10, "1000"),
            Linje("2", JAN_10, "1000"),
            Linje("3", JAN_10, "-1000", periode="202502"),
        ],
    )
    assert koder(con) == [("1", None, None), ("2", "dobbeltforing", None), ("3", "dobbeltforing", None)]


def test_a_refund_is_no_double_posting():
    con = lag_varehus(
        [Betaling(JAN_10, "1000"), Betaling(JAN_20, "-1000")], [Linje("1", JAN_10, "1000"), Linje("2", JAN_20, "-1000")]
    )
    assert [aarsak for _, aarsak, _ in koder(con)] == [None, None]


@pytest.mark.parametrize(
    ("belop", "referanse", "aarsak"),
    [("10000", True, "dobbeltforing"), ("9999.99", True, None), ("10000", False, None)],
)
def test_without_the_case_system_like_vouchers_must_be_of_some_size_and_name_their_day(belop, referanse, aarsak):
    con = lag_varehus([], [Linje("1", JULI, belop, referanse=referanse), Linje("2", JULI, belop, referanse=referanse)])
    assert koder(con) == [("1", None, None), ("2", aarsak, None)]


@pytest.mark.parametrize(("referanse", "aarsak"), [(True, "feil_periode"), (False, None)])
def test_without_the_case_system_the_reference_is_enough(referanse, aarsak):
    con = lag_varehus([], [Linje("1", JULI, "5", periode="202508", referanse=referanse)])
    assert koder(con) == [("1", aarsak, date(2025, 7, 1) if aarsak else None)]


@pytest.mark.parametrize(
    ("linje", "aarsak"),
    [
        (Linje("1", JAN_31, "500", "15300", bilagsart="ÅO", referanse=False), "balanseforing"),
        (Linje("1", JAN_31, "-500", "19300", bilagsart="HB", referanse=False), "balanseforing"),
        (Linje("1", JAN_31, "-500", bilagsart="ÅO", referanse=False), "balanseforing"),
        (Linje("1", JAN_31, "-500", periode="202502", bilagsart="ÅO", referanse=False), None),
        (Linje("1", JAN_31, "-500", bilagsart="HB", referanse=False), None),
        (Linje("1", DES_20, "500", bilagsart="ÅO", referanse=False), "balanseforing"),
        (Linje("1", DES_20, "500", periode="202413", bilagsart="ÅO", referanse=False), "balanseforing"),
        (Linje("1", JAN_31, "-500", "17700", bilagsart="HB", referanse=False), None),
    ],
)
def test_year_end_lines_against_the_balance(linje, aarsak):
    con = lag_varehus([Betaling(JAN_10, "1000")], [linje])
    assert koder(con) == [("1", aarsak, None)]


@pytest.mark.parametrize(
    ("linje", "aarsak", "motpart"),
    [
        (Linje("1", DES_20, "1000", periode="202413"), None, None),
        (Linje("1", date(2024, 11, 20), "1000", periode="202413"), "periode_13", date(2024, 11, 1)),
        (Linje("1", JAN_10, "80", periode="202413", bilagsart="HB", referanse=False), "periode_13", None),
    ],
)
def test_the_closing_period(linje, aarsak, motpart):
    con = lag_varehus(
        [Betaling(DES_20, "1000"), Betaling(date(2024, 11, 20), "1000"), Betaling(JAN_10, "1")],
        [linje],
        (date(2024, 11, 1), DES, JAN),
    )
    assert koder(con) == [("1", aarsak, motpart)]
