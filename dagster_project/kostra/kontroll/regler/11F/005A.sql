-- A number for a person without one (placeholder) may stand in many records.
with aktuell as (
    select
        fil_id,
        linje,
        PERSON_FODSELSNR,
    from post
    where har_rette_kontrollsiffer
),

gruppe as (
    select
        fil_id,
        PERSON_FODSELSNR,
        count(*) as antall,
        min(linje, 10) as forste_linjer,
    from aktuell
    group by all
    having count(*) > 1
)

select
    aktuell.fil_id,
    aktuell.linje,
    gruppe.forste_linjer[1] as gruppe,
    andre_linjer(aktuell.linje, gruppe.forste_linjer, gruppe.antall) as verdi,
from aktuell
inner join gruppe using (fil_id, PERSON_FODSELSNR)
