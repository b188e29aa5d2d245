-- Unknown and hidden are both empty, and told apart by skjermet.
select
    kommunenummer,
    maaned,
    indikator_id,
    populasjon,
    case when er_kjent and not er_skjult then teller end as teller,
    case when er_kjent and not er_skjult then nevner end as nevner,
    case when er_kjent and not er_skjult then verdi end as verdi,
    enhet,
    er_skjult as skjermet
from {{ ref('int_maanedsindikator') }}
