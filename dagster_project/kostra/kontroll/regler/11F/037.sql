select
    fil_id,
    linje,
    concat(laan_tall, ' mot ', laan_maaneder) as verdi,
from post
where laan_tall <> laan_maaneder
