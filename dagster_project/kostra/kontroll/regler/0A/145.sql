select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
    if(arg_min(er_regional, linje), 'ERROR', 'INFO') as alvor,
from post
where
    er_drift
    and not er_bydel
    and funksjon = '860'
    and art_sektor = '990'
group by fil_id
having sum32(belop_tall) = 0
