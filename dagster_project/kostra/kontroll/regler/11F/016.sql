select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    VKLO = '2'
    and ARBSIT not in koder('arbsit_ved_tiltak')
