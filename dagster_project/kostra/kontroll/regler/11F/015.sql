select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    VKLO = '1'
    and ARBSIT not in koder('arbsit_ved_arbeidsinntekt')
