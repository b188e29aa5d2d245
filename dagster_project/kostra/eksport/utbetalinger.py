"""11F made of the payments of the monthly deliveries, for a year the case system has made no extract of.

The records are `intermediate.int_11f_avledet` as the last build left them, and the identities are joined in here. What
SSB demands and no monthly delivery has, is not made up.
"""

from collections.abc import Iterator
from datetime import date

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.formater import oppramsing
from dagster_project.kostra.eksport.identitet import koble_til_identiteter
from dagster_project.kostra.eksport.utkast import Bestilling, Utkast
from dagster_project.kostra.layout import HELE_KOMMUNEN, OSLO, Layout, find_layout
from dagster_project.kostra.skriv import SkriveError, lag_posttabell
from dagster_project.kostra.staging import MAANEDER
from dagster_project.settings import Mappe, Miljo

SKJEMA_AV_UTBETALINGER = "11F"
DESEMBER = 12
POSTER = "avledede_poster"
KJENNETEGN = {
    "KJONN": "kjonn_kode",
    "EKTSTAT": "sivilstand_kode",
    "BU18": "bu18_kode",
    "ANTBU18": "antall_barn_under_18",
    "VKLO": "vklo_kode",
    "TRYGDESIT": "trygdesit_kode",
    "ARBSIT": "arbsit_kode",
    "BOSIT": "bosit_kode",
}
"""The fields that the extracts of recipients have, and what they are called in the warehouse."""
IDENTITET = "fødselsnummer, DUF-nummer eller fødselsdato"


def hent_utbetalinger(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, miljo: Miljo, bestilling: Bestilling
) -> list[Utkast]:
    """Return a draft of each file that the payments make, by district.

    Needs the warehouse attached as `varehus` and a scratch database as the default; attaches `nokkel`.

    Raises:
        Brukerfeil: if the form is another than 11F, if the warehouse has no payments of the year, or if a field that
            SSB demands is missing; nothing is guessed.
    """
    if bestilling.skjema != SKJEMA_AV_UTBETALINGER:
        raise Brukerfeil(f"Bare 11F kan lages av utbetalingene. Bruk --fra uttrekk for {bestilling.skjema}.")
    maaneder = leverte_maaneder(con, bestilling.kommunenummer)
    i_aaret = [maaned for maaned in maaneder if maaned.year == bestilling.aar]
    if not i_aaret:
        finnes = f"Det har {oppramsing(sorted({maaned.year for maaned in maaneder}))}." if maaneder else ""
        raise Brukerfeil(
            f"Varehuset har ingen utbetalinger fra kommune {bestilling.kommunenummer} for {bestilling.aar}. {finnes}"
        )
    layout = find_layout(SKJEMA_AV_UTBETALINGER, bestilling.aar)
    koble_til_identiteter(con, mappe, miljo)
    samle_poster(con, layout, bestilling)
    krev_felter(con, layout, bestilling)
    return [
        lag_utkast(con, layout, bestilling, nummer, bydel, max(i_aaret))
        for nummer, bydel in enumerate(finn_bydeler(con, bestilling))
    ]


def leverte_maaneder(con: duckdb.DuckDBPyConnection, kommunenummer: str) -> list[date]:
    """Return the months the municipality has delivered payments of; none where the warehouse is built without them."""
    (er_bygget,) = con.execute("""
        select count(*) = 2
        from duckdb_views()
        where
            database_name = 'varehus'
            and schema_name = 'intermediate'
            and view_name in ('int_kommune_maaned', 'int_11f_avledet')
    """).fetchone()
    if not er_bygget:
        return []
    rader = con.execute(
        "select maaned from varehus.intermediate.int_kommune_maaned where kommunenummer = ? order by maaned",
        [kommunenummer],
    ).fetchall()
    return [maaned for (maaned,) in rader]


def samle_poster(con: duckdb.DuckDBPyConnection, layout: Layout, bestilling: Bestilling) -> None:
    """Make the scratch table of the records, a column for each field that the layout has and we know."""
    maaned = {
        **{f"STMND_{m}": f"if(list_contains(maaneder, {m}), '{m:02d}', null)" for m in range(1, 13)},
        **{f"BIDRAG_{navn}": f"bidrag_per_maaned[{m}]::integer" for m, navn in enumerate(MAANEDER, 1)},
        **{f"LAAN_{navn}": f"laan_per_maaned[{m}]::integer" for m, navn in enumerate(MAANEDER, 1)},
    }
    felter = {
        "KOMMUNE_NR": "post.kommunenummer",
        "VERSION": "right(post.rapporteringsaar::varchar, 2)",
        "BYDELSNR": "post.bydel" if bestilling.kommunenummer == OSLO else "null::varchar",
        "PERSON_JOURNALNR": "post.journalnummer",
        "PERSON_FODSELSNR": "identitet.fodselsnummer",
        "PERSON_DUF": "identitet.duf_nummer",
        # The day is 40 more in a D-number; the month and the century are known from the number as a whole.
        "FODSELSDATO": """
            coalesce(
                identitet.fodselsdato,
                mottaker.fodselsmaaned + to_days((substring(identitet.fodselsnummer, 1, 2)::integer - 1) % 40)
            )::date
        """,
        **{felt: f"post.{kolonne}" for felt, kolonne in KJENNETEGN.items()},
        "BIDRAG": "post.bidrag_nok::integer",
        "LAAN": "post.laan_nok::integer",
        **maaned,
    }
    kolonner = ", ".join(f"{uttrykk} as {felt}" for felt, uttrykk in felter.items() if layout.felt(felt))
    con.execute(
        f"""
        create or replace table {POSTER} as
        with identitet as (
            select
                kilde_id,
                journalnummer,
                mottaker_id,
                max(fodselsnummer) as fodselsnummer,
                max(duf_nummer) as duf_nummer,
                max(fodselsdato) as fodselsdato
            from nokkel.fagsystem_identitet
            group by all
        )

        select {kolonner}
        from varehus.intermediate.int_11f_avledet as post
        left join varehus.intermediate.int_fagsystem_mottaker as mottaker
            on post.kilde_id = mottaker.kilde_id and post.journalnummer = mottaker.journalnummer
        -- The pseudonym is in the join so that identities stored under another key never reach a record.
        left join identitet
            on
                post.kilde_id = identitet.kilde_id
                and post.journalnummer = identitet.journalnummer
                and post.mottaker_id = identitet.mottaker_id
        where post.kommunenummer = $kommunenummer and post.rapporteringsaar = $aar
        """,
        {"kommunenummer": bestilling.kommunenummer, "aar": bestilling.aar},
    )


def _blanke(con: duckdb.DuckDBPyConnection, layout: Layout) -> list[str]:
    """Return the fields of the layout that no monthly delivery has."""
    kjente = con.table(POSTER).columns
    return [felt.navn for felt in layout.felter if felt.navn not in kjente]


def krev_felter(con: duckdb.DuckDBPyConnection, layout: Layout, bestilling: Bestilling) -> None:
    """Stop where SSB would.

    Raises:
        Brukerfeil: if a field is missing; the message says which, and for how many persons.
    """
    kjente = con.table(POSTER).columns
    # Outside Oslo SSB wants the district blank, whatever the layout says.
    krevde = [
        felt.navn
        for felt in layout.felter
        if felt.obligatorisk and (felt.navn != "BYDELSNR" or bestilling.kommunenummer == OSLO)
    ]
    mangler = {felt: f"{felt} is null" if felt in kjente else "true" for felt in krevde}
    identitet = [felt for felt in ("PERSON_FODSELSNR", "PERSON_DUF", "FODSELSDATO") if felt in kjente]
    mangler[IDENTITET] = f"coalesce({', '.join(f'{felt}::varchar' for felt in identitet)}) is null"
    antall_uten = ", ".join(f"count(*) filter (where {vilkaar})" for vilkaar in mangler.values())
    personer, *antall = con.execute(f"select count(*), {antall_uten} from {POSTER}").fetchone()
    funnet = [
        f"{felt} mangler for {uten} av {personer} personer" for felt, uten in zip(mangler, antall, strict=True) if uten
    ]
    if funnet:
        raise Brukerfeil(
            f"11F {bestilling.aar} for kommune {bestilling.kommunenummer} kan ikke lages av utbetalingene, for SSB "
            f"krever mer enn de månedlige leveransene har: {oppramsing(funnet)}. Ingenting er skrevet. Lag 11F i "
            "fagsystemet, legg filen i innboksen, kjør «stonad kjor» og bruk --fra uttrekk."
        )


def finn_bydeler(con: duckdb.DuckDBPyConnection, bestilling: Bestilling) -> list[str]:
    """Return the districts to make a file for.

    Raises:
        Brukerfeil: if nobody lives in the one that was asked for.
    """
    if bestilling.kommunenummer != OSLO or bestilling.bydel == HELE_KOMMUNEN:
        return [HELE_KOMMUNEN]
    bydeler = [bydel for (bydel,) in con.execute(f"select distinct BYDELSNR from {POSTER} order by 1").fetchall()]
    if bestilling.bydel is None:
        return bydeler or [HELE_KOMMUNEN]
    if bestilling.bydel not in bydeler:
        raise Brukerfeil(f"Ingen mottakere i {bestilling.aar} bor i bydel {bestilling.bydel}.")
    return [bestilling.bydel]


def lag_utkast(
    con: duckdb.DuckDBPyConnection,
    layout: Layout,
    bestilling: Bestilling,
    nummer: int,
    bydel: str,
    siste_maaned: date,
) -> Utkast:
    """Make the scratch table of a district's records.

    Raises:
        Brukerfeil: if a value does not fit its field.
    """
    tabell = f"eksport_{nummer}"
    vilkaar = "" if bydel == HELE_KOMMUNEN else f" where BYDELSNR = '{bydel}'"
    try:
        poster = lag_posttabell(
            con, f"select * from {POSTER}{vilkaar}", layout, tabell, sorter_etter="PERSON_JOURNALNR"
        )
    except SkriveError as feil:
        raise Brukerfeil(f"{feil} Ingenting er skrevet.") from None
    return Utkast(
        layout=layout,
        aar=bestilling.aar,
        region=bestilling.kommunenummer + bydel,
        kvartal=None,
        tabell=tabell if poster else None,
        poster=poster,
        karantene=0,
        orgnr=" " * 9,
        levert=None,
        merknader=tuple(_merknader(con, layout, bestilling, siste_maaned)),
    )


def _merknader(
    con: duckdb.DuckDBPyConnection, layout: Layout, bestilling: Bestilling, siste_maaned: date
) -> Iterator[str]:
    if siste_maaned.month < DESEMBER:
        yield f"Utbetalingene er levert til og med {siste_maaned:%m.%Y}. Filen har ikke mer av året."
    if blanke := _blanke(con, layout):
        yield f"De månedlige leveransene har ikke disse feltene, og de er blanke: {oppramsing(blanke)}."
    (avvik,) = con.execute(
        "select count(*) from varehus.intern.avvik_11f where kommunenummer = ? and rapporteringsaar = ?",
        [bestilling.kommunenummer, bestilling.aar],
    ).fetchone()
    if avvik:
        yield (
            f"Varehuset har også 11F fra fagsystemet for året. Forskjellene ({avvik}) står i intern.avvik_11f, med "
            "journalnummer og årsak."
        )
