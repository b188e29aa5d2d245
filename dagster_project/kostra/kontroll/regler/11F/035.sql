select
    fil_id,
    linje,
    BOSIT as verdi,
from post
where BOSIT not in koder('BOSIT')
