select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_investering
    and not er_bydel
group by fil_id
having sum32(belop_tall) not between -grense('avvik_tillatt') and grense('avvik_tillatt')
