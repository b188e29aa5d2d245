-- Persons are counted by age group and main income. A person is in one such group a month, so a populasjon is a sum of
-- groups. The columns that are not a figure of seeds/maanedstall.csv, say what is known, or how many persons there are.
with parameter as (
    select
        max(verdi) filter (where parameter = 'langtid_maaneder') as langtid,
        max(verdi) filter (where parameter = 'lenge_maaneder') as lenge,
        max(verdi) filter (where parameter = 'svaert_lenge_maaneder') as svaert_lenge,
        max(verdi) filter (where parameter = 'ny_mottaker_maaneder') as ny,
        max(verdi) filter (where parameter = 'returnerende_historikk_maaneder') as returnerende_historikk
    from {{ ref('maanedsindikator_parameter') }}
),

-- «§ 20 a» and «18, 20a» are ways to write it.
innvilget as (
    select
        mottaker_nr,
        vedtaksdato,
        periode_fom,
        periode_tom,
        string_split_regex(regexp_replace(lower(lovhjemmel), '[§\s]', '', 'g'), '[^0-9a-z]+') as paragrafer
    from {{ ref('int_vedtak') }}
    where lovhjemmel is not null and utfall in ('INNVILGET', 'DELVIS_INNVILGET')
),

vilkaar_maaned as (
    select
        mottaker_nr,
        list_contains(paragrafer, '20a') as er_plikt,
        unnest(
            generate_series(
                date_trunc('month', coalesce(periode_fom, vedtaksdato)),
                coalesce(periode_tom, periode_fom, vedtaksdato),
                interval 1 month
            )
        )::date as maaned
    from innvilget
    where list_has_any(paragrafer, ['20', '20a'])
),

vilkaar as (
    select
        mottaker_nr,
        maaned,
        bool_or(er_plikt) as har_plikt
    from vilkaar_maaned
    group by mottaker_nr, maaned
),

kontant as (
    select
        kontant.*,
        parameter.*,
        kontant.arbeidssituasjon_kode = '05' as i_statlig,
        kontant.arbeidssituasjon_kode = '06' as i_kommunalt,
        vilkaar.maaned is not null as har_vilkaar,
        coalesce(vilkaar.har_plikt, false) as har_plikt
    from {{ ref('int_stonadsmaaned_kontant') }} as kontant
    cross join parameter
    left join vilkaar on kontant.mottaker_nr = vilkaar.mottaker_nr and kontant.maaned = vilkaar.maaned
),

betalt as (
    select
        kommunenummer,
        maaned,
        aldersgruppe,
        er_hovedinntekt,
        count(*) as mottakere,
        count(*) filter (where er_hovedinntekt) as mottakere_hovedinntekt,
        count(*) filter (where aldersgruppe < 25) as mottakere_under_25,
        count(*) filter (where aldersgruppe < 30) as mottakere_under_30,
        count(*) filter (where aldersgruppe >= 25) as mottakere_25_pluss,
        count(*) filter (where aldersgruppe < 18) as mottakere_under_18,
        count(*) filter (where coalesce(aldersgruppe < 18, true)) as mottakere_under_18_eller_ukjent,
        count(*) filter (where aldersgruppe >= 25 and aldersgruppe < 30) as mottakere_25_29,
        count(*) filter (where aldersgruppe >= 67) as mottakere_67_pluss,
        count(*) filter (where aldersgruppe is null) as mottakere_ukjent_alder,
        count(*) filter (where maaneder_siste_12 >= lenge) as lenge_siste_12,
        count(*) filter (where maaneder_siste_12 >= svaert_lenge) as svaert_lenge_siste_12,
        count(*) filter (where coalesce(maaneder_siden_forrige > ny, true)) as nye_mottakere,
        count(*) filter (where maaneder_siden_forrige is null) as forste_gang,
        count(*) filter (where maaneder_siden_forrige > ny) as tilbake,
        count(*) filter (where antall_barn_under_18 > 0) as med_barn,
        sum(antall_barn_under_18)::bigint as barn,
        count(*) filter (where antall_barn_under_18 > 0) as barn_personer,
        count(*) filter (where i_statlig) as statlig_tiltak,
        count(*) filter (where i_kommunalt) as kommunalt_tiltak,
        count(*) filter (where har_vilkaar) as vilkaar,
        count(*) filter (where har_plikt) as aktivitetsplikt,
        count(*) filter (where not har_plikt) as utenfor_aktivitetsplikt,
        count(*) filter (where har_vilkaar and not har_plikt) as vilkaar_uten_aktivitetsplikt,
        count(*) filter (where har_plikt and i_statlig) as aktivitetsplikt_statlig_tiltak,
        count(*) filter (where har_plikt and i_kommunalt) as aktivitetsplikt_kommunalt_tiltak,
        count(*) filter (where not har_plikt and i_statlig) as statlig_tiltak_uten_plikt,
        count(*) filter (where not har_plikt and i_kommunalt) as kommunalt_tiltak_uten_plikt,
        count(er_hovedinntekt) as oppgitt_inntekt,
        count(antall_barn_under_18) as oppgitt_barn,
        count(arbeidssituasjon_kode) as oppgitt_arbeid
    from kontant
    group by all
),

periodisert as (
    select
        periodisert.kommunenummer,
        periodisert.maaned,
        periodisert.aldersgruppe,
        periodisert.er_hovedinntekt,
        count(*) as mottakere_periodisert,
        count(*) filter (where periodisert.forlop_maaneder >= parameter.langtid) as langtidsmottakere,
        count(*) filter (where periodisert.er_returnerende) as returnerende,
        count(*) filter (
            where periodisert.er_hovedinntekt and not periodisert.er_returnerende
        ) as hovedinntekt_uten_returnerende
    from {{ ref('int_stonadsmaaned_periodisert') }} as periodisert
    cross join parameter
    group by all
),

hittil as (
    select
        hittil.kommunenummer,
        hittil.maaned,
        hittil.aldersgruppe,
        hittil.er_hovedinntekt,
        sum(hittil.mottaker_antall)::bigint as mottakere_hittil,
        sum(
            hittil.mottaker_antall
        ) filter (where hittil.maaneder_i_aaret >= parameter.lenge)::bigint as lenge_hittil,
        sum(
            hittil.mottaker_antall
        ) filter (where hittil.maaneder_i_aaret >= parameter.svaert_lenge)::bigint as svaert_lenge_hittil
    from {{ ref('int_mottaker_hittil_i_aar') }} as hittil
    cross join parameter
    group by all
),

vedtak_per_person as (
    select
        mottaker_nr,
        date_trunc('month', vedtaksdato)::date as maaned,
        count(*) filter (where utfall = 'INNVILGET') as innvilget,
        count(*) filter (where utfall = 'DELVIS_INNVILGET') as delvis,
        count(*) filter (where utfall = 'AVSLATT') as avslatt,
        count(lovhjemmel) as med_lovhjemmel,
        count(*) filter (where utfall != 'INNVILGET') as andre_utfall
    from {{ ref('int_vedtak') }}
    group by all
),

vedtak_per_fodselsaar as (
    select
        person.kommunenummer,
        per_person.maaned,
        year(person.fodselsmaaned) as fodselsaar,
        sum(per_person.innvilget + per_person.delvis + per_person.avslatt) as vedtak,
        sum(per_person.innvilget) as innvilget,
        sum(per_person.delvis) as delvis,
        sum(per_person.avslatt) as avslatt,
        count(*) filter (where per_person.innvilget + per_person.delvis + per_person.avslatt > 0) as vedtak_personer,
        count(*) filter (where per_person.innvilget > 0) as innvilget_personer,
        count(*) filter (where per_person.delvis + per_person.avslatt > 0) as ikke_innvilget_personer,
        count(*) filter (where per_person.delvis > 0) as delvis_personer,
        count(*) filter (where per_person.avslatt > 0) as avslatt_personer,
        sum(per_person.med_lovhjemmel) as med_lovhjemmel,
        sum(per_person.andre_utfall) as andre_utfall
    from vedtak_per_person as per_person
    inner join {{ ref('int_fagsystem_person') }} as person on per_person.mottaker_nr = person.mottaker_nr
    group by all
),

vedtatt as (
    select
        per_aar.kommunenummer,
        per_aar.maaned,
        aldersgruppe.aldersgruppe,
        null::boolean as er_hovedinntekt,
        sum(per_aar.vedtak)::bigint as vedtak,
        sum(per_aar.innvilget)::bigint as vedtak_innvilget,
        sum(per_aar.delvis + per_aar.avslatt)::bigint as vedtak_ikke_innvilget,
        sum(per_aar.delvis)::bigint as vedtak_delvis_innvilget,
        sum(per_aar.avslatt)::bigint as vedtak_avslatt,
        sum(per_aar.vedtak_personer)::bigint as vedtak_personer,
        sum(per_aar.innvilget_personer)::bigint as vedtak_innvilget_personer,
        sum(per_aar.ikke_innvilget_personer)::bigint as vedtak_ikke_innvilget_personer,
        sum(per_aar.delvis_personer)::bigint as vedtak_delvis_innvilget_personer,
        sum(per_aar.avslatt_personer)::bigint as vedtak_avslatt_personer,
        sum(per_aar.med_lovhjemmel)::bigint as oppgitt_lovhjemmel,
        sum(per_aar.andre_utfall)::bigint as oppgitt_andre_utfall
    from vedtak_per_fodselsaar as per_aar
    left join {{ ref('int_aldersgruppe') }} as aldersgruppe
        on year(per_aar.maaned) - per_aar.fodselsaar between aldersgruppe.aldersgruppe and aldersgruppe.til_og_med
    group by all
),

gruppe as (
    select * from betalt
    union all by name
    select * from periodisert
    union all by name
    select * from hittil
    union all by name
    select * from vedtatt
),

i_populasjon as (
    select
        populasjon.populasjon,
        gruppe.* exclude (aldersgruppe, er_hovedinntekt)
    from gruppe
    inner join {{ ref('int_populasjon_gruppe') }} as populasjon
        on
            gruppe.aldersgruppe is not distinct from populasjon.aldersgruppe
            and gruppe.er_hovedinntekt is not distinct from populasjon.er_hovedinntekt
    where not starts_with(populasjon.populasjon, '~')
),

summert as materialized (
    select
        kommunenummer,
        maaned,
        populasjon,
        sum(columns(* exclude (kommunenummer, maaned, populasjon)))
    from i_populasjon
    group by all
),

-- The words of maanedstall.krever, for each delivered month. What nobody's row has filled in is missing in the extract,
-- and is not the same as nobody. What decisions have begun to say can be counted from then on.
kjent as (
    select
        maaned.kommunenummer,
        maaned.maaned,
        [
            if(alle.mottakere > 0 and alle.oppgitt_inntekt = 0, null, 'inntekt'),
            if(alle.mottakere > 0 and alle.oppgitt_barn = 0, null, 'barn'),
            if(alle.mottakere > 0 and alle.oppgitt_arbeid = 0, null, 'arbeid'),
            if(sum(alle.oppgitt_lovhjemmel) over til_og_med > 0, 'lovhjemmel', null),
            if(vedtak_levert.maaned is not null, 'vedtak', null),
            if(sum(alle.oppgitt_andre_utfall) over kommunen > 0, 'utfall', null),
            if(maaned.maaneder_i_rekke >= month(maaned.maaned), 'aaret', null),
            if(maaned.maaneder_i_rekke >= 12, 'siste_12', null),
            if(maaned.maaneder_i_rekke > parameter.ny, 'ny', null),
            if(maaned.maaneder_i_rekke >= parameter.langtid, 'langtid', null),
            if(maaned.maaneder_i_rekke >= parameter.returnerende_historikk, 'returnerende', null)
        ] as kjent
    from {{ ref('int_kommune_maaned_historikk') }} as maaned
    cross join parameter
    left join summert as alle
        on
            maaned.kommunenummer = alle.kommunenummer
            and maaned.maaned = alle.maaned
            and alle.populasjon = 'alle'
    left join {{ ref('int_leveranse_forventet') }} as vedtak_levert
        on
            maaned.kommunenummer = vedtak_levert.kommunenummer
            and maaned.maaned = vedtak_levert.maaned
            and vedtak_levert.objekt = 'vedtak'
            and vedtak_levert.status != 'mangler'
    window
        kommunen as (partition by maaned.kommunenummer),
        til_og_med as (partition by maaned.kommunenummer order by maaned.maaned)
),

-- 0 where there is nobody.
komplett as (
    select
        kjent.kommunenummer,
        kjent.maaned,
        populasjon.populasjon,
        kjent.kjent,
        populasjon.hovedinntekt is null or list_contains(kjent.kjent, 'inntekt') as populasjon_er_kjent,
        coalesce(belop.belop_nok, 0)::decimal(18, 2) as belop,
        coalesce(columns(summert.* exclude (kommunenummer, maaned, populasjon)), 0)::decimal(18, 2)
    from kjent
    cross join {{ ref('populasjon') }} as populasjon
    left join summert
        on
            kjent.kommunenummer = summert.kommunenummer
            and kjent.maaned = summert.maaned
            and populasjon.populasjon = summert.populasjon
    left join {{ ref('int_populasjon_maaned') }} as belop
        on
            kjent.kommunenummer = belop.kommunenummer
            and kjent.maaned = belop.maaned
            and populasjon.populasjon = belop.populasjon
            and belop.grunnlag = 'kontant'
    where not starts_with(populasjon.populasjon, '~')
)

select
    row_number() over ()::integer as enhet_nr,
    *,
    month(maaned)::decimal(18, 2) as maaneder_hittil,
    sum(mottakere) over aaret::decimal(18, 2) as mottakere_sum_hittil,
    sum(mottakere_25_pluss) over aaret::decimal(18, 2) as mottakere_25_pluss_sum_hittil,
    sum(belop) over aaret::decimal(18, 2) as belop_sum_hittil
from komplett
window aaret as (partition by kommunenummer, populasjon, year(maaned) order by maaned)
