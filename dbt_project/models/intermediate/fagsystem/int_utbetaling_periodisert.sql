select
    utbetaling.kilde_id,
    utbetaling.utbetaling_id,
    periodisert.maaned,
    utbetaling.leveranse_id,
    utbetaling.linje,
    utbetaling.kommunenummer,
    utbetaling.mottaker_id,
    utbetaling.mottaker_nr,
    utbetaling.stonadsart,
    utbetaling.stonadsform,
    periodisert.belop_nok
from {{ ref('int_utgift_periodisert') }} as periodisert
inner join {{ ref('int_utbetaling') }} as utbetaling
    on periodisert.rang = utbetaling.rang and periodisert.linje = utbetaling.linje
