-- What stands in the wrong month, added up, with its share of a usual month, how serious it is, and whether it can be
-- shown to others (docs/decisions/0013-avvik-periodisering.md).
with terskel as (
    select
        max(verdi) filter (where terskel_id = 'advarsel_pst') as advarsel_pst,
        max(verdi) filter (where terskel_id = 'feil_pst') as feil_pst,
        max(verdi) filter (where terskel_id = 'publiser_info_pst') as publiser_info_pst,
        max(verdi) filter (where terskel_id = 'normal_vindu_maaneder') - 1 as normal_foer,
        max(verdi) filter (where terskel_id = 'kvittering_endring_pst') as kvittering_endring_pst
    from {{ ref('avvik_terskel') }}
),

minste as (
    select verdi as viste_antall
    from {{ ref('skjerming_terskel') }}
    where terskel_id = 'minste_viste_antall'
),

utbetaling as (
    select
        avvik.*,
        stonadstype.stonadsart || '|' || stonadstype.stonadsform as celle
    from {{ ref('int_avvik_utbetaling') }} as avvik
    inner join {{ ref('int_stonadstype') }} as stonadstype on avvik.stonadstype_nr = stonadstype.stonadstype_nr
),

fra_fagsystem as (
    select
        kommunenummer,
        maaned,
        'fagsystem' as serie,
        aarsak,
        motpart_maaned,
        sum(belop_nok)::decimal(18, 2) as belop_nok,
        count(distinct mottaker_nr) as mottaker_antall,
        null as grunn
    from utbetaling
    group by all
),

maanedsnavn as (
    select map_from_entries(list(row(kode::integer, navn))) as navn
    from {{ ref('kodeliste') }}
    where liste = 'MAANED'
),

-- How much is not there, nobody knows: the amount is unknown, never 0.
fra_leveranse as (
    select
        kommunenummer,
        maaned,
        'fagsystem' as serie,
        'manglende_leveranse' as aarsak,
        grunn,
        alvor
    from {{ ref('int_leveranse_ikke_hel') }}
),

-- A payment of another month with a voucher of this one is posted as it came, and nobody knows why it came then.
fra_regnskap as (
    select
        kommunenummer,
        regnskapsmaaned as maaned,
        'regnskap' as serie,
        if(aarsak = 'betalingsdato', 'uforklart', aarsak) as aarsak,
        motpart_maaned,
        sum(belop_nok)::decimal(18, 2) as belop_nok
    from {{ ref('int_hovedbok_aarsak') }}
    where aarsak in ('balanseforing', 'dobbeltforing', 'feil_periode', 'betalingsdato')
    group by all
),

regnskapsmaaned_levert as (
    select distinct
        kommunenummer,
        make_date(regnskapsaar, least(right(periode, 2)::integer, 12), 1) as maaned
    from {{ ref('int_regnskap_periode') }}
    where objekt = 'hovedbok'
    union
    select distinct
        kommunenummer,
        maaned
    from {{ ref('int_hovedbok') }}
),

-- Months between others that never came from the ledger.
hull_i_regnskap as (
    select
        kommunenummer,
        unnest(
            generate_series(maaned + interval 1 month, neste_maaned - interval 1 month, interval 1 month)
        )::date as maaned,
        'regnskap' as serie,
        'manglende_leveranse' as aarsak,
        'er ikke levert, men månedene før og etter er det' as grunn,
        'FEIL' as alvor
    from (
        select
            kommunenummer,
            maaned,
            lead(maaned) over (partition by kommunenummer order by maaned) as neste_maaned
        from regnskapsmaaned_levert
    ) as levert
    where neste_maaned > maaned + interval 1 month
),

fra_rader as (
    select * from fra_fagsystem
    union all by name
    select * from fra_leveranse
    union all by name
    select * from fra_regnskap
    union all by name
    select * from hull_i_regnskap
),

talt_om as (
    select distinct
        kommunenummer,
        serie,
        maaned
    from fra_rader
    where alvor is distinct from 'INFO'
),

-- Sums alone speak only of months that rows say nothing of.
fra_summer as (
    select
        avvik.kommunenummer,
        avvik.maaned,
        avvik.serie,
        serietype.aarsak,
        avvik.motpart_maaned,
        avvik.belop_nok::decimal(18, 2) as belop_nok,
        avvik.tillit,
        serietype.mal,
        serietype.hoyeste_alvor
    from {{ ref('int_avvik_serie') }} as avvik
    inner join {{ ref('avvik_serietype') }} as serietype on avvik.type = serietype.type
    anti join talt_om
        on
            avvik.kommunenummer = talt_om.kommunenummer
            and avvik.serie = talt_om.serie
            and avvik.maaned = talt_om.maaned
),

funn as (
    select * from fra_rader
    union all by name
    select * from fra_summer
),

maanedssum as (
    select
        kommunenummer,
        maaned,
        'fagsystem' as serie,
        sum(belop_nok) as belop_nok
    from {{ ref('int_utgift_maaned') }}
    where grunnlag = 'periodisert'
    group by kommunenummer, maaned
    union all
    select
        kommunenummer,
        maaned,
        'regnskap' as serie,
        sum(belop_nok) as belop_nok
    from {{ ref('int_utgift_regnskap') }}
    group by kommunenummer, maaned
    union all
    select
        kommunenummer,
        maaned,
        serie,
        belop_nok
    from {{ ref('int_maanedsserie') }}
    where serie = 'fagsystem' and not har_utbetalinger
),

vanlig as (
    select
        maanedssum.kommunenummer,
        maanedssum.maaned,
        maanedssum.serie,
        median(maanedssum.belop_nok) over (
            partition by maanedssum.kommunenummer, maanedssum.serie
            order by maanedssum.maaned
            rows between terskel.normal_foer preceding and current row
        ) as belop_nok
    from maanedssum
    cross join terskel
),

-- A finding about several months is one finding: each of its rows is as serious as all of it.
maalt as (
    select
        funn.* exclude (alvor, mal, hoyeste_alvor),
        funn.mal as gitt_mal,
        funn.hoyeste_alvor as gitt_hoyeste_alvor,
        funn.alvor as gitt_alvor,
        100 * funn.belop_nok / nullif(vanlig.belop_nok, 0)::double as andel_av_maaned_pst,
        sum(abs(andel_av_maaned_pst)) over (
            partition by funn.kommunenummer, funn.maaned, funn.serie, funn.aarsak
        ) as funnets_andel_pst
    from funn
    asof left join vanlig
        on
            funn.kommunenummer = vanlig.kommunenummer
            and funn.serie = vanlig.serie
            and funn.maaned >= vanlig.maaned
),

-- An amount where nobody knows what is usual is looked at.
vurdert as (
    select
        maalt.*,
        coalesce(maalt.gitt_mal, aarsak.mal) as mal,
        case
            when aarsak.hoyeste_alvor = 'INFO' then 'INFO'
            when maalt.gitt_alvor is not null then maalt.gitt_alvor
            when maalt.funnets_andel_pst < terskel.advarsel_pst then 'INFO'
            when maalt.funnets_andel_pst >= terskel.feil_pst
                then coalesce(maalt.gitt_hoyeste_alvor, aarsak.hoyeste_alvor)
            else 'ADVARSEL'
        end as alvor
    from maalt
    inner join {{ ref('avvik_aarsak') }} as aarsak on maalt.serie = aarsak.serie and maalt.aarsak = aarsak.aarsak
    cross join terskel
),

-- What the findings take of a figure that bi.fct_utgift_maaned hides: with too few persons outside them, they tell it.
beroert as (
    select
        kommunenummer,
        maaned,
        aarsak,
        motpart_maaned,
        mottaker_nr,
        celle,
        count(distinct celle) over (partition by kommunenummer, maaned, aarsak, motpart_maaned) as celler,
        unnest(
            [
                struct_pack(grunnlag := 'kontant', beroert_maaned := maaned),
                struct_pack(grunnlag := 'periodisert', beroert_maaned := coalesce(motpart_maaned, maaned))
            ],
            recursive := true
        ) as sted
    from utbetaling
),

avsloert as (
    select
        beroert.kommunenummer,
        beroert.grunnlag,
        beroert.beroert_maaned,
        beroert.celle
    from beroert
    inner join {{ ref('int_skjerming_maaned') }} as skjerming
        on
            skjerming.tabell = 'fct_utgift_maaned'
            and beroert.kommunenummer = skjerming.kommunenummer
            and beroert.beroert_maaned = skjerming.periode
            and beroert.grunnlag = skjerming.serie
            and beroert.celle = skjerming.celle
    inner join {{ ref('int_utgift_maaned') }} as utgift
        on
            beroert.kommunenummer = utgift.kommunenummer
            and beroert.beroert_maaned = utgift.maaned
            and beroert.grunnlag = utgift.grunnlag
            and beroert.celle = utgift.stonadsart || '|' || utgift.stonadsform
    cross join minste
    group by all
    having any_value(utgift.person_antall) - count(distinct beroert.mottaker_nr) < any_value(minste.viste_antall)
),

-- An amount of several kinds of support does not tell what it is of each.
viser_skjult as (
    select distinct
        beroert.kommunenummer,
        beroert.maaned,
        beroert.aarsak,
        beroert.motpart_maaned
    from beroert
    semi join avsloert using (kommunenummer, grunnlag, beroert_maaned, celle)
    where beroert.celler = 1
),

-- Where nobody knows how many an amount is for: as many as it would be paid to at the mean of the month.
per_mottaker as (
    select
        utgift.kommunenummer,
        utgift.maaned,
        sum(utgift.belop_nok) / nullif(any_value(populasjon.mottaker_antall), 0)::double as belop_nok
    from {{ ref('int_utgift_maaned') }} as utgift
    inner join {{ ref('int_populasjon_maaned') }} as populasjon
        on
            populasjon.populasjon = 'alle'
            and utgift.grunnlag = populasjon.grunnlag
            and utgift.kommunenummer = populasjon.kommunenummer
            and utgift.maaned = populasjon.maaned
    where utgift.grunnlag = 'periodisert'
    group by utgift.kommunenummer, utgift.maaned
    union all
    select
        kommunenummer,
        maaned,
        belop_nok / nullif(mottaker_antall, 0)::double as belop_nok
    from {{ ref('int_maanedsserie') }}
    where serie = 'fagsystem' and not har_utbetalinger
),

kvittert as (
    select
        vurdert.*,
        case
            when vurdert.mottaker_antall < minste.viste_antall then 'faa_personer'
            -- A finding in the sums of the ledger tells no more than those sums, which are published by function.
            when
                if(
                    vurdert.tillit is null,
                    vurdert.serie = 'regnskap' and vurdert.aarsak not in ('balanseforing', 'manglende_leveranse'),
                    vurdert.serie = 'fagsystem'
                )
                and coalesce(abs(vurdert.belop_nok) < minste.viste_antall * per_mottaker.belop_nok, true)
                then 'faa_personer'
            when viser_skjult.aarsak is not null then 'viser_skjult_tall'
            when vurdert.alvor = 'INFO' and abs(vurdert.andel_av_maaned_pst) < terskel.publiser_info_pst
                then 'ubetydelig'
        end as ikke_publisert,
        kvittering.kvittert_av as sist_kvittert_av,
        kvittering.tekst as sist_kvittert_tekst,
        kvittering.tidspunkt as kvittert_tidspunkt,
        kvittering.belop_nok as kvittert_belop_nok,
        kvittering.tidspunkt is not null
        and (
            vurdert.belop_nok is not distinct from kvittering.belop_nok
            or coalesce(
                abs(vurdert.belop_nok - kvittering.belop_nok) * 100
                <= abs(kvittering.belop_nok) * terskel.kvittering_endring_pst,
                false
            )
        ) as er_kvittert
    from vurdert
    cross join terskel
    cross join minste
    left join per_mottaker
        on vurdert.kommunenummer = per_mottaker.kommunenummer and vurdert.maaned = per_mottaker.maaned
    left join viser_skjult
        on
            vurdert.serie = 'fagsystem'
            and vurdert.kommunenummer = viser_skjult.kommunenummer
            and vurdert.maaned = viser_skjult.maaned
            and vurdert.aarsak = viser_skjult.aarsak
            and vurdert.motpart_maaned is not distinct from viser_skjult.motpart_maaned
    left join {{ ref('stg_intern__kvittering') }} as kvittering
        on
            vurdert.kommunenummer = kvittering.kommunenummer
            and vurdert.maaned = kvittering.maaned
            and vurdert.serie = kvittering.serie
            and vurdert.aarsak = kvittering.aarsak
            and vurdert.motpart_maaned is not distinct from kvittering.motpart_maaned
)

select
    kvittert.kommunenummer,
    kvittert.maaned,
    kvittert.serie,
    kvittert.aarsak,
    kvittert.motpart_maaned,
    kvittert.belop_nok,
    kvittert.mottaker_antall::integer as mottaker_antall,
    kvittert.andel_av_maaned_pst,
    kvittert.funnets_andel_pst,
    kvittert.alvor,
    kvittert.tillit,
    {{ fyll_mal('kvittert.mal', {
        'maaned': "maanedsnavn.navn[month(kvittert.maaned)] || ' ' || year(kvittert.maaned)",
        'belop': "coalesce(" ~ kroner_tekst('kvittert.belop_nok') ~ ", '')",
        'motpart_navn': "coalesce(maanedsnavn.navn[month(kvittert.motpart_maaned)], '')",
        'motpart': "coalesce("
            ~ maaned_tekst('kvittert.motpart_maaned', 'kvittert.maaned', 'maanedsnavn.navn') ~ ", '')",
        'dag': "coalesce('1. ' || maanedsnavn.navn[month(kvittert.motpart_maaned)], '')",
        'dagtype': "coalesce(kalender.neste_forste_er, '')",
        'grunn': "coalesce(kvittert.grunn, '')",
        'retning': "if(kvittert.belop_nok < 0, 'lav', 'høy')",
        'tillit': "coalesce(round(100 * kvittert.tillit)::integer || ' %', '')",
    }) }} as forklaring,
    kvittert.er_kvittert as kvittert,
    if(kvittert.er_kvittert, kvittert.sist_kvittert_av, null) as kvittert_av,
    case
        when kvittert.er_kvittert then kvittert.sist_kvittert_tekst
        when kvittert.kvittert_tidspunkt is not null then
            'Kvitteringen fra ' || kvittert.sist_kvittert_av || ' '
            || {{ dato_tekst('kvittert.kvittert_tidspunkt', 'maanedsnavn.navn') }}
            || ' gjelder ikke lenger, for beløpet er endret fra '
            || coalesce({{ kroner_tekst('kvittert.kvittert_belop_nok') }}, 'ukjent') || ' til '
            || coalesce({{ kroner_tekst('kvittert.belop_nok') }}, 'ukjent') || '.'
    end as kvittert_tekst,
    kvittert.ikke_publisert
from kvittert
cross join maanedsnavn
left join {{ ref('int_kalender_maaned') }} as kalender on kvittert.maaned = kalender.maaned
