"""What bi.avstemming shows of the comparisons, and what it puts together or leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import duckdb
import pytest

from tests.dbt_sql import load_seed, run_model

KOMMUNE = "9901"
MAANEDER = [date(2025, nr, 1) for nr in range(1, 13)]
JAN, FEB = MAANEDER[:2]
MANGE = tuple(range(100, 140))


@dataclass(frozen=True)
class Aarsak:
    """A cause: what it is called, kroner, and the persons behind it."""

    navn: str
    belop: int
    mottakere: tuple[int, ...] = ()
    form: str = "ALLE"
    maaned: date = JAN
    fra: str = "fagsystem"
    til: str = "hovedbok"


@dataclass(frozen=True)
class Betalt:
    """The persons paid in a month, of a kind and form of stønad, and whether bi.fct_utgift_maaned hides them."""

    maaned: date
    mottakere: tuple[int, ...]
    form: str = "BIDRAG"
    art: str = "LIVSOPPHOLD"
    skjult: bool = False


HELE_AARET = [Betalt(maaned, MANGE) for maaned in MAANEDER] + [
    Betalt(maaned, MANGE[: 5 + nr], "LAAN", "DEPOSITUM") for nr, maaned in enumerate(MAANEDER)
]


def vis(
    aarsaker: Iterable[Aarsak],
    betalt: Iterable[Betalt] = HELE_AARET,
    skjult_alle: Iterable[date] = (),
    skjult_kvp: Iterable[int] = (),
) -> duckdb.DuckDBPyConnection:
    """Return a database with bi_avstemming of comparisons with these causes, each from 1000 kroner."""
    con = duckdb.connect()
    load_seed(con, "skjerming_terskel")
    con.execute("""
        create table int_avstemming (
            kommunenummer varchar, maaned date, fra_kilde varchar, til_kilde varchar, stonadsform varchar,
            aarsak varchar, belop_nok decimal(18, 2), person_antall integer, mottakere ubigint[]
        );
        create table int_mottaker_maaned (
            kommunenummer varchar, maaned date, grunnlag varchar, stonadsart varchar, stonadsform varchar,
            mottaker_nr integer
        );
        create table int_skjerming_maaned (
            tabell varchar, serie varchar, kommunenummer varchar, periode date, celle varchar
        );
        create table int_skjerming (kommunenummer varchar, rapporteringsaar integer, celle_id varchar);
        create table int_kommune_maaned (kommunenummer varchar, maaned date);
    """)

    def sammenligning(aarsak: Aarsak) -> tuple:
        return aarsak.maaned, aarsak.fra, aarsak.til, aarsak.form

    rader = []
    for noekkel, gruppe in groupby(sorted(aarsaker, key=sammenligning), sammenligning):
        aarsaken = list(gruppe)
        sider = [aarsak for aarsak in aarsaken if aarsak.navn == "fra"] or [Aarsak("fra", 1000, MANGE)]
        sum_ = sum(aarsak.belop for aarsak in aarsaken if aarsak.navn != "fra") + sider[0].belop
        alle = [*(a for a in aarsaken if a.navn != "fra"), *sider, Aarsak("til", sum_)]
        if not any(aarsak.navn == "uforklart" for aarsak in aarsaken):
            alle.append(Aarsak("uforklart", 0))
        rader += [[KOMMUNE, *noekkel, a.navn, a.belop, len(a.mottakere), list(a.mottakere)] for a in alle]
    con.executemany("insert into int_avstemming values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rader)
    for post in betalt:
        con.executemany(
            "insert into int_mottaker_maaned values (?, ?, 'kontant', ?, ?, ?)",
            [[KOMMUNE, post.maaned, post.art, post.form, nr] for nr in post.mottakere],
        )
        if post.skjult:
            con.execute(
                "insert into int_skjerming_maaned values ('fct_utgift_maaned', 'kontant', ?, ?, ?)",
                [KOMMUNE, post.maaned, f"{post.art}|{post.form}"],
            )
    for maaned in skjult_alle:
        con.execute(
            "insert into int_skjerming_maaned values ('ind_utbetaling_per_mottaker', 'kontant', ?, ?, 'alle')",
            [KOMMUNE, maaned],
        )
    for aar in skjult_kvp:
        con.execute("insert into int_skjerming values (?, ?, 'kvp_stonad')", [KOMMUNE, aar])
    con.executemany("insert into int_kommune_maaned values (?, ?)", [[KOMMUNE, maaned] for maaned in MAANEDER])
    run_model(con, "marts/bi/bi_avstemming")
    return con


def vist(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return what is shown of the only comparison, by cause, without the sides."""
    return {
        aarsak: int(belop)
        for aarsak, belop in con.execute("select aarsak, belop_nok from bi_avstemming").fetchall()
        if aarsak not in ("fra", "til")
    }


def maaneder(con: duckdb.DuckDBPyConnection, form: str) -> list[int]:
    """Return the months that are shown of a form."""
    return [
        nr
        for (nr,) in con.execute(
            "select distinct month(maaned) from bi_avstemming where stonadsform = ? order by all", [form]
        ).fetchall()
    ]


@pytest.mark.parametrize(
    ("aarsaker", "ventet"),
    [
        # Three persons are enough, two are not.
        ([("a", 50, (1, 2, 3)), ("b", 70, MANGE)], {"a": 50, "b": 70}),
        ([("a", 50, (1, 2)), ("b", 70, MANGE)], {"smaa_poster": 120}),
        ([("a", 50, (1, 2)), ("b", 70, MANGE), ("c", 30, (1, 2, 3, 4))], {"smaa_poster": 80, "b": 70}),
        # Together on three persons; together on two.
        ([("a", 50, (1, 2)), ("b", 70, (3,)), ("c", 9, MANGE)], {"smaa_poster": 120, "c": 9}),
        ([("a", 50, (1, 2)), ("b", 70, (2,)), ("c", 9, MANGE)], {"smaa_poster": 129}),
        # Found in the ledger alone.
        ([("a", 50, ()), ("b", 70, MANGE)], {"a": 50, "b": 70}),
        ([("a", 50, (1,)), ("b", 70, ()), ("c", 9, MANGE)], {"smaa_poster": 59, "b": 70}),
        ([("a", 50, MANGE), ("uforklart", 7, ())], {"a": 50, "uforklart": 7}),
        ([("a", 50, MANGE), ("uforklart", 7, (1, 2, 3))], {"a": 50, "uforklart": 7}),
    ],
)
def test_causes_on_few_persons_are_put_together(aarsaker, ventet):
    con = vis([Aarsak(*aarsak) for aarsak in aarsaker])
    assert vist(con) == {"uforklart": 0} | ventet
    ((til,),) = con.execute("select belop_nok from bi_avstemming where aarsak = 'til'").fetchall()
    assert til == 1000 + sum(ventet.values())


@pytest.mark.parametrize(
    "aarsaker",
    [
        [("a", 50, (1,))],
        [("a", 50, (1,)), ("b", 70, (1, 2))],
        [("a", 50, (1,)), ("b", 70, ())],
        [("a", 50, MANGE), ("uforklart", 7, (1, 2))],
        [("fra", 50, (1, 2))],
    ],
)
def test_where_nothing_can_be_put_together_the_comparison_is_not_shown(aarsaker):
    assert vist(vis([Aarsak(*aarsak) for aarsak in aarsaker])) == {}


@pytest.mark.parametrize(("mottakere", "former"), [((1, 2, 3), ["ALLE", "BIDRAG", "LAAN"]), ((1, 2), ["ALLE"])])
def test_one_form_is_all_less_the_other(mottakere, former):
    con = vis(
        [
            Aarsak("a", 30, MANGE),
            Aarsak("a", 20, MANGE, "BIDRAG"),
            Aarsak("a", 10, mottakere, "LAAN"),
        ]
    )
    assert [
        f for (f,) in con.execute("select distinct stonadsform from bi_avstemming order by all").fetchall()
    ] == former


def i_aaret(*ekstra: Betalt, laan: dict[int, int] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a year compared month by month; `laan` is how many had lån in a month, else five and more."""
    antall = {nr: 4 + nr for nr in range(1, 13)} | (laan or {})
    betalt = [Betalt(maaned, MANGE) for maaned in MAANEDER]
    betalt += [Betalt(date(2025, nr, 1), MANGE[:n], "LAAN", "DEPOSITUM") for nr, n in antall.items() if n]
    former = [Aarsak("a", 1, MANGE, form, maaned) for maaned in MAANEDER for form in ("ALLE", "BIDRAG", "LAAN")]
    return vis(former, [*betalt, *ekstra])


@pytest.mark.parametrize(
    ("laan", "skjult"),
    [
        ({}, []),
        ({6: 3}, []),
        ({6: 0}, []),
        # The year is known, so a month alone would be found: January has the fewest lån of the others.
        ({6: 2}, [1, 6]),
        # The same two persons in both months are two persons in all.
        ({6: 2, 7: 2}, [1, 6, 7]),
    ],
)
def test_a_form_on_few_persons_hides_the_forms_of_the_month(laan, skjult):
    con = i_aaret(laan=laan)
    igjen = [nr for nr in range(1, 13) if nr not in skjult]
    assert maaneder(con, "BIDRAG") == maaneder(con, "LAAN") == igjen
    assert maaneder(con, "ALLE") == list(range(1, 13))


@pytest.mark.parametrize(
    ("ekstra", "skjult"),
    [
        # One hidden kind would be the form less the others.
        ([Betalt(FEB, MANGE[:9], art="STROM", skjult=True)], [1, 2]),
        # Two are not found out, but they must be on three persons together.
        ([Betalt(FEB, (1,), art="STROM", skjult=True), Betalt(FEB, (1, 2), art="ANNET", skjult=True)], [1, 2]),
        ([Betalt(FEB, (1,), art="STROM", skjult=True), Betalt(FEB, (2, 3), art="ANNET", skjult=True)], []),
        # One of each form: each is found.
        (
            [Betalt(FEB, (1,), art="STROM", skjult=True), Betalt(FEB, MANGE[:9], "LAAN", "ANNET", skjult=True)],
            [1, 2],
        ),
        ([Betalt(FEB, MANGE[:9], art="STROM")], []),
    ],
)
def test_the_sum_of_a_form_must_not_give_away_a_hidden_kind(ekstra, skjult):
    igjen = [nr for nr in range(1, 13) if nr not in skjult]
    assert maaneder(i_aaret(*ekstra), "BIDRAG") == igjen


def test_a_month_whose_total_is_hidden_is_not_compared():
    con = vis([Aarsak("a", 1, MANGE, maaned=maaned) for maaned in (JAN, FEB)], skjult_alle=[JAN])
    assert maaneder(con, "ALLE") == [2]


def test_a_years_comparison_follows_what_is_hidden_of_the_year():
    des = MAANEDER[-1]
    con = vis(
        [
            Aarsak("a", 1, (), "KVP", des, "11CF"),
            Aarsak("a", 1, (), "ALLE", des, "hovedbok", "0A"),
        ],
        skjult_kvp=[2025],
    )
    assert con.execute("select distinct fra_kilde from bi_avstemming").fetchall() == [("hovedbok",)]
