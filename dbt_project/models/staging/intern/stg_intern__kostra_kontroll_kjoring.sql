select
    leveranse_id,
    regelutgave,
    skjema,
    utfall,
    funn_per_regel
from {{ source('intern', 'kostra_kontroll_kjoring') }}
