select
    fil_id,
    sum32(if(art_sektor in ('298', '798'), belop_tall, 0))::varchar as verdi,
from post
where
    er_investering
    and er_bydel
group by fil_id
having sum32(if(art_sektor in ('298', '798'), belop_tall, 0)) not between -grense('avvik_tillatt_balanse') and grense('avvik_tillatt_balanse')
