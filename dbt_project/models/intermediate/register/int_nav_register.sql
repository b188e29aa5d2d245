with tall as (
    select
        stg.kommunenummer,
        stg.maaned,
        stg.variabel,
        stg.inndeling,
        stg.verdi,
        stg.er_skjult,
        stg.kilde,
        stg.leveranse_id
    from {{ ref('stg_nav__register') }} as stg
    inner join {{ ref('stg_intern__leveranse') }} as leveranse
        on stg.leveranse_id = leveranse.leveranse_id and leveranse.status = 'godtatt'
    qualify
        row_number() over (
            partition by stg.kommunenummer, stg.maaned, stg.variabel, stg.inndeling
            order by leveranse.mottatt desc, leveranse.fil_endret desc, leveranse.leveranse_id desc
        ) = 1
),

-- A delivered figure goes before one that is drawn between two quarters.
folketall as (
    select
        kommunenummer,
        maaned,
        'folketall' as variabel,
        inndeling,
        innbyggere::double as verdi,
        false as er_skjult,
        'SSB ' || tabell || if(er_interpolert, ', interpolert mellom kvartaler', '') as kilde,
        leveranse_id
    from {{ ref('int_befolkning_maaned') }}
),

samlet as (
    select * from tall
    union all by name
    select * from folketall
    anti join tall using (kommunenummer, maaned, variabel, inndeling)
),

smaa as (
    select
        samlet.*,
        variabel.folger,
        coalesce(variabel.del_av, samlet.variabel) as sum_variabel,
        variabel.del_av is not null as er_del,
        samlet.er_skjult or coalesce(samlet.verdi > 0 and samlet.verdi < variabel.skjult_under, false) as er_lite
    from samlet
    inner join {{ ref('nav_variabel') }} as variabel on samlet.variabel = variabel.variabel
),

-- A sum with all its parts, where one figure alone is hidden: it is what the others leave.
deler as (
    select
        del_av as sum_variabel,
        count(*) + 1 as antall
    from {{ ref('nav_variabel') }}
    where del_av is not null
    group by del_av
),

avslorte as (
    select
        smaa.kommunenummer,
        smaa.maaned,
        smaa.inndeling,
        smaa.sum_variabel
    from smaa
    inner join deler using (sum_variabel)
    group by smaa.kommunenummer, smaa.maaned, smaa.inndeling, smaa.sum_variabel, deler.antall
    having
        count(*) = deler.antall
        and count(*) filter (where smaa.er_lite) = 1
        and count(smaa.verdi) >= deler.antall - 1
),

-- The smallest part that is shown goes too; one above 0 first, since a 0 would tell as much as nothing.
fulgt as (
    select
        kommunenummer,
        maaned,
        inndeling,
        variabel
    from smaa
    semi join avslorte using (kommunenummer, maaned, inndeling, sum_variabel)
    where er_del and not er_lite
    qualify
        row_number() over (
            partition by kommunenummer, maaned, inndeling, sum_variabel order by verdi = 0, verdi, variabel
        ) = 1
),

skjult as (
    select
        smaa.*,
        smaa.er_lite or fulgt.variabel is not null as er_borte
    from smaa
    left join fulgt using (kommunenummer, maaned, inndeling, variabel)
)

-- A share tells the count it was made of.
select
    skjult.kommunenummer,
    skjult.maaned,
    skjult.variabel,
    skjult.inndeling,
    case when not (skjult.er_borte or coalesce(antall.er_borte, false)) then skjult.verdi end as verdi,
    skjult.er_borte or coalesce(antall.er_borte, false) as skjermet,
    skjult.kilde,
    skjult.leveranse_id
from skjult
left join skjult as antall
    on
        skjult.folger = antall.variabel
        and skjult.kommunenummer = antall.kommunenummer
        and skjult.maaned = antall.maaned
        and skjult.inndeling = antall.inndeling
