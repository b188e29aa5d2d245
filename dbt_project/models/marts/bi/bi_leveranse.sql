{{ config(alias='leveranse') }}

-- Some faults only show when the files are seen together, long after a file was counted.
with lagt_til_side as (
    select
        leveranse_id,
        count(distinct linje)::integer as rader
    from {{ ref('int_fagsystem_feil') }}
    group by leveranse_id
)

select
    leveranse.leveranse_id,
    leveranse.kommunenummer,
    leveranse.kilde,
    leveranse.objekt,
    leveranse.filnavn,
    leveranse.sha256,
    -- The KOSTRA files and the population are for a year or a quarter of it.
    coalesce(leveranse.fra, make_date(leveranse.rapporteringsaar, 1, 1)) as fra,
    coalesce(
        leveranse.til, last_day(make_date(leveranse.rapporteringsaar, coalesce(leveranse.kvartal::integer * 3, 12), 1))
    ) as til,
    leveranse.uttrukket,
    leveranse.mottatt,
    leveranse.rader_lest,
    leveranse.rader_godtatt - coalesce(lagt_til_side.rader, 0) as rader_godtatt,
    leveranse.rader_karantene + coalesce(lagt_til_side.rader, 0) as rader_karantene,
    leveranse.rader_sumlinje,
    leveranse.status,
    case
        when leveranse.status = 'godtatt' and leveranse.kilde = 'kostra'
            then lag(leveranse.leveranse_id) over (
                partition by
                    leveranse.status,
                    leveranse.kilde,
                    leveranse.objekt,
                    leveranse.kommunenummer,
                    leveranse.bydel,
                    leveranse.rapporteringsaar,
                    leveranse.kvartal
                order by leveranse.mottatt, leveranse.fil_endret, leveranse.filnavn, leveranse.leveranse_id
            )
        -- A full extract takes the place of the one before it, an extract by period of that for the same period.
        when leveranse.status = 'godtatt' and leveranse.uttrekkstype in ('full', 'periode')
            then lag(leveranse.leveranse_id) over (
                partition by
                    leveranse.status,
                    leveranse.kilde_id,
                    leveranse.objekt,
                    leveranse.uttrekkstype,
                    if(leveranse.uttrekkstype = 'periode', leveranse.fra, null),
                    if(leveranse.uttrekkstype = 'periode', leveranse.til, null)
                order by leveranse.uttrukket, leveranse.leveranse_id
            )
    end as erstatter_leveranse_id
from {{ ref('stg_intern__leveranse') }} as leveranse
left join lagt_til_side on leveranse.leveranse_id = lagt_til_side.leveranse_id
