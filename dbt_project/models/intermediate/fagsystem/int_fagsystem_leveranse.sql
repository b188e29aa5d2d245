-- What came when never matters, only when it was taken out of the case system; `rang` is that order.
-- A municipality taken off the list leaves the figures, and its deliveries stay.
with leveranse as (
    select
        leveranse.leveranse_id,
        leveranse.objekt,
        leveranse.kommunenummer,
        leveranse.kilde_id,
        leveranse.uttrekkstype,
        leveranse.fra,
        leveranse.til,
        leveranse.uttrukket,
        leveranse.filnavn,
        leveranse.rader_lest - leveranse.rader_sumlinje as rader,
        date_trunc('month', leveranse.til)::date as til_maaned,
        row_number() over (order by leveranse.uttrukket, leveranse.leveranse_id)::integer as rang
    from {{ ref('stg_intern__leveranse') }} as leveranse
    inner join {{ ref('stg_intern__kommune') }} as kommune on leveranse.kommunenummer = kommune.kommunenummer
    where leveranse.status = 'godtatt' and leveranse.kilde = 'fagsystem'
)

-- Where a month has several extracts of an object, the latest full one and the changes after it say how it was then.
select
    *,
    rang >= coalesce(
        max(rang) filter (where uttrekkstype = 'full') over (partition by kilde_id, objekt, til_maaned), 0
    ) as er_maanedens
from leveranse
