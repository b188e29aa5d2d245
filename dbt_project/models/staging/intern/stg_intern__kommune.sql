select
    kommunenummer,
    kommunenavn,
    left(kommunenummer, 2) as fylkesnummer,
    fagsystem,
    instans,
    kostragruppe,
    gyldig_fra,
    gyldig_til
from {{ source('intern', 'kommune') }}
