-- Only delivered months: what is dated in a month nobody has reported yet, is a part of it and not the month.
select
    celle.kommunenummer,
    celle.maaned,
    celle.grunnlag,
    celle.stonadsart,
    celle.stonadsform,
    sum(celle.belop_nok)::decimal(18, 2) as belop_nok,
    count(*) filter (where celle.belop_nok > 0) as mottaker_antall,
    count(*) as person_antall,
    min(celle.mottaker_nr) as forste_mottaker_nr,
    max(celle.mottaker_nr) as siste_mottaker_nr
from {{ ref('int_mottaker_maaned') }} as celle
semi join {{ ref('int_kommune_maaned') }} as levert
    on celle.kommunenummer = levert.kommunenummer and celle.maaned = levert.maaned
group by celle.kommunenummer, celle.maaned, celle.grunnlag, celle.stonadsart, celle.stonadsform
