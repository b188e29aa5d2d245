-- Counted from the year reported for, unlike 014 and 015.
select
    post.fil_id,
    post.linje,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where
    post.KOMMUNE_NR <> '0301'
    and coalesce(kjoring.aar - dato_aar(post.BEGYNT_DATO) not between 0 and grense('aar_tilbake'), true)
