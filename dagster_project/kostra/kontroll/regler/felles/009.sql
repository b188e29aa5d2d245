select
    fil_id,
    linje,
    EKTSTAT as verdi,
from post
where EKTSTAT not in koder('EKTSTAT')
