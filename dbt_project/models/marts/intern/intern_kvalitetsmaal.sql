{{ config(alias='kvalitetsmaal') }}

-- What the expectations in expectations/ look at: a month of a municipality in one row, a column for each expectation.
-- Null is that there is nothing to judge, and is neither right nor wrong. A _tekst may be shown to everybody: it holds
-- what bi does.
with terskel as (
    select
        max(verdi) filter (where terskel_id = 'liten_vindu_maaneder') as vindu,
        max(verdi) filter (where terskel_id = 'liten_minste_historikk') as minste_historikk,
        max(verdi) filter (where terskel_id = 'liten_minste_median') as minste_median
    from {{ ref('leveranse_terskel') }}
),

levert as (
    select
        kommunenummer,
        maaned
    from {{ ref('int_kommune_maaned') }}
),

-- 1. Deliveries in.
forventet as (
    select
        kommunenummer,
        maaned,
        count(*) filter (where status = 'mangler')::integer as leveranser_mangler,
        string_agg(objekt, ', ' order by objekt) filter (where status = 'mangler') as leveranser_mangler_tekst
    from {{ ref('int_leveranse_forventet') }}
    group by kommunenummer, maaned
),

maanedsrader as (
    select
        forventet.kommunenummer,
        forventet.maaned,
        forventet.rader,
        forventet.vanlig_antall,
        count(*) over (
            partition by forventet.kommunenummer
            order by forventet.maaned
            rows between terskel.vindu preceding and 1 preceding
        ) as historikk
    from {{ ref('int_leveranse_forventet') }} as forventet
    cross join terskel
    where forventet.objekt = 'utbetaling' and forventet.status != 'mangler'
),

vanlig as (
    select
        maanedsrader.kommunenummer,
        maanedsrader.maaned,
        100 * maanedsrader.rader / maanedsrader.vanlig_antall as rader_pst_av_vanlig
    from maanedsrader
    cross join terskel
    where
        maanedsrader.historikk >= terskel.minste_historikk
        and maanedsrader.vanlig_antall >= terskel.minste_median
),

-- A file is the month's in which it ends.
fil as (
    select
        kommunenummer,
        date_trunc('month', til)::date as maaned,
        sum(abs(rader_lest - rader_godtatt - rader_karantene - rader_sumlinje)) as rader_uten_forklaring,
        100 * sum(rader_karantene) filter (where kilde in ('fagsystem', 'regnskap'))
        / nullif(sum(rader_lest) filter (where kilde in ('fagsystem', 'regnskap')), 0)::double as lagt_til_side_pst
    from {{ ref('bi_leveranse') }}
    where status = 'godtatt'
    group by all
),

-- 2. Periodisation. A month that is not whole is a matter of its delivery.
funn as (
    select
        *,
        alvor = 'FEIL' and not kvittert as er_feil,
        aarsak = 'manglende_leveranse' as er_leveranse
    from {{ ref('int_avvik_periodisering') }}
),

avvik as (
    select
        kommunenummer,
        maaned,
        count(*) filter (where er_feil and not er_leveranse) as ukvitterte_feil,
        string_agg(forklaring, ' ' order by abs(belop_nok) desc, forklaring) filter (
            where er_feil and not er_leveranse and ikke_publisert is null
        ) as ukvitterte_feil_tekst,
        count(*) filter (where er_feil and er_leveranse and serie = 'fagsystem') as ikke_hel,
        string_agg(forklaring, ' ' order by forklaring) filter (
            where er_feil and er_leveranse and serie = 'fagsystem' and ikke_publisert is null
        ) as ikke_hel_tekst,
        count(*) filter (where er_leveranse and serie = 'regnskap') as hovedbok_mangler
    from funn
    group by kommunenummer, maaned
),

siste as (
    select
        kommunenummer,
        max(maaned) as maaned
    from levert
    group by kommunenummer
),

samvariasjon as (
    select
        siste.kommunenummer,
        siste.maaned,
        maal.korrelasjon as samvariasjon
    from {{ ref('bi_periodisering_maal') }} as maal
    inner join siste on maal.kommunenummer = siste.kommunenummer
    where maal.grunnlag = 'periodisert' and maal.utvalg = 'lopende'
),

maanedssum as (
    select
        kommunenummer,
        maaned,
        coalesce(sum(belop_nok) filter (where grunnlag = 'kontant'), 0) as kontant_nok,
        coalesce(sum(belop_nok) filter (where grunnlag = 'periodisert'), 0) as periodisert_nok
    from {{ ref('int_utgift_maaned') }}
    semi join levert using (kommunenummer, maaned)
    group by kommunenummer, maaned
),

-- Twelve months in a row, or nothing.
tolv as (
    select
        kommunenummer,
        maaned,
        100 * abs(sum(periodisert_nok) over tolv_siste - sum(kontant_nok) over tolv_siste)
        / nullif(abs(sum(kontant_nok) over tolv_siste), 0)::double as kontant_mot_periodisert_pst
    from maanedssum
    window
        tolv_siste as (
            partition by kommunenummer
            order by maaned
            range between interval 11 months preceding and current row
        )
    qualify count(*) over tolv_siste = 12
),

-- 3. Agreement. Where there is nothing to compare with, all that is left is unexplained.
uforklart as (
    select
        avstemming.kommunenummer,
        avstemming.maaned,
        avstemming.fra_kilde = 'fagsystem' and avstemming.til_kilde = 'hovedbok' as er_hovedbok,
        coalesce(abs(avstemming.andel_pst), if(avstemming.er_over_grense, 100, 0)) as uforklart_pst,
        if(vist.kommunenummer is not null, avstemming.forklaring, null) as forklaring
    from {{ ref('intern_avstemming') }} as avstemming
    left join {{ ref('bi_avstemming') }} as vist
        using (kommunenummer, maaned, fra_kilde, til_kilde, stonadsform, aarsak)
    where avstemming.aarsak = 'uforklart' and avstemming.stonadsform = 'ALLE'
),

avstemt as (
    select
        kommunenummer,
        maaned,
        max(uforklart_pst) filter (where er_hovedbok) as uforklart_hovedbok_pst,
        max(uforklart_pst) filter (where not er_hovedbok) as uforklart_andre_pst,
        string_agg(forklaring, ' ' order by forklaring) filter (where er_hovedbok) as uforklart_hovedbok_tekst,
        string_agg(forklaring, ' ' order by forklaring) filter (where not er_hovedbok) as uforklart_andre_tekst
    from uforklart
    group by kommunenummer, maaned
),

-- 4. Published tables out. A delivered month has three parts: what was paid in it, what was paid for it, indicators.
utgift as (
    select
        kommunenummer,
        maaned,
        null as del_,
        count(*) filter (where skjermet and coalesce(belop_nok, mottaker_antall) is not null) as skjermet_med_tall,
        count(*) filter (where mottaker_antall < 0) as umulige_tall
    from {{ ref('fct_utgift_maaned') }}
    where grunnlag != 'regnskap'
    group by kommunenummer, maaned
),

per_mottaker as (
    select
        kommunenummer,
        maaned,
        grunnlag as del_,
        count(*) filter (
            where
            skjermet
            and coalesce(belop_nok, mottaker_antall, utbetaling_per_mottaker_nok, utbetaling_per_mottaker_fast_nok)
            is not null
        ) as skjermet_med_tall,
        count(*) filter (where mottaker_antall < 0) as umulige_tall
    from {{ ref('ind_utbetaling_per_mottaker') }}
    group by kommunenummer, maaned, grunnlag
),

indikator as (
    select
        kommunenummer,
        maaned,
        'indikator' as del_,
        count(*) filter (where skjermet and coalesce(teller, nevner, verdi) is not null) as skjermet_med_tall,
        count(*) filter (
            where (enhet = 'antall' and verdi < 0) or (enhet = 'prosent' and (verdi < 0 or verdi > 100))
        ) as umulige_tall
    from {{ ref('ind_maaned') }}
    group by kommunenummer, maaned
),

stonadslengde as (
    select
        kommunenummer,
        periode as maaned,
        null as del_,
        count(*) filter (where skjermet and coalesce(teller, nevner, verdi_maaneder) is not null) as skjermet_med_tall,
        count(*) filter (where verdi_maaneder < 0) as umulige_tall
    from {{ ref('ind_stonadslengde') }}
    where periode_type = 'maaned'
    group by kommunenummer, periode
),

ut as (
    select
        kommunenummer,
        maaned,
        sum(skjermet_med_tall) as skjermet_med_tall,
        sum(umulige_tall) as umulige_tall,
        3 - count(del_) as deler_mangler
    from (
        select * from utgift
        union all
        select * from per_mottaker
        union all
        select * from indikator
        union all
        select * from stonadslengde
    ) as del
    group by kommunenummer, maaned
),

maaned as (
    select
        kommunenummer,
        maaned
    from forventet
    union
    select
        kommunenummer,
        maaned
    from avstemt
    union
    select
        kommunenummer,
        maaned
    from avvik
    union
    select
        kommunenummer,
        maaned
    from ut
)

select
    maaned.kommunenummer,
    maaned.maaned,
    levert.kommunenummer is not null as er_levert,
    forventet.leveranser_mangler,
    forventet.leveranser_mangler_tekst,
    fil.rader_uten_forklaring::bigint as rader_uten_forklaring,
    if(er_levert, coalesce(avvik.ikke_hel, 0), null)::integer as ikke_hel,
    avvik.ikke_hel_tekst,
    vanlig.rader_pst_av_vanlig,
    fil.lagt_til_side_pst,
    coalesce(avvik.hovedbok_mangler, if(er_levert, 0, null))::integer as hovedbok_mangler,
    coalesce(avvik.ukvitterte_feil, if(er_levert, 0, null))::integer as ukvitterte_feil,
    avvik.ukvitterte_feil_tekst,
    samvariasjon.samvariasjon,
    tolv.kontant_mot_periodisert_pst,
    avstemt.uforklart_hovedbok_pst,
    avstemt.uforklart_hovedbok_tekst,
    avstemt.uforklart_andre_pst,
    avstemt.uforklart_andre_tekst,
    if(er_levert, coalesce(ut.deler_mangler, 3), null)::integer as deler_mangler,
    if(ut.kommunenummer is not null, not er_levert, null)::integer as publisert_uten_leveranse,
    ut.umulige_tall::integer as umulige_tall,
    ut.skjermet_med_tall::integer as skjermet_med_tall
from maaned
left join levert using (kommunenummer, maaned)
left join forventet using (kommunenummer, maaned)
left join fil using (kommunenummer, maaned)
left join vanlig using (kommunenummer, maaned)
left join avvik using (kommunenummer, maaned)
left join samvariasjon using (kommunenummer, maaned)
left join tolv using (kommunenummer, maaned)
left join avstemt using (kommunenummer, maaned)
left join ut using (kommunenummer, maaned)
