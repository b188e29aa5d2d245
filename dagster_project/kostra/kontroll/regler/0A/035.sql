select
    fil_id,
    linje,
    funksjon_kapittel as verdi,
from post
where
    er_drift
    and belop_tall <> 0
    and art_sektor in (select kode from kontrollkode where liste = 'art_utlaan')
    and rtrim(funksjon_kapittel, ' ') not in (select kode from kontrollkode where liste = 'funksjon_utlaan')
