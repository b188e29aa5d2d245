select
    fil_id,
    linje,
    TRYGDESIT as verdi,
from post
where TRYGDESIT not in koder('TRYGDESIT')
