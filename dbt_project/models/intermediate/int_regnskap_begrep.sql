-- The file has income as negative amounts, so a concept is the plain sum over the arter it covers.
select
    regnskap.kommunenummer,
    regnskap.rapporteringsaar,
    regnskap.kontoklasse,
    regnskap.funksjon,
    artsgruppe.begrep,
    sum(regnskap.belop_nok)::decimal(18, 2) as belop_nok
from {{ ref('int_regnskap_funksjon_art') }} as regnskap
-- An art lies in at most one range of each concept, so a row is counted once per concept.
inner join {{ ref('kostra_artsgruppe') }} as artsgruppe
    on
        regnskap.art between artsgruppe.art_fra and artsgruppe.art_til
        and regnskap.rapporteringsaar between artsgruppe.gyldig_fra_aar and coalesce(artsgruppe.gyldig_til_aar, 9999)
where regnskap.kvartal is null
group by all
