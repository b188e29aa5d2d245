select
    fil_id,
    linje,
from post
where
    VKLO = '3'
    and TRYGDESIT = '11'
    and ARBSIT = '08'
