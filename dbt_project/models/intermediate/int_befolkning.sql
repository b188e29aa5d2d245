with tall as (
    select
        stg.*,
        leveranse.mottatt,
        leveranse.fil_endret
    from {{ ref('stg_ssb__befolkning') }} as stg
    inner join {{ ref('stg_intern__leveranse') }} as leveranse
        on stg.leveranse_id = leveranse.leveranse_id and leveranse.status = 'godtatt'
    inner join {{ ref('stg_intern__kommune') }} as kommune on stg.kommunenummer = kommune.kommunenummer
),

-- A year's ages all come from one file: KOSTRA's own table (11805) before 07459, then the latest received.
valgt as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        first_value(leveranse_id) over (
            partition by kommunenummer, rapporteringsaar
            order by tabell = '11805' desc, mottatt desc, fil_endret desc, leveranse_id desc
        ) as leveranse_id
    from tall
)

select
    tall.kommunenummer,
    tall.rapporteringsaar,
    tall.alder,
    tall.innbyggere::integer as innbyggere,
    tall.status_kode,
    tall.leveranse_id
from tall
inner join valgt using (kommunenummer, rapporteringsaar, leveranse_id)
