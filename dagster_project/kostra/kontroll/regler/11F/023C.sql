select
    fil_id,
    linje,
from post
where
    TRYGDESIT = '13'
    and not (BU18 = '1' and antbu18_tall > 0)
