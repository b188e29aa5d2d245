{{ config(alias='indikator') }}

select
    indikator_id,
    navn,
    enhet,
    formel,
    teller_tekst,
    nevner_tekst,
    kilde,
    desimaler,
    gyldig_fra_aar,
    gyldig_til_aar,
    konfidens,
    merknad
from {{ ref('indikator') }}
