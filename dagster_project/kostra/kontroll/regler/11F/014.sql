select
    fil_id,
    linje,
    VKLO as verdi,
from post
where VKLO not in (select kode from kontrollkode where liste = 'VKLO')
