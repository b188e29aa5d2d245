select
    fil_id,
    linje,
    VILKARSAMEKT as verdi,
from post
where VILKARSAMEKT not in (select kode from kontrollkode where liste = 'VILKARSAMEKT')
