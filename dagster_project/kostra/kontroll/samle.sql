with ordnet as (
    select
        funn.* exclude (alvor),
        regel.har_sak,
        coalesce(funn.alvor, regel.alvor) as alvor,
        row_number() over (
            partition by funn.fil_id
            order by
                regel.rekkefolge,
                coalesce(funn.gruppe, funn.linje),
                funn.linje,
                funn.felt_nr
        ) as rekkefolge,
    from funn
    inner join kontroll_regel as regel
        on
            regel.skjema = '{skjema}'
            and funn.regel_nr = regel.regel_nr
),

med_sak as (
    select
        ordnet.*,
        {saksbehandler} as saksbehandler,
        {journalnummer} as journalnummer,
    from ordnet
    inner join post
        on
            ordnet.fil_id = post.fil_id
            and ordnet.linje = post.linje
    where ordnet.har_sak
),

alle as (
    select * from med_sak
    union all by name
    select * from ordnet
    where not har_sak
)

select
    fil_id,
    rekkefolge::integer as rekkefolge,
    '{skjema}' as skjema,
    regel_nr,
    alvor,
    felt,
    coalesce(linjer, if(linje is null, []::integer[], [linje])) as linjer,
    saksbehandler,
    journalnummer,
    verdi,
from alle
