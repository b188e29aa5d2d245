-- Why the delivered 11F and the payments differ in a month: the first reason that fits.
with sammenstilt as (
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        maaned_nummer,
        make_date(rapporteringsaar, maaned_nummer, 1) as maaned,
        coalesce(levert.bidrag_nok, 0) as levert_bidrag,
        coalesce(levert.laan_nok, 0) as levert_laan,
        coalesce(levert.er_stonadsmaaned, false) as levert_stonadsmaaned,
        coalesce(avledet.bidrag_nok, 0) as avledet_bidrag,
        coalesce(avledet.laan_nok, 0) as avledet_laan,
        coalesce(avledet.er_stonadsmaaned, false) as avledet_stonadsmaaned,
        coalesce(avledet.bidrag_utbetalt_nok, 0) as utbetalt_bidrag,
        coalesce(avledet.laan_utbetalt_nok, 0) as utbetalt_laan,
        bool_or(avledet.er_stonadsmaaned is not null) over (
            partition by kommunenummer, rapporteringsaar, mottaker_id
        ) as er_betalt,
        levert_bidrag + levert_laan - avledet_bidrag - avledet_laan as differanse
    from {{ ref('int_11f_levert_maaned') }} as levert
    full join {{ ref('int_11f_avledet_maaned') }} as avledet
        using (kommunenummer, rapporteringsaar, mottaker_id, maaned_nummer)
),

ulik as (
    select
        sammenstilt.*,
        dekning.siste_levert,
        dekning.forste_betalt,
        dekning.siste_betalt,
        sammenstilt.maaned > dekning.siste_levert
        or sammenstilt.maaned not between dekning.forste_betalt and dekning.siste_betalt as er_utenfor
    from sammenstilt
    inner join {{ ref('int_11f_dekning') }} as dekning
        on
            sammenstilt.kommunenummer = dekning.kommunenummer
            and sammenstilt.rapporteringsaar = dekning.rapporteringsaar
    where
        levert_bidrag != avledet_bidrag
        or levert_laan != avledet_laan
        or levert_stonadsmaaned != avledet_stonadsmaaned
        or avledet_bidrag != round(utbetalt_bidrag)
        or avledet_laan != round(utbetalt_laan)
),

levert_person as (
    select distinct
        kommunenummer,
        rapporteringsaar,
        mottaker_id
    from {{ ref('int_mottaker_aar') }}
),

person as (
    select
        ulik.*,
        levert_person.mottaker_id is not null as er_levert,
        sum(ulik.differanse) filter (not ulik.er_utenfor) over aaret as differanse_i_aaret,
        count(*) filter (not ulik.er_utenfor) over aaret as ulike_i_aaret
    from ulik
    left join levert_person using (kommunenummer, rapporteringsaar, mottaker_id)
    window aaret as (partition by ulik.kommunenummer, ulik.rapporteringsaar, ulik.mottaker_id)
),

felt as (
    select
        * exclude (
            levert_bidrag,
            levert_laan,
            levert_stonadsmaaned,
            avledet_bidrag,
            avledet_laan,
            avledet_stonadsmaaned,
            utbetalt_bidrag,
            utbetalt_laan
        ),
        unnest(
            [
                struct_pack(
                    felt := 'BIDRAG', levert := levert_bidrag, avledet := avledet_bidrag, utbetalt := utbetalt_bidrag
                ),
                struct_pack(felt := 'LAAN', levert := levert_laan, avledet := avledet_laan, utbetalt := utbetalt_laan),
                struct_pack(
                    felt := 'STMND',
                    levert := levert_stonadsmaaned::integer,
                    -- A month that differs in money is told once, by the money.
                    avledet := if(differanse = 0, avledet_stonadsmaaned, levert_stonadsmaaned)::integer,
                    utbetalt := if(differanse = 0, avledet_stonadsmaaned, levert_stonadsmaaned)::integer
                )
            ],
            recursive := true
        ) as rad
    from person
),

begrunnet as (
    select
        *,
        case
            when levert = avledet and felt != 'STMND' then 'tilbakeforing'
            when er_utenfor then 'periode_utenfor'
            when not er_levert then 'mangler_i_11f'
            when not er_betalt then 'mangler_i_betalinger'
            when felt = 'STMND' then 'stonadsmaaned_ulik'
            when abs(levert - avledet) <= 1 then 'avrunding'
            when abs(differanse) <= 1 then 'bidrag_mot_laan'
            when abs(differanse_i_aaret) <= ulike_i_aaret then 'maaned_ulik'
            else 'belop_ulikt'
        end as aarsak
    from felt
    where levert != avledet or avledet != round(utbetalt)
)

select
    kommunenummer,
    rapporteringsaar,
    mottaker_id,
    maaned_nummer,
    felt,
    levert::decimal(18, 2) as levert,
    -- What was paid back is shown as it is; the derived record cannot hold it.
    if(aarsak = 'tilbakeforing', utbetalt, avledet)::decimal(18, 2) as avledet,
    aarsak,
    siste_levert,
    forste_betalt,
    siste_betalt
from begrunnet
