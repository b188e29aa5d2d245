-- Klass gives the day after the last; here a last day is a last day.
select
    leveranse_id,
    linje,
    kommunenummer,
    kostragruppe,
    kostragruppe_navn,
    gyldig_fra,
    (gyldig_til - interval 1 day)::date as gyldig_til
from {{ source('raw', 'klass_kostragruppe') }}
