select
    fil_id,
    linje,
    BU18 as verdi,
from post
where BU18 not in (select kode from kontrollkode where liste = 'BU18')
