select
    fil_id,
    linje,
    KJONN as verdi,
from post
where KJONN not in koder('KJONN')
