select
    fil_id,
    linje,
from post
where
    VILKARSOSLOV = '1'
    and not er_dato(UTBETDATO)
