{{ config(alias='avvik_11f') }}

with avvik as (
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        maaned_nummer,
        felt,
        if(felt = 'STMND', levert::integer::varchar, levert::varchar) as verdi_11f,
        if(felt = 'STMND', avledet::integer::varchar, avledet::varchar) as verdi_avledet,
        if(felt = 'STMND', null, levert - avledet)::decimal(18, 2) as differanse_nok,
        aarsak,
        siste_levert,
        forste_betalt,
        siste_betalt
    from {{ ref('int_11f_avvik_maaned') }}
    union all by name
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        0 as maaned_nummer,
        felt,
        levert as verdi_11f,
        avledet as verdi_avledet,
        differanse_nok,
        aarsak
    from {{ ref('int_11f_avvik_post') }}
),

levert as (
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        string_agg(journalnummer, ', ' order by journalnummer) as journalnummer
    from {{ ref('int_mottaker_aar') }}
    group by all
),

-- A person with a protected address is in the list, so that it is complete, and no number says who it is.
person as (
    select
        kommunenummer,
        mottaker_id,
        string_agg(journalnummer, ', ' order by journalnummer) as journalnummer,
        bool_or(er_skjermet) as er_skjermet
    from {{ ref('int_fagsystem_mottaker') }}
    group by all
),

maanedsnavn as (
    select map_from_entries(list(row(kode::integer, navn))) as navn
    from {{ ref('kodeliste') }}
    where liste = 'MAANED'
),

tekst as (
    select
        avvik.*,
        if(person.er_skjermet, null, coalesce(levert.journalnummer, person.journalnummer)) as journalnummer,
        maanedsnavn.navn as maanedsnavn,
        case avvik.felt when 'BIDRAG' then 'kr bidrag' when 'LAAN' then 'kr lån' else avvik.felt end as felt_tekst,
        if(
            avvik.differanse_nok is null,
            coalesce(avvik.verdi_11f, 'blank'),
            {{ heltall_tekst('try_cast(avvik.verdi_11f as decimal(18, 2))') }}
        ) as tekst_11f,
        if(
            avvik.differanse_nok is null,
            coalesce(avvik.verdi_avledet, 'blank'),
            {{ heltall_tekst('try_cast(avvik.verdi_avledet as decimal(18, 2))') }}
        ) as tekst_avledet
    from avvik
    cross join maanedsnavn
    left join levert using (kommunenummer, rapporteringsaar, mottaker_id)
    left join person using (kommunenummer, mottaker_id)
)

select
    tekst.kommunenummer,
    tekst.rapporteringsaar,
    tekst.journalnummer,
    tekst.maaned_nummer,
    tekst.felt,
    tekst.verdi_11f,
    tekst.verdi_avledet,
    tekst.differanse_nok,
    tekst.aarsak,
    {{ fyll_mal('aarsak.forklaring', {
        'maaned': "coalesce(maanedsnavn[maaned_nummer], '')",
        'felt': 'felt_tekst',
        'verdi_11f': 'tekst_11f',
        'verdi_avledet': 'tekst_avledet',
        'den_ene': "if(verdi_11f = '1', '11F', 'utbetalingene')",
        'siste_levert': "coalesce(maanedsnavn[month(siste_levert)] || ' ' || year(siste_levert), '')",
        'forste_betalt': "coalesce(maanedsnavn[month(forste_betalt)] || ' ' || year(forste_betalt), '')",
        'siste_betalt': "coalesce(maanedsnavn[month(siste_betalt)] || ' ' || year(siste_betalt), '')",
    }) }} as forklaring,
    aarsak.gjor as gjor
from tekst
inner join {{ ref('avvik_11f_aarsak') }} as aarsak on tekst.aarsak = aarsak.aarsak
