select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_bevilgning
    and er_kommune
    and art_sektor in (select kode from kontrollkode where liste = 'art_skatt')
    and funksjon <> '800'
    and belop_tall <> 0
