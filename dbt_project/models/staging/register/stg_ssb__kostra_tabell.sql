select
    leveranse_id,
    linje,
    tabell,
    region_kode,
    region_navn,
    rapporteringsaar,
    variabel,
    variabel_navn,
    verdi,
    status as status_kode
from {{ source('raw', 'ssb_kostra_tabell') }}
