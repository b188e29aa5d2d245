select
    post.fil_id,
    post.linje,
    post.region as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where post.region <> kjoring.region
