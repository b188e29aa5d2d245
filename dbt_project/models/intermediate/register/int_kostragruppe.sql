-- Klass cuts validity to the range asked for, so the latest file of a municipality tells all of it.
with rader as (
    select
        stg.kommunenummer,
        stg.kostragruppe,
        stg.kostragruppe_navn,
        stg.gyldig_fra,
        stg.gyldig_til,
        rank() over (
            partition by stg.kommunenummer
            order by leveranse.mottatt desc, leveranse.fil_endret desc, leveranse.leveranse_id desc
        ) as nyeste_forst
    from {{ ref('stg_klass__kostragruppe') }} as stg
    inner join {{ ref('stg_intern__leveranse') }} as leveranse
        on stg.leveranse_id = leveranse.leveranse_id and leveranse.status = 'godtatt'
)

select distinct
    kommunenummer,
    kostragruppe,
    kostragruppe_navn,
    gyldig_fra,
    gyldig_til
from rader
where nyeste_forst = 1
