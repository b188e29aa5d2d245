-- A slice is what the months so far should have, rounded, less what the months before it got. So every slice is within
-- an øre of its share, and together they are the payment to the øre. The rounding is done in whole øre, half away from
-- zero: dividing decimals would go by way of floating point. What goes up in the number of days is shared out first, so
-- that no amount is too big to be multiplied.
with delt as (
    select
        rang,
        linje,
        mottaker_nr,
        stonadstype_nr,
        belop_nok,
        stonad_fom,
        stonad_tom,
        unnest(
            generate_series(date_trunc('month', stonad_fom)::timestamp, stonad_tom::timestamp, interval 1 month)
        )::date as maaned
    from {{ ref('int_utgift') }}
    where stonad_tom > last_day(stonad_fom)
),

dager as (
    select
        *,
        abs((belop_nok::decimal(38, 2) * 100)::bigint) as ore,
        stonad_tom - stonad_fom + 1 as dager,
        greatest(maaned, stonad_fom) - stonad_fom as dager_foer,
        least(last_day(maaned), stonad_tom) - stonad_fom + 1 as dager_til_og_med
    from delt
)

-- Most payments are for days of one month, and need no dividing.
select
    rang,
    linje,
    mottaker_nr,
    stonadstype_nr,
    date_trunc('month', stonad_fom)::date as maaned,
    belop_nok
from {{ ref('int_utgift') }}
where stonad_tom <= last_day(stonad_fom)
union all
select
    rang,
    linje,
    mottaker_nr,
    stonadstype_nr,
    maaned,
    (
        sign(belop_nok)
        * (
            ore // dager * dager_til_og_med + (2 * (ore % dager) * dager_til_og_med + dager) // (2 * dager)
            - ore // dager * dager_foer - (2 * (ore % dager) * dager_foer + dager) // (2 * dager)
        )
        * 0.01
    )::decimal(18, 2) as belop_nok
from dager
