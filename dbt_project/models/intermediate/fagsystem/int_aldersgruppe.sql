-- The ages between which no populasjon begins or ends. Counting by these instead of by age gives the same sums, in a
-- tenth of the groups.
with grense as (
    select 0 as fra
    union
    select alder_fra
    from {{ ref('populasjon') }}
    where alder_fra is not null
    union
    select alder_til + 1
    from {{ ref('populasjon') }}
    where alder_til is not null
)

select
    fra::smallint as aldersgruppe,
    (lead(fra, 1, 1000) over (order by fra) - 1)::smallint as til_og_med
from grense
