{{ config(alias='nav_register') }}

-- The municipality as it was that month goes before the same number recalculated to today's.
select
    kommunenummer,
    maaned,
    variabel,
    verdi,
    skjermet,
    kilde
from {{ ref('int_nav_register') }}
qualify row_number() over (partition by kommunenummer, maaned, variabel order by inndeling = 'samtidig' desc) = 1
