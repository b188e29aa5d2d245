"""Read 11F, 11CF and 0A: whole files at a time, in SQL.

All files of one layout go through together. A fault in the file's structure refuses the file (SSB's program
stops at the same point: nothing behind a wrong length can be trusted); a fault in a value sets the row aside.
What reaches `raw` is the record as delivered, with the identity fields blanked and a pseudonym beside it.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.feil import Kjoringsfeil, trygt_navn
from dagster_project.formater import oppramsing
from dagster_project.ingestion.database import RAATABELL
from dagster_project.ingestion.fil import Filinnhold, lesbar_kopi
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.regel import MAKS_I_MELDING, linjeliste, melding, regler
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.kontrollsiffer import KONTROLLSIFFER
from dagster_project.kostra.layout import OSLO, Felt, Layout, kjente_aar

IDENTITETSFELT = ("FODSELSDATO", "PERSON_FODSELSNR", "PERSON_DUF")
# Two records are the same person twice when these are equal too. In 11CF one person may end one programme and
# begin another in the same year (SSB's rule 005A looks at the status); in Oslo a person may stand in two districts.
SKILLER_SAMME_PERSON = {"11F": (), "11CF": ("STATUS",)}


def _utsnitt(fra: int, lengde: int) -> str:
    # Ten times as fast as a slice where the text is ASCII, which DuckDB knows from the column's statistics.
    return f"substring(tekst, {fra}, {lengde})"


def _sql_utsnitt(felt: Felt) -> str:
    return _utsnitt(felt.fra, felt.lengde)


def _sql_felt(layout: Layout, navn: str) -> str:
    felt = layout.felt(navn)
    return "''" if felt is None else f"trim({_sql_utsnitt(felt)})"


def _sql_som_levert(layout: Layout, navn: str) -> str:
    # Blanks and all: with these three and the rest of the record, the line can be written again to the byte.
    felt = layout.felt(navn)
    return "null::varchar" if felt is None else _sql_utsnitt(felt)


def _sql_uten_identitet(layout: Layout) -> str:
    """Return an expression for the record with its identity fields blanked, length unchanged."""
    deler = []
    for blank, gruppe in groupby(layout.felter, lambda felt: felt.navn in IDENTITETSFELT):
        felter = list(gruppe)
        fra, til = felter[0].fra, felter[-1].fra + felter[-1].lengde - 1
        deler.append(f"repeat(' ', {til - fra + 1})" if blank else _utsnitt(fra, til - fra + 1))
    return " || ".join(deler)


def _sql_ikke_tall(utsnitt: str) -> str:
    return rf"not regexp_full_match({utsnitt}, '\s*[+-]?[0-9]+\s*|\s*')"


def _sql_ugyldig_dato(utsnitt: str, felt: Felt) -> str:
    # Blanks and zeros both say that there is no date; anything else must be a day that exists.
    return (
        rf"not regexp_full_match({utsnitt}, '\s*|0*')"
        f" and (not regexp_full_match({utsnitt}, '[0-9]{{{felt.lengde}}}')"
        f" or try_strptime({utsnitt}, '{felt.datoformat}') is null)"
    )


def _kontroller(layout: Layout) -> tuple[str, str]:
    """Return SQL for «this record may hold an unreadable value» and for the list of the values that are.

    Numbers that lie side by side and are all digits are passed by one look, so that a file in order costs
    a handful of comparisons a record and not one a field.
    """
    mistenkelig, verdier = [], []
    for er_tall, gruppe in groupby(layout.felter, lambda felt: felt.type == "heltall"):
        felter = list(gruppe)
        if er_tall:
            fra, til = felter[0].fra, felter[-1].fra + felter[-1].lengde - 1
            mistenkelig.append(f"not regexp_full_match({_utsnitt(fra, til - fra + 1)}, '[0-9]+| +')")
        for felt in felter:
            utsnitt = _sql_utsnitt(felt)
            if felt.type == "heltall":
                feil = _sql_ikke_tall(utsnitt)
                # A blank amount in 0A is no amount at all; in the person forms it may be left out.
                if layout.skjema == "0A":
                    feil = f"({feil} or trim({utsnitt}) = '')"
                    mistenkelig.append(f"trim({utsnitt}) = ''")
                regel = "ikke_tall"
            elif felt.type == "dato":
                feil, regel = f"({_sql_ugyldig_dato(utsnitt, felt)})", "ugyldig_dato"
                mistenkelig.append(feil)
            elif layout.skjema == "0A" and felt.navn == "skjema":
                feil, regel = f"{utsnitt} <> '0A'", "annet_skjema"
                mistenkelig.append(feil)
            else:
                continue
            # What identifies a person is not shown, not even where it is wrong.
            vist = (
                f"regexp_replace(trim({utsnitt}), '.', '#', 'g')" if felt.navn in IDENTITETSFELT else f"trim({utsnitt})"
            )
            verdier.append(f"case when {feil} then {{regel: '{regel}', felt: '{felt.navn}', verdi: {vist}}} end")
    return " or ".join(mistenkelig), f"[{', '.join(verdier)}]"


def _kommune_aar_kvartal(skjema: str) -> tuple[str, str, str, str]:
    if skjema == "0A":
        return _utsnitt(8, 4), _utsnitt(3, 4), _utsnitt(7, 1), _utsnitt(12, 2)
    return _utsnitt(1, 4), f"'20' || {_utsnitt(5, 2)}", "' '", _utsnitt(7, 2)


def les_kostra(
    con: duckdb.DuckDBPyConnection,
    filer: Sequence[tuple[Filinnhold, Gjenkjent]],
    kommuner: frozenset[str],
    kladd: Path,
) -> list[Vurdering]:
    """Read files of one form and one layout into `raw`, or set them aside.

    Shape: one Vurdering per file, in order; in the database one row per record, key leveranse_id and linje
    (the line in the file as delivered, 1-based, blank lines counted). rader_lest = rader_godtatt + rader_karantene.
    Units: amounts stay text here. Needs `varehus` and `nokkel` attached and the macro `pseudonym` in place.

    Raises:
        Kjoringsfeil: if a row should ever be neither accepted nor quarantined.
    """
    layout = filer[0][1].layout
    skjema = filer[0][1].objekt
    vurderinger = [Vurdering(innhold, gjenkjent) for innhold, gjenkjent in filer]
    _les_linjer(con, vurderinger, kladd)
    for vurdering, fakta in zip(vurderinger, _filfakta(con, vurderinger, skjema, layout), strict=True):
        vurdering.rader_lest = fakta["lest"]
        _bedom(vurdering, fakta, skjema, layout, kommuner)
    con.register(
        "vurdering",
        pa.table(
            {
                "fil_nr": pa.array(range(len(vurderinger)), pa.int32()),
                "leveranse_id": [vurdering.innhold.leveranse_id for vurdering in vurderinger],
                "kommunenummer": pa.array([vurdering.kommunenummer for vurdering in vurderinger], pa.string()),
                "aar": pa.array([vurdering.aar for vurdering in vurderinger], pa.int32()),
                "er_godtatt": [vurdering.regel is None for vurdering in vurderinger],
                "melding": pa.array([vurdering.melding for vurdering in vurderinger], pa.string()),
            }
        ),
    )
    _finn_feil(con, skjema, layout)
    _skriv(con, skjema, layout)
    _tell(con, vurderinger, skjema)
    return vurderinger


def _les_linjer(con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering], kladd: Path) -> None:
    stier = [str(lesbar_kopi(vurdering.innhold, kladd)) for vurdering in vurderinger]
    con.register("fil", pa.table({"sti": stier, "fil_nr": pa.array(range(len(stier)), pa.int32())}))
    # DuckDB keeps the order of what it reads when a table is made straight from it, so the row's number gives the
    # line, cheaper than a window over all rows. A join here would not promise that.
    con.execute(
        """
        create or replace table lest as
        select
            filename as sti,
            line
        from read_csv(
            $stier,
            columns = {'line': 'varchar'},
            delim = '',
            quote = '',
            escape = '',
            header = false,
            auto_detect = false,
            filename = true,
            max_line_size = 16777216
        )
        """,
        {"stier": stier},
    )
    con.execute("""
        create or replace table forste as
        select
            fil.fil_nr,
            lest.sti,
            min(lest.rowid) as forste_rad
        from lest
        inner join fil on lest.sti = fil.sti
        group by all
    """)
    con.execute("""
        create or replace view linje as
        select
            forste.fil_nr,
            (lest.rowid - forste.forste_rad + 1)::integer as linje,
            lest.line as tekst
        from lest
        inner join forste on lest.sti = forste.sti
        where lest.line <> ''
    """)


def _filfakta(
    con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering], skjema: str, layout: Layout | None
) -> list[dict]:
    """Return what the verdict on each file needs, in the files' order; an empty file has zero everywhere."""
    kommune, aar, kvartal, bydel = _kommune_aar_kvartal(skjema)
    lengde = layout.postlengde if layout else 0
    sporring = con.execute(f"""
        with vurdert as (
            select
                *,
                length(tekst) <> {lengde} as er_feil_lengde,
                contains(tekst, chr(65533)) or contains(tekst, chr(9)) as er_binaer,
            from linje
        )

        select
            fil_nr,
            count(*) as lest,
            max(linje) as siste_linje,
            count(*) filter (where er_feil_lengde) as feil_lengde_antall,
            list_sort(list(linje) filter (where er_feil_lengde))[:200] as feil_lengde_linjer,
            list_sort(list(distinct length(tekst)) filter (where er_feil_lengde)) as feil_lengder,
            count(*) filter (where er_binaer) as binaer_antall,
            list_sort(list(linje) filter (where er_binaer))[:200] as binaer_linjer,
            list_sort(list(linje) filter (
                where er_feil_lengde
                and regexp_matches(tekst, '[\\x{{C2}}-\\x{{F4}}][\\x{{80}}-\\x{{BF}}]')
                and length(regexp_replace(tekst, '[\\x{{80}}-\\x{{BF}}]', '', 'g')) = {lengde}
            ))[:200] as utf8_linjer,
            list_sort(list(distinct {kommune}) filter (where not er_feil_lengde)) as kommuner,
            list_sort(list(distinct {aar}) filter (where not er_feil_lengde)) as aar,
            list_sort(list(distinct {kvartal}) filter (where not er_feil_lengde)) as kvartaler,
            list_sort(list(distinct {bydel}) filter (where not er_feil_lengde)) as bydeler,
        from vurdert
        group by fil_nr
    """)
    navn = [kolonne[0] for kolonne in sporring.description]
    funnet = {rad[0]: dict(zip(navn, rad, strict=True)) for rad in sporring.fetchall()}
    tom = {kolonne: [] for kolonne in navn} | {
        "lest": 0,
        "siste_linje": 0,
        "feil_lengde_antall": 0,
        "binaer_antall": 0,
    }
    return [
        {nokkel: [] if verdi is None else verdi for nokkel, verdi in funnet.get(nummer, tom).items()}
        for nummer in range(len(vurderinger))
    ]


def _bedom(vurdering: Vurdering, fakta: dict, skjema: str, layout: Layout | None, kommuner: frozenset[str]) -> None:
    """Decide whether the file as a whole can be taken in; the first fault found is the one that is told."""

    def avvis(regel: str, **verdier: object) -> None:
        vurdering.regel = regel
        vurdering.melding = melding(regel, **{"skjema": skjema, "aar": vurdering.gjenkjent.aar, **verdier})

    vurdering.aar = vurdering.gjenkjent.aar
    if fakta["lest"] and len(fakta["kommuner"]) == 1:
        vurdering.kommunenummer = fakta["kommuner"][0]
    if layout is None:
        lengder = oppramsing(sorted({str(lengde) for lengde in fakta["feil_lengder"][:5]})) or "ukjent antall"
        avvis(
            "ukjent_aar",
            tillegg=vurdering.gjenkjent.tillegg,
            postlengde=lengder,
            aar=oppramsing(kjente_aar(skjema)),
        )
        vurdering.aar = None
        return
    if fakta["binaer_antall"]:
        avvis("binaer", linjer=linjeliste(fakta["binaer_linjer"], fakta["binaer_antall"]))
    elif vurdering.innhold.har_bom or fakta["utf8_linjer"]:
        avvis("tegnsett", linjer=linjeliste(fakta["utf8_linjer"] or [1]))
    elif (
        fakta["feil_lengde_antall"] == 1
        and fakta["feil_lengde_linjer"] == [fakta["siste_linje"]]
        and fakta["feil_lengder"][0] < layout.postlengde
        and not vurdering.innhold.siste_linje_er_hel
    ):
        avvis(
            "avkortet",
            linjer=fakta["siste_linje"],
            tillegg=f"{fakta['feil_lengder'][0]} av {layout.postlengde} tegn",
        )
    elif fakta["feil_lengde_antall"]:
        lengder = oppramsing(fakta["feil_lengder"][:5])
        avvis(
            "postlengde",
            linjer=linjeliste(fakta["feil_lengde_linjer"], fakta["feil_lengde_antall"]),
            tillegg=f"{lengder} tegn",
            postlengde=layout.postlengde,
        )
    elif len(fakta["aar"]) > 1:
        avvis("flere_aar", tillegg=oppramsing(fakta["aar"][:MAKS_I_MELDING]))
    elif len(fakta["kommuner"]) > 1:
        avvis("flere_kommuner", tillegg=oppramsing(fakta["kommuner"][:MAKS_I_MELDING]))
    elif len(fakta["kvartaler"]) > 1:
        avvis("flere_perioder", tillegg=oppramsing(kvartal.strip() or "året" for kvartal in fakta["kvartaler"]))
    elif vurdering.kommunenummer not in kommuner:
        avvis("fremmed_kommune", tillegg=vurdering.kommunenummer)
    if fakta["kvartaler"]:
        vurdering.kvartal = fakta["kvartaler"][0].strip() or None
    if vurdering.kommunenummer == OSLO and len(fakta["bydeler"]) == 1:
        vurdering.bydel = fakta["bydeler"][0].strip() or None


def _sql_personkolonner(skjema: str, layout: Layout) -> str:
    """Return the columns that identify a person, following SSB's reading of the numbers.

    Source: SSB's control program as told in docs/kilder.md; DUF and fødselsnummer check digits.
    """
    datofelt = layout.felt("FODSELSDATO")
    fodselsdato = f"try_strptime({_sql_utsnitt(datofelt)}, '{datofelt.datoformat}')::date" if datofelt else "null::date"
    skiller = " || '|' || ".join([_sql_felt(layout, navn) for navn in SKILLER_SAMME_PERSON[skjema]] or ["''"])
    return f"""
        {_sql_som_levert(layout, "PERSON_FODSELSNR")} as fodselsnummer,
        {_sql_som_levert(layout, "PERSON_DUF")} as duf_nummer,
        {_sql_som_levert(layout, "FODSELSDATO")} as fodselsdato_tekst,
        {_sql_felt(layout, "PERSON_JOURNALNR")} as journalnummer,
        {skiller} as skiller,
        {fodselsdato} as oppgitt_fodselsdato,
    """


FODSELSNUMMER_MAKROER = (
    KONTROLLSIFFER
    + """
-- The month a person was born in, from the number alone; null where the number has no possible date.
create or replace temp macro fodselsmaaned_av_plassholder(n, aar) as
    case
        when (n // 1000000000) between 1 and 31 and (n // 10000000) % 100 between 1 and 12
            then make_date(
                2000 + (n // 100000) % 100 - if(2000 + (n // 100000) % 100 > aar + 1, 100, 0),
                (n // 10000000) % 100,
                1
            )
    end;

create or replace temp macro fodselsmaaned_av_delene(dag, maaned, yy, individ) as
    case
        when dag between 1 and 31 and maaned between 1 and 12
            then make_date(
                case
                    when individ >= 500 and yy <= 39 then 2000
                    when individ between 500 and 749 and yy >= 54 then 1800
                    when individ <= 499 or (individ >= 900 and yy >= 40) then 1900
                    else 2000
                end + yy,
                maaned,
                1
            )
    end;

create or replace temp macro fodselsmaaned_av_nummer(n) as
    fodselsmaaned_av_delene(
        n // 1000000000 - if(n // 10000000000 >= 4, 40, 0),
        (n // 10000000) % 100 - if((n // 10000000) % 100 >= 80, 80, 0),
        (n // 100000) % 100,
        (n // 100) % 1000
    );
"""
)


def _finn_feil(con: duckdb.DuckDBPyConnection, skjema: str, layout: Layout | None) -> None:
    """Make `radfeil` (one row per record and finding) and, for the person forms, `person` (one row per record)."""
    con.execute("""
        create or replace table radfeil (
            fil_nr integer,
            linje integer,
            regel varchar,
            felt varchar,
            verdi varchar,
            tillegg varchar
        )
    """)
    if layout is None:
        return
    mistenkelig, verdier = _kontroller(layout)
    con.execute(f"""
        insert into radfeil
        select
            fil_nr,
            linje,
            funn.regel,
            funn.felt,
            funn.verdi,
            null,
        from (
            select
                linje.fil_nr,
                linje.linje,
                unnest({verdier}) as funn,
            from linje
            inner join vurdering on linje.fil_nr = vurdering.fil_nr and vurdering.er_godtatt
            where {mistenkelig}
        )
        where funn is not null
    """)
    if skjema == "0A":
        return
    con.execute(FODSELSNUMMER_MAKROER)
    con.execute(f"""
        create or replace table person as
        with utsnitt as (
            select
                linje.fil_nr,
                linje.linje,
                vurdering.leveranse_id,
                vurdering.kommunenummer,
                vurdering.aar,
                {_sql_personkolonner(skjema, layout)}
            from linje
            inner join vurdering on linje.fil_nr = vurdering.fil_nr and vurdering.er_godtatt
        ),

        tall as (
            select
                *,
                if(regexp_full_match(trim(fodselsnummer), '[0-9]{{11}}'), trim(fodselsnummer)::bigint, null) as nummer,
                if(regexp_full_match(trim(duf_nummer), '[0-9]{{12}}'), trim(duf_nummer)::bigint, null) as duf,
            from utsnitt
        ),

        dato as (
            select
                *,
                coalesce(
                    if(
                        er_plassholder(nummer),
                        fodselsmaaned_av_plassholder(nummer, aar),
                        fodselsmaaned_av_nummer(nummer)
                    ),
                    date_trunc('month', oppgitt_fodselsdato)::date
                ) as fodselsmaaned,
                nummer > 0 and not er_plassholder(nummer) and har_rette_kontrollsiffer(nummer) as har_fodselsnummer,
                duf > 0 and er_gyldig_duf(duf) as har_duf,
            from tall
        )

        select
            fil_nr,
            linje,
            leveranse_id,
            fodselsnummer,
            duf_nummer,
            fodselsdato_tekst,
            fodselsmaaned,
            journalnummer,
            skiller,
            pseudonym(
                case
                    when har_fodselsnummer then 'F' || trim(fodselsnummer)
                    when har_duf then 'D' || trim(duf_nummer)
                    when journalnummer <> '' then concat_ws('|', 'J', kommunenummer, journalnummer, fodselsmaaned)
                    else concat_ws('|', 'L', leveranse_id, linje)
                end
            ) as mottaker_id,
        from dato
    """)
    for regel, sak in (("samme_sak", "journalnummer"), ("samme_person", "''")):
        _finn_gjentatte(con, regel, sak)


def _finn_gjentatte(con: duckdb.DuckDBPyConnection, regel: str, sak: str) -> None:
    """Add to `radfeil` every record after the first with the same person and the same `sak`."""
    con.execute(f"""
        insert into radfeil
        with uten_feil as (
            select
                *,
                {sak} as sak,
            from person
            anti join radfeil on person.fil_nr = radfeil.fil_nr and person.linje = radfeil.linje
        ),

        flere as (
            select
                fil_nr,
                mottaker_id,
                skiller,
                sak,
                min(linje) as forste,
            from uten_feil
            group by all
            having count(*) > 1
        )

        select
            uten_feil.fil_nr,
            uten_feil.linje,
            '{regel}',
            null,
            null,
            flere.forste::varchar,
        from uten_feil
        inner join flere
            on
                uten_feil.fil_nr = flere.fil_nr
                and uten_feil.mottaker_id = flere.mottaker_id
                and uten_feil.skiller = flere.skiller
                and uten_feil.sak = flere.sak
        where uten_feil.linje > flere.forste
    """)


def _skriv(con: duckdb.DuckDBPyConnection, skjema: str, layout: Layout | None) -> None:
    """Move what was read into place: identities first, then rows; each database in one transaction."""
    raatabell = RAATABELL[skjema]
    er_person = skjema != "0A" and layout is not None
    con.register(
        "regel",
        pa.table(
            {
                "regel": list(regler()),
                "mal": [regel["melding"] for regel in regler().values()],
                "er_feil": [regel["alvor"] == "FEIL" for regel in regler().values()],
            }
        ),
    )
    con.execute("""
        create or replace view stoppende as
        select radfeil.* from radfeil
        inner join regel on radfeil.regel = regel.regel and regel.er_feil
    """)
    con.execute("""
        create or replace table til_karantene as
        select
            linje.fil_nr,
            linje.linje,
            vurdering.leveranse_id,
            linje.tekst,
            if(vurdering.er_godtatt, stoppende.regel, 'fil_avvist') as regel,
            stoppende.felt,
            stoppende.verdi,
            if(vurdering.er_godtatt, stoppende.tillegg, vurdering.melding) as tillegg,
            vurdering.er_godtatt,
        from linje
        inner join vurdering on linje.fil_nr = vurdering.fil_nr
        left join stoppende on linje.fil_nr = stoppende.fil_nr and linje.linje = stoppende.linje
        where not vurdering.er_godtatt or stoppende.regel is not null
    """)
    con.begin()
    for tabell in ("identitet", "raatekst"):
        con.execute(f"delete from nokkel.{tabell} where leveranse_id in (select leveranse_id from vurdering)")
    if er_person:
        con.execute("""
            insert into nokkel.identitet
            select
                leveranse_id,
                linje,
                mottaker_id,
                fodselsnummer,
                duf_nummer,
                fodselsdato_tekst,
            from person
        """)
    con.execute("insert into nokkel.raatekst select distinct leveranse_id, linje, tekst from til_karantene")
    con.commit()

    con.begin()
    for tabell in (raatabell, "intern.karantene", "intern.advarsel"):
        con.execute(f"delete from varehus.{tabell} where leveranse_id in (select leveranse_id from vurdering)")
    if layout is not None:
        person = "person.mottaker_id, person.fodselsmaaned," if er_person else ""
        kobling = (
            "inner join person on linje.fil_nr = person.fil_nr and linje.linje = person.linje" if er_person else ""
        )
        con.execute(f"""
            insert into varehus.{raatabell}
            select
                vurdering.leveranse_id,
                linje.linje,
                '{layout.layout_id}' as layout_id,
                {person}
                {_sql_uten_identitet(layout)} as post,
            from linje
            inner join vurdering on linje.fil_nr = vurdering.fil_nr and vurdering.er_godtatt
            {kobling}
            anti join stoppende on linje.fil_nr = stoppende.fil_nr and linje.linje = stoppende.linje
        """)
    journal, saksbehandler = (
        (_sql_felt(layout, "PERSON_JOURNALNR"), _sql_felt(layout, "SAKSBEHANDLER")) if er_person else ("null", "null")
    )
    con.execute("""
        create or replace temp macro fyll(mal, felt, verdi, tillegg, skjema) as
            replace(
                replace(
                    replace(replace(mal, '{felt}', coalesce(felt, '')), '{verdi}', coalesce(verdi, '')),
                    '{tillegg}',
                    coalesce(tillegg, '')
                ),
                '{skjema}',
                skjema
            )
    """)
    con.execute(f"""
        insert into varehus.intern.advarsel
        select
            vurdering.leveranse_id,
            linje.linje,
            regel.regel,
            {journal},
            {saksbehandler},
            fyll(mal, felt, verdi, tillegg, '{skjema}'),
        from radfeil
        inner join regel on radfeil.regel = regel.regel and not regel.er_feil
        inner join linje on radfeil.fil_nr = linje.fil_nr and radfeil.linje = linje.linje
        inner join vurdering on linje.fil_nr = vurdering.fil_nr
        order by all
    """)
    # Only what the rule is about is shown as it stood; the untouched text is in the encrypted database.
    con.execute(f"""
        insert into varehus.intern.karantene
        select
            leveranse_id,
            linje,
            til_karantene.regel,
            felt,
            verdi,
            if(er_godtatt, {journal}, null),
            if(er_godtatt, {saksbehandler}, null),
            regexp_replace(regexp_replace(tekst, '[0-9]', '#', 'g'), '[A-Za-zÀ-ÿ]', 'x', 'g'),
            fyll(mal, felt, verdi, tillegg, '{skjema}'),
            1,
        from til_karantene
        inner join regel on til_karantene.regel = regel.regel
        order by leveranse_id, linje
    """)
    con.commit()


def _tell(con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering], skjema: str) -> None:
    """Fill in the counts from what now stands in the database, and refuse to go on if a row is missing."""
    godtatt, karantene = (
        dict(
            con.execute(f"""
                select
                    leveranse_id,
                    count(distinct linje),
                from varehus.{tabell}
                where leveranse_id in (select leveranse_id from vurdering)
                group by all
            """).fetchall()
        )
        for tabell in (RAATABELL[skjema], "intern.karantene")
    )
    funn = con.execute("""
        select
            leveranse_id,
            linje,
            melding,
        from varehus.intern.karantene
        where leveranse_id in (select leveranse_id from vurdering where er_godtatt)
        qualify row_number() over (partition by leveranse_id order by linje) <= 500
        order by all
    """).fetchall()
    for vurdering in vurderinger:
        leveranse_id = vurdering.innhold.leveranse_id
        vurdering.rader_godtatt = godtatt.get(leveranse_id, 0)
        vurdering.rader_karantene = karantene.get(leveranse_id, 0)
        vurdering.funn = [(linje, tekst) for funnet_id, linje, tekst in funn if funnet_id == leveranse_id]
        if vurdering.rader_lest != vurdering.rader_godtatt + vurdering.rader_karantene:
            raise Kjoringsfeil(
                f"{trygt_navn(vurdering.innhold.sti.name)}: {vurdering.rader_lest} rader lest, men "
                f"{vurdering.rader_godtatt} godtatt og {vurdering.rader_karantene} i karantene."
            )
