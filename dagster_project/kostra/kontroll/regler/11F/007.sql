select
    fil_id,
    linje,
    alder::varchar as verdi,
from post
where alder >= grense('alder_hoy')
