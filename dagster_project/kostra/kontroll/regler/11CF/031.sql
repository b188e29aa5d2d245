select
    fil_id,
    linje,
    kvp_stonad_tall::varchar as verdi,
from post
where
    STATUS = '1'
    and kvp_stonad_tall > 0
    and not har_stonadsmaaned
