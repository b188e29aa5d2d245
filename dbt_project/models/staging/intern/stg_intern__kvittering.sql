select
    kommunenummer,
    maaned,
    serie,
    aarsak,
    motpart_maaned,
    belop_nok,
    kvittert_av,
    tekst,
    tidspunkt
from {{ source('intern', 'kvittering') }}
