-- Generated from seeds/grunntall.csv by "python -m dagster_project.katalog skriv"; change the seed.
-- noqa: disable=LT02,LT05
with kommune_aar as (
    select
        kommunenummer,
        rapporteringsaar
    from {{ ref('int_kommune_aar') }}
    where kilde = '11CF'
),

-- A municipality with nothing to report keeps one row of nulls here, so that its figures become 0.
post as (
    select *
    from kommune_aar
    left join {{ ref('int_kvp_deltaker_aar') }} using (kommunenummer, rapporteringsaar)
),

aggregert as (
    select
        kommunenummer,
        rapporteringsaar,
        count(*) filter (where er_deltaker) as kvp_deltakere_verdi,
        kvp_deltakere_verdi as kvp_deltakere_personer,
        count(*) filter (where er_deltaker and alder between 18 and 24) as kvp_deltakere_18_24_verdi,
        kvp_deltakere_18_24_verdi as kvp_deltakere_18_24_personer,
        count(*) filter (where er_deltaker and alder between 25 and 66) as kvp_deltakere_25_66_verdi,
        kvp_deltakere_25_66_verdi as kvp_deltakere_25_66_personer,
        count(*) filter (where er_deltaker and status_kode = '1') as kvp_i_program_verdi,
        kvp_i_program_verdi as kvp_i_program_personer,
        count(*) filter (where er_deltaker and status_kode = '3') as kvp_fullfort_verdi,
        kvp_fullfort_verdi as kvp_fullfort_personer,
        count(*) filter (where er_deltaker and status_kode = '4') as kvp_avbrudd_verdi,
        kvp_avbrudd_verdi as kvp_avbrudd_personer,
        count(*) filter (where er_deltaker and har_ytelse_sosialhjelp) as kvp_soshj_for_soknad_verdi,
        kvp_soshj_for_soknad_verdi as kvp_soshj_for_soknad_personer,
        count(*) filter (where er_deltaker and len(kvp_med_sosialhjelp_typer) > 0) as kvp_med_soshj_verdi,
        kvp_med_soshj_verdi as kvp_med_soshj_personer,
        count(*) filter (where er_deltaker and maaned_antall >= 1) as kvp_med_stonadsmaaned_verdi,
        kvp_med_stonadsmaaned_verdi as kvp_med_stonadsmaaned_personer,
        coalesce(sum(maaned_antall) filter (where er_deltaker), 0) as kvp_stonadsmaaneder_verdi,
        count(*) filter (where er_deltaker and maaned_antall >= 1) as kvp_stonadsmaaneder_personer,
        count(*) filter (where er_deltaker and kvp_stonad_nok > 0) as kvp_stonadsmottakere_verdi,
        kvp_stonadsmottakere_verdi as kvp_stonadsmottakere_personer,
        coalesce(sum(kvp_stonad_nok) filter (where er_deltaker), 0) as kvp_stonad_verdi,
        count(*) filter (where er_deltaker and kvp_stonad_nok != 0) as kvp_stonad_personer,
        count(*) filter (
            where er_deltaker and status_kode = '3' and list_contains(avslutning_typer, '01')
        ) as kvp_til_arbeid_verdi,
        kvp_til_arbeid_verdi as kvp_til_arbeid_personer,
        count(*) filter (
            where er_deltaker and status_kode = '3' and list_contains(avslutning_typer, '11')
        ) as kvp_til_lonnstilskudd_verdi,
        kvp_til_lonnstilskudd_verdi as kvp_til_lonnstilskudd_personer,
        count(*) filter (
            where er_deltaker and status_kode = '3' and list_contains(avslutning_typer, '04')
        ) as kvp_til_utdanning_verdi,
        kvp_til_utdanning_verdi as kvp_til_utdanning_personer,
        count(*) filter (
            where er_deltaker and status_kode = '3' and list_has_any(avslutning_typer, ['01', '04', '11'])
        ) as kvp_til_arbeid_skole_verdi,
        kvp_til_arbeid_skole_verdi as kvp_til_arbeid_skole_personer
    from post
    group by kommunenummer, rapporteringsaar
)

select
    kommunenummer,
    rapporteringsaar,
    grunntall_id,
    cast(verdi as decimal(18, 2)) as verdi,
    cast(antall_personer as bigint) as antall_personer
from aggregert
unpivot include nulls (
    (verdi, antall_personer) for grunntall_id in (
        (kvp_deltakere_verdi, kvp_deltakere_personer) as 'kvp_deltakere',
        (kvp_deltakere_18_24_verdi, kvp_deltakere_18_24_personer) as 'kvp_deltakere_18_24',
        (kvp_deltakere_25_66_verdi, kvp_deltakere_25_66_personer) as 'kvp_deltakere_25_66',
        (kvp_i_program_verdi, kvp_i_program_personer) as 'kvp_i_program',
        (kvp_fullfort_verdi, kvp_fullfort_personer) as 'kvp_fullfort',
        (kvp_avbrudd_verdi, kvp_avbrudd_personer) as 'kvp_avbrudd',
        (kvp_soshj_for_soknad_verdi, kvp_soshj_for_soknad_personer) as 'kvp_soshj_for_soknad',
        (kvp_med_soshj_verdi, kvp_med_soshj_personer) as 'kvp_med_soshj',
        (kvp_med_stonadsmaaned_verdi, kvp_med_stonadsmaaned_personer) as 'kvp_med_stonadsmaaned',
        (kvp_stonadsmaaneder_verdi, kvp_stonadsmaaneder_personer) as 'kvp_stonadsmaaneder',
        (kvp_stonadsmottakere_verdi, kvp_stonadsmottakere_personer) as 'kvp_stonadsmottakere',
        (kvp_stonad_verdi, kvp_stonad_personer) as 'kvp_stonad',
        (kvp_til_arbeid_verdi, kvp_til_arbeid_personer) as 'kvp_til_arbeid',
        (kvp_til_lonnstilskudd_verdi, kvp_til_lonnstilskudd_personer) as 'kvp_til_lonnstilskudd',
        (kvp_til_utdanning_verdi, kvp_til_utdanning_personer) as 'kvp_til_utdanning',
        (kvp_til_arbeid_skole_verdi, kvp_til_arbeid_skole_personer) as 'kvp_til_arbeid_skole'
    )
)
