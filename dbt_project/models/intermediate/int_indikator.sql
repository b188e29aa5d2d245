-- The definitions stand in seeds/indikator.csv; a new indicator needs no change here.
with indikator as (
    select * from {{ ref('indikator') }}
    where type = 'tall'
),

grunntall as (
    select * from {{ ref('int_grunntall') }}
),

-- One row per indicator a municipality has the source of the numerator for; the denominator may be missing.
beregnet as (
    select
        teller.kommunenummer,
        teller.rapporteringsaar,
        indikator.indikator_id,
        indikator.teller as teller_id,
        indikator.nevner as nevner_id,
        indikator.faktor,
        indikator.enhet,
        teller.verdi as teller,
        nevner.verdi as nevner
    from indikator
    inner join grunntall as teller
        on
            indikator.teller = teller.grunntall_id
            and indikator.gyldig_fra_aar <= teller.rapporteringsaar
            and teller.rapporteringsaar <= coalesce(indikator.gyldig_til_aar, teller.rapporteringsaar)
    left join grunntall as nevner
        on
            indikator.nevner = nevner.grunntall_id
            and teller.kommunenummer = nevner.kommunenummer
            and teller.rapporteringsaar = nevner.rapporteringsaar
)

select
    kommunenummer,
    rapporteringsaar,
    indikator_id,
    teller_id,
    nevner_id,
    teller,
    nevner,
    case
        when nevner_id is null then faktor * cast(teller as double)
        -- A share of nobody is 0 and not unknown: the file was delivered and has none. An average has no such answer.
        when enhet = 'prosent' and nevner = 0 and teller = 0 then 0
        else faktor * cast(teller as double) / nullif(cast(nevner as double), 0)
    end as verdi
from beregnet
