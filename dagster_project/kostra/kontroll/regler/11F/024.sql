select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    TRYGDESIT in ('04', '07')
    and ARBSIT not in koder('arbsit_ved_varig_trygd')
