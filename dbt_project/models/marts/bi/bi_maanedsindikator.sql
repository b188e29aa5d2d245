{{ config(alias='maanedsindikator') }}

select
    indikator.indikator_id,
    indikator.navn,
    indikator.gruppe,
    indikator.enhet,
    indikator.formel,
    teller.tekst as teller_tekst,
    nevner.tekst as nevner_tekst,
    indikator.populasjoner,
    indikator.kilde,
    indikator.desimaler,
    indikator.konfidens,
    indikator.merknad
from {{ ref('maanedsindikator') }} as indikator
inner join {{ ref('maanedstall') }} as teller on indikator.teller = teller.tall_id
left join {{ ref('maanedstall') }} as nevner on indikator.nevner = nevner.tall_id
