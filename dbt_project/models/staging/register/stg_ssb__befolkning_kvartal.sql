select
    leveranse_id,
    linje,
    tabell,
    kommunenummer,
    inndeling,
    dato,
    innbyggere,
    status as status_kode
from {{ source('raw', 'ssb_befolkning_kvartal') }}
