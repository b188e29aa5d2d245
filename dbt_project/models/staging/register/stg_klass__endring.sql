select
    leveranse_id,
    linje,
    endret,
    fra_kommunenummer,
    fra_navn,
    til_kommunenummer,
    til_navn
from {{ source('raw', 'klass_endring') }}
