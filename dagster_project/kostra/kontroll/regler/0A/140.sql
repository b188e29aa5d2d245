select
    fil_id,
    sum32(if((er_drift and art_sektor = '570') or (not er_drift and art_sektor = '970'), belop_tall, 0))::varchar as verdi,
from post
where
    er_bevilgning
    and not er_bydel
group by fil_id
having sum32(if((er_drift and art_sektor = '570') or (not er_drift and art_sektor = '970'), belop_tall, 0)) not between -grense('avvik_tillatt') and grense('avvik_tillatt')
