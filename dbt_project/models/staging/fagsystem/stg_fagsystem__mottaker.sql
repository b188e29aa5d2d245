select
    stg.leveranse_id,
    stg.linje,
    leveranse.kommunenummer,
    leveranse.kilde_id,
    leveranse.uttrekkstype,
    leveranse.fra,
    leveranse.til,
    leveranse.uttrukket,
    stg.journalnummer,
    stg.mottaker_id,
    stg.fodselsmaaned,
    stg.kjonn_kode,
    stg.sivilstand_kode,
    stg.antall_barn_under_18,
    stg.hovedinntekt_kode,
    stg.trygd_kode,
    stg.arbeidssituasjon_kode,
    stg.bosituasjon_kode,
    stg.bydel,
    stg.er_skjermet,
    stg.siste_kontakt
from {{ source('raw', 'fagsystem_mottaker') }} as stg
inner join {{ ref('stg_intern__leveranse') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
where leveranse.status = 'godtatt'
