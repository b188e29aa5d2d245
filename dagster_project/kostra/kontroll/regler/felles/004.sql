select
    post.fil_id,
    post.linje,
    post.VERSION as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where post.post_aar <> kjoring.aar
