-- 11F asks for what was paid in a month, and has no negative amounts: where more was paid back than paid out, the month
-- is blank in the extract, and the refund is nowhere in it.
with utbetalt as (
    select
        kommunenummer,
        mottaker_id,
        maaned,
        coalesce(sum(belop_nok) filter (where stonadsform = 'BIDRAG'), 0) as bidrag_utbetalt_nok,
        coalesce(sum(belop_nok) filter (where stonadsform = 'LAAN'), 0) as laan_utbetalt_nok
    from {{ ref('int_mottaker_maaned') }}
    where grunnlag = 'kontant'
    group by all
)

select
    kommunenummer,
    year(maaned)::integer as rapporteringsaar,
    mottaker_id,
    month(maaned)::integer as maaned_nummer,
    bidrag_utbetalt_nok::decimal(18, 2) as bidrag_utbetalt_nok,
    laan_utbetalt_nok::decimal(18, 2) as laan_utbetalt_nok,
    bidrag_utbetalt_nok + laan_utbetalt_nok > 0 as er_stonadsmaaned,
    if(er_stonadsmaaned, round(greatest(bidrag_utbetalt_nok, 0)), 0)::decimal(18, 2) as bidrag_nok,
    if(er_stonadsmaaned, round(greatest(laan_utbetalt_nok, 0)), 0)::decimal(18, 2) as laan_nok
from utbetalt
