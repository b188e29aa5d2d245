-- All monthly figures are made of these rows, many times over, so they are written down once, with no more than that
-- takes.
select
    utbetaling.rang,
    utbetaling.linje,
    utbetaling.mottaker_nr,
    stonadstype.stonadstype_nr,
    utbetaling.belop_nok,
    coalesce(utbetaling.utbetalingsdato, utbetaling.forfallsdato) as utgiftsdato,
    utbetaling.utgiftsmaaned,
    utbetaling.stonad_fom,
    utbetaling.stonad_tom
from {{ ref('int_utbetaling') }} as utbetaling
left join {{ ref('int_stonadstype') }} as stonadstype
    on utbetaling.stonadsart = stonadstype.stonadsart and utbetaling.stonadsform = stonadstype.stonadsform
where utbetaling.er_utgift
