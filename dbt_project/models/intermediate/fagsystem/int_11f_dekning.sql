-- The municipality-years that both the extract and the payments have, and the months each of them covers.
with betalt as (
    select
        person.kommunenummer,
        min(utgift.utgiftsmaaned) as forste_betalt,
        max(utgift.utgiftsmaaned) as siste_betalt
    from {{ ref('int_utgift') }} as utgift
    inner join {{ ref('int_fagsystem_person') }} as person on utgift.mottaker_nr = person.mottaker_nr
    group by all
),

levert as (
    select
        kommunenummer,
        rapporteringsaar,
        max(list_max(maaneder)) as siste_maaned
    from {{ ref('int_mottaker_aar') }}
    group by all
)

select
    aar.kommunenummer,
    aar.rapporteringsaar,
    -- An extract with nothing to report speaks of its whole year.
    make_date(aar.rapporteringsaar, coalesce(levert.siste_maaned, 12), 1) as siste_levert,
    betalt.forste_betalt,
    betalt.siste_betalt
from {{ ref('int_kommune_aar') }} as aar
inner join betalt
    on
        aar.kommunenummer = betalt.kommunenummer
        and aar.rapporteringsaar between year(betalt.forste_betalt) and year(betalt.siste_betalt)
left join levert
    on aar.kommunenummer = levert.kommunenummer and aar.rapporteringsaar = levert.rapporteringsaar
where aar.kilde = '11F'
