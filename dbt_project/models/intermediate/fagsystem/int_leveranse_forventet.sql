-- A municipality that has begun to deliver is expected to go on, month by month. A month is delivered when one source
-- has given all its days.
with terskel as (
    select
        max(verdi) filter (where terskel_id = 'liten_andel_pst') as andel_pst,
        max(verdi) filter (where terskel_id = 'liten_vindu_maaneder') as vindu,
        max(verdi) filter (where terskel_id = 'liten_minste_historikk') as minste_historikk,
        max(verdi) filter (where terskel_id = 'liten_minste_median') as minste_median
    from {{ ref('leveranse_terskel') }}
),

leveranse as (
    select * from {{ ref('int_fagsystem_leveranse') }}
),

foelger as (
    select
        *,
        max(til) over (
            partition by kilde_id, objekt
            order by fra, rang
            rows between unbounded preceding and 1 preceding
        ) as dekket_til
    from leveranse
),

sammenheng as (
    select
        *,
        sum(if(fra <= dekket_til + 1, 0, 1)) over (partition by kilde_id, objekt order by fra, rang) as nummer
    from foelger
),

-- Days in a row that a source has delivered, whatever the files that hold them.
dekning as (
    select
        kommunenummer,
        kilde_id,
        objekt,
        min(fra) as fra,
        max(til) as til
    from sammenheng
    group by kommunenummer, kilde_id, objekt, nummer
),

-- Whole months only.
dekket_maaned as (
    select
        kommunenummer,
        kilde_id,
        objekt,
        unnest(
            generate_series(
                date_trunc('month', fra + interval 1 month - interval 1 day),
                date_trunc('month', til + 1) - interval 1 month,
                interval 1 month
            )
        )::date as maaned
    from dekning
),

-- Recipients have no date of their own; each extract counts whole, in the month it is for.
rader_per_maaned as (
    select
        kommunenummer,
        kilde_id,
        'utbetaling' as objekt,
        date_trunc('month', registrert_dato)::date as maaned,
        count(*) as rader
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    group by all
    union all
    select
        kommunenummer,
        kilde_id,
        'vedtak' as objekt,
        date_trunc('month', vedtaksdato)::date as maaned,
        count(*) as rader
    from {{ ref('int_fagsystem_vedtak_i_kraft') }}
    group by all
    union all
    select
        kommunenummer,
        kilde_id,
        objekt,
        date_trunc('month', til)::date as maaned,
        arg_max(rader, rang) as rader
    from leveranse
    where objekt = 'mottaker'
    group by all
),

-- The first extract asks further back than the system has payments. The months before the first payment are then not
-- months without recipients, and the month of the first payment is not whole.
betalt_fra as (
    select
        leveranse.kilde_id,
        min(date_trunc('month', leveranse.fra)) as forste_dekket,
        min(rader_per_maaned.maaned) as forste_betalt
    from leveranse
    left join rader_per_maaned
        on leveranse.kilde_id = rader_per_maaned.kilde_id and leveranse.objekt = rader_per_maaned.objekt
    where leveranse.objekt = 'utbetaling'
    group by leveranse.kilde_id
),

-- A file for one month alone says that the month is over, payments or not.
egen_fil as (
    select distinct
        kilde_id,
        date_trunc('month', fra)::date as maaned
    from leveranse
    where objekt = 'utbetaling' and date_trunc('month', fra) = date_trunc('month', til)
),

levert_utbetaling as (
    select distinct
        dekket_maaned.kommunenummer,
        dekket_maaned.maaned
    from dekket_maaned
    inner join betalt_fra on dekket_maaned.kilde_id = betalt_fra.kilde_id
    left join egen_fil
        on dekket_maaned.kilde_id = egen_fil.kilde_id and dekket_maaned.maaned = egen_fil.maaned
    where
        dekket_maaned.objekt = 'utbetaling'
        and (
            dekket_maaned.maaned > betalt_fra.forste_betalt
            or betalt_fra.forste_betalt = betalt_fra.forste_dekket
            or egen_fil.maaned is not null
        )
),

forste_levert as (
    select
        kommunenummer,
        min(maaned) as maaned
    from levert_utbetaling
    group by kommunenummer
),

levert as (
    select
        kommunenummer,
        'utbetaling' as objekt,
        maaned
    from levert_utbetaling
    union all
    select distinct
        dekket_maaned.kommunenummer,
        dekket_maaned.objekt,
        dekket_maaned.maaned
    from dekket_maaned
    left join forste_levert on dekket_maaned.kommunenummer = forste_levert.kommunenummer
    where
        dekket_maaned.objekt != 'utbetaling'
        and dekket_maaned.maaned >= coalesce(forste_levert.maaned, dekket_maaned.maaned)
),

forfalt as (
    select
        frist.maaned,
        frist.frist < coalesce(kjoring.per, kjoring.tidspunkt)::date as er_forfalt,
        frist.frist
    from {{ ref('int_leveransefrist') }} as frist
    cross join {{ ref('stg_intern__kjoring') }} as kjoring
),

begynt as (
    select
        kommunenummer,
        objekt,
        min(maaned) as fra
    from levert
    group by kommunenummer, objekt
),

-- Every month from the first delivered one: those that should have come by now, and those that came before they had to.
forventet as (
    select
        begynt.kommunenummer,
        begynt.objekt,
        forfalt.maaned,
        forfalt.frist,
        levert.maaned is not null as er_levert
    from begynt
    inner join {{ ref('stg_intern__kommune') }} as kommune on begynt.kommunenummer = kommune.kommunenummer
    inner join forfalt
        on begynt.fra <= forfalt.maaned and forfalt.maaned <= coalesce(kommune.gyldig_til, 'infinity'::date)
    left join levert
        on
            begynt.kommunenummer = levert.kommunenummer
            and begynt.objekt = levert.objekt
            and forfalt.maaned = levert.maaned
    where forfalt.er_forfalt or levert.maaned is not null
),

talt as (
    select
        kommunenummer,
        objekt,
        maaned,
        sum(rader) as rader
    from rader_per_maaned
    group by kommunenummer, objekt, maaned
),

vanlig as (
    select
        forventet.kommunenummer,
        forventet.objekt,
        forventet.maaned,
        coalesce(talt.rader, 0) as rader,
        median(coalesce(talt.rader, 0)) over foer as vanlig_antall,
        count(*) over foer as historikk
    from forventet
    left join talt using (kommunenummer, objekt, maaned)
    cross join terskel
    where forventet.er_levert
    window
        foer as (
            partition by forventet.kommunenummer, forventet.objekt
            order by forventet.maaned
            rows between terskel.vindu preceding and 1 preceding
        )
),

-- The file to look at where a month is small: the last one that holds the end of the month.
siste_leveranse as (
    select
        leveranse.kommunenummer,
        leveranse.objekt,
        forfalt.maaned,
        arg_max(leveranse.leveranse_id, leveranse.rang) as leveranse_id,
        max(leveranse.uttrukket) as uttrukket
    from leveranse
    inner join forfalt on last_day(forfalt.maaned) between leveranse.fra and leveranse.til
    group by all
)

select
    forventet.kommunenummer,
    forventet.objekt,
    forventet.maaned,
    case
        when not forventet.er_levert then 'mangler'
        when
            vanlig.historikk >= terskel.minste_historikk
            and vanlig.vanlig_antall >= terskel.minste_median
            and vanlig.rader * 100 < vanlig.vanlig_antall * terskel.andel_pst
            then 'liten'
        else 'levert'
    end as status,
    forventet.frist,
    vanlig.rader::bigint as rader,
    vanlig.vanlig_antall,
    if(forventet.er_levert, siste_leveranse.leveranse_id, null) as leveranse_id,
    if(forventet.er_levert, siste_leveranse.uttrukket, null) as uttrukket
from forventet
cross join terskel
left join vanlig using (kommunenummer, objekt, maaned)
left join siste_leveranse using (kommunenummer, objekt, maaned)
