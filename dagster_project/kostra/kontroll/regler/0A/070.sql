select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_bevilgning
    and art_sektor = '530'
    and funksjon <> '880'
    and belop_tall <> 0
