with akkumulert as (
    select
        leveranse.kommunenummer,
        leveranse.rapporteringsaar,
        leveranse.kvartal,
        coalesce(stg.kontoklasse, '') as kontoklasse,
        coalesce(stg.funksjon, '') as funksjon,
        coalesce(stg.art, '') as art,
        sum(stg.belop_nok)::decimal(18, 2) as belop_hittil_nok
    from {{ ref('stg_kostra__0a') }} as stg
    inner join {{ ref('int_leveranse_gjeldende') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
    group by all
),

-- The quarters that were delivered, each with the one before it; an account that has gone quiet still has to be
-- subtracted, so every account of the year gets a row in every quarter.
kvartal as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        kvartal::integer as kvartal
    from akkumulert
    where kvartal is not null
),

konto as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        kontoklasse,
        funksjon,
        art
    from akkumulert
    where kvartal is not null
),

hittil as (
    select
        konto.*,
        kvartal.kvartal,
        coalesce(akkumulert.belop_hittil_nok, 0)::decimal(18, 2) as belop_hittil_nok
    from kvartal
    inner join konto using (kommunenummer, rapporteringsaar)
    left join akkumulert
        on
            konto.kommunenummer = akkumulert.kommunenummer
            and konto.rapporteringsaar = akkumulert.rapporteringsaar
            and konto.kontoklasse = akkumulert.kontoklasse
            and konto.funksjon = akkumulert.funksjon
            and konto.art = akkumulert.art
            and kvartal.kvartal::varchar = akkumulert.kvartal
)

select
    kommunenummer,
    rapporteringsaar,
    null::integer as kvartal,
    kontoklasse,
    funksjon,
    art,
    belop_hittil_nok,
    belop_hittil_nok as belop_nok
from akkumulert
where kvartal is null

union all by name

select
    hittil.kommunenummer,
    hittil.rapporteringsaar,
    hittil.kvartal,
    hittil.kontoklasse,
    hittil.funksjon,
    hittil.art,
    hittil.belop_hittil_nok,
    -- Without the quarter before, the quarter alone is not known.
    case
        when hittil.kvartal = 1 then hittil.belop_hittil_nok
        else hittil.belop_hittil_nok - forrige.belop_hittil_nok
    end as belop_nok
from hittil
left join hittil as forrige
    on
        hittil.kommunenummer = forrige.kommunenummer
        and hittil.rapporteringsaar = forrige.rapporteringsaar
        and hittil.kontoklasse = forrige.kontoklasse
        and hittil.funksjon = forrige.funksjon
        and hittil.art = forrige.art
        and hittil.kvartal = forrige.kvartal + 1
