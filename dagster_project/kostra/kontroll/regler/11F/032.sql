select
    fil_id,
    linje,
    GITT_OKONOMIRAD as verdi,
from post
where GITT_OKONOMIRAD not in koder('GITT_OKONOMIRAD')
