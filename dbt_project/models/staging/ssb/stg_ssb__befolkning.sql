select
    leveranse_id,
    linje,
    tabell,
    kommunenummer,
    rapporteringsaar,
    alder,
    innbyggere,
    status as status_kode
from {{ source('raw', 'ssb_befolkning') }}
