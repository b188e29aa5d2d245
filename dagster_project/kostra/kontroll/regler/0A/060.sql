select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_investering
    and art_sektor = '729'
    and funksjon <> '841'
    and belop_tall <> 0
