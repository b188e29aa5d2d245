select
    fil_id,
    linje,
from post
where
    er_drift
    and funksjon = '841'
    and belop_tall <> 0
