"""Support months and decisions written down by hand, and the monthly models built on them straight in DuckDB."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date

import duckdb
import pandas as pd

from dagster_project.skjerming_maaned import skjerm_maaned
from tests.dbt_sql import ROOT, load_seed, run_model

MAPPE = ROOT / "tests" / "golden" / "maanedskommune"
LEVERT = (date(2023, 1, 1), date(2025, 12, 1))
"""First and last delivered month of the example."""

SEEDS = (
    "populasjon",
    "stonadslengde_parameter",
    "stonadslengde_definisjon",
    "maanedsindikator",
    "maanedsindikator_parameter",
    "maanedstall",
    "skjerming_terskel",
)
TABELLER = {
    "int_kommune_maaned": "kommunenummer varchar, maaned date",
    "int_leveranse_forventet": "kommunenummer varchar, objekt varchar, maaned date, status varchar",
    "int_fagsystem_person": "mottaker_nr integer, kommunenummer varchar, fodselsmaaned date",
    "int_stonadsmaaned_smal": (
        "mottaker_nr integer, er_periodisert boolean, maaned date, belop_nok decimal(18, 2), alder smallint, "
        "hovedinntekt_kode varchar, er_hovedinntekt boolean, antall_barn_under_18 integer, "
        "arbeidssituasjon_kode varchar"
    ),
    "int_vedtak": (
        "mottaker_nr integer, vedtaksdato date, utfall varchar, lovhjemmel varchar, periode_fom date, periode_tom date"
    ),
    "int_utgift": "mottaker_nr integer, utgiftsmaaned date, belop_nok decimal(18, 2)",
    "int_utgift_periodisert": "mottaker_nr integer, maaned date, belop_nok decimal(18, 2)",
    "int_utgift_maaned": (
        "kommunenummer varchar, maaned date, grunnlag varchar, stonadsart varchar, stonadsform varchar, "
        "mottaker_antall integer, person_antall integer, forste_mottaker_nr integer, siste_mottaker_nr integer"
    ),
    "int_skjerming": "kommunenummer varchar, rapporteringsaar integer, celle_id varchar",
    "int_kommune_aar": "kilde varchar, kommunenummer varchar, rapporteringsaar integer",
}
MODELLER = (
    "fagsystem/int_forlop_smal",
    "fagsystem/int_aldersgruppe",
    "fagsystem/int_populasjon_gruppe",
    "int_populasjon_maaned",
    "fagsystem/int_kommune_maaned_historikk",
    "fagsystem/int_stonadsmaaned_kontant",
    "fagsystem/int_stonadsmaaned_periodisert",
    "fagsystem/int_mottaker_hittil_i_aar",
    "fagsystem/int_stonadslengde",
    "fagsystem/int_maanedstall_bred",
    "fagsystem/int_maanedstall",
    "int_maaned_celle",
)
MODELLER_MED_SKJERMING = ("fagsystem/int_maanedstall_skjult", "fagsystem/int_maanedsindikator")

Rad = Mapping[str, str]


def golden_rader(navn: str) -> list[dict[str, str]]:
    """Return the rows of a file of the example municipality, all values as text."""
    with (MAPPE / f"{navn}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


def golden() -> duckdb.DuckDBPyConnection:
    """Return the example municipality with every model built."""
    return bygg(golden_rader("maaneder"), golden_rader("vedtak"))


def bygg(
    maaneder: Iterable[Rad],
    vedtak: Iterable[Rad] = (),
    levert: tuple[date, date] = LEVERT,
    uten: Iterable[date] = (),
    toleranse: int | None = None,
    skjult_i_aarstall: Iterable[tuple[str, int, str]] = (),
) -> duckdb.DuckDBPyConnection:
    """Build every model on runs of support months (the columns of maaneder.csv) and decisions (vedtak.csv).

    Months from and to the ends of `levert` are delivered, except those in `uten`. `skjult_i_aarstall` is what 11F
    hides: kommunenummer, rapporteringsaar and celle_id; 11F is delivered for those municipalities and years.
    """
    con = duckdb.connect()
    for seed in SEEDS:
        load_seed(con, seed)
    if toleranse is not None:
        con.execute("update stonadslengde_parameter set verdi = ? where parameter = 'toleranse_maaneder'", [toleranse])
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create table {tabell} ({kolonner})")
    con.register("maaneder", pd.DataFrame(list(maaneder), columns=list(golden_rader("maaneder")[0]), dtype="str"))
    con.register("vedtak", pd.DataFrame(list(vedtak), columns=list(golden_rader("vedtak")[0]), dtype="str"))
    _fyll(con, levert, list(uten))
    for celle in skjult_i_aarstall:
        con.execute("insert into int_skjerming values (?, ?, ?)", celle)
        con.execute("insert into int_kommune_aar values ('11F', ?, ?)", celle[:2])
    for modell in MODELLER:
        run_model(con, f"intermediate/{modell}")
    skjult = skjerm_maaned(con.sql("from int_maaned_celle").df())
    con.register("skjult", skjult)
    con.execute("create table int_skjerming_maaned as select * replace (periode::date as periode) from skjult")
    for modell in MODELLER_MED_SKJERMING:
        run_model(con, f"intermediate/{modell}")
    for modell in ("ind_maaned", "ind_stonadslengde"):
        run_model(con, f"marts/bi/{modell}")
    return con


def _fyll(con: duckdb.DuckDBPyConnection, levert: tuple[date, date], uten: list[date]) -> None:
    con.execute(
        """
        create temp table person as
        select
            kommunenummer,
            nr,
            try_cast(any_value(fodselsaar) as integer) as fodselsaar,
            row_number() over (order by kommunenummer, nr)::integer as mottaker_nr
        from maaneder
        group by kommunenummer, nr
        """
    )
    con.execute(
        "insert into int_fagsystem_person select mottaker_nr, kommunenummer, make_date(fodselsaar, 6, 1) from person"
    )
    con.execute(
        """
        insert into int_kommune_maaned
        select kommune.kommunenummer, maaned::date
        from (select distinct kommunenummer from person) as kommune
        cross join unnest(generate_series($fra, $til, interval 1 month)) as levert (maaned)
        where not list_contains($uten, maaned::date)
        """,
        {"fra": levert[0], "til": levert[1], "uten": uten},
    )
    con.execute(
        "insert into int_leveranse_forventet select kommunenummer, 'vedtak', maaned, 'levert' from int_kommune_maaned"
    )
    con.execute(
        """
        insert into int_stonadsmaaned_smal
        select
            person.mottaker_nr,
            grunnlag.er_periodisert,
            i.maaned::date,
            rad.belop_nok::decimal(18, 2),
            year(i.maaned) - person.fodselsaar,
            nullif(rad.hovedinntekt, ''),
            nullif(rad.hovedinntekt, '') = '5',
            try_cast(rad.barn as integer),
            nullif(rad.arbeid, '')
        from maaneder as rad
        inner join person using (kommunenummer, nr)
        inner join (values ('kontant', false), ('periodisert', true), ('begge', false), ('begge', true))
            as grunnlag (navn, er_periodisert) on rad.grunnlag = grunnlag.navn
        cross join unnest(
            generate_series((rad.fra || '-01')::date, (rad.til || '-01')::date, interval 1 month)
        ) as i (maaned)
        """
    )
    con.execute(
        """
        insert into int_vedtak
        select
            person.mottaker_nr,
            rad.vedtaksdato::date,
            rad.utfall,
            nullif(rad.lovhjemmel, ''),
            try_cast(rad.periode_fom as date),
            try_cast(rad.periode_tom as date)
        from vedtak as rad
        inner join person using (kommunenummer, nr)
        """
    )
