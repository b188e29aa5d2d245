-- The five definitions side by side. Persons and spells are counted by age and main income first, and a populasjon is a
-- sum of such groups. The spells of a year are the exception: a person may have several, and is one person still.
with maaned as (
    select * from {{ ref('int_kommune_maaned_historikk') }}
),

hittil_i_aar as (
    select
        kommunenummer,
        maaned,
        'hittil_i_aar' as definisjon,
        aldersgruppe,
        er_hovedinntekt,
        sum(maaneder_i_aaret * mottaker_antall) as teller,
        sum(mottaker_antall) as nevner
    from {{ ref('int_mottaker_hittil_i_aar') }}
    group by all
),

rullerende_12 as (
    select
        kommunenummer,
        maaned,
        'rullerende_12' as definisjon,
        aldersgruppe,
        er_hovedinntekt,
        sum(maaneder_siste_12) as teller,
        count(*) as nevner
    from {{ ref('int_stonadsmaaned_kontant') }}
    group by all
),

-- A person has at most one spell in a month.
forlop_lopende as (
    select
        kommunenummer,
        maaned,
        'forlop_lopende' as definisjon,
        aldersgruppe,
        er_hovedinntekt,
        sum(forlop_maaneder) as teller,
        count(*) as nevner
    from {{ ref('int_stonadsmaaned_periodisert') }}
    group by all
),

forlop_avsluttet as (
    select
        kommunenummer,
        maaned,
        'forlop_avsluttet' as definisjon,
        aldersgruppe,
        er_hovedinntekt,
        sum(forlop_maaneder) as teller,
        count(*) as nevner
    from {{ ref('int_stonadsmaaned_periodisert') }}
    where er_slutt
    group by all
),

gruppe as (
    select * from hittil_i_aar
    union all
    select * from rullerende_12
    union all
    select * from forlop_lopende
    union all
    select * from forlop_avsluttet
),

maanedstall as (
    select
        gruppe.kommunenummer,
        gruppe.maaned,
        gruppe.definisjon,
        populasjon.populasjon,
        sum(gruppe.teller)::bigint as teller,
        sum(gruppe.nevner)::bigint as nevner
    from gruppe
    inner join {{ ref('int_populasjon_gruppe') }} as populasjon
        on
            gruppe.aldersgruppe is not distinct from populasjon.aldersgruppe
            and gruppe.er_hovedinntekt is not distinct from populasjon.er_hovedinntekt
    group by all
),

-- A spell counts once in a year, with its state in the last month it has there.
forlop_i_aaret as (
    select
        maaned.kommunenummer,
        maaned.siste_i_aaret,
        unnest(
            if(periodisert.er_slutt, ['forlop_lopende', 'forlop_avsluttet'], ['forlop_lopende'])
        ) as definisjon,
        periodisert.mottaker_nr,
        periodisert.aldersgruppe,
        periodisert.er_hovedinntekt,
        periodisert.forlop_maaneder
    from maaned
    inner join {{ ref('int_stonadsmaaned_periodisert') }} as periodisert
        on
            maaned.kommunenummer = periodisert.kommunenummer
            and maaned.maaned = periodisert.maaned
            and maaned.siste_i_aaret < coalesce(periodisert.neste_i_forlop, 'infinity'::date)
),

aarstall as (
    select
        forlop_i_aaret.kommunenummer,
        forlop_i_aaret.siste_i_aaret,
        forlop_i_aaret.definisjon,
        populasjon.populasjon,
        sum(forlop_i_aaret.forlop_maaneder)::bigint as teller,
        count(*) as nevner,
        count(distinct forlop_i_aaret.mottaker_nr) as antall_personer
    from forlop_i_aaret
    inner join {{ ref('int_populasjon_gruppe') }} as populasjon
        on
            forlop_i_aaret.aldersgruppe is not distinct from populasjon.aldersgruppe
            and forlop_i_aaret.er_hovedinntekt is not distinct from populasjon.er_hovedinntekt
    group by all
),

tall as (
    select
        kommunenummer,
        'maaned' as periode_type,
        maaned,
        definisjon,
        populasjon,
        teller,
        nevner,
        nevner as antall_personer
    from maanedstall
    union all
    -- What looks back from a month is the same for the year when the month is its last.
    select
        kommunenummer,
        'aar' as periode_type,
        maaned,
        unnest(
            if(definisjon = 'hittil_i_aar', ['hittil_i_aar', 'kalenderaar'], ['rullerende_12'])
        ) as definisjon,
        populasjon,
        teller,
        nevner,
        nevner as antall_personer
    from maanedstall
    where definisjon in ('hittil_i_aar', 'rullerende_12')
    union all
    select
        kommunenummer,
        'aar' as periode_type,
        siste_i_aaret as maaned,
        definisjon,
        populasjon,
        teller,
        nevner,
        antall_personer
    from aarstall
),

-- What can be known: all the months that are looked back on are delivered, and for the end of a spell those after it.
-- The row of a year is what is delivered of the year; only the calendar year waits for December.
kjent as (
    select
        maaned.kommunenummer,
        maaned.maaned,
        maaned.siste_i_aaret,
        definisjon.definisjon,
        string_split(definisjon.periode_typer, ' ') as periode_typer,
        case definisjon.definisjon
            when 'kalenderaar' then month(maaned.maaned) = 12 and maaned.maaneder_i_rekke >= 12
            when 'hittil_i_aar' then maaned.maaneder_i_rekke >= month(maaned.maaned)
            when 'rullerende_12' then maaned.maaneder_i_rekke >= 12
            when 'forlop_avsluttet' then maaned.slutt_er_kjent
            when 'forlop_lopende' then true
        end as er_kjent
    from maaned
    cross join {{ ref('stonadslengde_definisjon') }} as definisjon
),

periode as (
    select
        kommunenummer,
        'maaned' as periode_type,
        maaned as periode,
        maaned,
        definisjon
    from kjent
    where er_kjent and list_contains(periode_typer, 'maaned')
    union all
    select distinct
        kommunenummer,
        'aar' as periode_type,
        date_trunc('year', maaned)::date as periode,
        siste_i_aaret as maaned,
        definisjon
    from kjent
    where
        er_kjent
        and list_contains(periode_typer, 'aar')
        and (maaned = siste_i_aaret or definisjon = 'forlop_avsluttet')
),

-- A period with nobody is 0. A main income that is known of nobody is not.
komplett as (
    select
        periode.*,
        populasjon.populasjon,
        coalesce(tall.teller, 0) as teller,
        coalesce(tall.nevner, 0) as nevner,
        coalesce(tall.antall_personer, 0) as antall_personer,
        populasjon.hovedinntekt is null
        or coalesce(
            max(tall.nevner) filter (where populasjon.populasjon = 'alle') over samme
            > max(tall.nevner) filter (where populasjon.populasjon = '~ukjent_hovedinntekt') over samme,
            true
        ) as er_kjent
    from periode
    cross join {{ ref('populasjon') }} as populasjon
    left join tall
        on
            periode.kommunenummer = tall.kommunenummer
            and periode.periode_type = tall.periode_type
            and periode.maaned = tall.maaned
            and periode.definisjon = tall.definisjon
            and populasjon.populasjon = tall.populasjon
    window samme as (
        partition by periode.kommunenummer, periode.periode_type, periode.periode, periode.definisjon
    )
)

select
    kommunenummer,
    periode_type,
    periode,
    maaned,
    definisjon,
    populasjon,
    teller,
    nevner,
    antall_personer,
    teller::double / nullif(nevner, 0) as verdi,
    er_kjent
from komplett
