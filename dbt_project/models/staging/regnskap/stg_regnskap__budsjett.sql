select
    leveranse_id,
    linje,
    aar as regnskapsaar,
    aar || lpad(maaned::varchar, 2, '0') as periode,
    ansvar,
    funksjon,
    -- Three digits are a KOSTRA art of the operations accounts; five say for themselves what they are.
    if(length(art) = 3, '1', left(art, 1)) as kontoklasse,
    right(left(art, 4), 3) as kostra_art,
    art,
    belop_nok
from {{ source('raw', 'budsjett') }}
