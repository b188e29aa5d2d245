-- A later delivery for the same municipality, form and period stands in the place of the earlier one.
select
    leveranse_id,
    objekt,
    kommunenummer,
    bydel,
    rapporteringsaar,
    kvartal,
    filnavn,
    mottatt,
    rader_godtatt,
    rader_karantene
from {{ ref('stg_intern__leveranse') }}
where status = 'godtatt' and kilde = 'kostra'
qualify
    row_number() over (
        partition by objekt, kommunenummer, bydel, rapporteringsaar, kvartal
        order by mottatt desc, fil_endret desc, filnavn desc, leveranse_id desc
    ) = 1
