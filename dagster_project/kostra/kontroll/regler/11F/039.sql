select
    fil_id,
    linje,
    VILKARSOSLOV as verdi,
from post
where VILKARSOSLOV not in koder('VILKARSOSLOV')
