-- The figure at each step, divided in whole numbers to six decimals, half away from zero: the changes from one to the
-- next then add up to the last digit, which floating numbers do not.
with periode as (
    select
        maaned.kommunenummer,
        year(maaned.maaned)::integer as aar,
        maaned.maaned,
        maaned.maaned = maaned.siste_i_aaret as er_siste_i_aaret,
        maaned.maaneder_i_rekke >= 12 as har_12_maaneder,
        maaned.slutt_er_kjent,
        kommune_aar.kommunenummer is not null as har_11f
    from {{ ref('int_kommune_maaned_historikk') }} as maaned
    left join {{ ref('int_kommune_aar') }} as kommune_aar
        on
            maaned.kommunenummer = kommune_aar.kommunenummer
            and year(maaned.maaned) = kommune_aar.rapporteringsaar
            and kommune_aar.kilde = '11F'
    where maaned.maaneder_i_rekke >= month(maaned.maaned)
),

tilgjengelig as (
    select
        periode.kommunenummer,
        periode.aar,
        periode.maaned,
        periode.er_siste_i_aaret,
        steg.tilstand,
        if(steg.tilstand = 'publisert', 'levert_post', steg.tilstand) as telt_som,
        -- How many parts a month is divided into.
        if(steg.tilstand = 'publisert', ('1' || repeat('0', indikator.desimaler))::hugeint, 1000000) as deler
    from periode
    cross join {{ ref('forklaringssteg') }} as steg
    inner join {{ ref('indikator') }} as indikator on indikator.indikator_id = 'stonadslengde_snitt'
    where
        steg.tilstand is not null
        and case steg.krever
            when '11f' then periode.har_11f
            when '12_maaneder' then periode.har_12_maaneder
            when 'slutt' then periode.slutt_er_kjent
            else true
        end
),

telling as (
    select
        enhet.kommunenummer,
        enhet.aar,
        enhet.maaned,
        enhet.er_siste_i_aaret,
        enhet.tilstand,
        aldersgruppe.aldersgruppe,
        enhet.er_hovedinntekt,
        sum(enhet.maaneder) as maaneder,
        count(*) as antall
    from {{ ref('int_forklaring_enhet') }} as enhet
    left join {{ ref('int_aldersgruppe') }} as aldersgruppe
        on enhet.alder between aldersgruppe.aldersgruppe and aldersgruppe.til_og_med
    group by all
),

-- Every figure that can be had, also where it is a count of nobody.
summert as (
    select
        tilgjengelig.kommunenummer,
        tilgjengelig.aar,
        tilgjengelig.maaned,
        tilgjengelig.er_siste_i_aaret,
        tilgjengelig.tilstand,
        tilgjengelig.deler,
        gruppe.populasjon,
        telling.maaneder,
        telling.antall
    from tilgjengelig
    inner join telling
        on
            tilgjengelig.kommunenummer = telling.kommunenummer
            and tilgjengelig.aar = telling.aar
            and tilgjengelig.maaned = telling.maaned
            and tilgjengelig.er_siste_i_aaret = telling.er_siste_i_aaret
            and tilgjengelig.telt_som = telling.tilstand
    inner join {{ ref('int_populasjon_gruppe') }} as gruppe
        on
            telling.aldersgruppe is not distinct from gruppe.aldersgruppe
            and telling.er_hovedinntekt is not distinct from gruppe.er_hovedinntekt
    union all
    select
        tilgjengelig.kommunenummer,
        tilgjengelig.aar,
        tilgjengelig.maaned,
        tilgjengelig.er_siste_i_aaret,
        tilgjengelig.tilstand,
        tilgjengelig.deler,
        populasjon.populasjon,
        0 as maaneder,
        0 as antall
    from tilgjengelig
    cross join {{ ref('populasjon') }} as populasjon
),

figur as (
    select
        kommunenummer,
        aar,
        maaned,
        er_siste_i_aaret,
        tilstand,
        populasjon,
        deler,
        sum(maaneder)::bigint as teller,
        sum(antall)::bigint as nevner
    from summert
    where not starts_with(populasjon, '~')
    group by all
)

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    tilstand,
    populasjon,
    teller,
    nevner,
    -- Of nobody there is no figure: a division by 0 is null.
    (
        ((2 * teller * deler + nevner) // (2 * nevner) * (1000000 // deler))::decimal(18, 0)
        * 0.000001::decimal(7, 6)
    )::decimal(18, 6) as verdi_maaneder
from figur
