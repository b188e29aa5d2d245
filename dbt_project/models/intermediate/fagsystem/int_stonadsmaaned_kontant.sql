-- Every frame is over the paid months of one person, so that one sort serves them all.
with alder as (
    select
        aldersgruppe,
        unnest(range(aldersgruppe, til_og_med + 1)) as alder
    from {{ ref('int_aldersgruppe') }}
),

betalt_maaned as (
    select
        person.kommunenummer,
        stonadsmaaned.mottaker_nr,
        stonadsmaaned.maaned,
        year(stonadsmaaned.maaned) * 12 + month(stonadsmaaned.maaned) as maaned_nr,
        month(stonadsmaaned.maaned) - 1 as maaneder_foer_i_aaret,
        alder.aldersgruppe,
        stonadsmaaned.er_hovedinntekt,
        stonadsmaaned.antall_barn_under_18,
        stonadsmaaned.arbeidssituasjon_kode
    from {{ ref('int_stonadsmaaned_smal') }} as stonadsmaaned
    inner join {{ ref('int_fagsystem_person') }} as person on stonadsmaaned.mottaker_nr = person.mottaker_nr
    left join alder on stonadsmaaned.alder = alder.alder
    where not stonadsmaaned.er_periodisert
)

select
    kommunenummer,
    mottaker_nr,
    maaned,
    aldersgruppe,
    er_hovedinntekt,
    antall_barn_under_18,
    arbeidssituasjon_kode,
    count(*) over (person range between maaneder_foer_i_aaret preceding and current row)::smallint as maaneder_i_aaret,
    count(*) over (person range between 11 preceding and current row)::smallint as maaneder_siste_12,
    (maaned_nr - lag(maaned_nr) over person)::smallint as maaneder_siden_forrige,
    lead(maaned) over person as neste_maaned
from betalt_maaned
window person as (partition by mottaker_nr order by maaned_nr)
