select
    register.leveranse_id,
    register.sted,
    register.kommunenummer,
    register.maaned,
    register.variabel,
    register.inndeling,
    register.kilde,
    register.verdi::double as verdi,
    register.markering,
    coalesce(markering.er_skjult = 'ja', false) as er_skjult
from {{ source('raw', 'nav_register') }} as register
left join {{ ref('register_markering') }} as markering on register.markering = markering.markering
