-- A person has one record in 11F, and so one journal number: the one last paid on.
with sak as (
    select
        kommunenummer,
        year(utgiftsmaaned)::integer as rapporteringsaar,
        mottaker_id,
        max(struct_pack(utgiftsmaaned, kilde_id, journalnummer)) as siste
    from {{ ref('int_utbetaling') }}
    where er_utgift
    group by all
)

-- What was known of the person by the end of the year; where the extracts begin later, what was known first.
select
    sak.kommunenummer,
    sak.rapporteringsaar,
    sak.mottaker_id,
    sak.siste.kilde_id as kilde_id,
    sak.siste.journalnummer as journalnummer,
    historikk.bydel,
    historikk.kjonn_kode,
    historikk.sivilstand_kode,
    case
        when historikk.antall_barn_under_18 > 0 then '1'
        when historikk.antall_barn_under_18 = 0 then '2'
    end as bu18_kode,
    historikk.antall_barn_under_18,
    historikk.hovedinntekt_kode as vklo_kode,
    historikk.trygd_kode as trygdesit_kode,
    historikk.arbeidssituasjon_kode as arbsit_kode,
    historikk.bosituasjon_kode as bosit_kode
from sak
left join {{ ref('int_fagsystem_mottaker_historikk') }} as historikk
    on sak.siste.kilde_id = historikk.kilde_id and sak.siste.journalnummer = historikk.journalnummer
qualify
    row_number() over (
        partition by sak.kommunenummer, sak.rapporteringsaar, sak.mottaker_id
        order by
            if(year(historikk.gjelder_fra) <= sak.rapporteringsaar, historikk.gjelder_fra, null) desc nulls last,
            historikk.gjelder_fra
    ) = 1
