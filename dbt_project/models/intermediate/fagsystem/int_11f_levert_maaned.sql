-- Several records of one person are that person's months.
with post as (
    select
        leveranse.kommunenummer,
        leveranse.rapporteringsaar,
        stg.mottaker_id,
        stg.maaneder,
        stg.bidrag_per_maaned,
        stg.laan_per_maaned,
        unnest(range(1, 13))::integer as maaned_nummer
    from {{ ref('stg_kostra__11f') }} as stg
    inner join {{ ref('int_leveranse_gjeldende') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
    inner join {{ ref('int_11f_dekning') }} as dekning
        on
            leveranse.kommunenummer = dekning.kommunenummer
            and leveranse.rapporteringsaar = dekning.rapporteringsaar
)

select
    kommunenummer,
    rapporteringsaar,
    mottaker_id,
    maaned_nummer,
    coalesce(sum(bidrag_per_maaned[maaned_nummer]), 0)::decimal(18, 2) as bidrag_nok,
    coalesce(sum(laan_per_maaned[maaned_nummer]), 0)::decimal(18, 2) as laan_nok,
    bool_or(list_contains(maaneder, maaned_nummer)) as er_stonadsmaaned
from post
group by all
having bidrag_nok != 0 or laan_nok != 0 or er_stonadsmaaned
