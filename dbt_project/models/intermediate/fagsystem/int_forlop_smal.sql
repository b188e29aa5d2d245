-- Only the first and the last months of runs are looked at more than once: they are few, and every tolerance has its
-- ends among them.
with maaned as (
    select
        mottaker_nr,
        er_periodisert,
        maaned,
        row_number() over person as nummer,
        datediff('month', lag(maaned) over person, maaned) - 1 as hull_foer,
        datediff('month', maaned, lead(maaned) over person) - 1 as hull_etter
    from {{ ref('int_stonadsmaaned_smal') }}
    window person as (partition by mottaker_nr, er_periodisert order by maaned)
),

toleranse as (
    select distinct verdi as toleranse
    from {{ ref('stonadslengde_parameter') }}
    where starts_with(parameter, 'toleranse_maaneder')
),

ende as (
    select
        maaned.mottaker_nr,
        maaned.er_periodisert,
        toleranse.toleranse,
        maaned.maaned,
        maaned.nummer,
        coalesce(maaned.hull_foer > toleranse.toleranse, true) as er_forste,
        coalesce(maaned.hull_etter > toleranse.toleranse, true) as er_siste
    from maaned
    inner join toleranse
        on
            coalesce(maaned.hull_foer > toleranse.toleranse, true)
            or coalesce(maaned.hull_etter > toleranse.toleranse, true)
),

forlop as (
    select
        mottaker_nr,
        er_periodisert,
        toleranse,
        er_forste,
        maaned as fra_maaned,
        nummer as fra_nummer,
        if(er_siste, maaned, lead(maaned) over person) as til_maaned,
        if(er_siste, nummer, lead(nummer) over person) as til_nummer
    from ende
    window person as (partition by mottaker_nr, er_periodisert, toleranse order by maaned)
),

siste_levert as (
    select
        kommunenummer,
        max(maaned) as maaned
    from {{ ref('int_kommune_maaned') }}
    group by kommunenummer
)

-- A spell has ended when a delivered month shows it. One that reaches as far as the deliveries do, may go on.
select
    forlop.mottaker_nr,
    forlop.er_periodisert,
    forlop.toleranse,
    row_number() over (
        partition by forlop.mottaker_nr, forlop.er_periodisert, forlop.toleranse order by forlop.fra_maaned
    )::integer as forlop_nr,
    forlop.fra_maaned,
    forlop.til_maaned,
    (forlop.til_nummer - forlop.fra_nummer + 1)::integer as maaned_antall,
    coalesce(forlop.til_maaned + to_months(forlop.toleranse + 1) <= siste_levert.maaned, false) as er_avsluttet
from forlop
inner join {{ ref('int_fagsystem_person') }} as person on forlop.mottaker_nr = person.mottaker_nr
left join siste_levert on person.kommunenummer = siste_levert.kommunenummer
where forlop.er_forste
