{{ config(alias='kostra_sammenligning') }}

select
    region_kode,
    region_navn,
    case
        when region_kode = 'EAK' then 'landet'
        when region_kode = 'EAKUO' then 'landet uten Oslo'
        when region_kode like 'EKA%' then 'fylke'
        when region_kode like 'EKG%' then 'kostragruppe'
        else 'kommune'
    end as region_type,
    case when region_kode similar to '[0-9]{4}' then region_kode end as kommunenummer,
    rapporteringsaar,
    tabell,
    variabel,
    variabel_navn,
    verdi,
    coalesce(status_kode = ':', false) as skjermet,
    'SSB tabell ' || tabell as kilde
from {{ ref('int_kostra_sammenligning') }}
