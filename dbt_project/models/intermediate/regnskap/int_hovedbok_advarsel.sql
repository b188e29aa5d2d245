-- The closing period has no month, and what is posted in it is dated when it was done.
select
    leveranse_id,
    linje,
    'H03' as regel,
    kommunenummer,
    maaned,
    bilagsdato,
    belop_nok,
    strftime(bilagsdato, '%d.%m.%Y') as verdi,
    periode as tillegg
from {{ ref('int_hovedbok') }}
where
    not er_aarsavslutning
    and strftime(bilagsdato, '%Y%m') != periode
