select
    fil_id,
    sum32(belop_tall)::varchar as verdi,
from post
where
    er_balanse
    and kapittel_tall between 31 and 5999
group by fil_id
having sum32(belop_tall) >= 0
