-- A later delivery for the same municipality, form and period stands in the place of the earlier one.
-- A municipality taken off the list leaves the figures, and its deliveries stay.
select
    leveranse.leveranse_id,
    leveranse.objekt,
    leveranse.kommunenummer,
    leveranse.bydel,
    leveranse.rapporteringsaar,
    leveranse.kvartal,
    leveranse.filnavn,
    leveranse.mottatt,
    leveranse.rader_godtatt,
    leveranse.rader_karantene
from {{ ref('stg_intern__leveranse') }} as leveranse
inner join {{ ref('stg_intern__kommune') }} as kommune on leveranse.kommunenummer = kommune.kommunenummer
where leveranse.status = 'godtatt' and leveranse.kilde = 'kostra'
qualify
    row_number() over (
        partition by
            leveranse.objekt,
            leveranse.kommunenummer,
            leveranse.bydel,
            leveranse.rapporteringsaar,
            leveranse.kvartal
        order by
            leveranse.mottatt desc,
            leveranse.fil_endret desc,
            leveranse.filnavn desc,
            leveranse.leveranse_id desc
    ) = 1
