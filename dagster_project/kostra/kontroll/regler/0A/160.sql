select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_drift
    and not er_bydel
    and funksjon_tall between 800 and 899
    and art_sektor = '590'
group by fil_id
having sum32(belop_tall) <> 0
