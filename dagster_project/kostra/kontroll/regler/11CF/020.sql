select
    fil_id,
    linje,
    KOMMNR_KVP_KOMM as verdi,
from post
where
    KVP_KOMM = '1'
    and KOMMNR_KVP_KOMM not in koder('KOMMNR_KVP_KOMM')
