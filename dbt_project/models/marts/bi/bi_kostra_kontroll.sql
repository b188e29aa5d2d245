{{ config(alias='kostra_kontroll') }}

with alle_funn as (
    select
        leveranse_id,
        unnest(funn_per_regel) as funn
    from {{ ref('stg_intern__kostra_kontroll_kjoring') }}
    where utfall = 'kontrollert'
),

funn as (
    select
        leveranse_id,
        funn.regel,
        -- A rule may give findings of more than one severity.
        arg_max(funn.alvor, list_position(['OK', 'INFO', 'WARNING', 'ERROR', 'FATAL'], funn.alvor)) as alvor,
        sum(funn.antall)::bigint as antall
    from alle_funn
    where not funn.uansett
    group by
        leveranse_id,
        funn.regel
),

-- What the program says whatever one does is told, and is no finding: nobody can put it right.
uansett as (
    select distinct
        leveranse_id,
        funn.regel
    from alle_funn
    where funn.uansett
)

select
    gjeldende.leveranse_id,
    gjeldende.kommunenummer,
    gjeldende.rapporteringsaar,
    gjeldende.objekt as skjema,
    regel.regel,
    regel.rekkefolge,
    regel.tittel,
    coalesce(funn.alvor, regel.alvor) as alvor,
    funn.antall is not null as har_funn,
    -- A rule may be about just what a hidden figure counts (recipients under 18), so the number of findings would give
    -- it away. That there are none is no more than the 0 that is never hidden. In 0A nobody is counted.
    if(gjeldende.objekt = '0A' or funn.antall is null, coalesce(funn.antall, 0), null) as antall_funn,
    gjeldende.objekt != '0A' and funn.antall is not null as skjermet,
    uansett.regel is not null as gis_uansett,
    regel.gjor
from {{ ref('int_leveranse_gjeldende') }} as gjeldende
inner join {{ ref('stg_intern__kostra_kontroll_kjoring') }} as kjoring
    on
        gjeldende.leveranse_id = kjoring.leveranse_id
        and kjoring.utfall = 'kontrollert'
inner join {{ ref('stg_intern__kostra_kontroll_regel') }} as regel
    on
        kjoring.skjema = regel.skjema
        and kjoring.regelutgave = regel.regelutgave
left join funn
    on
        gjeldende.leveranse_id = funn.leveranse_id
        and regel.regel = funn.regel
left join uansett
    on
        gjeldende.leveranse_id = uansett.leveranse_id
        and regel.regel = uansett.regel
