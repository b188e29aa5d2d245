select
    utgift.kommunenummer,
    utgift.maaned,
    utgift.grunnlag,
    utgift.stonadsart,
    utgift.stonadsform,
    case when skjerming.celle is null then utgift.belop_nok end as belop_nok,
    case when skjerming.celle is null then utgift.mottaker_antall::integer end as mottaker_antall,
    skjerming.celle is not null as skjermet
from {{ ref('int_utgift_maaned') }} as utgift
-- At most one row: the grain of int_skjerming_maaned is the cell.
left join {{ ref('int_skjerming_maaned') }} as skjerming
    on
        skjerming.tabell = 'fct_utgift_maaned'
        and utgift.kommunenummer = skjerming.kommunenummer
        and utgift.maaned = skjerming.periode
        and utgift.grunnlag = skjerming.serie
        and utgift.stonadsart || '|' || utgift.stonadsform = skjerming.celle
