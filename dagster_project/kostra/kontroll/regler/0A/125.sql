select
    fil_id,
    sum32(if(kapittel_tall between 10 and 29 or kapittel_tall between 31 and 5999, belop_tall, 0))::varchar as verdi,
from post
where er_balanse
group by fil_id
having
    sum32(if(kapittel_tall between 10 and 29, belop_tall, 0)) <= 0
    or sum32(if(kapittel_tall between 31 and 5999, belop_tall, 0)) >= 0
    or sum32(if(kapittel_tall between 10 and 29 or kapittel_tall between 31 and 5999, belop_tall, 0)) not between -grense('avvik_tillatt_balanse') and grense('avvik_tillatt_balanse')
