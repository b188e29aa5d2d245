select
    fil_id,
    linje,
    (bidrag_tall + laan_tall)::varchar as verdi,
from post
where bidrag_tall + laan_tall > grense('stonad_hoy')
