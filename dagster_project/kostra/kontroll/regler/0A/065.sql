select
    fil_id,
    linje,
    concat(funksjon, ' og ', art_sektor) as verdi,
from post
where
    er_bevilgning
    and belop_tall <> 0
    and (funksjon = '899') <> (art_sektor in koder('art_aarsavslutning'))
