select
    fil_id,
    linje,
from post
where not er_dato(FODSELSDATO)
