with post as (
    select
        stg.*,
        leveranse.rapporteringsaar,
        leveranse.rapporteringsaar - year(stg.fodselsmaaned) as alder
    from {{ ref('stg_kostra__11f') }} as stg
    inner join {{ ref('int_leveranse_gjeldende') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
),

-- One row per person and municipality-year, so that the two joins below never multiply a record.
mottaker as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        mottaker_id
    from post
),

kommuner_per_mottaker as (
    select
        mottaker_id,
        rapporteringsaar,
        count(*) as kommune_antall
    from mottaker
    group by all
    having count(*) > 1
),

aar_med_11f as (
    select
        kommunenummer,
        rapporteringsaar
    from {{ ref('int_kommune_aar') }}
    where kilde = '11F'
)

select
    post.leveranse_id,
    post.linje,
    post.kommunenummer,
    post.rapporteringsaar,
    post.bydel,
    post.mottaker_id,
    post.journalnummer,
    post.saksbehandler,
    post.kjonn_kode,
    post.sivilstand_kode,
    post.bu18_kode,
    post.vklo_kode,
    post.trygdesit_kode,
    post.arbsit_kode,
    post.bosit_kode,
    post.okonomirad_kode,
    post.individuell_plan_kode,
    post.vilkaar_kode,
    post.vilkaar_partner_kode,
    post.vilkaar_typer,
    post.unntak_typer,
    case
        when post.alder is null then 'ugyldig'
        when post.alder < 18 then 'u18'
        when post.alder <= 24 then '18_24'
        when post.alder <= 44 then '25_44'
        when post.alder <= 66 then '45_66'
        else '67_pluss'
    end as aldersklasse_kode,
    case
        when post.sivilstand_kode in ('2', '3') and post.bu18_kode = '1' then 'par_med_barn'
        when post.sivilstand_kode in ('2', '3') and post.bu18_kode = '2' then 'par_uten_barn'
        when
            post.sivilstand_kode not in ('1', '4', '5')
            or post.sivilstand_kode is null
            or post.kjonn_kode not in ('1', '2')
            or post.kjonn_kode is null
            then 'uoppgitt'
        when post.bu18_kode = '1' then if(post.kjonn_kode = '1', 'enslig_mann_med_barn', 'enslig_kvinne_med_barn')
        when post.bu18_kode is null or post.bu18_kode != '2' or post.alder is null then 'uoppgitt'
        else
            if(post.kjonn_kode = '1', 'enslig_mann_', 'enslig_kvinne_')
            || case
                when post.alder < 20 then 'u20'
                when post.alder <= 24 then '20_24'
                when post.alder <= 44 then '25_44'
                when post.alder <= 66 then '45_66'
                else '67_pluss'
            end
    end as familiefase_kode,
    post.alder,
    post.antall_barn_under_18,
    post.maaneder,
    len(post.maaneder)::integer as maaned_antall,
    post.bidrag_nok::decimal(18, 2) as bidrag_nok,
    post.laan_nok::decimal(18, 2) as laan_nok,
    (coalesce(post.bidrag_nok, 0) + coalesce(post.laan_nok, 0))::decimal(18, 2) as stonad_nok,
    list_transform(
        list_zip(post.bidrag_per_maaned, post.laan_per_maaned),
        lambda par: (coalesce(par[1], 0) + coalesce(par[2], 0))::decimal(18, 2)
    ) as utbetalt_per_maaned,
    list_contains(post.sanksjon_typer, '01') as har_sanksjon_redusert,
    list_contains(post.sanksjon_typer, '02') as har_sanksjon_andre,
    case when aar_for.kommunenummer is not null then mottaker_for.mottaker_id is null end as er_ny,
    coalesce(kommuner_per_mottaker.kommune_antall, 1)::integer as kommune_antall
from post
-- At most one row each: the keys are the grain of what is joined.
left join kommuner_per_mottaker
    on
        post.mottaker_id = kommuner_per_mottaker.mottaker_id
        and post.rapporteringsaar = kommuner_per_mottaker.rapporteringsaar
left join aar_med_11f as aar_for
    on post.kommunenummer = aar_for.kommunenummer and post.rapporteringsaar = aar_for.rapporteringsaar + 1
left join mottaker as mottaker_for
    on
        post.kommunenummer = mottaker_for.kommunenummer
        and post.rapporteringsaar = mottaker_for.rapporteringsaar + 1
        and post.mottaker_id = mottaker_for.mottaker_id
