select
    fil_id,
    linje,
    VKLO as verdi,
from post
where VKLO not in koder('VKLO')
