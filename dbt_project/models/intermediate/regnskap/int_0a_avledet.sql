-- 0A as the ledger gives it. A quarter holds January to the quarter, the year all periods and the closing one.
with kvartal as (
    select unnest([null, 1, 2, 3, 4]) as kvartal
),

tidsrom as (
    select
        kvartal,
        coalesce(lpad((kvartal * 3)::varchar, 2, '0'), '13') as siste_maaned
    from kvartal
),

hittil as (
    select
        regnskap.kommunenummer,
        regnskap.regnskapsaar as rapporteringsaar,
        tidsrom.kvartal,
        regnskap.kontoklasse,
        regnskap.funksjon,
        regnskap.kostra_art as art,
        sum(regnskap.belop_nok)::decimal(18, 2) as belop_hovedbok_nok
    from {{ ref('int_regnskap_maaned') }} as regnskap
    inner join tidsrom on right(regnskap.periode, 2) <= tidsrom.siste_maaned
    group by all
),

-- Rounded in øre, half away from zero: a thousand kroner is 100 000 øre.
i_ore as (
    select
        *,
        (belop_hovedbok_nok * 100)::bigint as ore
    from hittil
),

-- A month is there when it was delivered, also where nothing was posted in it.
levert as (
    select
        kommunenummer,
        regnskapsaar,
        right(periode, 2) as maaned
    from {{ ref('int_hovedbok') }}
    where not er_aarsavslutning
    union
    select
        kommunenummer,
        regnskapsaar,
        right(periode, 2) as maaned
    from {{ ref('int_regnskap_periode') }}
    where objekt = 'hovedbok' and right(periode, 2) != '13'
),

maaneder as (
    select
        levert.kommunenummer,
        levert.regnskapsaar as rapporteringsaar,
        tidsrom.kvartal,
        count(*)::integer as antall_maaneder
    from levert
    inner join tidsrom on levert.maaned <= tidsrom.siste_maaned
    group by all
)

select
    i_ore.kommunenummer,
    i_ore.rapporteringsaar,
    i_ore.kvartal,
    i_ore.kontoklasse,
    i_ore.funksjon,
    i_ore.art,
    i_ore.belop_hovedbok_nok,
    (sign(i_ore.ore) * ((abs(i_ore.ore) + 50000) // 100000))::integer as belop_1000,
    (sign(i_ore.ore) * ((abs(i_ore.ore) + 50000) // 100000) * 1000)::decimal(18, 2) as belop_nok,
    maaneder.antall_maaneder
from i_ore
inner join maaneder
    on
        i_ore.kommunenummer = maaneder.kommunenummer
        and i_ore.rapporteringsaar = maaneder.rapporteringsaar
        and i_ore.kvartal is not distinct from maaneder.kvartal
