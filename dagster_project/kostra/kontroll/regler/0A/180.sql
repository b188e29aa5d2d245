-- Counties only, and not confined to rows outside the districts.
select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_investering
    and er_fylke
    and funksjon = '465'
group by fil_id
having sum32(belop_tall) not between -grense('avvik_tillatt') and grense('avvik_tillatt')
