select
    fil_id,
    linje,
from post
where
    STATUS <> '2'
    and not har_stonadsmaaned
