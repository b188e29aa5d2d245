-- Generated from seeds/grunntall.csv by "python -m dagster_project.katalog skriv"; change the seed.
-- noqa: disable=LT02,LT05
with kommune_aar as (
    select
        kommunenummer,
        rapporteringsaar
    from {{ ref('int_kommune_aar') }}
    where kilde = '11F'
),

-- A municipality with nothing to report keeps one row of nulls here, so that its figures become 0.
post as (
    select *
    from kommune_aar
    left join {{ ref('int_mottaker_aar') }} using (kommunenummer, rapporteringsaar)
),

aggregert as (
    select
        kommunenummer,
        rapporteringsaar,
        count(linje) as mottakere_verdi,
        mottakere_verdi as mottakere_personer,
        count(distinct mottaker_id) as mottakere_unike_verdi,
        mottakere_unike_verdi as mottakere_unike_personer,
        count(*) filter (where alder < 18) as mottakere_u18_verdi,
        mottakere_u18_verdi as mottakere_u18_personer,
        count(*) filter (where alder between 18 and 24) as mottakere_18_24_verdi,
        mottakere_18_24_verdi as mottakere_18_24_personer,
        count(*) filter (where alder between 25 and 66) as mottakere_25_66_verdi,
        mottakere_25_66_verdi as mottakere_25_66_personer,
        count(*) filter (where alder between 18 and 66) as mottakere_18_66_verdi,
        mottakere_18_66_verdi as mottakere_18_66_personer,
        count(*) filter (where alder between 20 and 66) as mottakere_20_66_verdi,
        mottakere_20_66_verdi as mottakere_20_66_personer,
        count(*) filter (where alder >= 67) as mottakere_67_pluss_verdi,
        mottakere_67_pluss_verdi as mottakere_67_pluss_personer,
        count(*) filter (where alder < 30) as mottakere_u30_verdi,
        mottakere_u30_verdi as mottakere_u30_personer,
        case when count(er_ny) > 0 then count(*) filter (where er_ny) end as mottakere_nye_verdi,
        mottakere_nye_verdi as mottakere_nye_personer,
        count(*) filter (where maaned_antall >= 6) as mottakere_6mnd_pluss_verdi,
        mottakere_6mnd_pluss_verdi as mottakere_6mnd_pluss_personer,
        count(*) filter (where maaned_antall >= 10) as mottakere_10_12mnd_verdi,
        mottakere_10_12mnd_verdi as mottakere_10_12mnd_personer,
        count(*) filter (where vklo_kode = '5') as mottakere_hovedinntekt_verdi,
        mottakere_hovedinntekt_verdi as mottakere_hovedinntekt_personer,
        count(*) filter (where vklo_kode = '5' and maaned_antall >= 6) as mottakere_hovedinntekt_6mnd_verdi,
        mottakere_hovedinntekt_6mnd_verdi as mottakere_hovedinntekt_6mnd_personer,
        count(*) filter (where vklo_kode = '1') as mottakere_hovedinntekt_arbeid_verdi,
        mottakere_hovedinntekt_arbeid_verdi as mottakere_hovedinntekt_arbeid_personer,
        count(*) filter (where bu18_kode = '1') as mottakere_forsorgere_verdi,
        mottakere_forsorgere_verdi as mottakere_forsorgere_personer,
        count(*) filter (where sivilstand_kode in ('2', '3')) as mottakere_par_verdi,
        mottakere_par_verdi as mottakere_par_personer,
        count(*) filter (where bosit_kode = '4') as mottakere_bostedslose_verdi,
        mottakere_bostedslose_verdi as mottakere_bostedslose_personer,
        count(*) filter (where okonomirad_kode = '1') as mottakere_okonomirad_verdi,
        mottakere_okonomirad_verdi as mottakere_okonomirad_personer,
        count(*) filter (where individuell_plan_kode = '1') as mottakere_individuell_plan_verdi,
        mottakere_individuell_plan_verdi as mottakere_individuell_plan_personer,
        count(*) filter (where vilkaar_kode = '1') as mottakere_vilkaar_verdi,
        mottakere_vilkaar_verdi as mottakere_vilkaar_personer,
        count(*) filter (where vilkaar_partner_kode = '1') as mottakere_vilkaar_partner_verdi,
        mottakere_vilkaar_partner_verdi as mottakere_vilkaar_partner_personer,
        count(*) filter (where alder < 30 and vilkaar_kode = '1') as mottakere_vilkaar_u30_verdi,
        mottakere_vilkaar_u30_verdi as mottakere_vilkaar_u30_personer,
        count(*) filter (where alder < 30 and len(unntak_typer) > 0) as mottakere_unntak_u30_verdi,
        mottakere_unntak_u30_verdi as mottakere_unntak_u30_personer,
        count(*) filter (where har_sanksjon_redusert) as mottakere_sanksjon_redusert_verdi,
        mottakere_sanksjon_redusert_verdi as mottakere_sanksjon_redusert_personer,
        count(*) filter (where har_sanksjon_andre) as mottakere_sanksjon_andre_verdi,
        mottakere_sanksjon_andre_verdi as mottakere_sanksjon_andre_personer,
        count(*) filter (where har_sanksjon_redusert or har_sanksjon_andre) as mottakere_sanksjon_verdi,
        mottakere_sanksjon_verdi as mottakere_sanksjon_personer,
        coalesce(sum(antall_barn_under_18) filter (where bu18_kode = '1'), 0) as barn_verdi,
        count(*) filter (where bu18_kode = '1' and antall_barn_under_18 > 0) as barn_personer,
        coalesce(sum(antall_barn_under_18) filter (
            where bu18_kode = '1' and maaned_antall >= 6
        ), 0) as barn_6mnd_verdi,
        count(*) filter (
            where bu18_kode = '1' and maaned_antall >= 6 and antall_barn_under_18 > 0
        ) as barn_6mnd_personer,
        coalesce(sum(antall_barn_under_18) filter (
            where bu18_kode = '1' and maaned_antall >= 10
        ), 0) as barn_10_12mnd_verdi,
        count(*) filter (
            where bu18_kode = '1' and maaned_antall >= 10 and antall_barn_under_18 > 0
        ) as barn_10_12mnd_personer,
        coalesce(sum(maaned_antall), 0) as stonadsmaaneder_verdi,
        count(linje) as stonadsmaaneder_personer,
        coalesce(sum(maaned_antall) filter (where alder between 18 and 24), 0) as stonadsmaaneder_18_24_verdi,
        count(*) filter (where alder between 18 and 24) as stonadsmaaneder_18_24_personer,
        coalesce(sum(maaned_antall) filter (where alder between 25 and 66), 0) as stonadsmaaneder_25_66_verdi,
        count(*) filter (where alder between 25 and 66) as stonadsmaaneder_25_66_personer,
        coalesce(sum(maaned_antall) filter (where vklo_kode = '5'), 0) as stonadsmaaneder_hovedinntekt_verdi,
        count(*) filter (where vklo_kode = '5') as stonadsmaaneder_hovedinntekt_personer,
        coalesce(sum(stonad_nok), 0) as stonad_verdi,
        count(*) filter (where stonad_nok != 0) as stonad_personer,
        coalesce(sum(bidrag_nok), 0) as bidrag_verdi,
        count(*) filter (where bidrag_nok != 0) as bidrag_personer,
        coalesce(sum(laan_nok), 0) as laan_verdi,
        count(*) filter (where laan_nok != 0) as laan_personer
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
        (mottakere_verdi, mottakere_personer) as 'mottakere',
        (mottakere_unike_verdi, mottakere_unike_personer) as 'mottakere_unike',
        (mottakere_u18_verdi, mottakere_u18_personer) as 'mottakere_u18',
        (mottakere_18_24_verdi, mottakere_18_24_personer) as 'mottakere_18_24',
        (mottakere_25_66_verdi, mottakere_25_66_personer) as 'mottakere_25_66',
        (mottakere_18_66_verdi, mottakere_18_66_personer) as 'mottakere_18_66',
        (mottakere_20_66_verdi, mottakere_20_66_personer) as 'mottakere_20_66',
        (mottakere_67_pluss_verdi, mottakere_67_pluss_personer) as 'mottakere_67_pluss',
        (mottakere_u30_verdi, mottakere_u30_personer) as 'mottakere_u30',
        (mottakere_nye_verdi, mottakere_nye_personer) as 'mottakere_nye',
        (mottakere_6mnd_pluss_verdi, mottakere_6mnd_pluss_personer) as 'mottakere_6mnd_pluss',
        (mottakere_10_12mnd_verdi, mottakere_10_12mnd_personer) as 'mottakere_10_12mnd',
        (mottakere_hovedinntekt_verdi, mottakere_hovedinntekt_personer) as 'mottakere_hovedinntekt',
        (mottakere_hovedinntekt_6mnd_verdi, mottakere_hovedinntekt_6mnd_personer) as 'mottakere_hovedinntekt_6mnd',
        (mottakere_hovedinntekt_arbeid_verdi, mottakere_hovedinntekt_arbeid_personer) as 'mottakere_hovedinntekt_arbeid',
        (mottakere_forsorgere_verdi, mottakere_forsorgere_personer) as 'mottakere_forsorgere',
        (mottakere_par_verdi, mottakere_par_personer) as 'mottakere_par',
        (mottakere_bostedslose_verdi, mottakere_bostedslose_personer) as 'mottakere_bostedslose',
        (mottakere_okonomirad_verdi, mottakere_okonomirad_personer) as 'mottakere_okonomirad',
        (mottakere_individuell_plan_verdi, mottakere_individuell_plan_personer) as 'mottakere_individuell_plan',
        (mottakere_vilkaar_verdi, mottakere_vilkaar_personer) as 'mottakere_vilkaar',
        (mottakere_vilkaar_partner_verdi, mottakere_vilkaar_partner_personer) as 'mottakere_vilkaar_partner',
        (mottakere_vilkaar_u30_verdi, mottakere_vilkaar_u30_personer) as 'mottakere_vilkaar_u30',
        (mottakere_unntak_u30_verdi, mottakere_unntak_u30_personer) as 'mottakere_unntak_u30',
        (mottakere_sanksjon_redusert_verdi, mottakere_sanksjon_redusert_personer) as 'mottakere_sanksjon_redusert',
        (mottakere_sanksjon_andre_verdi, mottakere_sanksjon_andre_personer) as 'mottakere_sanksjon_andre',
        (mottakere_sanksjon_verdi, mottakere_sanksjon_personer) as 'mottakere_sanksjon',
        (barn_verdi, barn_personer) as 'barn',
        (barn_6mnd_verdi, barn_6mnd_personer) as 'barn_6mnd',
        (barn_10_12mnd_verdi, barn_10_12mnd_personer) as 'barn_10_12mnd',
        (stonadsmaaneder_verdi, stonadsmaaneder_personer) as 'stonadsmaaneder',
        (stonadsmaaneder_18_24_verdi, stonadsmaaneder_18_24_personer) as 'stonadsmaaneder_18_24',
        (stonadsmaaneder_25_66_verdi, stonadsmaaneder_25_66_personer) as 'stonadsmaaneder_25_66',
        (stonadsmaaneder_hovedinntekt_verdi, stonadsmaaneder_hovedinntekt_personer) as 'stonadsmaaneder_hovedinntekt',
        (stonad_verdi, stonad_personer) as 'stonad',
        (bidrag_verdi, bidrag_personer) as 'bidrag',
        (laan_verdi, laan_personer) as 'laan'
    )
)
