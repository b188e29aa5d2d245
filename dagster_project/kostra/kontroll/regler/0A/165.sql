select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_drift
    and not er_bydel
    and funksjon <> '860'
    and art_sektor = '990'
    and belop_tall <> 0
group by fil_id
having sum32(belop_tall) <> 0
