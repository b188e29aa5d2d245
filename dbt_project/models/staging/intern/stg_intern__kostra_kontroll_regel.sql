select
    regelutgave,
    skjema,
    regel,
    rekkefolge,
    alvor,
    tittel,
    gjor
from {{ source('intern', 'kostra_kontroll_regel') }}
