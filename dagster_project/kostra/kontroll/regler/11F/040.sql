select
    fil_id,
    linje,
    VILKARSAMEKT as verdi,
from post
where VILKARSAMEKT not in koder('VILKARSAMEKT')
