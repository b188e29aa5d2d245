select
    fil_id,
    linje,
    funksjon as verdi,
from post
where
    er_balanse
    and funksjon in ('5900', '5970')
    and belop_tall < 0
