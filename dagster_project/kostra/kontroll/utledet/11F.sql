-- What the rules of 11F need to know about a record, worked out once. One row per record.
with lest as (
    select
        *,
        case when regexp_full_match(PERSON_FODSELSNR, '[0-9]{11}') then PERSON_FODSELSNR::bigint end as nummer,
        heltall(VERSION) as version_tall,
    from klipt
),

-- Where all the amounts look right, as they do almost always, 26 fields are spared the careful reading.
regnet as (
    select
        *,
        fodselsaar(nummer, aar) as fodselsaar,
        if(rett_heltall, heltall_av_siffer(BIDRAG), heltall(BIDRAG)) as bidrag_tall,
        if(rett_heltall, heltall_av_siffer(LAAN), heltall(LAAN)) as laan_tall,
        case
            when rett_heltall
                then
                    heltall_av_siffer(BIDRAG_JAN) + heltall_av_siffer(BIDRAG_FEB) + heltall_av_siffer(BIDRAG_MARS)
                    + heltall_av_siffer(BIDRAG_APRIL) + heltall_av_siffer(BIDRAG_MAI) + heltall_av_siffer(BIDRAG_JUNI)
                    + heltall_av_siffer(BIDRAG_JULI) + heltall_av_siffer(BIDRAG_AUG) + heltall_av_siffer(BIDRAG_SEPT)
                    + heltall_av_siffer(BIDRAG_OKT) + heltall_av_siffer(BIDRAG_NOV) + heltall_av_siffer(BIDRAG_DES)
            else
                heltall(BIDRAG_JAN) + heltall(BIDRAG_FEB) + heltall(BIDRAG_MARS) + heltall(BIDRAG_APRIL)
                + heltall(BIDRAG_MAI) + heltall(BIDRAG_JUNI) + heltall(BIDRAG_JULI) + heltall(BIDRAG_AUG)
                + heltall(BIDRAG_SEPT) + heltall(BIDRAG_OKT) + heltall(BIDRAG_NOV) + heltall(BIDRAG_DES)
        end as bidrag_maaneder,
        case
            when rett_heltall
                then
                    heltall_av_siffer(LAAN_JAN) + heltall_av_siffer(LAAN_FEB) + heltall_av_siffer(LAAN_MARS)
                    + heltall_av_siffer(LAAN_APRIL) + heltall_av_siffer(LAAN_MAI) + heltall_av_siffer(LAAN_JUNI)
                    + heltall_av_siffer(LAAN_JULI) + heltall_av_siffer(LAAN_AUG) + heltall_av_siffer(LAAN_SEPT)
                    + heltall_av_siffer(LAAN_OKT) + heltall_av_siffer(LAAN_NOV) + heltall_av_siffer(LAAN_DES)
            else
                heltall(LAAN_JAN) + heltall(LAAN_FEB) + heltall(LAAN_MARS) + heltall(LAAN_APRIL)
                + heltall(LAAN_MAI) + heltall(LAAN_JUNI) + heltall(LAAN_JULI) + heltall(LAAN_AUG)
                + heltall(LAAN_SEPT) + heltall(LAAN_OKT) + heltall(LAAN_NOV) + heltall(LAAN_DES)
        end as laan_maaneder,
        coalesce(har_rette_kontrollsiffer(nummer), false) as har_rette_kontrollsiffer,
    from lest
)

select
    fil_id,
    linje,
    columns('^(del|rett)_'),
    if(version_tall between 1 and 99, 2000 + version_tall, version_tall) as post_aar,
    aar - fodselsaar as alder,
    if(rett_heltall, heltall_av_siffer(ANTBU18), heltall(ANTBU18)) as antbu18_tall,
    bidrag_tall,
    laan_tall,
    bidrag_maaneder,
    laan_maaneder,
    har_rette_kontrollsiffer,
    har_rette_kontrollsiffer or coalesce(er_plassholder(nummer) and fodselsaar is not null, false)
        as er_godtatt_fodselsnummer,
from regnet
