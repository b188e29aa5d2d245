-- The number a part of the municipality reports under; what is accepted is the municipality's own, or nothing.
select
    post.fil_id,
    post.linje,
    post.foretaksnr as verdi,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where
    post.foretaksnr <> repeat(' ', 9)
    and post.foretaksnr <> kjoring.orgnr
