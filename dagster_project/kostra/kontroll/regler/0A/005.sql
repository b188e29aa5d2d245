select
    post.fil_id,
    post.linje,
    post.kvartal as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where post.kvartal <> kjoring.kvartal
