select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_bevilgning
    and er_kommune
    and art_sektor in koder('art_skatt')
    and funksjon <> '800'
    and belop_tall <> 0
