select
    fil_id,
    linje,
    funksjon_kapittel as verdi,
from post
where
    er_drift
    and belop_tall <> 0
    and art_sektor in koder('art_utlaan')
    and rtrim(funksjon_kapittel, ' ') not in koder('funksjon_utlaan')
