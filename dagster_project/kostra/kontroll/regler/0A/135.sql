-- Frøya (5014) is exempt by its number.
select
    fil_id,
    sum32(if(funksjon = '840' and art_sektor = '800', belop_tall, 0))::varchar as verdi,
from post
where
    er_drift
    and er_regional
    and not er_bydel
    and not er_longyearbyen
    and region <> '501400'
group by fil_id
having sum32(if(funksjon = '840' and art_sektor = '800', belop_tall, 0)) >= 0
