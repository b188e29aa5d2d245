-- One who ends a programme and begins another has two records with different status. Oslo is left out.
with aktuell as (
    select
        fil_id,
        linje,
        PERSON_FODSELSNR,
        STATUS,
    from post
    where
        KOMMUNE_NR <> '0301'
        and er_godtatt_fodselsnummer
),

gruppe as (
    select
        fil_id,
        PERSON_FODSELSNR,
        STATUS,
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
inner join gruppe using (fil_id, PERSON_FODSELSNR, STATUS)
