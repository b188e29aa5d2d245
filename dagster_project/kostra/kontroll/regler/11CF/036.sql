select
    fil_id,
    linje,
    STATUS as verdi,
from post
where STATUS not in koder('STATUS')
