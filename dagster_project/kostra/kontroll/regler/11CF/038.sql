select
    fil_id,
    linje,
from post
where
    STATUS in ('3', '7')
    and not har_situasjon_ved_avslutning
