-- A figure that looks back over several months is known only where all of them are delivered. That a spell has ended
-- shows in the months after it, so those must be delivered too.
with rekke as (
    select
        kommunenummer,
        maaned,
        maaned - to_months(row_number() over (partition by kommunenummer order by maaned)::integer) as rekke_id
    from {{ ref('int_kommune_maaned') }}
),

toleranse as (
    select verdi as toleranse
    from {{ ref('stonadslengde_parameter') }}
    where parameter = 'toleranse_maaneder'
)

select
    rekke.kommunenummer,
    rekke.maaned,
    row_number() over (
        partition by rekke.kommunenummer, rekke.rekke_id
        order by rekke.maaned
    )::integer as maaneder_i_rekke,
    row_number() over (
        partition by rekke.kommunenummer, rekke.rekke_id
        order by rekke.maaned desc
    ) - 1 > toleranse.toleranse as slutt_er_kjent,
    max(rekke.maaned) over (partition by rekke.kommunenummer, year(rekke.maaned)) as siste_i_aaret
from rekke
cross join toleranse
