select
    kommunenummer,
    konto,
    formaal
from {{ source('intern', 'regnskap_konto_lokal') }}
