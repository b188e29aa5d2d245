select
    fil_id,
    sum32(if(funksjon = '800' and art_sektor = '870', belop_tall, 0))::varchar as verdi,
from post
where
    er_drift
    and er_regional
    and not er_bydel
    and not er_longyearbyen
group by fil_id
having sum32(if(funksjon = '800' and art_sektor = '870', belop_tall, 0)) >= 0
