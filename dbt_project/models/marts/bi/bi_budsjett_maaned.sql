{{ config(alias='budsjett_maaned') }}

-- Netto by function, and the social services together. What is paid to recipients is forecast from the accrual series;
-- everything else is taken to follow the budget for the rest of the year.
with begrep as (
    select
        art_fra,
        art_til,
        gyldig_fra_aar,
        coalesce(gyldig_til_aar, 9999) as gyldig_til_aar
    from {{ ref('kostra_artsgruppe') }}
    where begrep = 'NETTO'
),

regnskap as (
    select
        regnskap.kommunenummer,
        regnskap.regnskapsaar,
        regnskap.maaned,
        regnskap.funksjon,
        sum(regnskap.belop_nok) as regnskap_nok,
        sum(regnskap.belop_nok) filter (where regnskap.funksjon = '281' and regnskap.kostra_art = '470') as bidrag_nok
    from {{ ref('int_regnskap_maaned') }} as regnskap
    inner join begrep
        on
            regnskap.kostra_art between begrep.art_fra and begrep.art_til
            and regnskap.regnskapsaar between begrep.gyldig_fra_aar and begrep.gyldig_til_aar
    where regnskap.kontoklasse = '1'
    group by all
),

budsjett as (
    select
        budsjett.kommunenummer,
        budsjett.regnskapsaar,
        budsjett.maaned,
        budsjett.funksjon,
        sum(budsjett.belop_nok) as budsjett_nok,
        sum(budsjett.belop_nok) filter (
            where budsjett.funksjon = '281' and budsjett.kostra_art = '470'
        ) as budsjett_bidrag_nok
    from {{ ref('int_budsjett') }} as budsjett
    inner join begrep
        on
            budsjett.kostra_art between begrep.art_fra and begrep.art_til
            and budsjett.regnskapsaar between begrep.gyldig_fra_aar and begrep.gyldig_til_aar
    where budsjett.kontoklasse = '1'
    group by all
),

-- The months of a year both sides have from January on: a month without a ledger is no month to compare.
levert as (
    select distinct
        kommunenummer,
        regnskapsaar,
        make_date(regnskapsaar, right(periode, 2)::integer, 1) as maaned
    from {{ ref('int_regnskap_periode') }}
    where objekt = 'hovedbok' and right(periode, 2) != '13'
    union
    select distinct
        kommunenummer,
        regnskapsaar,
        maaned
    from {{ ref('int_hovedbok') }}
),

sammenhengende as (
    select
        kommunenummer,
        regnskapsaar,
        maaned
    from levert
    qualify row_number() over (partition by kommunenummer, regnskapsaar order by maaned) = month(maaned)
),

-- A budget for part of a year says nothing of the year.
budsjettaar as (
    select
        kommunenummer,
        regnskapsaar,
        count(*) = 12 as er_hele_aaret
    from {{ ref('int_regnskap_periode') }}
    where objekt = 'budsjett' and right(periode, 2) != '13'
    group by all
),

funksjon as (
    select
        kommunenummer,
        regnskapsaar,
        funksjon
    from regnskap
    union
    select
        kommunenummer,
        regnskapsaar,
        funksjon
    from budsjett
),

omraade as (
    select
        funksjon.kommunenummer,
        funksjon.regnskapsaar,
        funksjon.funksjon,
        unnest(
            if(navn.i_sosialtjenesten = 'ja', [funksjon.funksjon, 'SOSIALTJENESTEN'], [funksjon.funksjon])
        ) as omraade
    from funksjon
    inner join {{ ref('regnskap_funksjon') }} as navn on funksjon.funksjon = navn.funksjon
),

sum_regnskap as (
    select
        omraade.kommunenummer,
        omraade.regnskapsaar,
        omraade.omraade,
        sammenhengende.maaned,
        sum(regnskap.regnskap_nok) as regnskap_hittil_nok,
        coalesce(sum(regnskap.bidrag_nok), 0) as bidrag_hittil_nok,
        bool_or(omraade.funksjon = '281') as har_bidrag
    from sammenhengende
    inner join omraade
        on
            sammenhengende.kommunenummer = omraade.kommunenummer
            and sammenhengende.regnskapsaar = omraade.regnskapsaar
    left join regnskap
        on
            omraade.kommunenummer = regnskap.kommunenummer
            and omraade.regnskapsaar = regnskap.regnskapsaar
            and omraade.funksjon = regnskap.funksjon
            and sammenhengende.maaned >= regnskap.maaned
    group by all
),

sum_budsjett as (
    select
        omraade.kommunenummer,
        omraade.regnskapsaar,
        omraade.omraade,
        sammenhengende.maaned,
        coalesce(sum(budsjett.budsjett_nok) filter (
            where budsjett.maaned <= sammenhengende.maaned
        ), 0) as budsjett_hittil_nok,
        sum(budsjett.budsjett_nok) as budsjett_aar_nok,
        coalesce(sum(budsjett.budsjett_nok - coalesce(budsjett.budsjett_bidrag_nok, 0)) filter (
            where budsjett.maaned > sammenhengende.maaned
        ), 0) as annet_rest_nok
    from sammenhengende
    inner join omraade
        on
            sammenhengende.kommunenummer = omraade.kommunenummer
            and sammenhengende.regnskapsaar = omraade.regnskapsaar
    inner join budsjett
        on
            omraade.kommunenummer = budsjett.kommunenummer
            and omraade.regnskapsaar = budsjett.regnskapsaar
            and omraade.funksjon = budsjett.funksjon
    group by all
),

sammenlignet as (
    select
        regnskap.kommunenummer,
        regnskap.regnskapsaar,
        regnskap.maaned,
        regnskap.omraade,
        coalesce(regnskap.regnskap_hittil_nok, 0) as regnskap_hittil_nok,
        budsjett.budsjett_hittil_nok,
        if(budsjettaar.er_hele_aaret, budsjett.budsjett_aar_nok, null) as budsjett_aar_nok,
        -- What is not paid to recipients, so far and as budgeted for the rest.
        coalesce(regnskap.regnskap_hittil_nok, 0)
        - regnskap.bidrag_hittil_nok
        + budsjett.annet_rest_nok as annet_aar_nok,
        regnskap.har_bidrag,
        prognose.hittil_nok + prognose.rest_nok as bidrag_aar_nok,
        prognose.hittil_nok + prognose.rest_lav_nok as bidrag_aar_lav_nok,
        prognose.hittil_nok + prognose.rest_hoy_nok as bidrag_aar_hoy_nok
    from sum_regnskap as regnskap
    inner join sum_budsjett as budsjett
        on
            regnskap.kommunenummer = budsjett.kommunenummer
            and regnskap.regnskapsaar = budsjett.regnskapsaar
            and regnskap.omraade = budsjett.omraade
            and regnskap.maaned = budsjett.maaned
    inner join budsjettaar
        on
            regnskap.kommunenummer = budsjettaar.kommunenummer
            and regnskap.regnskapsaar = budsjettaar.regnskapsaar
    left join {{ ref('int_prognose') }} as prognose
        on
            regnskap.kommunenummer = prognose.kommunenummer
            and regnskap.maaned = prognose.maaned
),

med_prognose as (
    select
        *,
        case
            when budsjett_aar_nok is not null
                then annet_aar_nok + if(har_bidrag, bidrag_aar_nok, 0)
        end as prognose_aar_nok,
        case
            when budsjett_aar_nok is not null
                then annet_aar_nok + if(har_bidrag, bidrag_aar_lav_nok, 0)
        end as prognose_lav_nok,
        case
            when budsjett_aar_nok is not null
                then annet_aar_nok + if(har_bidrag, bidrag_aar_hoy_nok, 0)
        end as prognose_hoy_nok
    from sammenlignet
)

select
    kommunenummer,
    maaned,
    omraade,
    regnskap_hittil_nok::decimal(18, 2) as regnskap_hittil_nok,
    budsjett_hittil_nok::decimal(18, 2) as budsjett_hittil_nok,
    100 * (regnskap_hittil_nok - budsjett_hittil_nok)::double / nullif(budsjett_hittil_nok, 0) as avvik_hittil_pst,
    budsjett_aar_nok::decimal(18, 2) as budsjett_aar_nok,
    prognose_aar_nok::decimal(18, 2) as prognose_aar_nok,
    prognose_lav_nok::decimal(18, 2) as prognose_lav_nok,
    prognose_hoy_nok::decimal(18, 2) as prognose_hoy_nok,
    100 * (prognose_aar_nok - budsjett_aar_nok)::double / nullif(budsjett_aar_nok, 0) as avvik_prognose_pst
from med_prognose
