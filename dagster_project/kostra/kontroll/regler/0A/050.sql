select
    fil_id,
    linje,
    art_sektor as verdi,
from post
where
    er_investering
    and art_sektor in koder('art_ikke_i_investering')
    and belop_tall <> 0
