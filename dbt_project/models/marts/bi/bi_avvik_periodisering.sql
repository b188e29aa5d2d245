{{ config(alias='avvik_periodisering') }}

select
    kommunenummer,
    maaned,
    serie,
    aarsak,
    motpart_maaned,
    belop_nok,
    andel_av_maaned_pst,
    alvor,
    forklaring,
    kvittert,
    kvittert_av,
    kvittert_tekst
from {{ ref('int_avvik_periodisering') }}
where ikke_publisert is null
