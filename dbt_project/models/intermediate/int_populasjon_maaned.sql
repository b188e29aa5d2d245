-- Who paid back more than was paid out in a month has no support month in it, but is part of its expense. Only those
-- who have paid back at all are looked through for it.
with har_betalt_tilbake as (
    select distinct mottaker_nr
    from {{ ref('int_utgift') }}
    where belop_nok < 0
),

tilbakebetalt as (
    select
        mottaker_nr,
        false as er_periodisert,
        utgiftsmaaned as maaned,
        sum(belop_nok) as belop_nok
    from {{ ref('int_utgift') }}
    semi join har_betalt_tilbake using (mottaker_nr)
    group by all
    having sum(belop_nok) < 0

    union all by name

    select
        mottaker_nr,
        true as er_periodisert,
        maaned,
        sum(belop_nok) as belop_nok
    from {{ ref('int_utgift_periodisert') }}
    semi join har_betalt_tilbake using (mottaker_nr)
    group by all
    having sum(belop_nok) < 0
),

stonadsmaaned as (
    select *
    from {{ ref('int_stonadsmaaned_smal') }}
    semi join tilbakebetalt using (mottaker_nr)
),

-- Such a person belongs where the support month before says, or else the one after.
tilbakebetalt_plassert as (
    select
        tilbakebetalt.mottaker_nr,
        tilbakebetalt.er_periodisert,
        tilbakebetalt.maaned,
        tilbakebetalt.belop_nok,
        coalesce(
            foer.alder + year(tilbakebetalt.maaned) - year(foer.maaned),
            etter.alder + year(tilbakebetalt.maaned) - year(etter.maaned)
        ) as alder,
        if(foer.maaned is null, etter.er_hovedinntekt, foer.er_hovedinntekt) as er_hovedinntekt
    from tilbakebetalt
    asof left join stonadsmaaned as foer
        on
            tilbakebetalt.mottaker_nr = foer.mottaker_nr
            and tilbakebetalt.er_periodisert = foer.er_periodisert
            and tilbakebetalt.maaned >= foer.maaned
    asof left join stonadsmaaned as etter
        on
            tilbakebetalt.mottaker_nr = etter.mottaker_nr
            and tilbakebetalt.er_periodisert = etter.er_periodisert
            and tilbakebetalt.maaned <= etter.maaned
),

person as (
    select
        mottaker_nr,
        er_periodisert,
        maaned,
        alder,
        er_hovedinntekt,
        belop_nok,
        true as er_mottaker
    from {{ ref('int_stonadsmaaned_smal') }}

    union all by name

    select
        *,
        false as er_mottaker
    from tilbakebetalt_plassert
),

alder as (
    select
        aldersgruppe,
        unnest(range(aldersgruppe, til_og_med + 1)) as alder
    from {{ ref('int_aldersgruppe') }}
),

-- Like persons together, so that they are matched with the populasjoner a few at a time.
gruppe as (
    select
        bosted.kommunenummer,
        person.er_periodisert,
        person.maaned,
        alder.aldersgruppe,
        person.er_hovedinntekt,
        sum(person.belop_nok) as belop_nok,
        count(*) filter (where person.er_mottaker) as mottaker_antall,
        count(*) as person_antall
    from person
    inner join {{ ref('int_fagsystem_person') }} as bosted on person.mottaker_nr = bosted.mottaker_nr
    left join alder on person.alder = alder.alder
    group by all
)

select
    gruppe.kommunenummer,
    if(gruppe.er_periodisert, 'periodisert', 'kontant') as grunnlag,
    gruppe.maaned,
    populasjon.populasjon,
    sum(gruppe.belop_nok)::decimal(18, 2) as belop_nok,
    sum(gruppe.mottaker_antall)::integer as mottaker_antall,
    sum(gruppe.person_antall)::integer as person_antall
from gruppe
semi join {{ ref('int_kommune_maaned') }} as levert
    on gruppe.kommunenummer = levert.kommunenummer and gruppe.maaned = levert.maaned
inner join {{ ref('int_populasjon_gruppe') }} as populasjon
    on
        gruppe.aldersgruppe is not distinct from populasjon.aldersgruppe
        and gruppe.er_hovedinntekt is not distinct from populasjon.er_hovedinntekt
group by all
