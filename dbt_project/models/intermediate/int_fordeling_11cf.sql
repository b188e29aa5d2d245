-- Generated from seeds/fordeling.csv by "python -m dagster_project.katalog skriv"; change the seed.
with kvp_soshj_for_soknad as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            ytelse_sosialhjelp_type_kode as kategori
        from {{ ref('int_kvp_deltaker_aar') }}
        where er_deltaker and har_ytelse_sosialhjelp
    )
    group by kommunenummer, rapporteringsaar, kategori
),

kvp_med_soshj as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            unnest(kvp_med_sosialhjelp_typer) as kategori
        from {{ ref('int_kvp_deltaker_aar') }}
        where er_deltaker
    )
    group by kommunenummer, rapporteringsaar, kategori
),

kvp_status_fordeling as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            status_kode as kategori
        from {{ ref('int_kvp_deltaker_aar') }}
        where er_deltaker
    )
    group by kommunenummer, rapporteringsaar, kategori
),

kvp_inntekt_etter as (
    select
        kommunenummer,
        rapporteringsaar,
        kategori,
        cast(count(*) as decimal(18, 2)) as verdi,
        count(*) as antall_personer
    from (
        select
            *,
            avslutning_inntekt_kode as kategori
        from {{ ref('int_kvp_deltaker_aar') }}
        where er_deltaker and status_kode = '3'
    )
    group by kommunenummer, rapporteringsaar, kategori
)

select
    kommunenummer,
    rapporteringsaar,
    'kvp_soshj_for_soknad' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from kvp_soshj_for_soknad
union all
select
    kommunenummer,
    rapporteringsaar,
    'kvp_med_soshj' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from kvp_med_soshj
union all
select
    kommunenummer,
    rapporteringsaar,
    'kvp_status_fordeling' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from kvp_status_fordeling
union all
select
    kommunenummer,
    rapporteringsaar,
    'kvp_inntekt_etter' as indikator_id,
    coalesce(kategori, 'uoppgitt') as kategori_kode,
    verdi,
    antall_personer
from kvp_inntekt_etter
