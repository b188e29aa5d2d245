-- What is possible but odd. The rows here count like any other.
with terskel as (
    select
        max(verdi) filter (where terskel_id = 'tap_pst') as tap_pst,
        max(verdi) filter (where terskel_id = 'lang_periode_maaneder') as lang_periode_maaneder
    from {{ ref('leveranse_terskel') }}
),

leveranse as (
    select * from {{ ref('int_fagsystem_leveranse') }}
),

uten_vedtak as (
    select
        'utbetaling' as objekt,
        leveranse_id,
        linje,
        'F04' as regel,
        journalnummer,
        'vedtak ' || vedtak_id as tillegg
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }} as utbetaling
    anti join {{ ref('int_fagsystem_vedtak_i_kraft') }} as vedtak
        on utbetaling.kilde_id = vedtak.kilde_id and utbetaling.vedtak_id = vedtak.vedtak_id
    where utbetaling.vedtak_id is not null
),

-- Few rows, looked for in one reading.
mistenkelig as (
    select
        'utbetaling' as objekt,
        leveranse_id,
        linje,
        journalnummer,
        stonadsart,
        stonadsart_lokal,
        periode_fom,
        periode_tom
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    cross join terskel
    where stonadsart = 'UKJENT' or periode_tom >= periode_fom + to_months(terskel.lang_periode_maaneder)
    union all
    select
        'vedtak' as objekt,
        leveranse_id,
        linje,
        journalnummer,
        stonadsart,
        stonadsart_lokal,
        periode_fom,
        periode_tom
    from {{ ref('int_fagsystem_vedtak_i_kraft') }}
    cross join terskel
    where stonadsart = 'UKJENT' or periode_tom >= periode_fom + to_months(terskel.lang_periode_maaneder)
),

ukjent_stonadsart as (
    select
        objekt,
        leveranse_id,
        linje,
        'F05' as regel,
        journalnummer,
        stonadsart_lokal as tillegg
    from mistenkelig
    where stonadsart = 'UKJENT'
),

lang_periode as (
    select
        objekt,
        leveranse_id,
        linje,
        'F08' as regel,
        journalnummer,
        strftime(periode_fom, '%d.%m.%Y') || '–' || strftime(periode_tom, '%d.%m.%Y') as tillegg
    from mistenkelig
    cross join terskel
    where periode_tom >= periode_fom + to_months(terskel.lang_periode_maaneder)
),

-- Only what counts as expense: planned payments have no payment date yet, and are often alike.
betalt_to_ganger as (
    select
        mottaker_nr,
        belop_nok,
        utgiftsdato,
        stonad_fom,
        stonad_tom
    from {{ ref('int_utgift') }}
    group by all
    having count(*) > 1
),

lik_utgift as (
    select
        rang,
        linje,
        first_value(rang) over like_rader as lik_rang,
        first_value(linje) over like_rader as lik_linje,
        row_number() over like_rader as nummer
    from {{ ref('int_utgift') }}
    semi join betalt_to_ganger using (mottaker_nr, belop_nok, utgiftsdato, stonad_fom, stonad_tom)
    window
        like_rader as (
            partition by mottaker_nr, belop_nok, utgiftsdato, stonad_fom, stonad_tom
            order by rang, linje
        )
),

dobbel as (
    select
        'utbetaling' as objekt,
        leveranse.leveranse_id,
        lik_utgift.linje,
        'F09' as regel,
        stg.journalnummer,
        'linje ' || lik_utgift.lik_linje
        || if(lik_utgift.rang = lik_utgift.lik_rang, '', ' i ' || lik_leveranse.filnavn) as tillegg
    from lik_utgift
    inner join leveranse on lik_utgift.rang = leveranse.rang
    inner join leveranse as lik_leveranse on lik_utgift.lik_rang = lik_leveranse.rang
    inner join {{ ref('stg_fagsystem__utbetaling') }} as stg
        on leveranse.leveranse_id = stg.leveranse_id and lik_utgift.linje = stg.linje
    where lik_utgift.nummer > 1
),

fullt_uttrekk as (
    select
        *,
        lag(rader) over (partition by kilde_id, objekt order by rang) as rader_foer
    from leveranse
    where uttrekkstype = 'full'
),

mistet_rader as (
    select
        fullt_uttrekk.objekt,
        fullt_uttrekk.leveranse_id,
        'F10' as regel,
        fullt_uttrekk.kommunenummer,
        date_trunc('month', fullt_uttrekk.til)::date as maaned,
        fullt_uttrekk.rader_foer || ' rader før, ' || fullt_uttrekk.rader || ' nå' as tillegg
    from fullt_uttrekk
    inner join terskel on fullt_uttrekk.rader * 100 < fullt_uttrekk.rader_foer * (100 - terskel.tap_pst)
),

forventet as (
    select
        objekt,
        leveranse_id,
        status || '_leveranse' as regel,
        kommunenummer,
        maaned,
        case status
            when 'mangler' then 'fristen var ' || strftime(frist, '%d.%m.%Y')
            else rader || ' rader, ' || round(vanlig_antall)::bigint || ' er vanlig'
        end as tillegg
    from {{ ref('int_leveranse_forventet') }}
    where status != 'levert'
),

-- What is set aside or merged does not count, and is not warned of.
bortfalt as (
    select
        leveranse_id,
        linje
    from {{ ref('int_fagsystem_feil') }}
    union
    select
        leveranse_id,
        linje
    from {{ ref('int_fagsystem_duplikat') }}
),

per_rad as (
    select * from uten_vedtak
    union all
    select * from ukjent_stonadsart
    union all
    select * from lang_periode
    union all
    select * from dobbel
)

select
    per_rad.leveranse_id,
    per_rad.linje,
    per_rad.regel,
    leveranse.kommunenummer,
    per_rad.objekt,
    null::date as maaned,
    per_rad.journalnummer,
    per_rad.tillegg
from per_rad
inner join leveranse on per_rad.leveranse_id = leveranse.leveranse_id
anti join bortfalt on per_rad.leveranse_id = bortfalt.leveranse_id and per_rad.linje = bortfalt.linje
union all
select
    leveranse_id,
    0 as linje,
    regel,
    kommunenummer,
    objekt,
    maaned,
    null as journalnummer,
    tillegg
from mistet_rader
union all
select
    leveranse_id,
    0 as linje,
    regel,
    kommunenummer,
    objekt,
    maaned,
    null as journalnummer,
    tillegg
from forventet
