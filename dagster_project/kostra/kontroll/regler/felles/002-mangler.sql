select
    fil_id,
    linje,
    felt,
    felt_nr,
from feltverdi
where
    er_obligatorisk
    and er_blank(verdi)
