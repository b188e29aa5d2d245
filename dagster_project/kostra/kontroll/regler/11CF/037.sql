-- The only date that must exist in the calendar; elsewhere a day past the end of the month is moved back to it.
select
    post.fil_id,
    post.linje,
from post
inner join kjoring on post.fil_id = kjoring.fil_id
where
    post.STATUS in koder('status_avsluttet')
    and coalesce(year(strengt_dato(post.AVSL_DATO)) <> kjoring.aar, true)
