-- A full extract stands for every day, an extract by period for its own days, until a later one covers them. Changes
-- are laid on top of the extracts that were made before them. Recipients are not cut into days: int_fagsystem_mottaker.
with leveranse as (
    select
        leveranse_id,
        kilde_id,
        objekt,
        uttrekkstype,
        rang,
        if(uttrekkstype = 'periode', fra, '0001-01-01'::date) as gyldig_fra,
        if(uttrekkstype = 'periode', til + 1, '9999-12-31'::date) as gyldig_til
    from {{ ref('int_fagsystem_leveranse') }}
    where objekt != 'mottaker'
),

-- Between two days in a row on which anything begins or ends, the same deliveries are in force.
grense as (
    select
        kilde_id,
        objekt,
        gyldig_fra as dag
    from leveranse
    union
    select
        kilde_id,
        objekt,
        gyldig_til as dag
    from leveranse
),

strekning as (
    select
        kilde_id,
        objekt,
        dag as fra,
        lead(dag) over (partition by kilde_id, objekt order by dag) as til
    from grense
),

-- Days that no extract reaches have rank 0, before every endring.
siste_uttrekk as (
    select
        strekning.kilde_id,
        strekning.objekt,
        strekning.fra,
        strekning.til,
        coalesce(max(leveranse.rang), 0) as rang
    from strekning
    left join leveranse
        on
            strekning.kilde_id = leveranse.kilde_id
            and strekning.objekt = leveranse.objekt
            and strekning.fra >= leveranse.gyldig_fra
            and strekning.fra < leveranse.gyldig_til
            and leveranse.uttrekkstype != 'endring'
    where strekning.til is not null
    group by all
),

i_kraft as (
    select
        leveranse.leveranse_id,
        leveranse.kilde_id,
        leveranse.objekt,
        leveranse.uttrekkstype,
        leveranse.rang,
        siste_uttrekk.fra,
        siste_uttrekk.til
    from siste_uttrekk
    inner join leveranse
        on
            siste_uttrekk.kilde_id = leveranse.kilde_id
            and siste_uttrekk.objekt = leveranse.objekt
            and (
                siste_uttrekk.rang = leveranse.rang
                or (siste_uttrekk.rang < leveranse.rang and leveranse.uttrekkstype = 'endring')
            )
),

fortsettelse as (
    select
        *,
        if(fra = lag(til) over (partition by leveranse_id order by fra), 0, 1) as er_ny
    from i_kraft
),

sammenheng as (
    select
        *,
        sum(er_ny) over (partition by leveranse_id order by fra) as nummer
    from fortsettelse
)

select
    leveranse_id,
    kilde_id,
    objekt,
    uttrekkstype,
    rang,
    min(fra) as gyldig_fra,
    max(til) as gyldig_til
from sammenheng
group by leveranse_id, kilde_id, objekt, uttrekkstype, rang, nummer
