select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    VKLO = '6'
    and ARBSIT <> '09'
