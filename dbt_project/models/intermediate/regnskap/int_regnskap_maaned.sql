select
    kommunenummer,
    regnskapsaar,
    periode,
    maaned,
    kontoklasse,
    funksjon,
    kostra_art,
    art as konto,
    formaal,
    sum(belop_nok)::decimal(18, 2) as belop_nok
from {{ ref('int_hovedbok') }}
where kontoklasse in ('0', '1')
group by all
