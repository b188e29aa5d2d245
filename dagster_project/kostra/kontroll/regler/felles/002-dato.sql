select
    fil_id,
    linje,
    felt,
    felt_nr,
from feltverdi
where
    slag = 'dato'
    and not er_blank(verdi)
    and not er_dato(verdi)
