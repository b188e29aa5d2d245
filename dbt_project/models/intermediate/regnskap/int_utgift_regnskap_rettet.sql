-- The ledger's support with what is found put right: what is posted in a wrong period stands in the month it was paid,
-- and what is posted twice or against the balance is left out.
select
    linje.kommunenummer,
    coalesce(linje.motpart_maaned, linje.regnskapsmaaned) as maaned,
    formaal.stonadsart,
    formaal.stonadsform,
    sum(linje.belop_nok)::decimal(18, 2) as belop_nok,
    array_agg(distinct linje.regnskapsmaaned order by linje.regnskapsmaaned) as fort_i
from {{ ref('int_hovedbok_aarsak') }} as linje
inner join {{ ref('int_hovedbok') }} as hovedbok
    on linje.leveranse_id = hovedbok.leveranse_id and linje.linje = hovedbok.linje
inner join {{ ref('regnskap_formaal') }} as formaal on hovedbok.formaal = formaal.formaal
where
    formaal.stonadsform is not null
    and coalesce(linje.aarsak, '') not in ('dobbeltforing', 'balanseforing')
group by all
