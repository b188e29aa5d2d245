select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_bevilgning
    and art_sektor = '800'
    and funksjon <> '840'
    and belop_tall <> 0
