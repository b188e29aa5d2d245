{{ config(alias='nav_register_dagens') }}

select
    kommunenummer,
    maaned,
    variabel,
    verdi,
    skjermet,
    antall_deler::integer as antall_deler,
    merknad,
    kilde
from {{ ref('int_nav_register_dagens') }}
