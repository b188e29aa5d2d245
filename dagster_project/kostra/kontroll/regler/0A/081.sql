select
    fil_id,
    linje,
    art_sektor as verdi,
from post
where
    er_bevilgning
    and not er_fylke
    and belop_tall <> 0
    and funksjon = '850'
    and art_sektor not in (select kode from kontrollkode where liste = 'art_i_funksjon_850')
