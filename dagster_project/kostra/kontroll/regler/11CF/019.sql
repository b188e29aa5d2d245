select
    fil_id,
    linje,
    KVP_KOMM as verdi,
from post
where KVP_KOMM not in (select kode from kontrollkode where liste = 'KVP_KOMM')
