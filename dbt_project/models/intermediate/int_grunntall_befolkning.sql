-- Generated from seeds/grunntall.csv by "python -m dagster_project.katalog skriv"; change the seed.
-- noqa: disable=LT02,LT05
with aggregert as (
    select
        kommunenummer,
        rapporteringsaar,
        case
            when count(innbyggere) filter (where alder between 0 and 90) = 91
            and count(*) filter (where innbyggere is null) = 0
            then sum(innbyggere)
        end as innbyggere_verdi,
        case
            when count(innbyggere) filter (where alder between 0 and 17) = 18
            then sum(innbyggere) filter (where alder between 0 and 17)
        end as innbyggere_u18_verdi,
        case
            when count(innbyggere) filter (where alder between 18 and 24) = 7
            then sum(innbyggere) filter (where alder between 18 and 24)
        end as innbyggere_18_24_verdi,
        case
            when count(innbyggere) filter (where alder between 25 and 44) = 20
            then sum(innbyggere) filter (where alder between 25 and 44)
        end as innbyggere_25_44_verdi,
        case
            when count(innbyggere) filter (where alder between 45 and 66) = 22
            then sum(innbyggere) filter (where alder between 45 and 66)
        end as innbyggere_45_66_verdi,
        case
            when count(innbyggere) filter (where alder between 67 and 90) = 24
            and count(*) filter (where alder >= 67 and innbyggere is null) = 0
            then sum(innbyggere) filter (where alder >= 67)
        end as innbyggere_67_pluss_verdi,
        case
            when count(innbyggere) filter (where alder between 18 and 66) = 49
            then sum(innbyggere) filter (where alder between 18 and 66)
        end as innbyggere_18_66_verdi,
        case
            when count(innbyggere) filter (where alder between 20 and 66) = 47
            then sum(innbyggere) filter (where alder between 20 and 66)
        end as innbyggere_20_66_verdi,
        case
            when count(innbyggere) filter (where alder between 25 and 66) = 42
            then sum(innbyggere) filter (where alder between 25 and 66)
        end as innbyggere_25_66_verdi,
        case
            when count(innbyggere) filter (where alder between 18 and 89) = 72
            then sum(innbyggere) filter (where alder between 18 and 89)
        end as innbyggere_18_89_verdi,
        case
            when count(innbyggere) filter (where alder between 18 and 89) = 72
            then 12 * sum(innbyggere) filter (where alder between 18 and 89)
        end as innbyggermaaneder_18_89_verdi
    from {{ ref('int_befolkning') }}
    group by kommunenummer, rapporteringsaar
)

select
    kommunenummer,
    rapporteringsaar,
    grunntall_id,
    cast(verdi as decimal(18, 2)) as verdi,
    cast(null as bigint) as antall_personer
from aggregert
unpivot include nulls (
    verdi for grunntall_id in (
        innbyggere_verdi as 'innbyggere',
        innbyggere_u18_verdi as 'innbyggere_u18',
        innbyggere_18_24_verdi as 'innbyggere_18_24',
        innbyggere_25_44_verdi as 'innbyggere_25_44',
        innbyggere_45_66_verdi as 'innbyggere_45_66',
        innbyggere_67_pluss_verdi as 'innbyggere_67_pluss',
        innbyggere_18_66_verdi as 'innbyggere_18_66',
        innbyggere_20_66_verdi as 'innbyggere_20_66',
        innbyggere_25_66_verdi as 'innbyggere_25_66',
        innbyggere_18_89_verdi as 'innbyggere_18_89',
        innbyggermaaneder_18_89_verdi as 'innbyggermaaneder_18_89'
    )
)
