{{ config(alias='kommune_kostragruppe') }}

select
    kommunenummer,
    kostragruppe,
    kostragruppe_navn,
    gyldig_fra,
    gyldig_til
from {{ ref('int_kostragruppe') }}
