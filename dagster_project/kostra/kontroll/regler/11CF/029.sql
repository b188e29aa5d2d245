select
    fil_id,
    linje,
from post
where
    STATUS = '1'
    and kvp_stonad_tall <= 0
