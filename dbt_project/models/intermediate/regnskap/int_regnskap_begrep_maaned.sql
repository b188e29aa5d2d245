-- The same concepts as int_regnskap_begrep makes of 0A, to the øre and by posting month.
select
    regnskap.kommunenummer,
    regnskap.regnskapsaar,
    regnskap.periode,
    regnskap.maaned,
    regnskap.kontoklasse,
    regnskap.funksjon,
    artsgruppe.begrep,
    sum(regnskap.belop_nok)::decimal(18, 2) as belop_nok
from {{ ref('int_regnskap_maaned') }} as regnskap
inner join {{ ref('regnskap_funksjon') }} as funksjon on regnskap.funksjon = funksjon.funksjon
-- An art lies in at most one range of each concept, so a row is counted once per concept.
inner join {{ ref('kostra_artsgruppe') }} as artsgruppe
    on
        regnskap.kostra_art between artsgruppe.art_fra and artsgruppe.art_til
        and regnskap.regnskapsaar between artsgruppe.gyldig_fra_aar and coalesce(artsgruppe.gyldig_til_aar, 9999)
group by all
