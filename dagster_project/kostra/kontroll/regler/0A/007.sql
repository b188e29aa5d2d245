select
    post.fil_id,
    post.linje,
    post.orgnr as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where post.orgnr <> kjoring.orgnr
