-- The counts behind the monthly tables: one select per published table, with the unpublished populasjoner too. What the
-- columns mean stands in the yml. A figure that another select has already is not repeated.
with terskel as (
    select verdi as minste_viste_antall
    from {{ ref('skjerming_terskel') }}
    where terskel_id = 'minste_viste_antall'
),

-- A kind of stønad on too few persons in one grunnlag is hidden in both.
utgift_liten as (
    select distinct
        utgift.kommunenummer,
        utgift.maaned,
        utgift.stonadsart,
        utgift.stonadsform
    from {{ ref('int_utgift_maaned') }} as utgift
    cross join terskel
    where
        utgift.mottaker_antall between 1 and terskel.minste_viste_antall - 1
        or utgift.person_antall between 1 and terskel.minste_viste_antall - 1
),

-- One or two persons are the first and the last of them; of more than two, it is enough to know that many.
utgift_liten_samlet as (
    select
        kommunenummer,
        maaned,
        grunnlag,
        len(list_distinct(flatten(list([forste_mottaker_nr, siste_mottaker_nr])))) as person_antall
    from {{ ref('int_utgift_maaned') }}
    semi join utgift_liten using (kommunenummer, maaned, stonadsart, stonadsform)
    group by all
),

-- bi.ind_kostra_fordeling has the recipients and the kroner of the months too, where 11F is delivered.
skjult_i_aarstall as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        split_part(celle_id, ':', 2)::integer as maaned_nummer
    from {{ ref('int_skjerming') }}
    where split_part(celle_id, ':', 1) in ('mottakere_i_maaned_k', 'utbetalt_mnd_k')
),

skjult_aarstall as (
    select distinct
        skjerming.kommunenummer,
        skjerming.rapporteringsaar,
        populasjon.populasjon
    from {{ ref('int_skjerming') }} as skjerming
    inner join {{ ref('populasjon') }} as populasjon
        on skjerming.celle_id in (populasjon.aarstall_mottakere, populasjon.aarstall_maaneder)
),

celle as (
    -- The kontant months add up to the stønadsmåneder of the year (bi.ind_stonadslengde, 11F).
    select
        if(populasjon.grunnlag = 'kontant', 'populasjon_aarssum', 'populasjon') as relasjonssett,
        'ind_utbetaling_per_mottaker' as tabell,
        populasjon.grunnlag as serie,
        populasjon.kommunenummer,
        'maaned' as periode_type,
        populasjon.maaned as periode,
        populasjon.populasjon as celle,
        populasjon.mottaker_antall as antall,
        populasjon.person_antall as personer,
        null as av_antall,
        if(aarstall.kommunenummer is not null, skjult_i_aarstall.kommunenummer is null, null) as vist_ellers
    from {{ ref('int_populasjon_maaned') }} as populasjon
    left join {{ ref('int_kommune_aar') }} as aarstall
        on
            aarstall.kilde = '11F'
            and populasjon.grunnlag = 'kontant'
            and populasjon.populasjon = 'alle'
            and populasjon.kommunenummer = aarstall.kommunenummer
            and year(populasjon.maaned) = aarstall.rapporteringsaar
    left join skjult_i_aarstall
        on
            aarstall.kommunenummer = skjult_i_aarstall.kommunenummer
            and aarstall.rapporteringsaar = skjult_i_aarstall.rapporteringsaar
            and month(populasjon.maaned) = skjult_i_aarstall.maaned_nummer

    union all by name

    select
        'utgift' as relasjonssett,
        'fct_utgift_maaned' as tabell,
        grunnlag as serie,
        kommunenummer,
        'maaned' as periode_type,
        maaned as periode,
        stonadsart || '|' || stonadsform as celle,
        mottaker_antall as antall,
        person_antall as personer
    from {{ ref('int_utgift_maaned') }}

    union all by name

    select
        'utgift' as relasjonssett,
        'fct_utgift_maaned' as tabell,
        grunnlag as serie,
        kommunenummer,
        'maaned' as periode_type,
        maaned as periode,
        '~smaa_samlet' as celle,
        person_antall as antall
    from utgift_liten_samlet

    union all by name

    -- The recipients of a month stand above. The spells that ended in a month add up to those of the year. In December
    -- the recipients so far are those of the year, which 11F has too.
    select
        case
            when lengde.definisjon = 'forlop_avsluttet' and lengde.periode_type = 'maaned' then 'populasjon_aarssum'
            else 'populasjon'
        end as relasjonssett,
        'ind_stonadslengde' as tabell,
        lengde.definisjon as serie,
        lengde.kommunenummer,
        lengde.periode_type,
        lengde.periode,
        lengde.populasjon as celle,
        lengde.nevner as antall,
        lengde.antall_personer as personer,
        if(aarstall.kommunenummer is not null, skjult_aarstall.kommunenummer is null, null) as vist_ellers
    from {{ ref('int_stonadslengde') }} as lengde
    left join {{ ref('populasjon') }} as populasjon
        on
            lengde.definisjon = 'hittil_i_aar'
            and month(lengde.periode) = 12
            and lengde.populasjon = populasjon.populasjon
            and populasjon.aarstall_mottakere is not null
    left join {{ ref('int_kommune_aar') }} as aarstall
        on
            aarstall.kilde = '11F'
            and populasjon.populasjon is not null
            and lengde.kommunenummer = aarstall.kommunenummer
            and year(lengde.periode) = aarstall.rapporteringsaar
    left join skjult_aarstall
        on
            lengde.kommunenummer = skjult_aarstall.kommunenummer
            and year(lengde.periode) = skjult_aarstall.rapporteringsaar
            and lengde.populasjon = skjult_aarstall.populasjon
    where
        lengde.definisjon = 'forlop_avsluttet'
        or (lengde.definisjon = 'hittil_i_aar' and lengde.periode_type = 'maaned')
        or (lengde.definisjon = 'forlop_lopende' and lengde.periode_type = 'aar')
)

select
    relasjonssett,
    tabell,
    serie,
    kommunenummer,
    periode_type,
    periode,
    celle,
    antall::integer as antall,
    personer::integer as personer,
    av_antall::integer as av_antall,
    vist_ellers::boolean as vist_ellers
from celle
