select
    post.fil_id,
    post.linje,
    post.aargang as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where post.aargang <> kjoring.aar::varchar
