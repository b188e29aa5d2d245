-- Every extract repeats everybody. The latest row of each is found by one number, later extracts before earlier ones
-- and in the same extract earlier lines before later ones: much cheaper than to sort the rows.
with siste as (
    select
        leveranse.kilde_id,
        stg.journalnummer,
        max(leveranse.rang * 4294967296 + 4294967295 - stg.linje) as plass
    from {{ ref('stg_fagsystem__mottaker') }} as stg
    inner join {{ ref('int_fagsystem_leveranse') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
    group by leveranse.kilde_id, stg.journalnummer
),

siste_rad as (
    select
        leveranse.leveranse_id,
        leveranse.rang,
        (4294967295 - siste.plass % 4294967296)::integer as linje
    from siste
    inner join {{ ref('int_fagsystem_leveranse') }} as leveranse on siste.plass // 4294967296 = leveranse.rang
),

siste_fulle as (
    select
        kilde_id,
        max(rang) as rang
    from {{ ref('int_fagsystem_leveranse') }}
    where objekt = 'mottaker' and uttrekkstype = 'full'
    group by kilde_id
)

select
    stg.kommunenummer,
    stg.kilde_id,
    stg.journalnummer,
    stg.mottaker_id,
    dense_rank() over (order by stg.kommunenummer, stg.mottaker_id)::integer as mottaker_nr,
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
    stg.siste_kontakt,
    siste_rad.rang >= coalesce(siste_fulle.rang, 0) as er_i_siste_uttrekk,
    stg.leveranse_id,
    stg.linje,
    siste_rad.rang
from {{ ref('stg_fagsystem__mottaker') }} as stg
inner join siste_rad on stg.leveranse_id = siste_rad.leveranse_id and stg.linje = siste_rad.linje
left join siste_fulle on stg.kilde_id = siste_fulle.kilde_id
