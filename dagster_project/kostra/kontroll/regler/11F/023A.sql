-- No age is taken for too young.
select
    fil_id,
    linje,
    alder::varchar as verdi,
from post
where
    TRYGDESIT = '07'
    and coalesce(alder < grense('alder_alderspensjon'), true)
