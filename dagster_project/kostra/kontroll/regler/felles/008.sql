select
    fil_id,
    linje,
    KJONN as verdi,
from post
where KJONN not in (select kode from kontrollkode where liste = 'KJONN')
