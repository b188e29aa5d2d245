{{ config(alias='sporing') }}

-- From a figure back to the files it was made of; within a file, raw has the line of every record.
with deler as (
    select
        indikator.kommunenummer,
        indikator.rapporteringsaar,
        indikator.indikator_id,
        grunntall.kilde
    from {{ ref('int_indikator') }} as indikator
    inner join {{ ref('grunntall') }} as grunntall
        on grunntall.grunntall_id in (indikator.teller_id, indikator.nevner_id)
    group by all
),

befolkning as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        leveranse_id
    from {{ ref('int_befolkning') }}
)

select
    deler.kommunenummer,
    deler.rapporteringsaar,
    deler.indikator_id,
    deler.kilde,
    leveranse.leveranse_id,
    leveranse.filnavn,
    leveranse.sha256
from deler
left join {{ ref('int_leveranse_gjeldende') }} as gjeldende
    on
        deler.kilde = gjeldende.objekt
        and deler.kommunenummer = gjeldende.kommunenummer
        and deler.rapporteringsaar = gjeldende.rapporteringsaar
        and gjeldende.kvartal is null
left join befolkning
    on
        deler.kilde = 'befolkning'
        and deler.kommunenummer = befolkning.kommunenummer
        and deler.rapporteringsaar = befolkning.rapporteringsaar
inner join {{ ref('stg_intern__leveranse') }} as leveranse
    on leveranse.leveranse_id = coalesce(gjeldende.leveranse_id, befolkning.leveranse_id)
