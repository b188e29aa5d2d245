-- Generated from seeds/grunntall.csv by "python -m dagster_project.katalog skriv"; change the seed.
with fra_kilde as (
    select * from {{ ref('int_grunntall_11f') }}
    union all by name
    select * from {{ ref('int_grunntall_11cf') }}
    union all by name
    select * from {{ ref('int_grunntall_0a') }}
    union all by name
    select * from {{ ref('int_grunntall_befolkning') }}
),

kommune_aar as (
    select distinct
        kommunenummer,
        rapporteringsaar
    from fra_kilde
),

konstant (grunntall_id, verdi) as (
    values
    ('konstant_12', cast(12 as decimal(18, 2)))
),

per_kommune_aar as (
    select
        kommune_aar.kommunenummer,
        kommune_aar.rapporteringsaar,
        konstant.grunntall_id,
        konstant.verdi,
        cast(null as bigint) as antall_personer
    from kommune_aar
    cross join konstant
)

select * from fra_kilde
union all by name
select * from per_kommune_aar
