select
    fil_id,
    linje,
    skjema as verdi,
from post
where skjema <> '0A'
