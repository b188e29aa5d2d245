select
    fil_id,
    linje,
    ANTBU18 as verdi,
from post
where
    BU18 = '1'
    and antbu18_tall <= 0
