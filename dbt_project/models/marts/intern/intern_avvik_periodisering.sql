{{ config(alias='avvik_periodisering') }}

select
    avvik.kommunenummer,
    avvik.maaned,
    avvik.serie,
    avvik.aarsak,
    avvik.motpart_maaned,
    avvik.belop_nok,
    avvik.mottaker_antall,
    avvik.andel_av_maaned_pst,
    avvik.funnets_andel_pst,
    avvik.alvor,
    avvik.tillit,
    avvik.forklaring,
    aarsak.gjor,
    avvik.kvittert,
    avvik.kvittert_av,
    avvik.kvittert_tekst,
    avvik.ikke_publisert
from {{ ref('int_avvik_periodisering') }} as avvik
inner join {{ ref('avvik_aarsak') }} as aarsak on avvik.serie = aarsak.serie and avvik.aarsak = aarsak.aarsak
