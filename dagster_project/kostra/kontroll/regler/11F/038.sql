-- Only without a fødselsnummer is the DUF number looked at.
with uten_fodselsnummer as (
    select
        fil_id,
        linje,
        duf_nummer(PERSON_DUF) as duf,
    from post
    where
        not er_godtatt_fodselsnummer
        and er_blank(PERSON_FODSELSNR)
)

select
    fil_id,
    linje,
from uten_fodselsnummer
where not coalesce(er_gyldig_duf(duf), false)
