{{ config(alias='avvik_0a') }}

-- The ledger held against the 0A that was delivered, where they differ. 0A holds the whole municipality and the ledger
-- perhaps only the social services, so only their functions are compared, and only years the ledger has.
with levert as (
    select
        regnskap.kommunenummer,
        regnskap.rapporteringsaar,
        regnskap.kvartal,
        regnskap.kontoklasse,
        regnskap.funksjon,
        regnskap.art,
        (regnskap.belop_hittil_nok / 1000)::integer as belop_1000
    from {{ ref('int_regnskap_funksjon_art') }} as regnskap
    inner join {{ ref('regnskap_funksjon') }} as funksjon on regnskap.funksjon = funksjon.funksjon
),

hovedbok as (
    select avledet.*
    from {{ ref('int_0a_avledet') }} as avledet
    inner join {{ ref('regnskap_funksjon') }} as funksjon on avledet.funksjon = funksjon.funksjon
),

-- The 0A files there are, and how much of the ledger there is for the same time.
fil as (
    select distinct
        levert.kommunenummer,
        levert.rapporteringsaar,
        levert.kvartal,
        hovedbok.antall_maaneder
    from levert
    inner join hovedbok
        on
            levert.kommunenummer = hovedbok.kommunenummer
            and levert.rapporteringsaar = hovedbok.rapporteringsaar
            and levert.kvartal is not distinct from hovedbok.kvartal
),

hovedbokfil as (
    select distinct
        kommunenummer,
        regnskapsaar as rapporteringsaar,
        leveranse_id,
        rader_karantene
    from {{ ref('int_regnskap_periode') }}
    where objekt = 'hovedbok'
),

karantene as (
    select
        kommunenummer,
        rapporteringsaar,
        sum(rader_karantene) as rader
    from hovedbokfil
    group by all
),

begge as (
    select
        kommunenummer,
        rapporteringsaar,
        kvartal,
        kontoklasse,
        funksjon,
        art,
        belop_1000 as belop_0a_1000,
        null::decimal(18, 2) as belop_hovedbok_nok,
        null::integer as belop_hovedbok_1000
    from levert
    union all by name
    select
        kommunenummer,
        rapporteringsaar,
        kvartal,
        kontoklasse,
        funksjon,
        art,
        belop_hovedbok_nok,
        belop_1000 as belop_hovedbok_1000
    from hovedbok
),

konto as (
    select
        kommunenummer,
        rapporteringsaar,
        kvartal,
        kontoklasse,
        funksjon,
        art,
        max(belop_0a_1000) as belop_0a_1000,
        max(belop_hovedbok_nok) as belop_hovedbok_nok,
        max(belop_hovedbok_1000) as belop_hovedbok_1000
    from begge
    group by all
),

sammenlignet as (
    select
        konto.kommunenummer,
        konto.rapporteringsaar,
        konto.kvartal,
        fil.antall_maaneder,
        konto.kontoklasse,
        konto.funksjon,
        konto.art,
        konto.belop_hovedbok_nok,
        coalesce(konto.belop_hovedbok_1000, 0) as belop_hovedbok_1000,
        coalesce(konto.belop_0a_1000, 0) as belop_0a_1000,
        konto.belop_hovedbok_1000 is null as mangler_i_hovedbok,
        konto.belop_0a_1000 is null as mangler_i_0a
    from konto
    inner join fil
        on
            konto.kommunenummer = fil.kommunenummer
            and konto.rapporteringsaar = fil.rapporteringsaar
            and konto.kvartal is not distinct from fil.kvartal
),

avvik as (
    select
        sammenlignet.*,
        sammenlignet.belop_hovedbok_1000 - sammenlignet.belop_0a_1000 as avvik_1000,
        sum(sammenlignet.belop_hovedbok_1000 - sammenlignet.belop_0a_1000) over (
            partition by
                sammenlignet.kommunenummer,
                sammenlignet.rapporteringsaar,
                sammenlignet.kvartal,
                sammenlignet.kontoklasse,
                sammenlignet.funksjon
        ) as avvik_funksjon_1000,
        coalesce(karantene.rader, 0) as rader_karantene
    from sammenlignet
    left join karantene
        on
            sammenlignet.kommunenummer = karantene.kommunenummer
            and sammenlignet.rapporteringsaar = karantene.rapporteringsaar
),

med_aarsak as (
    select
        *,
        case
            when abs(coalesce(belop_hovedbok_nok, 0) - belop_0a_1000 * 1000) < 1000 then 'avrunding'
            when antall_maaneder < coalesce(kvartal * 3, 12) then 'periode_mangler'
            when rader_karantene > 0 then 'karantene'
            when avvik_funksjon_1000 = 0 then 'annen_art'
            when mangler_i_hovedbok then 'bare_i_0a'
            when mangler_i_0a then 'bare_i_hovedbok'
            else 'ulikt'
        end as aarsak
    from avvik
    where avvik_1000 != 0
)

select
    kommunenummer,
    rapporteringsaar,
    kvartal,
    kontoklasse,
    funksjon,
    art,
    'H02' as regel,
    belop_hovedbok_nok,
    belop_hovedbok_1000,
    belop_0a_1000,
    avvik_1000,
    aarsak,
    'Funksjon ' || funksjon || ', art ' || art || ': hovedboken gir ' || belop_hovedbok_1000
    || ' i hele tusen kroner, og 0A har ' || belop_0a_1000 || '. '
    || case aarsak
        when 'avrunding' then 'Forskjellen er mindre enn 1000 kroner: 0A er rundet av på en annen måte.'
        when 'periode_mangler'
            then
                'Hovedboken har ' || antall_maaneder || ' av ' || coalesce(kvartal * 3, 12)
                || ' måneder, så forskjellen kan ligge i dem som mangler.'
        when 'karantene'
            then
                rader_karantene || ' poster i hovedboken er lagt til side dette året, '
                || 'og de kan forklare forskjellen.'
        when 'annen_art' then 'Funksjonen er lik i sum, så beløpet står på en annen art i 0A.'
        when 'bare_i_0a' then 'Hovedboken har ingenting på denne arten.'
        when 'bare_i_hovedbok' then '0A har ingenting på denne arten.'
        else 'Hovedboken eller 0A er endret etter at den andre ble levert, eller noe er ført utenom.'
    end as forklaring
from med_aarsak
