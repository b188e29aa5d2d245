select
    fil_id,
    linje,
    TRYGDESIT as verdi,
from post
where
    VKLO <> '3'
    and TRYGDESIT <> '12'
