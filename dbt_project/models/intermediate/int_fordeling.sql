-- Completes the counts: every category that is valid in the year has a row, and no code that was met goes missing.
with talt as (
    select * from {{ ref('int_fordeling_11f') }}
    union all by name
    select * from {{ ref('int_fordeling_11cf') }}
),

grunntall as (
    select * from {{ ref('int_grunntall') }}
),

-- These two base figures exist exactly where the source has records.
kommune_aar as (
    select
        kommunenummer,
        rapporteringsaar,
        case grunntall_id when 'mottakere' then '11F' else '11CF' end as kilde
    from grunntall
    where grunntall_id in ('mottakere', 'kvp_deltakere')
),

gjeldende as (
    select
        kommune_aar.kommunenummer,
        kommune_aar.rapporteringsaar,
        fordeling.indikator_id,
        fordeling.liste,
        fordeling.nevner as nevner_id
    from kommune_aar
    inner join {{ ref('fordeling') }} as fordeling on kommune_aar.kilde = fordeling.kilde
    inner join {{ ref('indikator') }} as indikator
        on
            fordeling.indikator_id = indikator.indikator_id
            and kommune_aar.rapporteringsaar >= indikator.gyldig_fra_aar
            and kommune_aar.rapporteringsaar <= coalesce(indikator.gyldig_til_aar, kommune_aar.rapporteringsaar)
),

kategori as (
    select
        gjeldende.kommunenummer,
        gjeldende.rapporteringsaar,
        gjeldende.indikator_id,
        kodeliste.kode as kategori_kode,
        kodeliste.navn as kategori_navn,
        kodeliste.sortering
    from gjeldende
    inner join {{ ref('kodeliste') }} as kodeliste
        on
            gjeldende.liste = kodeliste.liste
            and gjeldende.rapporteringsaar >= kodeliste.gyldig_fra_aar
            and gjeldende.rapporteringsaar <= coalesce(kodeliste.gyldig_til_aar, gjeldende.rapporteringsaar)
),

-- A code that is not in the list that year is an unknown code; unknown codes are added together.
plassert as (
    select
        talt.kommunenummer,
        talt.rapporteringsaar,
        talt.indikator_id,
        case
            when kategori.kategori_kode is not null or talt.kategori_kode = 'uoppgitt' then talt.kategori_kode
            else 'ukjent'
        end as kategori_kode,
        sum(talt.verdi) as verdi,
        sum(talt.antall_personer) as antall_personer
    from talt
    left join kategori
        on
            talt.kommunenummer = kategori.kommunenummer
            and talt.rapporteringsaar = kategori.rapporteringsaar
            and talt.indikator_id = kategori.indikator_id
            and talt.kategori_kode = kategori.kategori_kode
    group by all
),

komplett as (
    select
        kommunenummer,
        rapporteringsaar,
        indikator_id,
        kategori_kode,
        coalesce(
            kategori.kategori_navn,
            case kategori_kode when 'uoppgitt' then 'Uoppgitt' else 'Ukjent kode' end
        ) as kategori_navn,
        coalesce(kategori.sortering, case kategori_kode when 'uoppgitt' then 98 else 99 end) as sortering,
        coalesce(plassert.verdi, 0) as verdi,
        coalesce(plassert.antall_personer, 0) as antall_personer
    from kategori
    full join plassert using (kommunenummer, rapporteringsaar, indikator_id, kategori_kode)
)

select
    komplett.kommunenummer,
    komplett.rapporteringsaar,
    komplett.indikator_id,
    komplett.kategori_kode,
    komplett.kategori_navn,
    cast(komplett.sortering as integer) as sortering,
    cast(komplett.verdi as decimal(18, 2)) as verdi,
    cast(komplett.antall_personer as bigint) as antall_personer,
    nevner.verdi as nevner,
    case
        -- As for the indicators: a share of nobody is 0.
        when komplett.verdi = 0 and nevner.verdi = 0 then 0
        else 100 * cast(komplett.verdi as double) / nullif(cast(nevner.verdi as double), 0)
    end as andel_pst
from komplett
inner join gjeldende using (kommunenummer, rapporteringsaar, indikator_id)
left join grunntall as nevner
    on
        komplett.kommunenummer = nevner.kommunenummer
        and komplett.rapporteringsaar = nevner.rapporteringsaar
        and replace(gjeldende.nevner_id, '{kategori}', komplett.kategori_kode) = nevner.grunntall_id
