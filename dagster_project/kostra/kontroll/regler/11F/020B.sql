select
    fil_id,
    linje,
    TRYGDESIT as verdi,
from post
where
    VKLO = '3'
    and (
        TRYGDESIT = '12'
        or TRYGDESIT not in koder('TRYGDESIT')
    )
