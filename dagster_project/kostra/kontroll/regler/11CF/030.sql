select
    fil_id,
    linje,
from post
where
    STATUS <> '2'
    and har_stonadsmaaned
    and er_blank(KVP_STONAD)
