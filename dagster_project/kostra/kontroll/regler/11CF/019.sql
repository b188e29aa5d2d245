select
    fil_id,
    linje,
    KVP_KOMM as verdi,
from post
where KVP_KOMM not in koder('KVP_KOMM')
