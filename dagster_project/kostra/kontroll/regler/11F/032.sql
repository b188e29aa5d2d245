select
    fil_id,
    linje,
    GITT_OKONOMIRAD as verdi,
from post
where GITT_OKONOMIRAD not in (select kode from kontrollkode where liste = 'GITT_OKONOMIRAD')
