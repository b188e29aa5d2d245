"""Judge what has been built by the expectations, keep what they say, and hold back the months that must not go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.ingestion.sql import sql_tekst
from dagster_project.kvalitet.gx import finn_brudd
from dagster_project.kvalitet.suiter import ERROR, Forventning, Suite, suiter
from dagster_project.seeds import read_seed

SERIE = "kvalitet"
"""The series an acceptance of an expectation is written under in konfig/kvittering.csv."""

# The months that are controlled: a year to the last delivered one, all that has come since the last control, and those
# it held back. A month that is out already is told of and left there, so only the others (er_ny) can be held back. The
# state is what was known at the time the figures are given as of.
KONTROLLMAANED = """
    create or replace table intern.kontrollmaaned as
    with tidligere as (
        select
            kvalitet.*,
            kvalitet.rowid as nummer,
        from intern.kvalitet as kvalitet
        cross join intern.kjoring_parametre as parametre
        where kvalitet.tidspunkt <= coalesce(parametre.per, 'infinity'::timestamp)
    ),

    siste_kjoring as (
        select arg_max(kjoring_id, (tidspunkt, nummer)) as kjoring_id
        from tidligere
    ),

    kommune as (
        select
            kommunenummer,
            max(maaned) filter (where er_levert) as siste_levert,
            coalesce(max(maaned) filter (where er_levert), max(maaned)) as siste,
        from intern.kvalitetsmaal
        group by kommunenummer
    ),

    sett as (
        select
            tidligere.kommunenummer,
            max(tidligere.maaned) filter (where tidligere.er_ny) as siste_ny,
            list(distinct tidligere.maaned) filter (
                where tidligere.sperrer and tidligere.kjoring_id = siste_kjoring.kjoring_id
            ) as holdt,
        from tidligere
        cross join siste_kjoring
        group by tidligere.kommunenummer
    ),

    vurdert as (
        select
            maal.kommunenummer,
            maal.maaned,
            maal.er_levert
            and (
                maal.maaned >= least(kommune.siste_levert, coalesce(sett.siste_ny, kommune.siste_levert))
                or coalesce(list_contains(sett.holdt, maal.maaned), false)
            ) as er_ny,
            maal.maaned > kommune.siste - to_months($vindu) as i_vinduet,
        from intern.kvalitetsmaal as maal
        inner join kommune on maal.kommunenummer = kommune.kommunenummer
        left join sett on maal.kommunenummer = sett.kommunenummer
    )

    select
        kommunenummer,
        maaned,
        er_ny,
    from vurdert
    where er_ny or i_vinduet
"""


@dataclass(frozen=True)
class Utfall:
    """What one expectation said in a run: how many months it judged, and those it failed in.

    Each month is a kommunenummer and a date. `nye` are the months of `brudd` that were not out already and are not
    accepted; `holdt` those of them that are held back.
    """

    forventning: Forventning
    suite: str
    vurdert: int
    brudd: tuple[tuple[str, date], ...]
    nye: tuple[tuple[str, date], ...]
    holdt: tuple[tuple[str, date], ...]


def _terskel(seed: str, rad: str) -> str:
    return next(r["verdi"] for r in read_seed(seed) if r["terskel_id"] == rad)


def kontroller(varehus: Path, kjoring_id: str, egne: Sequence[Suite] | None = None) -> list[Utfall]:
    """Judge the last build, and write intern.kvalitet, intern.tilbakeholdt and bi.tilbakeholdt.

    Shape: one per expectation, in order. All is written, or nothing is.

    Raises:
        Kjoringsfeil: if an expectation could not be judged.
    """
    valgte = suiter() if egne is None else egne
    with duckdb.connect(str(varehus)) as con:
        con.execute(KONTROLLMAANED, {"vindu": int(_terskel("kvalitet_terskel", "vindu_maaneder"))})
    brudd = finn_brudd(
        varehus,
        "select * from intern.kvalitetsmaal semi join intern.kontrollmaaned using (kommunenummer, maaned)",
        valgte,
    )
    con = duckdb.connect(str(varehus))
    try:
        con.begin()
        _skriv(con, kjoring_id, valgte, brudd)
        utfall = _les(con, kjoring_id, valgte)
        con.commit()
    finally:
        con.close()
    return utfall


def _skriv(
    con: duckdb.DuckDBPyConnection,
    kjoring_id: str,
    suitene: Sequence[Suite],
    brudd: dict[str, set[tuple[str, date]]],
) -> None:
    alle = [(suite.suite, forventning) for suite in suitene for forventning in suite.forventninger]
    con.execute("create temporary table forventning (suite varchar, id varchar, alvor varchar, kan_kvitteres boolean)")
    con.executemany(
        "insert into forventning values (?, ?, ?, ?)",
        [[suite, f.id, f.alvor, f.meta.kan_kvitteres] for suite, f in alle],
    )
    funnet = " union all ".join(
        f"select {sql_tekst(f.id)} as id, kommunenummer, maaned, {f.kolonne}::double as observert, "
        f"{f.meta.tekst or 'null'}::varchar as tekst from intern.kvalitetsmaal"
        for _, f in alle
    )
    con.execute(
        f"create temporary table funnet as select * from ({funnet}) "
        "semi join intern.kontrollmaaned using (kommunenummer, maaned) where observert is not null"
    )
    con.execute(
        "create temporary table brudd (id varchar, kommunenummer varchar, maaned date, melding varchar, gjor varchar)"
    )
    if rader := _meldinger(con, {f.id: f for _, f in alle}, brudd):
        con.executemany("insert into brudd values (?, ?, ?, ?, ?)", rader)
    con.execute(
        """
        insert into intern.kvalitet by name
        select
            $kjoring_id as kjoring_id,
            parametre.tidspunkt,
            forventning.suite,
            forventning.id as forventning_id,
            funnet.kommunenummer,
            funnet.maaned,
            forventning.alvor,
            brudd.id is null as bestatt,
            funnet.observert,
            brudd.melding,
            brudd.gjor,
            kontrollmaaned.er_ny,
            forventning.kan_kvitteres,
            brudd.id is not null
            and forventning.kan_kvitteres
            and coalesce(
                abs(funnet.observert::decimal(18, 2) - kvittering.belop_nok) * 100
                <= abs(kvittering.belop_nok) * $endring,
                false
            ) as kvittert,
            brudd.id is not null
            and not kvittert
            and kontrollmaaned.er_ny
            and forventning.alvor = $error as sperrer,
        from funnet
        inner join forventning using (id)
        inner join intern.kontrollmaaned as kontrollmaaned using (kommunenummer, maaned)
        cross join intern.kjoring_parametre as parametre
        left join brudd using (id, kommunenummer, maaned)
        left join intern.kvittering as kvittering
            on
                kvittering.serie = $serie
                and forventning.id = kvittering.aarsak
                and funnet.kommunenummer = kvittering.kommunenummer
                and funnet.maaned = kvittering.maaned
        order by all
        """,
        {
            "kjoring_id": kjoring_id,
            "endring": int(_terskel("avvik_terskel", "kvittering_endring_pst")),
            "error": ERROR,
            "serie": SERIE,
        },
    )
    con.execute("delete from intern.tilbakeholdt")
    con.execute(
        """
        insert into intern.tilbakeholdt by name
        select
            kommunenummer,
            maaned,
            string_agg(melding, ' ' order by suite, forventning_id) as forklaring,
        from intern.kvalitet
        where kjoring_id = ? and sperrer
        group by kommunenummer, maaned
        order by all
        """,
        [kjoring_id],
    )
    # dbt made it, with its contract, before anybody had judged what it built.
    con.execute("delete from bi.tilbakeholdt")
    con.execute("insert into bi.tilbakeholdt by name from intern.tilbakeholdt")


def _meldinger(
    con: duckdb.DuckDBPyConnection, alle: dict[str, Forventning], brudd: dict[str, set[tuple[str, date]]]
) -> list[tuple[str, str, date, str, str]]:
    """Return what is said of each month that fails: id, kommunenummer, maaned, message and what to do."""
    rader = con.execute("select id, kommunenummer, maaned, observert, tekst from funnet order by all").fetchall()
    return [
        (
            id_,
            kommunenummer,
            maaned,
            alle[id_].si(observert, tekst),
            alle[id_].gjor(kommunenummer, f"{maaned:%Y-%m}"),
        )
        for id_, kommunenummer, maaned, observert, tekst in rader
        if (kommunenummer, maaned) in brudd[id_]
    ]


def _les(con: duckdb.DuckDBPyConnection, kjoring_id: str, suitene: Sequence[Suite]) -> list[Utfall]:
    rader = con.execute(
        """
        select
            forventning_id,
            count(*),
            list((kommunenummer, maaned) order by kommunenummer, maaned) filter (where not bestatt),
            list((kommunenummer, maaned) order by kommunenummer, maaned) filter (
                where not bestatt and er_ny and not kvittert
            ),
            list((kommunenummer, maaned) order by kommunenummer, maaned) filter (where sperrer),
        from intern.kvalitet
        where kjoring_id = ?
        group by forventning_id
        """,
        [kjoring_id],
    ).fetchall()
    per_id = {id_: (antall, *(tuple(maaneder or ()) for maaneder in lister)) for id_, antall, *lister in rader}
    return [
        Utfall(forventning, suite.suite, *per_id.get(forventning.id, (0, (), (), ())))
        for suite in suitene
        for forventning in suite.forventninger
    ]
