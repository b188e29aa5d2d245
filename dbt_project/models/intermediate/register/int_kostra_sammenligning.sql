select
    stg.region_kode,
    stg.region_navn,
    stg.rapporteringsaar,
    stg.tabell,
    stg.variabel,
    stg.variabel_navn,
    stg.verdi,
    stg.status_kode,
    stg.leveranse_id
from {{ ref('stg_ssb__kostra_tabell') }} as stg
inner join {{ ref('stg_intern__leveranse') }} as leveranse
    on stg.leveranse_id = leveranse.leveranse_id and leveranse.status = 'godtatt'
qualify
    row_number() over (
        partition by stg.region_kode, stg.rapporteringsaar, stg.tabell, stg.variabel
        order by leveranse.mottatt desc, leveranse.fil_endret desc, leveranse.leveranse_id desc
    ) = 1
