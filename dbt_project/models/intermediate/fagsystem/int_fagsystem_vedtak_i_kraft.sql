select
    vedtak.*,
    gyldighet.rang
from {{ ref('stg_fagsystem__vedtak') }} as vedtak
-- The intervals of one delivery do not overlap, so at most one holds the day.
inner join {{ ref('int_fagsystem_gyldighet') }} as gyldighet
    on
        vedtak.leveranse_id = gyldighet.leveranse_id
        and vedtak.vedtaksdato >= gyldighet.gyldig_fra
        and vedtak.vedtaksdato < gyldighet.gyldig_til
