-- No age is taken for too young.
select
    fil_id,
    linje,
    alder::varchar as verdi,
from post
where coalesce(alder < grense('alder_min'), true)
