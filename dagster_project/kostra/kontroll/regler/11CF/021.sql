select
    fil_id,
    linje,
    YTELSE_TYPE_SOSHJ as verdi,
from post
where
    YTELSE_SOSHJELP = '1'
    and YTELSE_TYPE_SOSHJ not in koder('YTELSE_TYPE_SOSHJ')
