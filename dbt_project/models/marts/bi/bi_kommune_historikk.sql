{{ config(alias='kommune_historikk') }}

select
    kommunenummer,
    kommunenavn,
    gyldig_fra,
    gyldig_til,
    dagens_kommunenummer,
    er_delt
from {{ ref('int_kommune_historikk') }}
