"""What the workbook shows, read from the published database by one query for each sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from dagster_project.arbeidsbok import oppsett
from dagster_project.arbeidsbok.oppsett import DATOFORMATER, Ark, Kolonne, Serie
from dagster_project.feil import Brukerfeil
from dagster_project.formater import norsk_tall, oppramsing
from dagster_project.ingestion.sql import sql_tekst

RADER_I_EXCEL = 1_048_576
OVER_TABELLEN = 4
"""Rows of a sheet that stand above its data: title, description, link and heading."""
DAG_NULL = date(1899, 12, 30)
"""The day Excel counts days from."""


def dag(exceldag: float) -> date:
    """Return the date of a day as Excel counts it."""
    return DAG_NULL + timedelta(days=int(exceldag))


Celle = str | float | int | bool | None


@dataclass(frozen=True)
class Arktall:
    """The rows of one sheet. Dates and times are Excel's days; kroner are floats that hold every øre."""

    ark: Ark
    kolonner: tuple[Kolonne, ...]
    typer: tuple[str, ...]
    """The type of each column in the published table; empty for a column that is added."""
    beskrivelser: tuple[str, ...]
    beskrivelse: str
    rader: tuple[tuple[Celle, ...], ...]
    desimaler: tuple[int, ...]
    """How many decimals `verdi` of each row is shown with, where the sheet has indicators; else empty."""


@dataclass(frozen=True)
class Innhold:
    """Everything the workbook is written from."""

    versjon: str
    publisert: datetime
    bygget_av: str
    datagrunnlag_til: datetime | None
    kommuner: tuple[tuple[str, str], ...]
    """kommunenummer and name, in order of the number."""
    er_utvalg: bool
    """Whether only some of the published municipalities were asked for."""
    ark: tuple[Arktall, ...]
    """Only sheets that have rows."""
    tomme: tuple[Ark, ...]
    maaneder: tuple[tuple[str, int, tuple[float | None, ...], bool], ...]
    """kommunenummer, month as Excel's day, a value for each series, whether any of them is hidden."""
    aar: tuple[int, ...]
    kostra: tuple[tuple[str, str, str, str, int, tuple[float | None, ...]], ...]
    """kommunenummer, indikator_id, name, unit, decimals, a value for each year."""
    definisjoner: tuple[tuple[str, ...], ...]


_Kolonner = dict[str, list[tuple[str, str, str]]]

DEFINISJONSFELT = ("Hva", "Kode", "Navn", "Enhet", "Formel", "Teller", "Nevner", "Kilde", "Konfidens", "Merknad")
_INDIKATORFELT = "indikator_id, navn, enhet, formel, teller_tekst, nevner_tekst, kilde, konfidens, merknad"


def les_innhold(database: Path, kommuner: Sequence[str] = ()) -> Innhold:
    """Read the published database for the municipalities given, or all of them.

    Raises:
        Brukerfeil: if nothing is published, a municipality is not in it, or a table has more rows than a sheet.
    """
    if not database.exists():
        raise Brukerfeil(f"Ingenting er publisert ennå i {database.parent}. Kjør «stonad kjor» først.")
    with duckdb.connect(str(database), read_only=True) as con:
        try:
            return _les(con, kommuner)
        except duckdb.CatalogException:
            raise Brukerfeil(
                "Databasen er publisert med en eldre utgave av varehuset. Kjør «stonad kjor --bygg-alltid» først."
            ) from None


def _les(con: duckdb.DuckDBPyConnection, kommuner: Sequence[str]) -> Innhold:
    publiserte = con.execute("select kommunenummer, kommunenavn from bi.kommune order by all").fetchall()
    kjente = {nummer for nummer, _ in publiserte}
    if ukjente := sorted(set(kommuner) - kjente):
        raise Brukerfeil(
            f"{oppramsing(ukjente)} er ikke med i det som er publisert. Der er {oppramsing(sorted(kjente))}."
        )
    valgte = tuple(rad for rad in publiserte if not kommuner or rad[0] in kommuner)
    con.execute("create temp table valgt (kommunenummer varchar)")
    con.executemany("insert into valgt values (?)", [[nummer] for nummer, _ in valgte])
    con.execute("create temp table navn (liste varchar, kode varchar, navn varchar)")
    con.executemany("insert into navn values (?, ?, ?)", [list(rad) for rad in oppsett.kodenavn()])
    con.execute("""
        insert into navn
        select 'KOMMUNE', kommunenummer, kommunenavn from bi.kommune
        union all
        select 'INDIKATOR', indikator_id, navn from bi.indikator
        union all
        select 'INDIKATOR', indikator_id, navn from bi.maanedsindikator
    """)
    er_utvalg = len(valgte) < len(publiserte)
    kolonner = _les_kolonner(con)
    kontroller_plass(
        {
            ark.tabell: con.execute(f"select count(*) from {_fra(ark.tabell, er_utvalg, kolonner)}").fetchone()[0]
            for ark in oppsett.ark()
        }
    )
    alle = [_les_ark(con, ark, er_utvalg, kolonner) for ark in oppsett.ark()]
    aar, kostra = _les_kostra(con)
    return Innhold(
        *con.execute("select versjon, publisert, bygget_av, datagrunnlag_til from bi.kontrakt").fetchone(),
        kommuner=valgte,
        er_utvalg=er_utvalg,
        ark=tuple(ett for ett in alle if ett.rader),
        tomme=tuple(ett.ark for ett in alle if not ett.rader),
        maaneder=_les_maaneder(con, oppsett.serier(), kolonner),
        aar=aar,
        kostra=kostra,
        definisjoner=_les_definisjoner(con),
    )


def kontroller_plass(rader: dict[str, int]) -> None:
    """Say so when a table does not fit in a sheet.

    Raises:
        Brukerfeil: with the table, its rows, and the way out.
    """
    for tabell, antall in rader.items():
        if antall + OVER_TABELLEN > RADER_I_EXCEL:
            raise Brukerfeil(
                f"bi.{tabell} har {norsk_tall(antall)} rader, og et ark i Excel har plass til "
                f"{norsk_tall(RADER_I_EXCEL)}. "
                "Velg noen av kommunene med --kommune."
            )


def _les_kolonner(con: duckdb.DuckDBPyConnection) -> _Kolonner:
    """Return the name, the type and the comment of the columns of each published table."""
    funnet: _Kolonner = {}
    for tabell, *kolonne in con.execute("""
        select table_name, column_name, lower(data_type), coalesce(comment, '')
        from duckdb_columns()
        where schema_name = 'bi'
        order by table_name, column_index
    """).fetchall():
        funnet.setdefault(tabell, []).append(tuple(kolonne))
    return funnet


def _fra(tabell: str, er_utvalg: bool, kolonner: _Kolonner) -> str:
    """Return the table with the rows of the chosen municipalities, and those that are of none."""
    har_kommune = any(navn == "kommunenummer" for navn, _, _ in kolonner.get(tabell, ()))
    if not (er_utvalg and har_kommune):
        return f"bi.{tabell}"
    valgte = "select kommunenummer from valgt"
    return f"(from bi.{tabell} where kommunenummer is null or kommunenummer in ({valgte})) as valgte"


def _les_ark(con: duckdb.DuckDBPyConnection, ark: Ark, er_utvalg: bool, alle_kolonner: _Kolonner) -> Arktall:
    i_tabellen = alle_kolonner[ark.tabell]
    typer = {navn: type_ for navn, type_, _ in i_tabellen}
    kolonner = oppsett.kolonner(ark.tabell, typer)
    uttrykk = [_uttrykk(kolonne, typer.get(kolonne.navn, "")) for kolonne in kolonner]
    koblinger = [
        f"left join navn as n_{kolonne.navn} on n_{kolonne.navn}.liste = {sql_tekst(kolonne.liste)} and "
        f"n_{kolonne.navn}.kode = concat_ws('|', {', '.join(f'rad.{del_}' for del_ in kolonne.nokkel)})"
        for kolonne in kolonner
        if kolonne.liste
    ]
    har_indikator = {"indikator_id", "verdi"} <= set(typer)
    if har_indikator:
        koblinger.append(
            "left join (select indikator_id, desimaler from bi.indikator union all "
            "select indikator_id, desimaler from bi.maanedsindikator) as maal using (indikator_id)"
        )
    rekkefolge = [f"rad.{navn} {'desc' if synker else 'asc'} nulls last" for navn, synker in ark.sortering]
    rader = con.execute(
        f"select {', '.join([*uttrykk, *(['coalesce(maal.desimaler, 0)'] if har_indikator else [])])} "
        f"from (select * from {_fra(ark.tabell, er_utvalg, alle_kolonner)}) as rad {' '.join(koblinger)} "
        f"order by {', '.join(rekkefolge)}"
    ).fetchall()
    beskrivelse = con.execute(
        "select coalesce(comment, '') from duckdb_tables() where schema_name = 'bi' and table_name = ?", [ark.tabell]
    ).fetchone()[0]
    kommentarer = {navn: kommentar for navn, _, kommentar in i_tabellen}
    bredde = len(kolonner)
    return Arktall(
        ark=ark,
        kolonner=tuple(kolonner),
        typer=tuple(typer.get(kolonne.navn, "") for kolonne in kolonner),
        beskrivelser=tuple(kommentarer.get(kolonne.navn, "") for kolonne in kolonner),
        beskrivelse=beskrivelse,
        rader=tuple(rad[:bredde] for rad in rader) if har_indikator else tuple(rader),
        desimaler=tuple(rad[bredde] for rad in rader) if har_indikator else (),
    )


def _uttrykk(kolonne: Kolonne, type_: str) -> str:
    if kolonne.liste:
        reserve = f"rad.{kolonne.navn}" if type_ else "null"
        return f"coalesce(n_{kolonne.navn}.navn, {reserve})"
    if kolonne.format in DATOFORMATER:
        return _exceldag(f"rad.{kolonne.navn}")
    return f"rad.{kolonne.navn}::double" if type_.startswith("decimal") else f"rad.{kolonne.navn}"


def _exceldag(uttrykk: str) -> str:
    return f"epoch({uttrykk}::timestamp - timestamp {sql_tekst(f'{DAG_NULL} 00:00:00')}) / 86400"


def _les_maaneder(
    con: duckdb.DuckDBPyConnection, serier: Sequence[Serie], kolonner: _Kolonner
) -> tuple[tuple[str, int, tuple[float | None, ...], bool], ...]:
    deler = []
    for serie in serier:
        har_skjermet = any(navn == "skjermet" for navn, _, _ in kolonner[serie.tabell])
        deler.append(
            f"select kommunenummer, maaned_av as maaned, {sql_tekst(serie.id)} as serie, "
            f"{serie.kolonne}::double as verdi, {'skjermet' if har_skjermet else 'false'} as skjermet "
            f"from (select *, {'periode' if serie.tabell == 'ind_stonadslengde' else 'maaned'} as maaned_av "
            f"from bi.{serie.tabell}) where kommunenummer in (select kommunenummer from valgt) and "
            + " and ".join(f"{navn} = {sql_tekst(verdi)}" for navn, verdi in serie.utvalg)
        )
    verdier = ", ".join(f"any_value(verdi) filter (serie = {sql_tekst(serie.id)})" for serie in serier)
    rader = con.execute(
        f"select kommunenummer, {_exceldag('maaned')}::integer, bool_or(skjermet), {verdier} "
        f"from ({' union all '.join(deler)}) group by kommunenummer, maaned order by kommunenummer, maaned"
    ).fetchall()
    return tuple((nummer, maaned, tuple(tall), skjermet) for nummer, maaned, skjermet, *tall in rader)


def _les_kostra(con: duckdb.DuckDBPyConnection) -> tuple[tuple[int, ...], tuple[tuple, ...]]:
    aar = tuple(
        rad[0]
        for rad in con.execute(
            "select distinct rapporteringsaar from bi.ind_kostra "
            "where kommunenummer in (select kommunenummer from valgt) order by all"
        ).fetchall()
    )
    if not aar:
        return (), ()
    verdier = ", ".join(f"any_value(verdi) filter (rapporteringsaar = {ett})" for ett in aar)
    rader = con.execute(f"""
        select kommunenummer, indikator_id, indikator.navn, indikator.enhet, indikator.desimaler, {verdier}
        from bi.ind_kostra
        inner join bi.indikator as indikator using (indikator_id)
        where kommunenummer in (select kommunenummer from valgt)
        group by all
        order by kommunenummer, indikator.navn, indikator_id
    """).fetchall()
    return aar, tuple((*rad[:5], tuple(rad[5:])) for rad in rader)


def _les_definisjoner(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], ...]:
    fra_bi = con.execute(f"""
        select 'KOSTRA-indikator', {_INDIKATORFELT} from bi.indikator
        union all
        select 'Månedsindikator', {_INDIKATORFELT} from bi.maanedsindikator
        order by all
    """).fetchall()
    lengder = [
        (
            "Stønadslengde",
            rad["definisjon"],
            rad["navn"],
            "maaneder",
            rad["formel"],
            rad["teller_tekst"],
            rad["nevner_tekst"],
            rad["kilde"],
            "",
            rad["forklaring"],
        )
        for rad in oppsett.stonadslengder()
    ]
    return tuple(tuple(felt or "" for felt in rad) for rad in [*fra_bi, *lengder])
