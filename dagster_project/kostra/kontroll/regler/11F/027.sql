select
    fil_id,
    linje,
from post
where
    bidrag_tall <= 0
    and laan_tall <= 0
