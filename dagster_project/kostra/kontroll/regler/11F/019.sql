select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    VKLO = '8'
    and ARBSIT <> '10'
