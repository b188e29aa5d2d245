select
    leveranse_id,
    linje,
    basis,
    maaned,
    indeks::double as indeks,
    status as status_kode,
    kilde
from {{ source('raw', 'ssb_kpi') }}
