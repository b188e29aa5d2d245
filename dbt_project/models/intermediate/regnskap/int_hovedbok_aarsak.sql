-- What is said of a line rests on the line's own dates, on other vouchers like it, and on what was paid on the day it
-- names. A line that none of the tests holds for has no aarsak.
with terskel as (
    select verdi::decimal(18, 2) as dobbeltforing_minste_nok
    from {{ ref('avstemming_parameter') }}
    where parameter = 'dobbeltforing_minste_nok'
),

-- A year-end voucher against the balance, around the turn of a year.
balansebilag as (
    select distinct
        kommunenummer,
        periode,
        bilagsnummer
    from {{ ref('int_hovedbok') }}
    where kontoklasse = '2' and bilagsart = 'ÅO' and right(periode, 2) in ('01', '12', '13')
),

-- What a feeding system posts names the day it was paid; of anything else, the voucher's own date is all there is.
linje as (
    select
        hovedbok.leveranse_id,
        hovedbok.linje,
        hovedbok.kommunenummer,
        hovedbok.periode,
        hovedbok.maaned as regnskapsmaaned,
        hovedbok.er_aarsavslutning,
        hovedbok.bilagsnummer,
        hovedbok.bilagsdato,
        hovedbok.betalingsdato,
        hovedbok.art,
        hovedbok.tjeneste,
        hovedbok.formaal,
        formaal.stonadsform,
        hovedbok.belop_nok,
        coalesce(hovedbok.betalingsdato, hovedbok.bilagsdato) as dato,
        date_trunc('month', dato)::date as datomaaned,
        coalesce(hovedbok.ekstern_ref, '') as referanse,
        hovedbok.periode || '|' || coalesce(hovedbok.bilagsart, '') || '|' || hovedbok.bilagsnummer as bilag,
        coalesce(hovedbok.formaal in ('tidligere_merforbruk', 'tidligere_mindreforbruk'), false)
        or (balansebilag.bilagsnummer is not null and hovedbok.bilagsart = 'ÅO') as er_balanseforing,
        levert.maaned is not null as er_levert
    from {{ ref('int_hovedbok') }} as hovedbok
    left join {{ ref('regnskap_formaal') }} as formaal on hovedbok.formaal = formaal.formaal
    left join balansebilag
        on
            hovedbok.kommunenummer = balansebilag.kommunenummer
            and hovedbok.periode = balansebilag.periode
            and hovedbok.bilagsnummer = balansebilag.bilagsnummer
    left join {{ ref('int_kommune_maaned') }} as levert
        on
            hovedbok.kommunenummer = levert.kommunenummer
            and date_trunc('month', coalesce(hovedbok.betalingsdato, hovedbok.bilagsdato)) = levert.maaned
    where hovedbok.funksjon = '281'
),

betalt as (
    select
        person.kommunenummer,
        utgift.utgiftsdato as dato,
        stonadstype.stonadsform,
        sum(utgift.belop_nok) as betalt_nok
    from {{ ref('int_utgift') }} as utgift
    inner join {{ ref('int_fagsystem_person') }} as person on utgift.mottaker_nr = person.mottaker_nr
    inner join {{ ref('int_stonadstype') }} as stonadstype on utgift.stonadstype_nr = stonadstype.stonadstype_nr
    group by all
),

betalt_dag as (
    select
        kommunenummer,
        dato,
        sum(betalt_nok) as betalt_nok
    from betalt
    group by all
),

-- Vouchers are alike when they hold the same lines with the same reference for the same day; one that takes another
-- back holds its lines with the opposite sign.
bilag as (
    select
        kommunenummer,
        bilag,
        dato,
        er_levert,
        referanse,
        min(periode || lpad(bilagsnummer, 20, ' ')) as rekkefolge,
        sum(belop_nok) as bilag_nok,
        if(bilag_nok < 0, -1, 1) as fortegn,
        if(
            bilag_nok < 0,
            list_sort(list(struct_pack(art, tjeneste, belop_nok := -belop_nok))),
            list_sort(list(struct_pack(art, tjeneste, belop_nok := belop_nok)))
        ) as innhold
    from linje
    where stonadsform is not null and not er_balanseforing
    group by all
),

like_bilag as (
    select
        kommunenummer,
        bilag,
        dato,
        er_levert,
        referanse,
        bilag_nok,
        fortegn,
        row_number() over (
            partition by kommunenummer, dato, referanse, innhold, fortegn
            order by rekkefolge
        ) as nummer,
        count(*) filter (where fortegn = 1) over (
            partition by kommunenummer, dato, referanse, innhold
        ) as ganger_fort
    from bilag
),

-- The first of the like ones is the voucher; those after it are more, and of these some may be taken back.
gjentatt as (
    select
        *,
        fortegn = -1 and nummer < ganger_fort as er_rettelse,
        nummer > 1 or er_rettelse as er_gjentatt
    from like_bilag
),

-- Like vouchers may be two runs of the same day. The payments decide: are they closer to the sum without the repeated
-- ones? Where the case system has not delivered the month, a reference and an amount of some size must do.
dag as (
    select
        gjentatt.kommunenummer,
        gjentatt.dato,
        max(betalt_dag.betalt_nok) is not null as er_betalt,
        coalesce(max(betalt_dag.betalt_nok), 0) as betalt_nok,
        coalesce(sum(gjentatt.bilag_nok) filter (where not gjentatt.er_gjentatt), 0) as uten_gjentatte_nok,
        coalesce(sum(gjentatt.bilag_nok) filter (where not gjentatt.er_rettelse), 0) as med_gjentatte_nok
    from gjentatt
    left join betalt_dag
        on gjentatt.kommunenummer = betalt_dag.kommunenummer and gjentatt.dato = betalt_dag.dato
    group by all
),

merket as (
    select
        linje.*,
        coalesce(dag.er_betalt, false) as er_betalt,
        gjentatt.ganger_fort,
        coalesce(
            gjentatt.er_gjentatt
            and if(
                linje.er_levert,
                abs(dag.betalt_nok - dag.uten_gjentatte_nok) < abs(dag.betalt_nok - dag.med_gjentatte_nok),
                linje.referanse != '' and abs(gjentatt.bilag_nok) >= terskel.dobbeltforing_minste_nok
            ),
            false
        ) as er_dobbeltforing
    from linje
    cross join terskel
    left join gjentatt
        on
            linje.stonadsform is not null
            and not linje.er_balanseforing
            and linje.kommunenummer = gjentatt.kommunenummer
            and linje.bilag = gjentatt.bilag
            and linje.dato = gjentatt.dato
            and linje.referanse = gjentatt.referanse
    left join dag on linje.kommunenummer = dag.kommunenummer and linje.dato = dag.dato
),

bilag_per_form as (
    select
        kommunenummer,
        dato,
        stonadsform,
        bilag,
        referanse,
        sum(belop_nok) as bilag_nok
    from merket
    where stonadsform is not null and not er_balanseforing and not er_dobbeltforing
    group by all
),

-- What the vouchers of a day hold beyond its payments.
forskjell as (
    select
        bilag.*,
        sum(bilag.bilag_nok) over dagen as fort_nok,
        coalesce(betalt.betalt_nok, 0) as betalt_nok
    from bilag_per_form as bilag
    left join betalt
        on
            bilag.kommunenummer = betalt.kommunenummer
            and bilag.dato = betalt.dato
            and bilag.stonadsform = betalt.stonadsform
    window dagen as (partition by bilag.kommunenummer, bilag.dato, bilag.stonadsform)
),

-- Where one voucher alone is all of it, that voucher is not of the payments.
fremmed_bilag as (
    select
        *,
        fort_nok != betalt_nok and bilag_nok = fort_nok - betalt_nok
        and count(*) filter (where bilag_nok = fort_nok - betalt_nok) over dagen = 1 as er_fremmed
    from forskjell
    window dagen as (partition by kommunenummer, dato, stonadsform)
),

-- A line is of the payments when its day has any and the voucher says so itself, or the day's sums are equal.
bekreftet as (
    select
        merket.*,
        forskjell.betalt_nok,
        forskjell.fort_nok,
        coalesce(
            if(
                merket.er_levert,
                merket.er_betalt
                and not forskjell.er_fremmed
                and (merket.betalingsdato is not null or forskjell.fort_nok = forskjell.betalt_nok),
                merket.betalingsdato is not null
            ),
            false
        ) as er_betaling
    from merket
    left join fremmed_bilag as forskjell
        on
            merket.kommunenummer = forskjell.kommunenummer
            and merket.dato = forskjell.dato
            and merket.stonadsform = forskjell.stonadsform
            and merket.bilag = forskjell.bilag
            and merket.referanse = forskjell.referanse
            and not merket.er_balanseforing
            and not merket.er_dobbeltforing
)

select
    leveranse_id,
    linje,
    kommunenummer,
    regnskapsmaaned,
    formaal,
    stonadsform,
    belop_nok::decimal(18, 2) as belop_nok,
    case
        when er_balanseforing then 'balanseforing'
        when er_dobbeltforing then 'dobbeltforing'
        when stonadsform is null then null
        when er_betaling and datomaaned = regnskapsmaaned then null
        when er_aarsavslutning then 'periode_13'
        when not er_betaling then null
        when date_trunc('month', bilagsdato) = regnskapsmaaned then 'betalingsdato'
        else 'feil_periode'
    end as aarsak,
    if(
        er_betaling and datomaaned != regnskapsmaaned,
        datomaaned,
        null
    ) as motpart_maaned,
    dato,
    er_betaling,
    er_levert,
    betalt_nok::decimal(18, 2) as betalt_nok,
    fort_nok::decimal(18, 2) as fort_nok,
    ganger_fort::integer as ganger_fort
from bekreftet
