select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    VKLO = '4'
    and ARBSIT <> '03'
