select
    fil_id,
    linje,
from post
where
    (KVP_MED_ASTONAD = '1' and not har_annen_stonad)
    or (KVP_MED_ASTONAD = '2' and har_annen_stonad)
