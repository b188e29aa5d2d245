-- Counted from the year the record itself gives, which need not be the one reported for.
select
    fil_id,
    linje,
from post
where
    KOMMUNE_NR <> '0301'
    and coalesce(post_aar - dato_aar(VEDTAK_DATO) > grense('aar_tilbake'), true)
