select
    fil_id,
    sum32(if(kapittel_tall between 9100 and 9999, belop_tall, 0))::varchar as verdi,
from post
where er_balanse
group by fil_id
having sum32(if(kapittel_tall between 9100 and 9999, belop_tall, 0)) not between -grense('avvik_tillatt_balanse') and grense('avvik_tillatt_balanse')
