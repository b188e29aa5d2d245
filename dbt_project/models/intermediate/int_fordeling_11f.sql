-- Generated from seeds/fordeling.csv by "python -m dagster_project.katalog skriv"; change the seed.
with mottakere_aldersklasse as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            aldersklasse_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_i_maaned_k as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            unnest(maaneder) as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_etter_ant_kommuner as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            case when kommune_antall >= 3 then '3_pluss' else cast(kommune_antall as varchar) end as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_mnd_k as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            maaned_antall as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_vklo as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            vklo_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_trygdesit as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            trygdesit_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_arbsit as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            arbsit_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_bosit as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            bosit_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

ant_okonomirad as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            okonomirad_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

ant_individuell_plan as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            individuell_plan_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

mottakere_familiefase as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            familiefase_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

utbetalt_mnd_k as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(sum(utbetalt_per_maaned[kategori]) as decimal(18, 2)) as verdi,
        count(*) filter (where utbetalt_per_maaned[kategori] != 0) as antall_personer
    from (
        select
            *,
            unnest(range(1, 13)) as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

ant_vilkaar as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            vilkaar_kode as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
),

ant_vilkaar_partner as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            vilkaar_partner_kode as kategori
        from {{ ref('int_mottaker_aar') }}
        where sivilstand_kode in ('2', '3')
    )
    group by kommunenummer, rapporteringsaar, kategori
),

vilkaar_type as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            unnest(vilkaar_typer) as kategori
        from {{ ref('int_mottaker_aar') }}
    )
    group by kommunenummer, rapporteringsaar, kategori
)

select
    kommunenummer,
    rapporteringsaar,
    'mottakere_aldersklasse' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_aldersklasse
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_per_1000_alder' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_aldersklasse
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_i_maaned_k' as indikator_id,
    coalesce(lpad(cast(kategori as varchar), 2, '0'), 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_i_maaned_k
union all
select
    kommunenummer,
    rapporteringsaar,
    'sosialhjelpsprosent_mnd' as indikator_id,
    coalesce(lpad(cast(kategori as varchar), 2, '0'), 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_i_maaned_k
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_etter_ant_kommuner' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_etter_ant_kommuner
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_mnd_k' as indikator_id,
    coalesce(cast(kategori as varchar), 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_mnd_k
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_vklo' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_vklo
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_trygdesit' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_trygdesit
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_arbsit' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_arbsit
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_bosit' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_bosit
union all
select
    kommunenummer,
    rapporteringsaar,
    'ant_okonomirad' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from ant_okonomirad
union all
select
    kommunenummer,
    rapporteringsaar,
    'ant_individuell_plan' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from ant_individuell_plan
union all
select
    kommunenummer,
    rapporteringsaar,
    'mottakere_familiefase' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from mottakere_familiefase
union all
select
    kommunenummer,
    rapporteringsaar,
    'utbetalt_mnd_k' as indikator_id,
    coalesce(lpad(cast(kategori as varchar), 2, '0'), 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from utbetalt_mnd_k
union all
select
    kommunenummer,
    rapporteringsaar,
    'ant_vilkaar' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from ant_vilkaar
union all
select
    kommunenummer,
    rapporteringsaar,
    'ant_vilkaar_partner' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from ant_vilkaar_partner
union all
select
    kommunenummer,
    rapporteringsaar,
    'vilkaar_type' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from vilkaar_type
