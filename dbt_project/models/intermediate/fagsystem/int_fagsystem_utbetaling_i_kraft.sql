select
    utbetaling.*,
    gyldighet.rang
from {{ ref('stg_fagsystem__utbetaling') }} as utbetaling
-- The intervals of one delivery do not overlap, so at most one holds the day.
inner join {{ ref('int_fagsystem_gyldighet') }} as gyldighet
    on
        utbetaling.leveranse_id = gyldighet.leveranse_id
        and utbetaling.registrert_dato >= gyldighet.gyldig_fra
        and utbetaling.registrert_dato < gyldighet.gyldig_til
