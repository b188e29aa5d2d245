-- Persons are counted by age group and main income, and the populasjoner are sums of such groups.
with aldersgruppe as (
    select aldersgruppe
    from {{ ref('int_aldersgruppe') }}
    union all
    select null as aldersgruppe
),

hovedinntekt as (
    select
        unnest([true, false, null]) as er_hovedinntekt,
        unnest(['ja', 'nei', 'ukjent']) as hovedinntekt
)

select
    aldersgruppe.aldersgruppe,
    hovedinntekt.er_hovedinntekt,
    populasjon.populasjon
from aldersgruppe
cross join hovedinntekt
inner join {{ ref('populasjon') }} as populasjon
    on
        (
            aldersgruppe.aldersgruppe
            between coalesce(populasjon.alder_fra, 0) and coalesce(populasjon.alder_til, aldersgruppe.aldersgruppe)
            or (aldersgruppe.aldersgruppe is null and populasjon.med_ukjent_alder = 'ja')
        )
        and coalesce(hovedinntekt.hovedinntekt = populasjon.hovedinntekt, true)
