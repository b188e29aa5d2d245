select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_investering
    and funksjon in koder('funksjon_sjelden_i_investering')
    and belop_tall <> 0
