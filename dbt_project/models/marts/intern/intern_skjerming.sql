{{ config(alias='skjerming') }}

select
    kommunenummer,
    rapporteringsaar,
    indikator_id,
    null as kategori_kode,
    skjermet_aarsak as aarsak,
    skjermet_celle as celle_id,
    skjermet_forklaring as forklaring,
    teller,
    nevner,
    verdi
from {{ ref('int_indikator_skjermet') }}
where skjermet

union all by name

select
    fordeling.kommunenummer,
    fordeling.rapporteringsaar,
    fordeling.indikator_id,
    fordeling.kategori_kode,
    skjerming.aarsak,
    skjerming.celle_id,
    skjerming.forklaring,
    fordeling.verdi as teller,
    fordeling.nevner,
    fordeling.verdi::double as verdi
from {{ ref('int_fordeling') }} as fordeling
inner join {{ ref('int_skjerming') }} as skjerming
    on
        fordeling.kommunenummer = skjerming.kommunenummer
        and fordeling.rapporteringsaar = skjerming.rapporteringsaar
        and fordeling.indikator_id || ':' || fordeling.kategori_kode = skjerming.celle_id
