-- The definitions stand in seeds/maanedsindikator.csv; a new indicator of figures that are there needs no change here.
with indikator as (
    select
        *,
        unnest(string_split(populasjoner, ' ')) as populasjon
    from {{ ref('maanedsindikator') }}
),

tall as (
    select
        tall.*,
        skjult.tall_id is not null as er_skjult
    from {{ ref('int_maanedstall') }} as tall
    -- At most one: the grain of what is hidden is the figure.
    left join {{ ref('int_maanedstall_skjult') }} as skjult
        on
            tall.kommunenummer = skjult.kommunenummer
            and tall.maaned = skjult.maaned
            and tall.tall_id = skjult.tall_id
            and tall.populasjon = skjult.populasjon
),

beregnet as (
    select
        teller.kommunenummer,
        teller.maaned,
        indikator.indikator_id,
        indikator.populasjon,
        indikator.faktor,
        indikator.enhet,
        teller.verdi as teller,
        nevner.verdi as nevner,
        indikator.nevner is not null as har_nevner,
        teller.antall_personer,
        teller.er_kjent and coalesce(nevner.er_kjent, true) as er_kjent,
        teller.er_skjult or coalesce(nevner.er_skjult, false) as er_skjult
    from indikator
    inner join tall as teller on indikator.teller = teller.tall_id and indikator.populasjon = teller.populasjon
    left join tall as nevner
        on
            indikator.nevner = nevner.tall_id
            and teller.kommunenummer = nevner.kommunenummer
            and teller.maaned = nevner.maaned
            and teller.populasjon = nevner.populasjon
)

select
    kommunenummer,
    maaned,
    indikator_id,
    populasjon,
    teller,
    nevner,
    case
        when not har_nevner then faktor * teller::double
        -- As for the yearly indicators: a share of nobody is 0, an average of nobody is not.
        when enhet = 'prosent' and nevner = 0 and teller = 0 then 0
        else faktor * teller::double / nullif(nevner::double, 0)
    end as verdi,
    enhet,
    antall_personer,
    er_kjent,
    er_kjent and er_skjult as er_skjult
from beregnet
