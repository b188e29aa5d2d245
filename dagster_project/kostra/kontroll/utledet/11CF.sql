-- What the rules of 11CF need to know about a record, worked out once. One row per record.
with lest as (
    select
        *,
        case when regexp_full_match(PERSON_FODSELSNR, '[0-9]{11}') then PERSON_FODSELSNR::bigint end as nummer,
        heltall(VERSION) as version_tall,
    from klipt
),

regnet as (
    select
        *,
        fodselsaar(nummer, aar) as fodselsaar,
    from lest
)

select
    fil_id,
    linje,
    columns('^del_'),
    if(version_tall between 1 and 99, 2000 + version_tall, version_tall) as post_aar,
    aar - fodselsaar as alder,
    heltall(ANTBU18) as antbu18_tall,
    heltall(KVP_STONAD) as kvp_stonad_tall,
    STMND_1 = '01'
    or STMND_2 = '02'
    or STMND_3 = '03'
    or STMND_4 = '04'
    or STMND_5 = '05'
    or STMND_6 = '06'
    or STMND_7 = '07'
    or STMND_8 = '08'
    or STMND_9 = '09'
    or STMND_10 = '10'
    or STMND_11 = '11'
    or STMND_12 = '12' as har_stonadsmaaned,
    KVP_MED_KOMMBOS = '4'
    or KVP_MED_HUSBANKBOS = '5'
    or KVP_MED_SOSHJ_ENGANG = '9'
    or KVP_MED_SOSHJ_PGM = '8'
    or KVP_MED_SOSHJ_SUP = '7' as har_annen_stonad,
    AVSL_ORDINAERTARB = '01'
    or AVSL_ARBLONNSTILS = '11'
    or AVSL_ARBMARK = '03'
    or AVSL_SKOLE = '04'
    or AVSL_UFORE = '13'
    or AVSL_AAP = '14'
    or AVSL_OK_AVKLAR = '15'
    or AVSL_UTEN_OK_AVKLAR = '16'
    or AVSL_ANNET = '10'
    or AVSL_UKJENT = '17' as har_situasjon_ved_avslutning,
    coalesce(har_rette_kontrollsiffer(nummer) or (er_plassholder(nummer) and fodselsaar is not null), false)
        as er_godtatt_fodselsnummer,
from regnet
