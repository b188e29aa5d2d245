with punkt as (
    select
        stg.kommunenummer,
        stg.inndeling,
        stg.dato,
        stg.innbyggere,
        stg.tabell,
        stg.leveranse_id
    from {{ ref('stg_ssb__befolkning_kvartal') }} as stg
    inner join {{ ref('stg_intern__leveranse') }} as leveranse
        on stg.leveranse_id = leveranse.leveranse_id and leveranse.status = 'godtatt'
    qualify
        row_number() over (
            partition by stg.kommunenummer, stg.inndeling, stg.dato
            order by leveranse.mottatt desc, leveranse.fil_endret desc, leveranse.leveranse_id desc
        ) = 1
),

med_neste as (
    select
        *,
        lead(dato) over (partition by kommunenummer, inndeling order by dato) as neste_dato,
        lead(innbyggere) over (partition by kommunenummer, inndeling order by dato) as neste_innbyggere
    from punkt
),

-- Between the beginnings of two quarters on end, a straight line; nothing is drawn further, and none across a gap.
maaneder as (
    select
        *,
        unnest([0, 1, 2]) as nr,
        neste_dato = dato + interval 3 month and innbyggere is not null and neste_innbyggere is not null as har_neste
    from med_neste
),

beregnet as (
    select
        kommunenummer,
        inndeling,
        (dato + to_months(nr))::date as maaned,
        round(innbyggere + if(nr > 0, (neste_innbyggere - innbyggere) * nr / 3, 0))::bigint as innbyggere,
        nr > 0 as er_interpolert,
        tabell,
        leveranse_id
    from maaneder
    where nr = 0 or har_neste
)

-- What a number had at the end of its last day is the first day of its successor.
select beregnet.*
from beregnet
left join {{ ref('int_kommune_historikk') }} as historikk on beregnet.kommunenummer = historikk.kommunenummer
where historikk.gyldig_til is null or beregnet.maaned <= historikk.gyldig_til
