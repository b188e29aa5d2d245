{{ config(alias='kommune') }}

select
    kommunenummer,
    kommunenavn,
    fylkesnummer,
    kostragruppe,
    gyldig_fra,
    gyldig_til
from {{ ref('stg_intern__kommune') }}
