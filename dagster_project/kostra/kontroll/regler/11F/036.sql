select
    fil_id,
    linje,
    concat(bidrag_tall, ' mot ', bidrag_maaneder) as verdi,
from post
where bidrag_tall <> bidrag_maaneder
