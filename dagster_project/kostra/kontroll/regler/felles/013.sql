select
    fil_id,
    linje,
    antbu18_tall::varchar as verdi,
from post
where antbu18_tall >= grense('barn_for_mange')
