-- A view, because reading the rows again costs less than writing them down once more.
with bortfalt as (
    select
        leveranse_id,
        linje
    from {{ ref('int_fagsystem_duplikat') }}
    where objekt = 'utbetaling'
    union all
    select
        leveranse_id,
        linje
    from {{ ref('int_fagsystem_feil') }}
    where regel = 'F06'
),

utgiftsstatus as (
    select kode
    from {{ ref('kodeliste') }}
    where liste = 'UTGIFTSSTATUS'
)

select
    utbetaling.kilde_id,
    utbetaling.utbetaling_id,
    utbetaling.kommunenummer,
    utbetaling.leveranse_id,
    utbetaling.linje,
    utbetaling.rang,
    utbetaling.journalnummer,
    mottaker.mottaker_id,
    mottaker.mottaker_nr,
    utbetaling.vedtak_id,
    utbetaling.stonadsart,
    utbetaling.stonadsart_lokal,
    utbetaling.stonadsform,
    utbetaling.belop_nok,
    utbetaling.periode_fom,
    utbetaling.periode_tom,
    utbetaling.registrert_dato,
    utbetaling.forfallsdato,
    utbetaling.utbetalingsdato,
    utbetaling.status,
    utbetaling.reverserer_utbetaling_id,
    utbetaling.betalingsmaate,
    utbetaling.er_annen_mottaker,
    utbetaling.ansvar,
    utbetaling.funksjon,
    utbetaling.art,
    utbetaling.bilagsnummer,
    utbetaling.status in (select utgiftsstatus.kode from utgiftsstatus) as er_utgift,
    date_trunc('month', coalesce(utbetaling.utbetalingsdato, utbetaling.forfallsdato))::date as utgiftsmaaned,
    coalesce(
        utbetaling.periode_fom, utbetaling.periode_tom, utbetaling.utbetalingsdato, utbetaling.forfallsdato
    ) as stonad_fom,
    coalesce(
        utbetaling.periode_tom, utbetaling.periode_fom, utbetaling.utbetalingsdato, utbetaling.forfallsdato
    ) as stonad_tom
from {{ ref('int_fagsystem_utbetaling_i_kraft') }} as utbetaling
anti join bortfalt on utbetaling.leveranse_id = bortfalt.leveranse_id and utbetaling.linje = bortfalt.linje
-- Without a recipient the row is set aside (F03).
inner join {{ ref('int_fagsystem_mottaker') }} as mottaker
    on utbetaling.kilde_id = mottaker.kilde_id and utbetaling.journalnummer = mottaker.journalnummer
