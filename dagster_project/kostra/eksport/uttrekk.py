"""The extracts as delivered, put together again line by line.

The warehouse has every accepted record with its identity fields blanked; the encrypted database has those fields as
they stood, and the whole text of the records set aside. Together they are the delivered file to the byte.
"""

from itertools import groupby

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.formater import oppramsing
from dagster_project.ingestion.database import RAATABELL
from dagster_project.kostra.eksport.identitet import koble_til_identiteter
from dagster_project.kostra.eksport.utbetalinger import SKJEMA_AV_UTBETALINGER, leverte_maaneder
from dagster_project.kostra.eksport.utkast import Bestilling, Levert, Utkast
from dagster_project.kostra.layout import HELE_KOMMUNEN, OSLO, Layout, layouts
from dagster_project.settings import Mappe, Miljo

IDENTITETSKOLONNE = {
    "FODSELSDATO": "fodselsdato",
    "PERSON_FODSELSNR": "fodselsnummer",
    "PERSON_DUF": "duf_nummer",
}
# A file with no records tells its district by its name and nothing else.
EGNE = f"""
    select
        * replace (
            coalesce(
                bydel,
                if(
                    kommunenummer = '{OSLO}' and rader_lest = 0,
                    nullif(regexp_extract(filnavn, '^[A-Za-z]+_{OSLO}([0-9][0-9])', 1), ''),
                    null
                ),
                '{HELE_KOMMUNEN}'
            ) as bydel
        )
    from varehus.intern.leveranse
    where
        kilde = 'kostra'
        and objekt = $skjema
        and kommunenummer = $kommunenummer
        and rapporteringsaar = $aar
"""


def hent_uttrekk(con: duckdb.DuckDBPyConnection, mappe: Mappe, miljo: Miljo, bestilling: Bestilling) -> list[Utkast]:
    """Return a draft of each file that the current deliveries make, by district.

    The current delivery is the last one accepted, as in `int_leveranse_gjeldende`; it is found anew here, so that a
    build that stopped does not keep a corrected file from SSB. Needs the warehouse attached as `varehus` and a scratch
    database as the default; attaches `nokkel` where there is anything to join in.

    Raises:
        Brukerfeil: if there is no such delivery, if it is not plain which is meant, or if the warehouse and the
            identities together no longer have the whole file.
    """
    leveranser = _velg(_gjeldende(con, bestilling), bestilling)
    if not leveranser:
        raise Brukerfeil(_ingen_leveranse(con, bestilling))
    if any(leveranse["rader_lest"] and _trenger_nokkel(leveranse, bestilling.skjema) for leveranse in leveranser):
        koble_til_identiteter(con, mappe, miljo)
    return [_utkast(con, mappe, bestilling, nummer, leveranse) for nummer, leveranse in enumerate(leveranser)]


def _rader(con: duckdb.DuckDBPyConnection, sql: str, verdier: dict[str, object]) -> list[dict]:
    sporring = con.execute(sql, verdier)
    navn = [kolonne[0] for kolonne in sporring.description]
    return [dict(zip(navn, rad, strict=True)) for rad in sporring.fetchall()]


def _hva(bestilling: Bestilling) -> dict[str, object]:
    return {"skjema": bestilling.skjema, "kommunenummer": bestilling.kommunenummer, "aar": bestilling.aar}


def _gjeldende(con: duckdb.DuckDBPyConnection, bestilling: Bestilling) -> list[dict]:
    return _rader(
        con,
        f"""
        with egne as ({EGNE})

        select
            leveranse_id,
            layout_id,
            bydel,
            kvartal,
            filnavn,
            sti,
            sha256,
            bytes,
            mottatt,
            rader_lest,
            rader_karantene
        from egne
        where status = 'godtatt'
        qualify
            row_number() over (
                partition by
                    bydel,
                    kvartal
                order by
                    mottatt desc,
                    fil_endret desc,
                    filnavn desc,
                    leveranse_id desc
            ) = 1
        order by
            bydel,
            kvartal nulls first
        """,
        _hva(bestilling),
    )


def _velg(leveranser: list[dict], bestilling: Bestilling) -> list[dict]:
    """Return the deliveries that were asked for.

    Raises:
        Brukerfeil: if the choice is left to us, and either answer may be wrong.
    """
    kvartaler = [leveranse["kvartal"] for leveranse in leveranser]
    if leveranser and bestilling.kvartal not in kvartaler:
        finnes = oppramsing(_periode(kvartal) for kvartal in dict.fromkeys(kvartaler))
        raise Brukerfeil(
            f"Varehuset har ikke {bestilling.skjema} {bestilling.aar} for {_periode(bestilling.kvartal)}, bare for "
            f"{finnes}. Velg kvartal med --kvartal, eller utelat det for hele året."
        )
    valgte = [leveranse for leveranse in leveranser if leveranse["kvartal"] == bestilling.kvartal]
    bydeler = sorted(leveranse["bydel"] for leveranse in valgte)
    if bestilling.bydel is not None:
        if valgte and bestilling.bydel not in bydeler:
            raise Brukerfeil(
                f"Varehuset har ikke {bestilling.skjema} {bestilling.aar} for bydel {bestilling.bydel}. "
                f"Det har {oppramsing(bydeler)} ({HELE_KOMMUNEN} er hele byen)."
            )
        return [leveranse for leveranse in valgte if leveranse["bydel"] == bestilling.bydel]
    if len(bydeler) > 1 and HELE_KOMMUNEN in bydeler:
        raise Brukerfeil(
            f"Varehuset har både en fil for hele byen og filer for bydelene {oppramsing(bydeler[1:])}, og de samme "
            f"personene kan stå i begge. Velg med --bydel ({HELE_KOMMUNEN} er hele byen)."
        )
    return valgte


def _periode(kvartal: str | None) -> str:
    return f"kvartal {kvartal}" if kvartal else "hele året"


def _ingen_leveranse(con: duckdb.DuckDBPyConnection, bestilling: Bestilling) -> str:
    """Return what there is instead: other years, and a file for this one that was refused."""
    aar = _rader(
        con,
        """
        select distinct rapporteringsaar as aar
        from varehus.intern.leveranse
        where kilde = 'kostra' and status = 'godtatt' and objekt = $skjema and kommunenummer = $kommunenummer
        order by 1
        """,
        {"skjema": bestilling.skjema, "kommunenummer": bestilling.kommunenummer},
    )
    finnes = f"Det har {oppramsing(rad['aar'] for rad in aar)}." if aar else "Det har ingen andre år heller."
    tekst = (
        f"Varehuset har ingen godtatt leveranse av {bestilling.skjema} fra kommune {bestilling.kommunenummer} for "
        f"{bestilling.aar}. {finnes}"
    )
    har_utbetalinger = bestilling.skjema == SKJEMA_AV_UTBETALINGER and any(
        maaned.year == bestilling.aar for maaned in leverte_maaneder(con, bestilling.kommunenummer)
    )
    raad = ["Det har utbetalinger for året: --fra utbetalinger lager filen av dem."] if har_utbetalinger else []
    return " ".join([tekst, *raad, *(_avvist_tekst(rad) for rad in _avviste(con, bestilling))])


def _avviste(con: duckdb.DuckDBPyConnection, bestilling: Bestilling, etter: dict | None = None) -> list[dict]:
    """Return the newest refused file, of those received after a delivery where one is given; at most one."""
    etter = etter or {"mottatt": None, "bydel": None, "kvartal": None}
    return _rader(
        con,
        f"""
        with egne as ({EGNE})

        select
            filnavn,
            mottatt,
            melding
        from egne
        where
            status = 'avvist'
            and ($mottatt is null or mottatt > $mottatt)
            and ($bydel is null or bydel in ($bydel, '{HELE_KOMMUNEN}'))
            and ($mottatt is null or kvartal is null or kvartal = $kvartal)
        order by
            mottatt desc,
            filnavn
        limit 1
        """,
        _hva(bestilling) | {navn: etter[navn] for navn in ("mottatt", "bydel", "kvartal")},
    )


def _avvist_tekst(rad: dict) -> str:
    return f"Filen {rad['filnavn']} fra {rad['mottatt']:%d.%m.%Y kl. %H:%M} UTC ble avvist: {rad['melding']}"


def _trenger_nokkel(leveranse: dict, skjema: str) -> bool:
    return skjema != "0A" or leveranse["rader_karantene"] > 0


def _utkast(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, bestilling: Bestilling, nummer: int, leveranse: dict
) -> Utkast:
    layout = next(item for item in layouts() if item.layout_id == leveranse["layout_id"])
    tabell = None
    if leveranse["rader_lest"]:
        tabell = f"eksport_{nummer}"
        _sett_sammen(con, mappe, layout, leveranse, tabell)
    return Utkast(
        layout=layout,
        aar=bestilling.aar,
        region=bestilling.kommunenummer + leveranse["bydel"],
        kvartal=leveranse["kvartal"],
        tabell=tabell,
        poster=leveranse["rader_lest"],
        karantene=leveranse["rader_karantene"],
        orgnr=_orgnr(con, layout, tabell),
        levert=Levert(
            filnavn=leveranse["filnavn"],
            mottatt=leveranse["mottatt"],
            sha256=leveranse["sha256"],
            bytes=leveranse["bytes"],
            sti=mappe.rot / leveranse["sti"],
        ),
        merknader=tuple(
            f"En senere leveranse er ikke med. {_avvist_tekst(rad)}" for rad in _avviste(con, bestilling, leveranse)
        ),
    )


def _sett_sammen(con: duckdb.DuckDBPyConnection, mappe: Mappe, layout: Layout, leveranse: dict, tabell: str) -> None:
    """Make the scratch table of a delivery's records.

    Raises:
        Brukerfeil: if any of them is not to be had whole.
    """
    deler = [_sql_godtatt(layout)]
    if leveranse["rader_karantene"]:
        deler.append("select linje, raatekst as tekst from nokkel.raatekst where leveranse_id = $leveranse_id")
    con.execute(
        f"""
        create or replace table {tabell} as
        with samlet as (
            {" union all ".join(deler)}
        )

        select
            linje,
            linje - lag(linje, 1, 1) over (order by linje) as skift,
            tekst
        from samlet
        order by linje
        """,
        {"leveranse_id": leveranse["leveranse_id"]},
    )
    alle, hele = con.execute(
        f"select count(*), count(distinct linje) filter (where length(tekst) = {layout.postlengde}) from {tabell}"
    ).fetchone()
    if (alle, hele) != (leveranse["rader_lest"],) * 2:
        raise Brukerfeil(
            f"{leveranse['filnavn']} har {leveranse['rader_lest']} linjer, og for {leveranse['rader_lest'] - hele} av "
            f"dem mangler {mappe.personnokkel} det som trengs for å skrive dem igjen. Ligger filen i arkivet, henter "
            f"«stonad init --ny-nokkel --mappe {mappe.rot}» det derfra. Ligger den ikke der, legg den i innboksen og "
            "kjør «stonad kjor» først."
        )


def _sql_godtatt(layout: Layout) -> str:
    """Return the select of the accepted records, their identity fields back in place."""
    if layout.skjema == "0A":
        return f"select linje, post as tekst from varehus.{RAATABELL['0A']} where leveranse_id = $leveranse_id"
    deler = []
    for identitet, gruppe in groupby(layout.felter, lambda felt: IDENTITETSKOLONNE.get(felt.navn)):
        felter = list(gruppe)
        fra, til = felter[0].fra, felter[-1].fra + felter[-1].lengde - 1
        deler.append(f"identitet.{identitet}" if identitet else f"substring(raa.post, {fra}, {til - fra + 1})")
    # The pseudonym is in the join so that identities stored under another key never reach a record.
    return f"""
        select
            raa.linje,
            {" || ".join(deler)} as tekst
        from varehus.{RAATABELL[layout.skjema]} as raa
        inner join nokkel.identitet as identitet
            on
                raa.leveranse_id = identitet.leveranse_id
                and raa.linje = identitet.linje
                and raa.mottaker_id = identitet.mottaker_id
        where raa.leveranse_id = $leveranse_id
    """


def _orgnr(con: duckdb.DuckDBPyConnection, layout: Layout, tabell: str | None) -> str:
    """Return the organisation number most records have, the first of them if several do; blanks in other forms."""
    felt = layout.felt("orgnr")
    if felt is None or tabell is None:
        return " " * 9
    (orgnr,) = con.execute(f"""
        select substring(tekst, {felt.fra}, {felt.lengde}) as orgnr
        from {tabell}
        group by all
        order by
            count(*) desc,
            min(linje)
        limit 1
    """).fetchone()
    return orgnr
