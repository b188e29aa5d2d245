select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where
    TRYGDESIT in ('04', '07')
    and ARBSIT not in (select kode from kontrollkode where liste = 'arbsit_ved_varig_trygd')
