select
    fil_id,
    linje,
    kontoklasse as verdi,
from post
where kontoklasse not in ('0', '1')
