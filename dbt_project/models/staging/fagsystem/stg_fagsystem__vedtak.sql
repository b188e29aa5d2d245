select
    stg.leveranse_id,
    stg.linje,
    leveranse.kommunenummer,
    leveranse.kilde_id,
    leveranse.uttrekkstype,
    leveranse.fra,
    leveranse.til,
    leveranse.uttrukket,
    stg.vedtak_id,
    stg.journalnummer,
    stg.soknadsdato,
    stg.vedtaksdato,
    stg.utfall,
    stg.lovhjemmel,
    stg.stonadsart,
    stg.stonadsart_lokal,
    stg.stonadsform,
    stg.periode_fom,
    stg.periode_tom,
    stg.belop_nok
from {{ source('raw', 'fagsystem_vedtak') }} as stg
inner join {{ ref('stg_intern__leveranse') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
where leveranse.status = 'godtatt'
