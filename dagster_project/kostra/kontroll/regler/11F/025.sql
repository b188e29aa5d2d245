select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where ARBSIT not in koder('ARBSIT')
