select
    post.fil_id,
    post.linje,
    post.KOMMUNE_NR as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where post.KOMMUNE_NR <> kjoring.kommunenr
