-- What the payments and the extract each say of a person in a year.
with betalt as (
    select
        kommunenummer,
        year(maaned)::integer as aar,
        mottaker_id,
        count(*)::integer as maaneder,
        max(alder) as alder,
        arg_max_null(er_hovedinntekt, maaned) as er_hovedinntekt
    from {{ ref('int_stonadsmaaned') }}
    where grunnlag = 'kontant'
    group by all
),

-- Several records of one person are that person's months, and the one with the last month says who it is.
levert as (
    select
        kommunenummer,
        rapporteringsaar as aar,
        mottaker_id,
        len(list_distinct(flatten(list(maaneder))))::integer as maaneder,
        max(alder) as alder,
        arg_max_null(vklo_kode = '5', row(coalesce(list_max(maaneder), 0), linje)) as er_hovedinntekt
    from {{ ref('int_mottaker_aar') }}
    group by all
)

select
    kommunenummer,
    aar,
    mottaker_id,
    betalt.mottaker_id is not null as er_betalt,
    betalt.maaneder as betalt_maaneder,
    betalt.alder as betalt_alder,
    betalt.er_hovedinntekt as betalt_hovedinntekt,
    levert.mottaker_id is not null as er_levert,
    levert.maaneder as levert_maaneder,
    levert.alder as levert_alder,
    levert.er_hovedinntekt as levert_hovedinntekt
from betalt
full join levert using (kommunenummer, aar, mottaker_id)
