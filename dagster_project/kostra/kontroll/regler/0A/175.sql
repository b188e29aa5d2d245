select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_drift
    and er_kommune
    and not er_bydel
    and funksjon = '290'
group by fil_id
having sum32(belop_tall) not between -grense('avvik_tillatt') and grense('avvik_tillatt')
