-- Payments are what the months' figures are made of, so they decide which months there are.
select
    kommunenummer,
    maaned,
    status = 'liten' as er_liten
from {{ ref('int_leveranse_forventet') }}
where objekt = 'utbetaling' and status != 'mangler'
