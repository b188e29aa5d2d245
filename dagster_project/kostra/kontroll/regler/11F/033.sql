select
    fil_id,
    linje,
    FAAT_INDIVIDUELL_PLAN as verdi,
from post
where FAAT_INDIVIDUELL_PLAN not in koder('FAAT_INDIVIDUELL_PLAN')
