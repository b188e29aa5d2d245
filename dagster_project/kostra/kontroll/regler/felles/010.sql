select
    fil_id,
    linje,
    BU18 as verdi,
from post
where BU18 not in koder('BU18')
