-- A payment is known from the month it was registered. Loans are left out: they are paid back. Only municipalities with
-- a budget have something to hold a forecast against.
with leveranse as (
    select
        rang,
        kommunenummer
    from {{ ref('int_fagsystem_leveranse') }}
    where kommunenummer in (select budsjett.kommunenummer from {{ ref('int_budsjett') }} as budsjett)
)

select
    leveranse.kommunenummer,
    date_trunc('month', utbetaling.registrert_dato)::date as kjent_maaned,
    periodisert.maaned,
    sum(periodisert.belop_nok)::decimal(18, 2) as belop_nok
from {{ ref('int_utgift_periodisert') }} as periodisert
inner join leveranse on periodisert.rang = leveranse.rang
inner join {{ ref('int_utbetaling') }} as utbetaling
    on periodisert.rang = utbetaling.rang and periodisert.linje = utbetaling.linje
where utbetaling.stonadsform = 'BIDRAG'
group by all
