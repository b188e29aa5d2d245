{{ config(alias='kommune') }}

-- The group that applies at the run; Klass knows its changes, the configuration does not.
with gruppe as (
    select
        kostragruppe.kommunenummer,
        arg_max(kostragruppe.kostragruppe, kostragruppe.gyldig_fra) as kostragruppe
    from {{ ref('int_kostragruppe') }} as kostragruppe
    inner join {{ ref('stg_intern__kjoring') }} as kjoring on kostragruppe.gyldig_fra <= kjoring.tidspunkt
    group by kostragruppe.kommunenummer
)

select
    kommune.kommunenummer,
    kommune.kommunenavn,
    kommune.fylkesnummer,
    coalesce(gruppe.kostragruppe, kommune.kostragruppe) as kostragruppe,
    historikk.gyldig_fra,
    historikk.gyldig_til
from {{ ref('stg_intern__kommune') }} as kommune
left join {{ ref('int_kommune_historikk') }} as historikk using (kommunenummer)
left join gruppe using (kommunenummer)
