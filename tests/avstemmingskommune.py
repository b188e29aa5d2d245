"""A municipality small enough to reckon by hand: what each source says of it, and the models that compare them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from tests.dbt_sql import load_seed, run_model

KOMMUNE = "9901"
NOV, DES, JAN, FEB, MAR = date(2024, 11, 1), date(2024, 12, 1), *(date(2025, nr, 1) for nr in (1, 2, 3))
SEEDS = (
    "avstemming_aarsak",
    "avstemming_parameter",
    "kostra_artsgruppe",
    "regnskap_formaal",
    "regnskap_konto",
    "skjerming_terskel",
)
STONADSTYPER = {"BIDRAG": 1, "LAAN": 2}
# account: funksjon, KOSTRA art, what it is for
KONTI = {
    "14700": ("281", "470", "livsopphold"),
    "14701": ("281", "470", "boutgifter"),
    "15200": ("281", "520", "sosiale_laan"),
    "17700": ("281", "770", "refusjoner"),
    "15300": ("281", "530", "tidligere_merforbruk"),
    "19300": ("281", "930", "tidligere_mindreforbruk"),
    "11150": ("281", "115", "ukjent"),
    "10890": ("276", "089", None),
    "10100": ("276", "010", None),
    "17701": ("276", "770", None),
}
TABELLER = """
    create table int_utgift (
        mottaker_nr integer, utgiftsdato date, utgiftsmaaned date, belop_nok decimal(18, 2), stonadstype_nr integer
    );
    create table int_fagsystem_person (mottaker_nr integer, kommunenummer varchar, mottaker_id varchar);
    create table int_stonadstype (stonadstype_nr integer, stonadsart varchar, stonadsform varchar);
    create table int_kommune_maaned (kommunenummer varchar, maaned date);
    create table int_utbetaling (
        kommunenummer varchar, mottaker_nr integer, utbetalingsdato date, forfallsdato date, stonadsform varchar,
        belop_nok decimal(18, 2), status varchar
    );
    create table int_fagsystem_feil (leveranse_id varchar, linje integer, objekt varchar, regel varchar);
    create table stg_fagsystem__utbetaling (
        leveranse_id varchar, linje integer, kommunenummer varchar, utbetalingsdato date, forfallsdato date,
        stonadsform varchar, belop_nok decimal(18, 2)
    );
    create table stg_intern__karantene (
        leveranse_id varchar, linje integer, kommunenummer varchar, objekt varchar, belop decimal(18, 2)[],
        datoer date[]
    );
    create table int_utgift_periodisert (
        mottaker_nr integer, maaned date, belop_nok decimal(18, 2), stonadstype_nr integer
    );
    create table int_11f_levert_maaned (
        kommunenummer varchar, rapporteringsaar integer, mottaker_id varchar, maaned_nummer integer,
        bidrag_nok decimal(18, 2), laan_nok decimal(18, 2), er_stonadsmaaned boolean
    );
    create table int_regnskap_periode (kommunenummer varchar, objekt varchar, regnskapsaar integer, periode varchar);
    create table int_regnskap_funksjon_art (
        kommunenummer varchar, rapporteringsaar integer, kvartal integer, kontoklasse varchar, funksjon varchar,
        art varchar, belop_hittil_nok decimal(18, 2)
    );
    create table int_kvp_deltaker_aar (
        kommunenummer varchar, rapporteringsaar integer, mottaker_id varchar, kvp_stonad_nok decimal(18, 2)
    );
    create table int_hovedbok (
        leveranse_id varchar, linje integer, kommunenummer varchar, regnskapsaar integer, periode varchar,
        maaned date, er_aarsavslutning boolean, bilagsart varchar, bilagsnummer varchar, bilagslinje integer,
        bilagsdato date, betalingsdato date, tjeneste varchar, art varchar, kontoklasse varchar, funksjon varchar,
        kostra_art varchar, formaal varchar, belop_nok decimal(18, 2), ekstern_ref varchar
    );
"""


@dataclass(frozen=True)
class Betaling:
    """A payment to a person on a day; months are delivered apart from it."""

    dag: date
    belop: str
    mottaker: int = 1
    form: str = "BIDRAG"


@dataclass(frozen=True)
class Linje:
    """A ledger line. Without more being said, it is posted in the month of its date, with a reference to it."""

    bilag: str
    dag: date
    belop: str
    art: str = "14700"
    periode: str | None = None
    bilagsdato: date | None = None
    bilagsart: str = "SO"
    referanse: bool = True


@dataclass(frozen=True)
class Maaned11F:
    """What 11F has of a person in a month, in whole kroner."""

    maaned: date
    bidrag: int
    laan: int = 0
    mottaker: int = 1


@dataclass(frozen=True)
class Sum0A:
    """What 0A has of an art of function 281 in a year, in kroner."""

    aar: int
    art: str
    belop: int


@dataclass(frozen=True)
class Deltaker:
    """The qualification benefit of a participant in a year."""

    aar: int
    belop: int
    mottaker: int = 1


def lag_varehus(
    betalinger: Sequence[Betaling] = (),
    linjer: Sequence[Linje] = (),
    leverte: Sequence[date] = (DES, JAN, FEB, MAR),
    *,
    stoppet: Sequence[Betaling] = (),
    til_side: Sequence[Betaling] = (),
    ulest: Sequence[Betaling] = (),
    levert_11f: Sequence[Maaned11F] = (),
    levert_0a: Sequence[Sum0A] = (),
    deltakere: Sequence[Deltaker] = (),
) -> duckdb.DuckDBPyConnection:
    """Return a database with what the models of agreement read. A voucher gets the balance line it lacks."""
    con = duckdb.connect()
    for seed in SEEDS:
        load_seed(con, seed)
    con.execute(TABELLER)
    _skriv(
        con,
        "int_utgift",
        ([b.mottaker, b.dag, b.dag.replace(day=1), b.belop, STONADSTYPER[b.form]] for b in betalinger),
    )
    personer = {post.mottaker for post in (*betalinger, *stoppet, *levert_11f)}
    _skriv(con, "int_fagsystem_person", ([nr, KOMMUNE, f"p{nr}"] for nr in sorted(personer)))
    _skriv(con, "int_stonadstype", ([nr, "LIVSOPPHOLD", form] for form, nr in STONADSTYPER.items()))
    _skriv(con, "int_kommune_maaned", ([KOMMUNE, maaned] for maaned in leverte))
    _skriv(con, "int_utbetaling", ([KOMMUNE, b.mottaker, None, b.dag, b.form, b.belop, "STOPPET"] for b in stoppet))
    _skriv(con, "int_fagsystem_feil", (["u", nr, "utbetaling", "F03"] for nr, _ in enumerate(til_side)))
    _skriv(
        con,
        "stg_fagsystem__utbetaling",
        (["u", nr, KOMMUNE, b.dag, None, b.form, b.belop] for nr, b in enumerate(til_side)),
    )
    _skriv(
        con,
        "stg_intern__karantene",
        (["k", nr, KOMMUNE, "utbetaling", [281, b.belop], [b.dag, MAR]] for nr, b in enumerate(ulest)),
    )
    _skriv(
        con,
        "int_11f_levert_maaned",
        (
            [KOMMUNE, post.maaned.year, f"p{post.mottaker}", post.maaned.month, post.bidrag, post.laan, True]
            for post in levert_11f
        ),
    )
    _skriv(
        con,
        "int_regnskap_funksjon_art",
        ([KOMMUNE, post.aar, None, "1", "281", post.art, post.belop] for post in levert_0a),
    )
    _skriv(con, "int_kvp_deltaker_aar", ([KOMMUNE, d.aar, f"p{d.mottaker}", d.belop] for d in deltakere))
    _skriv(con, "int_hovedbok", (_post(nr, post) for nr, post in enumerate(linjer, start=1)))
    con.execute("""
        insert into int_hovedbok by name
        select
            any_value(leveranse_id) as leveranse_id, 1000 + min(linje) as linje, kommunenummer, regnskapsaar, periode,
            maaned, er_aarsavslutning, bilagsart, bilagsnummer, bilagsdato, '21650000' as art, '2' as kontoklasse,
            -sum(belop_nok) as belop_nok
        from int_hovedbok
        group by all
    """)
    return con


def _skriv(con: duckdb.DuckDBPyConnection, tabell: str, rader: Iterable[list]) -> None:
    rader = list(rader)
    if rader:
        con.executemany(f"insert into {tabell} values ({', '.join('?' * len(rader[0]))})", rader)


def _post(nr: int, post: Linje) -> list:
    periode = post.periode or f"{post.dag:%Y%m}"
    funksjon, kostra_art, formaal = KONTI[post.art]
    return [
        "l", nr, KOMMUNE, int(periode[:4]), periode, date(int(periode[:4]), min(int(periode[4:]), 12), 1),
        periode.endswith("13"), post.bilagsart, post.bilag, nr,
        post.bilagsdato or post.dag, post.dag if post.referanse else None, funksjon + "00", post.art, "1", funksjon,
        kostra_art, formaal, post.belop, f"SOS{post.dag:%Y%m%d}" if post.referanse else None,
    ]  # fmt: skip


def aarsaker(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Return voucher, posting month, amount, cause and counterpart month of each line on function 281, in order."""
    run_model(con, "intermediate/regnskap/int_hovedbok_aarsak")
    return con.execute("""
        select bok.bilagsnummer, aarsak.regnskapsmaaned, aarsak.belop_nok, aarsak.aarsak, aarsak.motpart_maaned
        from int_hovedbok_aarsak as aarsak
        inner join int_hovedbok as bok using (leveranse_id, linje)
        order by linje
    """).fetchall()


def bygg_avstemming(con: duckdb.DuckDBPyConnection) -> None:
    """Build int_avstemming, and what it needs of the models before it."""
    con.execute("""
        create table int_11f_dekning as
        select
            kommunenummer,
            rapporteringsaar,
            max(make_date(rapporteringsaar, maaned_nummer, 1)) as siste_levert,
            date '2000-01-01' as forste_betalt,
            date '2099-12-01' as siste_betalt
        from int_11f_levert_maaned
        group by all;
        create table int_mottaker_aar as
        select distinct kommunenummer, rapporteringsaar, mottaker_id from int_11f_levert_maaned;
    """)
    for modell in (
        "fagsystem/int_11f_avledet_maaned",
        "fagsystem/int_11f_avvik_maaned",
        "regnskap/int_regnskap_maaned",
        "regnskap/int_hovedbok_aarsak",
        "regnskap/int_avstemming",
    ):
        run_model(con, f"intermediate/{modell}")


def rader(
    con: duckdb.DuckDBPyConnection, fra: str, til: str, form: str, maaned: date, tabell: str = "int_avstemming"
) -> dict[str, Decimal]:
    """Return the amounts of one comparison by cause."""
    return dict(
        con.execute(
            f"""
            select aarsak, belop_nok
            from {tabell}
            where fra_kilde = ? and til_kilde = ? and stonadsform = ? and maaned = ?
            order by all
            """,
            [fra, til, form, maaned],
        ).fetchall()
    )
