"""Norwegian working days: what the deadlines, the payday and the monthly schedule are counted in.

Source of the public holidays: the library `holidays` (Norway).
"""

from datetime import date, timedelta
from functools import cache

import holidays

from dagster_project.seeds import read_seed

EN_DAG = timedelta(days=1)
LOERDAG, SOENDAG = 5, 6


@cache
def _helligdager(aar: int) -> frozenset[date]:
    # The library would count Sundays too when asked to; they are weekends here.
    return frozenset(holidays.country_holidays("NO", years=aar))


def er_virkedag(dag: date) -> bool:
    """Say whether a day is neither Saturday, Sunday nor a public holiday."""
    return dag.weekday() < LOERDAG and dag not in _helligdager(dag.year)


def dagtype(dag: date) -> str | None:
    """Return why a day is no working day ("helligdag", "lørdag" or "søndag"), or None where it is one."""
    if dag in _helligdager(dag.year):
        return "helligdag"
    return {LOERDAG: "lørdag", SOENDAG: "søndag"}.get(dag.weekday())


def siste_virkedag(dag: date) -> date:
    """Return the day itself where it is a working day, otherwise the last working day before it."""
    while not er_virkedag(dag):
        dag -= EN_DAG
    return dag


def virkedag_i_maaned(maaned: date, nummer: int) -> date:
    """Return the working day with a number in a month, 1 being its first.

    Units: `maaned` is any day of the month.

    Raises:
        ValueError: if the month does not have that many working days.
    """
    dag, sett = maaned.replace(day=1), 0
    while dag.month == maaned.month:
        sett += er_virkedag(dag)
        if sett == nummer:
            return dag
        dag += EN_DAG
    raise ValueError(f"{maaned:%Y-%m} har ikke {nummer} virkedager.")


def virkedager(maaned: date) -> list[date]:
    """Return the working days in the month of a day, in order."""
    forste = maaned.replace(day=1)
    dager = (forste + EN_DAG * nummer for nummer in range(31))
    return [dag for dag in dager if dag.month == forste.month and er_virkedag(dag)]


def flytt_maaned(dag: date, antall: int) -> date:
    """Return the first day of the month so many months later; earlier when negative."""
    nummer = dag.year * 12 + dag.month - 1 + antall
    return date(nummer // 12, nummer % 12 + 1, 1)


def forrige_maaned(dag: date) -> date:
    """Return the first day of the month before."""
    return flytt_maaned(dag, -1)


def leveransefrist(maaned: date) -> date:
    """Return the day by which the deliveries of a month must have come.

    Source: `frist_virkedag` in seeds/leveranse_terskel.csv.
    """
    terskler = {rad["terskel_id"]: rad["verdi"] for rad in read_seed("leveranse_terskel")}
    return virkedag_i_maaned(neste_maaned(maaned), int(terskler["frist_virkedag"]))


def neste_maaned(dag: date) -> date:
    """Return the first day of the month after."""
    return flytt_maaned(dag, 1)
