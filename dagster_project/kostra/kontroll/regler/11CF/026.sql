select
    fil_id,
    linje,
    KVP_MED_ASTONAD as verdi,
from post
where KVP_MED_ASTONAD not in koder('KVP_MED_ASTONAD')
