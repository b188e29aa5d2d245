-- A file that says there is nothing to report is a delivery too: its year has figures, and they are 0.
select
    objekt as kilde,
    kommunenummer,
    rapporteringsaar,
    sum(rader_godtatt) as poster,
    string_agg(filnavn, ', ' order by filnavn) as filnavn
from {{ ref('int_leveranse_gjeldende') }}
where kvartal is null
group by all
