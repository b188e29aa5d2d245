select
    leveranse.kilde_id,
    stg.journalnummer,
    stg.kjonn_kode,
    stg.sivilstand_kode,
    stg.antall_barn_under_18,
    stg.hovedinntekt_kode,
    stg.trygd_kode,
    stg.arbeidssituasjon_kode,
    stg.bosituasjon_kode,
    stg.bydel,
    min(leveranse.til_maaned) as fra_maaned,
    max(leveranse.til_maaned) as til_maaned
from {{ ref('stg_fagsystem__mottaker') }} as stg
inner join {{ ref('int_fagsystem_leveranse') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
where leveranse.er_maanedens
group by
    leveranse.kilde_id,
    stg.journalnummer,
    stg.kjonn_kode,
    stg.sivilstand_kode,
    stg.antall_barn_under_18,
    stg.hovedinntekt_kode,
    stg.trygd_kode,
    stg.arbeidssituasjon_kode,
    stg.bosituasjon_kode,
    stg.bydel
