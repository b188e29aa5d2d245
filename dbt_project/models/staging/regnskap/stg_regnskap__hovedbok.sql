-- The text of a line stays in raw: nothing here needs it.
select
    leveranse_id,
    linje,
    regnskapsaar,
    periode,
    bilagsart,
    bilagsnummer,
    bilagslinje,
    bilagsdato,
    ansvar,
    tjeneste,
    art,
    prosjekt,
    belop_nok,
    forsystem,
    ekstern_ref
from {{ source('raw', 'hovedbok') }}
