select
    fil_id,
    sum32(if(er_utgift, belop_tall, 0))::varchar as verdi,
from post
where
    er_investering
    and er_regional
    and not er_bydel
group by fil_id
having sum32(if(er_utgift, belop_tall, 0)) <= 0
