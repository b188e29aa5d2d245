select
    fil_id,
    linje,
    ARBSIT as verdi,
from post
where ARBSIT not in (select kode from kontrollkode where liste = 'ARBSIT')
