select
    fil_id,
    linje,
from post
where not er_godtatt_fodselsnummer
