-- An indicator follows its parts: where the numerator or the denominator is hidden, so is the whole row.
select
    indikator.*,
    coalesce(teller.celle_id, nevner.celle_id) is not null as skjermet,
    coalesce(teller.celle_id, nevner.celle_id) as skjermet_celle,
    coalesce(teller.aarsak, nevner.aarsak) as skjermet_aarsak,
    coalesce(teller.forklaring, nevner.forklaring) as skjermet_forklaring
from {{ ref('int_indikator') }} as indikator
-- At most one row each: the grain of int_skjerming is the cell.
left join {{ ref('int_skjerming') }} as teller
    on
        indikator.kommunenummer = teller.kommunenummer
        and indikator.rapporteringsaar = teller.rapporteringsaar
        and indikator.teller_id = teller.celle_id
left join {{ ref('int_skjerming') }} as nevner
    on
        indikator.kommunenummer = nevner.kommunenummer
        and indikator.rapporteringsaar = nevner.rapporteringsaar
        and indikator.nevner_id = nevner.celle_id
