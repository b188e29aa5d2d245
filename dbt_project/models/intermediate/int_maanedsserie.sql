-- Monthly sums where there are months nobody has the payments of: such a month can only be judged by the others.
with betalt as (
    select
        kommunenummer,
        maaned
    from {{ ref('int_kommune_maaned') }}
),

post_maaned as (
    select
        leveranse.kommunenummer,
        leveranse.rapporteringsaar,
        stg.mottaker_id,
        unnest(range(1, 13))::integer as maaned_nummer,
        unnest(stg.bidrag_per_maaned) as bidrag_nok,
        unnest(stg.laan_per_maaned) as laan_nok
    from {{ ref('stg_kostra__11f') }} as stg
    inner join {{ ref('int_leveranse_gjeldende') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
),

fra_11f as (
    select
        kommunenummer,
        'fagsystem' as serie,
        make_date(rapporteringsaar, maaned_nummer, 1) as maaned,
        sum(coalesce(bidrag_nok, 0) + coalesce(laan_nok, 0))::decimal(18, 2) as belop_nok,
        count(distinct mottaker_id) filter (where bidrag_nok > 0 or laan_nok > 0)::integer as mottaker_antall
    from post_maaned
    group by all
    having sum(coalesce(bidrag_nok, 0) + coalesce(laan_nok, 0)) != 0
),

fra_regnskap as (
    select
        kommunenummer,
        'regnskap' as serie,
        maaned,
        sum(belop_nok)::decimal(18, 2) as belop_nok,
        null::integer as mottaker_antall
    from {{ ref('int_utgift_regnskap') }}
    group by kommunenummer, maaned
),

begge as (
    from fra_11f
    union all by name
    from fra_regnskap
),

alle as (
    select
        *,
        min(maaned) over (partition by kommunenummer, serie) as forste_maaned
    from begge
),

-- Who sends in 11F only is steered by the year; 0.2 s a municipality for its months would be a minute for the country.
leverer_maanedlig as (
    select kommunenummer
    from betalt
    union
    select kommunenummer
    from fra_regnskap
)

select
    alle.kommunenummer,
    alle.serie,
    alle.maaned,
    alle.belop_nok,
    alle.mottaker_antall,
    betalt.maaned is not null as har_utbetalinger
from alle
semi join leverer_maanedlig on alle.kommunenummer = leverer_maanedlig.kommunenummer
left join betalt on alle.kommunenummer = betalt.kommunenummer and alle.maaned = betalt.maaned
-- The first month alone has none before it to be judged by.
qualify
    bool_or(betalt.maaned is null and alle.maaned > alle.forste_maaned) over (
        partition by alle.kommunenummer, alle.serie
    )
