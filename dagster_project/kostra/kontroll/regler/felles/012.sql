select
    fil_id,
    linje,
    antbu18_tall::varchar as verdi,
from post
where
    BU18 <> '1'
    and antbu18_tall > 0
