"""NAV's figures by municipality and month, from CSV, workbooks and our own tidy contract, into `raw.nav_register`.

Every source is first laid out as cells (region, month, variable, figure as it stands). What a cell means is decided for
all of them in one statement: whether the row is a municipality, whether the figure is hidden, and its value.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.register.arbeidsbok import Celle, les_arbeidsbok
from dagster_project.register.gjenkjenning import ARBEIDSBOK, GAMMEL_ARBEIDSBOK
from dagster_project.register.lest import Feil, Lest, RegisterFeil, Utelatt
from dagster_project.register.maaned import maaned_i_tekst, tolk_maaned
from dagster_project.register.oppsett import kolonner
from dagster_project.register.tekstfil import les_tekstfil
from dagster_project.seeds import read_seed

# Four digits, but no municipality: SSB's and NAV's codes for Svalbard and for what is not known.
IKKE_KOMMUNE = ("2100", "2111", "2131", "2199", "9999")
# Older workbooks have per cent as a fraction of one. No sheet of shares in per cent has its highest value this low, and
# no sheet of fractions reaches it; a sheet in between is read as per cent.
BROK_UNDER = 0.3
KILDE_CSV = "NAV, helt ledige etter fylke og kommune"
KILDE_EGEN = "Egen registerfil"

RAD_SKJEMA = pa.schema(
    [
        ("linje", pa.int32()),
        ("sted", pa.string()),
        ("kommunenummer", pa.string()),
        ("maaned", pa.date32()),
        ("variabel", pa.string()),
        ("verdi", pa.decimal128(18, 6)),
        ("markering", pa.string()),
        ("inndeling", pa.string()),
        ("kilde", pa.string()),
    ]
)
_CELLE_SKJEMA = pa.schema(
    [
        ("linje", pa.int32()),
        ("ark", pa.string()),
        ("sted", pa.string()),
        ("region", pa.string()),
        ("maaned", pa.string()),
        ("variabel", pa.string()),
        ("tall", pa.float64()),
        ("prosentformat", pa.bool_()),
        ("tekst", pa.string()),
        ("serie", pa.bool_()),
        ("grunn", pa.string()),
        ("kilde", pa.string()),
        ("nr", pa.int32()),
    ]
)

_TOLK = r"""
with celler as (
    select
        celle.*,
        variabel.enhet,
        -- NAV separates thousands with any of the spaces there are, and writes minus as a dash.
        trim(regexp_replace(replace(celle.tekst, '−', '-'), '[\s\x{00A0}\x{202F}\x{2009}]+', ' ', 'g')) as ren,
        trim(regexp_replace(celle.region, '[\s\x{00A0}\x{202F}\x{2009}]+', ' ', 'g')) as omraade,
        -- A code alone or before a name; a note may begin with a year.
        regexp_extract(omraade, '^(\d{1,6})(?: (?:[-–] ?)?\p{Lu}|$)', 1) as siffer
    from nav_celler as celle
    left join nav_variabler as variabel on celle.variabel = variabel.variabel
),

-- A number that has lost its leading zero has an odd number of digits.
omraader as (
    select
        *,
        if(length(siffer) % 2 = 1, '0' || siffer, siffer) as nummer,
        try_cast(maaned || '-01' as date) as dato,
        regexp_replace(regexp_replace(ren, ' ?%$', ''), '^<\s+', '<') as skrevet,
        prosentformat
        or max(tall) filter (where not prosentformat) over (partition by ark, variabel) < $brok as er_broker,
        serie and count(*) filter (where ren != '') over (partition by ark, variabel, maaned) = 0 as er_tom_maaned
    from celler
),

tolket as (
    select
        omraader.*,
        markering.markering,
        case
            when markering.markering is not null then null
            when tall is not null
                then try_cast(round(tall * if(enhet = 'prosent' and er_broker, 100, 1), 6) as decimal(18, 6))
            when
                enhet = 'antall'
                and regexp_full_match(skrevet, '(\d+|\d{1,3}( \d{3})+|\d{1,3}(\.\d{3})+)(,0+|\.0{1,2})?')
                then try_cast(
                    regexp_replace(regexp_replace(skrevet, '(,0+|\.0{1,2})$', ''), '[ .]', '', 'g') as decimal(18, 6)
                )
            when enhet = 'antall' then null
            -- 1.234 may be a thousand or one point two: nobody guesses.
            when regexp_full_match(skrevet, '-?[1-9]\d{0,2}\.\d{3}') then null
            when regexp_full_match(skrevet, '-?(\d+|\d{1,3}( \d{3})+)([.,]\d+)?')
                then try_cast(replace(replace(skrevet, ' ', ''), ',', '.') as decimal(18, 6))
            when regexp_full_match(skrevet, '-?\d{1,3}(\.\d{3})+,\d+')
                then try_cast(replace(replace(skrevet, '.', ''), ',', '.') as decimal(18, 6))
        end as tallverdi,
        coalesce(
            grunn,
            case
                when siffer = '' then 'Raden er en sum eller et område uten kommunenummer.'
                when try_cast(siffer as integer) = 0 then 'Raden gjelder hele landet.'
                when length(nummer) = 2 then 'Raden gjelder et fylke.'
                when length(nummer) = 6 then 'Raden gjelder en bydel.'
                when list_contains($ikke_kommune, nummer) then 'Raden gjelder Svalbard eller ukjent kommune.'
                when er_tom_maaned then 'Måneden er ikke publisert ennå.'
            end
        ) as utelatt
    from omraader
    left join nav_markeringer as markering on omraader.skrevet = markering.tekst
),

vurdert as (
    select
        *,
        case
            when utelatt is not null then null
            when enhet is null then 'ukjent_variabel'
            when dato is null then 'ugyldig_maaned'
            when markering is not null then null
            when
                tallverdi is null
                or (enhet = 'antall' and (tallverdi < 0 or tallverdi != floor(tallverdi)))
                or (enhet = 'prosent' and tallverdi not between 0 and 100)
                or (enhet = 'årsverk' and tallverdi < 0)
                then 'registerverdi'
        end as feil
    from tolket
),

-- The same figure twice is one figure; two different ones for the same thing are none.
dobbelt as (
    select
        *,
        row_number() over like_ as nummer_av_like,
        count(distinct coalesce(markering, tallverdi::varchar)) over alle_like > 1 as er_uenige
    from vurdert
    window
        alle_like as (partition by utelatt, feil, nummer, dato, variabel),
        like_ as (partition by utelatt, feil, nummer, dato, variabel order by nr)
)

select
    linje,
    sted,
    nummer as kommunenummer,
    dato as maaned,
    variabel,
    tallverdi as verdi,
    markering,
    $inndeling as inndeling,
    kilde,
    case
        when utelatt is not null then utelatt
        when feil is null and not er_uenige and nummer_av_like > 1 then 'Samme tall står flere ganger.'
    end as utelatt,
    case when utelatt is null then coalesce(feil, case when er_uenige then 'dobbelt_tall' end) end as feil,
    case
        when feil = 'ukjent_variabel' then variabel
        when feil = 'ugyldig_maaned' then dobbelt.maaned
        when feil is null then nummer
        else skrevet
    end as vist
from dobbelt
order by nr
"""


def les_nav(con: duckdb.DuckDBPyConnection, sti: Path) -> Lest:
    """Read a file of NAV's, or one by our tidy contract.

    Shape: one row per kommunenummer, maaned and variabel, rows of municipalities only.
    Units: by `enhet` of the variable; per cent from 0 to 100 also where the file has fractions.
    Null: a figure the source hides or lacks is null with the mark as it was written (`tom` for an empty cell).

    Raises:
        RegisterFeil: if the file as a whole cannot be used.
    """
    with sti.open("rb") as fil:
        start = fil.read(8)
    feil: list[Feil] = []
    inndeling = "samtidig"
    if start.startswith((ARBEIDSBOK, GAMMEL_ARBEIDSBOK)):
        oppsett, celler = les_arbeidsbok(sti)
        inndeling = oppsett.inndeling
        kilder: Iterable[str] = [oppsett.kilde] * len(celler)
    else:
        celler, kilder, feil = _les_tekst(sti)
    lest = _tolk(con, celler, kilder, inndeling)
    lest.lest += len(feil)
    lest.feil = feil + lest.feil
    if not lest.rader.num_rows and not lest.feil:
        raise RegisterFeil("Filen har ingen tall for kommuner, det vil si rader med firesifret kommunenummer.")
    return lest


def _les_tekst(sti: Path) -> tuple[list[Celle], list[str], list[Feil]]:
    fil = les_tekstfil(sti)
    egen = {kolonne.rolle: kolonne for kolonne in kolonner("register_csv")}
    if fil.finn(egen["variabel"].navn) is not None:
        plass = {rolle: fil.krev(kolonne.navn, kolonne.tittel) for rolle, kolonne in egen.items() if kolonne.kreves}
        kilde = fil.finn(egen["kilde"].navn)
        celler = [
            _celle(
                linje,
                f"linje {linje}",
                rad[plass["region"]],
                rad[plass["maaned"]],
                rad[plass["variabel"]].strip(),
                rad[plass["verdi"]],
            )
            for linje, rad in zip(fil.linjer, fil.verdier, strict=True)
        ]
        kilder = [(rad[kilde].strip() if kilde is not None else "") or KILDE_EGEN for rad in fil.verdier]
        return celler, kilder, fil.feil
    navs = kolonner("helt_ledige_csv")
    plasser = {
        kolonne: fil.krev(kolonne.navn, kolonne.tittel) if kolonne.kreves else fil.finn(kolonne.navn)
        for kolonne in navs
        if kolonne.rolle == "verdi"
    }
    (region,) = (fil.krev(kolonne.navn, kolonne.tittel) for kolonne in navs if kolonne.rolle == "region")
    maaned = maaned_i_tekst(sti.stem)
    if maaned is None:
        raise RegisterFeil(
            "Filnavnet sier ikke hvilken måned tallene gjelder. Ta med måneden i filnavnet, for eksempel 2025-03."
        )
    celler = [
        _celle(linje, f"linje {linje}, {kolonne.tittel}", rad[region], maaned, kolonne.variabel, rad[plass])
        for linje, rad in zip(fil.linjer, fil.verdier, strict=True)
        for kolonne, plass in plasser.items()
        if plass is not None
    ]
    return celler, [KILDE_CSV] * len(celler), fil.feil


def _celle(linje: int, sted: str, region: str, maaned: str, variabel: str, tekst: str) -> Celle:
    return Celle(linje, "", sted, region, tolk_maaned(maaned) or maaned, variabel, None, False, tekst)


def _tolk(con: duckdb.DuckDBPyConnection, celler: list[Celle], kilder: Iterable[str], inndeling: str) -> Lest:
    kolonnevis = zip(*celler, strict=True) if celler else ([] for _ in Celle._fields)
    tabell = pa.Table.from_pydict(
        dict(zip(Celle._fields, map(list, kolonnevis), strict=True))
        | {"kilde": list(kilder), "nr": list(range(len(celler)))},
        schema=_CELLE_SKJEMA,
    )
    variabler = [(rad["variabel"], rad["enhet"]) for rad in read_seed("nav_variabel")]
    markeringer = [(rad["markering"], rad["tekst"]) for rad in read_seed("register_markering")]
    registrert = {
        "nav_celler": tabell,
        "nav_variabler": _oppslag(("variabel", "enhet"), variabler),
        "nav_markeringer": _oppslag(("markering", "tekst"), markeringer),
    }
    for navn, innhold in registrert.items():
        con.register(navn, innhold)
    try:
        tolket = con.execute(
            _TOLK, {"brok": BROK_UNDER, "ikke_kommune": list(IKKE_KOMMUNE), "inndeling": inndeling}
        ).to_arrow_table()
    finally:
        for navn in registrert:
            con.unregister(navn)
    con.register("nav_tolket", tolket)
    try:
        rader = con.execute(
            f"select {', '.join(RAD_SKJEMA.names)} from nav_tolket where utelatt is null and feil is null"
        ).to_arrow_table()
        utelatt = con.execute(
            "select null, count(*), utelatt from nav_tolket where utelatt is not null group by all order by all"
        ).fetchall()
        feil = con.execute("select linje, feil, sted, vist from nav_tolket where feil is not null").fetchall()
        aar = con.execute(
            "select distinct year(maaned) from nav_tolket where feil is null and utelatt is null"
        ).fetchall()
    finally:
        con.unregister("nav_tolket")
    return Lest(
        tabell="raw.nav_register",
        rader=rader,
        lest=len(celler),
        utelatt=[Utelatt(*rad) for rad in utelatt],
        feil=[Feil(*rad) for rad in feil],
        aar=frozenset(ett for (ett,) in aar),
    )


def _oppslag(navn: tuple[str, str], rader: list[tuple[str, str]]) -> pa.Table:
    return pa.table(dict(zip(navn, (list(kolonne) for kolonne in zip(*rader, strict=True)), strict=True)))
