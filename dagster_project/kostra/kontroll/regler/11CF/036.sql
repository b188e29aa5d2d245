select
    fil_id,
    linje,
    STATUS as verdi,
from post
where STATUS not in (select kode from kontrollkode where liste = 'STATUS')
