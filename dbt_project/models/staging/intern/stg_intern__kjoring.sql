select
    per,
    tidspunkt,
    kontrakt_versjon,
    bygget_av
from {{ source('intern', 'kjoring_parametre') }}
