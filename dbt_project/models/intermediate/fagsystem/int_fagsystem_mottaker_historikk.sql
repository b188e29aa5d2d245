-- Every extract repeats everybody, and few have changed since the one before. So the rows are brought together by what
-- they say before they are put in order; only those who are back to something they have been before, or were two things
-- in the same month, are followed month by month.
with tilstand as (
    select
        *,
        lead(fra_maaned) over (partition by kilde_id, journalnummer order by fra_maaned, til_maaned) <= til_maaned
            as overlapper
    from {{ ref('int_fagsystem_mottaker_tilstand') }}
),

vender_tilbake as (
    select distinct
        kilde_id,
        journalnummer
    from tilstand
    where overlapper
),

maaned_for_maaned as (
    select
        stg.kilde_id,
        stg.journalnummer,
        leveranse.til_maaned as gjelder_fra,
        stg.kjonn_kode,
        stg.sivilstand_kode,
        stg.antall_barn_under_18,
        stg.hovedinntekt_kode,
        stg.trygd_kode,
        stg.arbeidssituasjon_kode,
        stg.bosituasjon_kode,
        stg.bydel,
        row(
            stg.kjonn_kode,
            stg.sivilstand_kode,
            stg.antall_barn_under_18,
            stg.hovedinntekt_kode,
            stg.trygd_kode,
            stg.arbeidssituasjon_kode,
            stg.bosituasjon_kode,
            stg.bydel
        ) as samlet
    from {{ ref('stg_fagsystem__mottaker') }} as stg
    inner join {{ ref('int_fagsystem_leveranse') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
    semi join vender_tilbake
        on stg.kilde_id = vender_tilbake.kilde_id and stg.journalnummer = vender_tilbake.journalnummer
    where leveranse.er_maanedens
    qualify
        row_number() over (
            partition by stg.kilde_id, stg.journalnummer, leveranse.til_maaned
            order by leveranse.rang desc, stg.linje asc
        ) = 1
),

endring as (
    select
        * exclude (fra_maaned, til_maaned, overlapper),
        fra_maaned as gjelder_fra
    from tilstand
    anti join vender_tilbake using (kilde_id, journalnummer)
    union all by name
    select * exclude (samlet)
    from maaned_for_maaned
    qualify samlet is distinct from lag(samlet) over (partition by kilde_id, journalnummer order by gjelder_fra)
)

select
    kilde_id,
    journalnummer,
    gjelder_fra,
    (lead(gjelder_fra) over (partition by kilde_id, journalnummer order by gjelder_fra) - interval 1 month)::date
        as gjelder_til,
    kjonn_kode,
    sivilstand_kode,
    antall_barn_under_18,
    hovedinntekt_kode,
    trygd_kode,
    arbeidssituasjon_kode,
    bosituasjon_kode,
    bydel
from endring
