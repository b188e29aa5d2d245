select
    fordeling.kommunenummer,
    fordeling.rapporteringsaar,
    fordeling.indikator_id,
    fordeling.kategori_kode,
    fordeling.kategori_navn,
    fordeling.sortering,
    case when skjerming.celle_id is null then fordeling.verdi end as verdi,
    case when coalesce(skjerming.celle_id, nevner.celle_id) is null then fordeling.nevner end as nevner,
    case when coalesce(skjerming.celle_id, nevner.celle_id) is null then fordeling.andel_pst end as andel_pst,
    definisjon.enhet,
    skjerming.celle_id is not null as skjermet
from {{ ref('int_fordeling') }} as fordeling
inner join {{ ref('fordeling') }} as definisjon on fordeling.indikator_id = definisjon.indikator_id
-- At most one row each: the grain of int_skjerming is the cell. A denominator may be hidden though the part is shown.
left join {{ ref('int_skjerming') }} as skjerming
    on
        fordeling.kommunenummer = skjerming.kommunenummer
        and fordeling.rapporteringsaar = skjerming.rapporteringsaar
        and fordeling.indikator_id || ':' || fordeling.kategori_kode = skjerming.celle_id
left join {{ ref('int_skjerming') }} as nevner
    on
        fordeling.kommunenummer = nevner.kommunenummer
        and fordeling.rapporteringsaar = nevner.rapporteringsaar
        and definisjon.nevner = nevner.celle_id
