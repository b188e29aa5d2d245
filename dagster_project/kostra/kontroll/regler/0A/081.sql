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
    and art_sektor not in koder('art_i_funksjon_850')
