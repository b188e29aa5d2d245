select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_drift
    and not er_bydel
group by fil_id
having
    sum32(if(er_utgift, belop_tall, 0)) <= 0
    or sum32(if(er_utgift, 0, belop_tall)) >= 0
    or sum32(belop_tall) not between -grense('avvik_tillatt') and grense('avvik_tillatt')
