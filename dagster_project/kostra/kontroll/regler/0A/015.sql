select
    fil_id,
    min(linje) as gruppe,
    list(linje order by linje) as linjer,
    concat_ws(' ', trim_blanke(kontoklasse), funksjon, trim_blanke(art_sektor)) as verdi,
from post
group by
    fil_id,
    trim_blanke(kontoklasse),
    funksjon,
    trim_blanke(art_sektor)
having count(*) > 1
