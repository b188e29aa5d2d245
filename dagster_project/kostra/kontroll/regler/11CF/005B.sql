-- Compared with its blanks: the same number at the left and at the right of the field are two. Oslo is left out.
with aktuell as (
    select
        fil_id,
        linje,
        PERSON_JOURNALNR,
    from post
    where KOMMUNE_NR <> '0301'
),

gruppe as (
    select
        fil_id,
        PERSON_JOURNALNR,
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
inner join gruppe using (fil_id, PERSON_JOURNALNR)
