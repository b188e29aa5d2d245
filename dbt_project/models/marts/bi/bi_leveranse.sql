{{ config(alias='leveranse') }}

select
    leveranse_id,
    kommunenummer,
    kilde,
    objekt,
    filnavn,
    sha256,
    make_date(rapporteringsaar, 1, 1) as fra,
    last_day(make_date(rapporteringsaar, coalesce(kvartal::integer * 3, 12), 1)) as til,
    -- The extracts do not say when they were taken out of the case system.
    null::timestamp as uttrukket,
    mottatt,
    rader_lest,
    rader_godtatt,
    rader_karantene,
    status,
    case
        when status = 'godtatt' and kilde = 'kostra'
            then lag(leveranse_id) over (
                partition by status, kilde, objekt, kommunenummer, bydel, rapporteringsaar, kvartal
                order by mottatt, fil_endret, filnavn, leveranse_id
            )
    end as erstatter_leveranse_id
from {{ ref('stg_intern__leveranse') }}
