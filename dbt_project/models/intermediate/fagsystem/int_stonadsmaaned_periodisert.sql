with parameter as (
    select
        max(verdi) filter (where parameter = 'returnerende_maaneder') as returnerende_maaneder,
        max(verdi) filter (where parameter = 'returnerende_vindu_maaneder') as vindu_maaneder
    from {{ ref('maanedsindikator_parameter') }}
),

alder as (
    select
        aldersgruppe,
        unnest(range(aldersgruppe, til_og_med + 1)) as alder
    from {{ ref('int_aldersgruppe') }}
),

stonadsmaaned as (
    select
        person.kommunenummer,
        stonadsmaaned.mottaker_nr,
        stonadsmaaned.maaned,
        year(stonadsmaaned.maaned) * 12 + month(stonadsmaaned.maaned) as maaned_nr,
        alder.aldersgruppe,
        stonadsmaaned.er_hovedinntekt
    from {{ ref('int_stonadsmaaned_smal') }} as stonadsmaaned
    inner join {{ ref('int_fagsystem_person') }} as person on stonadsmaaned.mottaker_nr = person.mottaker_nr
    left join alder on stonadsmaaned.alder = alder.alder
    where stonadsmaaned.er_periodisert
),

forlop as (
    select
        forlop.mottaker_nr,
        forlop.fra_maaned,
        forlop.til_maaned,
        forlop.er_avsluttet
    from {{ ref('int_forlop_smal') }} as forlop
    inner join {{ ref('stonadslengde_parameter') }} as parameter on forlop.toleranse = parameter.verdi
    where forlop.er_periodisert and parameter.parameter = 'toleranse_maaneder'
),

-- Of the months with social assistance as main income: the first of as many as it takes, and the one before a break.
hovedinntekt as (
    select
        stonadsmaaned.mottaker_nr,
        stonadsmaaned.maaned,
        stonadsmaaned.maaned_nr,
        parameter.vindu_maaneder,
        lag(stonadsmaaned.maaned_nr) over person as forrige_nr,
        lag(stonadsmaaned.maaned_nr, parameter.returnerende_maaneder - 1) over person as forste_av_mange_nr
    from stonadsmaaned
    cross join parameter
    where stonadsmaaned.er_hovedinntekt
    window person as (partition by stonadsmaaned.mottaker_nr order by stonadsmaaned.maaned_nr)
),

hovedinntekt_med_brudd as (
    select
        *,
        max(forrige_nr) filter (where maaned_nr - forrige_nr > 1) over (
            partition by mottaker_nr
            order by maaned_nr
            rows between unbounded preceding and current row
        ) as siste_foer_brudd_nr
    from hovedinntekt
),

returnerende as (
    select
        mottaker_nr,
        maaned
    from hovedinntekt_med_brudd
    where maaned_nr - forste_av_mange_nr < vindu_maaneder and maaned_nr - siste_foer_brudd_nr < vindu_maaneder
)

-- Spells of a person do not overlap, so a support month meets exactly one.
select
    stonadsmaaned.kommunenummer,
    stonadsmaaned.mottaker_nr,
    stonadsmaaned.maaned,
    stonadsmaaned.aldersgruppe,
    stonadsmaaned.er_hovedinntekt,
    row_number() over forlopet::smallint as forlop_maaneder,
    lead(stonadsmaaned.maaned) over forlopet as neste_i_forlop,
    forlop.er_avsluttet and forlop.til_maaned = stonadsmaaned.maaned as er_slutt,
    returnerende.maaned is not null as er_returnerende
from stonadsmaaned
inner join forlop
    on
        stonadsmaaned.mottaker_nr = forlop.mottaker_nr
        and stonadsmaaned.maaned between forlop.fra_maaned and forlop.til_maaned
left join returnerende
    on stonadsmaaned.mottaker_nr = returnerende.mottaker_nr and stonadsmaaned.maaned = returnerende.maaned
window forlopet as (
    partition by stonadsmaaned.mottaker_nr, forlop.fra_maaned
    order by stonadsmaaned.maaned
)
