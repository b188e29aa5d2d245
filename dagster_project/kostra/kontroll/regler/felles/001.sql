-- A file stopped by 000 is not looked at any further.
select
    linje.fil_id,
    linje.linje,
    linje.lengde::varchar as verdi,
from linje
inner join kjoring on linje.fil_id = kjoring.fil_id
where
    linje.fil_id not in (select fil_id from funn)
    and (
        linje.lengde <> kjoring.postlengde
        or linje.har_tabulator
    )
