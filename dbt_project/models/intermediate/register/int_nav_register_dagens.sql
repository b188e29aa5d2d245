-- Which numbers made up today's municipality in a month, and whether all of it is known.
with maaneder as (
    select distinct maaned from {{ ref('int_nav_register') }}
),

historikk as (
    select
        kommunenummer,
        gyldig_fra,
        gyldig_til,
        er_delt,
        unnest(dagens_kommunenumre) as dagens_kommunenummer
    from {{ ref('int_kommune_historikk') }}
    where er_delt or dagens_kommunenummer is not null
),

-- A number nobody has told of any change of has been the same all the time.
alle as (
    select * from historikk
    union all by name
    select distinct
        register.kommunenummer,
        register.kommunenummer as dagens_kommunenummer,
        false as er_delt
    from {{ ref('int_nav_register') }} as register
    anti join {{ ref('int_kommune_historikk') }} using (kommunenummer)
),

ventet as (
    select
        alle.dagens_kommunenummer,
        maaneder.maaned,
        count(*) as antall_deler,
        bool_or(alle.er_delt) as er_delt
    from maaneder
    inner join alle
        on
            maaneder.maaned >= coalesce(alle.gyldig_fra, date '0001-01-01')
            and maaneder.maaned <= coalesce(alle.gyldig_til, date '9999-12-31')
    group by alle.dagens_kommunenummer, maaneder.maaned
),

-- A figure for a number that was not in force then has been recalculated by its source.
tall as (
    select
        alle.dagens_kommunenummer,
        register.*,
        register.inndeling = 'dagens'
        or register.maaned < coalesce(alle.gyldig_fra, date '0001-01-01')
        or register.maaned > coalesce(alle.gyldig_til, date '9999-12-31') as er_omregnet
    from {{ ref('int_nav_register') }} as register
    inner join alle on register.kommunenummer = alle.kommunenummer and not alle.er_delt
),

per_del as (
    select
        dagens_kommunenummer,
        maaned,
        variabel,
        er_omregnet,
        count(*) as antall,
        count(verdi) as antall_vist,
        sum(verdi) as verdi,
        bool_or(skjermet) as skjermet,
        string_agg(distinct kilde, '; ' order by kilde) as kilde
    from tall
    group by dagens_kommunenummer, maaned, variabel, er_omregnet
),

-- One recalculated figure is the whole municipality; otherwise the parts are added.
valgt as (
    select *
    from per_del
    where not er_omregnet or antall = 1
    qualify row_number() over (partition by dagens_kommunenummer, maaned, variabel order by er_omregnet desc) = 1
),

vurdert as (
    select
        valgt.dagens_kommunenummer as kommunenummer,
        valgt.maaned,
        valgt.variabel,
        valgt.verdi,
        valgt.skjermet,
        valgt.kilde,
        valgt.antall as antall_deler,
        case
            when valgt.skjermet then 'Et skjult tall inngår.'
            when valgt.er_omregnet then null
            when ventet.er_delt then 'En kommune som senere ble delt, inngår.'
            when valgt.antall < ventet.antall_deler or valgt.antall_vist < valgt.antall
                then 'Tall mangler for en del av kommunen.'
            when valgt.antall > 1 and variabel.kan_summeres = 'nei'
                then 'Andeler og gjennomsnitt kan ikke legges sammen.'
        end as merknad
    from valgt
    inner join {{ ref('nav_variabel') }} as variabel on valgt.variabel = variabel.variabel
    left join ventet
        on valgt.dagens_kommunenummer = ventet.dagens_kommunenummer and valgt.maaned = ventet.maaned
)

select
    kommunenummer,
    maaned,
    variabel,
    case when merknad is null then verdi end as verdi,
    skjermet,
    antall_deler,
    merknad,
    kilde
from vurdert
