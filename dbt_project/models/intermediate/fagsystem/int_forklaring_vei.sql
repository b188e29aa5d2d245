-- The steps are the branches of a tree, and there is one way between any two of its figures: up to where the branches
-- meet, and down again.
with recursive opp as (
    select
        tilstand,
        tilstand as over,
        0 as avstand
    from {{ ref('forklaringssteg') }}
    where tilstand is not null
    union all
    select
        opp.tilstand,
        steg.mot as over,
        opp.avstand + 1 as avstand
    from opp
    inner join {{ ref('forklaringssteg') }} as steg on opp.over = steg.tilstand
    where steg.mot is not null
),

mote as (
    select
        fra.tilstand as fra_tilstand,
        til.tilstand as til_tilstand,
        min(fra.avstand) as steg_opp,
        min(til.avstand) as steg_ned
    from opp as fra
    inner join opp as til on fra.over = til.over
    group by all
)

select
    mote.fra_tilstand,
    mote.til_tilstand,
    opp.avstand + 1 as steg_nummer,
    steg.tilstand as forrige_tilstand,
    steg.mot as neste_tilstand,
    steg.steg,
    steg.navn as steg_navn,
    steg.forklaring_mot as mal
from mote
inner join opp on mote.fra_tilstand = opp.tilstand and mote.steg_opp > opp.avstand
inner join {{ ref('forklaringssteg') }} as steg on opp.over = steg.tilstand

union all

select
    mote.fra_tilstand,
    mote.til_tilstand,
    mote.steg_opp + mote.steg_ned - opp.avstand as steg_nummer,
    steg.mot as forrige_tilstand,
    steg.tilstand as neste_tilstand,
    steg.steg,
    steg.navn as steg_navn,
    steg.forklaring_fra as mal
from mote
inner join opp on mote.til_tilstand = opp.tilstand and mote.steg_ned > opp.avstand
inner join {{ ref('forklaringssteg') }} as steg on opp.over = steg.tilstand
