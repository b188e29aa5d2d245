select
    fil_id,
    linje,
    kvp_stonad_tall::varchar as verdi,
from post
where kvp_stonad_tall > grense('stonad_hoy')
