-- A month that was delivered has a row for every populasjon, with 0 where there was nobody; one that was not has none.
with grunnlag as (
    select unnest(['kontant', 'periodisert']) as grunnlag
),

ramme as (
    select
        levert.kommunenummer,
        levert.maaned,
        grunnlag.grunnlag,
        populasjon.populasjon
    from {{ ref('int_kommune_maaned') }} as levert
    cross join grunnlag
    cross join {{ ref('populasjon') }} as populasjon
    where populasjon.populasjon not like '~%'
),

tall as (
    select
        ramme.kommunenummer,
        ramme.maaned,
        ramme.grunnlag,
        ramme.populasjon,
        coalesce(populasjon.belop_nok, 0) as belop_nok,
        coalesce(populasjon.mottaker_antall, 0) as mottaker_antall,
        skjerming.celle is not null as skjermet
    from ramme
    left join {{ ref('int_populasjon_maaned') }} as populasjon
        using (kommunenummer, maaned, grunnlag, populasjon)
    -- At most one row: the grain of int_skjerming_maaned is the cell.
    left join {{ ref('int_skjerming_maaned') }} as skjerming
        on
            skjerming.tabell = 'ind_utbetaling_per_mottaker'
            and ramme.kommunenummer = skjerming.kommunenummer
            and ramme.maaned = skjerming.periode
            and ramme.grunnlag = skjerming.serie
            and ramme.populasjon = skjerming.celle
),

-- In whole øre, since the quotient of two decimals is a double, in which a half is not always a half.
ore as (
    select
        tall.*,
        (2 * (belop_nok * 100)::hugeint + sign(belop_nok)::integer * mottaker_antall)
        // nullif(2 * mottaker_antall, 0) as per_mottaker_ore
    from tall
)

select
    ore.kommunenummer,
    ore.maaned,
    ore.grunnlag,
    ore.populasjon,
    case when not ore.skjermet then ore.belop_nok end as belop_nok,
    case when not ore.skjermet then ore.mottaker_antall end as mottaker_antall,
    case when not ore.skjermet then (ore.per_mottaker_ore::decimal(20, 0) * 0.01)::decimal(18, 2) end
        as utbetaling_per_mottaker_nok,
    case
        when not ore.skjermet
            then
                round(
                    {{ fast_pris('ore.belop_nok', 'ore.maaned', 'pris.basismaaned') }} / nullif(ore.mottaker_antall, 0),
                    2
                )::decimal(18, 2)
    end as utbetaling_per_mottaker_fast_nok,
    case when pris.indeks is not null then pris.basismaaned end as basismaaned,
    ore.skjermet
from ore
left join {{ ref('int_kpi_maaned') }} as pris on ore.maaned = pris.maaned
