select
    periode.kommunenummer,
    stg.regnskapsaar,
    stg.periode,
    make_date(stg.regnskapsaar, right(stg.periode, 2)::integer, 1) as maaned,
    stg.ansvar,
    stg.kontoklasse,
    stg.funksjon,
    stg.kostra_art,
    stg.art as konto,
    stg.belop_nok
from {{ ref('stg_regnskap__budsjett') }} as stg
inner join {{ ref('int_regnskap_periode') }} as periode
    on
        periode.objekt = 'budsjett'
        and stg.leveranse_id = periode.leveranse_id
        and stg.periode = periode.periode
