select
    fil_id,
    linje,
    felt,
    felt_nr,
    uten_langt_tall(verdi) as verdi,
from feltverdi
where
    slag = 'heltall'
    and not er_blank(verdi)
    and not er_heltall(verdi)
