select
    fil_id,
    linje,
    belop as verdi,
from post
where not regexp_full_match(belop, ' *-?[0-9]+')
