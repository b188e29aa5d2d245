with status as (
    select
        frist.rapporteringsaar,
        case when coalesce(kjoring.per, kjoring.tidspunkt) >= frist.endelig_fra then 'endelig' else 'foreløpig' end
            as status
    from {{ ref('kostra_frist') }} as frist
    cross join {{ ref('stg_intern__kjoring') }} as kjoring
)

select
    indikator.kommunenummer,
    indikator.rapporteringsaar,
    indikator.indikator_id,
    case when not indikator.skjermet then indikator.teller end as teller,
    case when not indikator.skjermet then indikator.nevner end as nevner,
    case when not indikator.skjermet then indikator.verdi end as verdi,
    definisjon.enhet,
    definisjon.kilde,
    coalesce(status.status, 'foreløpig') as status,
    indikator.skjermet
from {{ ref('int_indikator_skjermet') }} as indikator
inner join {{ ref('indikator') }} as definisjon on indikator.indikator_id = definisjon.indikator_id
left join status on indikator.rapporteringsaar = status.rapporteringsaar
