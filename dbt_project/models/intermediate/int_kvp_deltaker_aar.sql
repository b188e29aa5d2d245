select
    stg.leveranse_id,
    stg.linje,
    stg.kommunenummer,
    leveranse.rapporteringsaar,
    stg.mottaker_id,
    stg.journalnummer,
    stg.saksbehandler,
    stg.kjonn_kode,
    stg.status_kode,
    stg.ytelse_sosialhjelp_type_kode,
    stg.avslutning_inntekt_kode,
    stg.avslutning_typer,
    list_filter(stg.kvp_med_typer, lambda kode: kode in ('7', '8', '9')) as kvp_med_sosialhjelp_typer,
    leveranse.rapporteringsaar - year(stg.fodselsmaaned) as alder,
    stg.maaneder,
    len(stg.maaneder)::integer as maaned_antall,
    stg.kvp_stonad_nok::decimal(18, 2) as kvp_stonad_nok,
    -- A decision without a start is not a participant; somebody on leave has started.
    coalesce(stg.begynt_dato <= make_date(leveranse.rapporteringsaar, 12, 31), false) as er_deltaker,
    coalesce(stg.ytelse_sosialhjelp_kode = '1', false) as har_ytelse_sosialhjelp,
    stg.begynt_dato,
    stg.avsluttet_dato
from {{ ref('stg_kostra__11cf') }} as stg
inner join {{ ref('int_leveranse_gjeldende') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
