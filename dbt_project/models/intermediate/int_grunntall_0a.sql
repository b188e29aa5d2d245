-- Generated from seeds/grunntall.csv by "python -m dagster_project.katalog skriv"; change the seed.
-- noqa: disable=LT02,LT05
with aggregert as (
    select
        kommunenummer,
        rapporteringsaar,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon in ('242', '243', '276', '281')
        ), 0) as netto_sos_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon in ('242', '243', '273', '276', '281')
        ), 0) as netto_sos_273_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon = '242'
        ), 0) as netto_242_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon = '243'
        ), 0) as netto_243_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon = '273'
        ), 0) as netto_273_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon = '276'
        ), 0) as netto_276_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon = '281'
        ), 0) as netto_281_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'NETTO' and funksjon between '100' and '799'
        ), 0) as netto_tjenester_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'BRUTTO' and funksjon in ('242', '243', '276', '281')
        ), 0) as brutto_sos_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'BRUTTO' and funksjon = '281'
        ), 0) as brutto_281_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'KORR' and funksjon in ('242', '243', '276', '281')
        ), 0) as korr_sos_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'LONN' and funksjon in ('242', '243', '276', '281')
        ), 0) as lonn_sos_verdi,
        coalesce(-sum(belop_nok) filter (
            where kontoklasse = '1' and begrep = 'MVA_KOMP' and funksjon in ('242', '243', '276', '281')
        ), 0) as mva_komp_sos_verdi,
        coalesce(sum(belop_nok) filter (
            where kontoklasse = '0' and begrep = 'INVESTERING' and funksjon in ('242', '243', '276', '281')
        ), 0) as investering_sos_verdi
    from {{ ref('int_regnskap_begrep') }}
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
        netto_sos_verdi as 'netto_sos',
        netto_sos_273_verdi as 'netto_sos_273',
        netto_242_verdi as 'netto_242',
        netto_243_verdi as 'netto_243',
        netto_273_verdi as 'netto_273',
        netto_276_verdi as 'netto_276',
        netto_281_verdi as 'netto_281',
        netto_tjenester_verdi as 'netto_tjenester',
        brutto_sos_verdi as 'brutto_sos',
        brutto_281_verdi as 'brutto_281',
        korr_sos_verdi as 'korr_sos',
        lonn_sos_verdi as 'lonn_sos',
        mva_komp_sos_verdi as 'mva_komp_sos',
        investering_sos_verdi as 'investering_sos'
    )
)
