-- Every walk from one figure to another: the population first, and then one branch of the tree after the other.
with populasjon as (
    select kode as populasjon
    from {{ ref('kodeliste') }}
    where liste = 'POPULASJON'
),

-- Those that are definitions have their names from them.
navngitt as (
    select
        tall.tall,
        coalesce(tall.navn, definisjon.navn) as navn,
        tall.tilstand_aar,
        coalesce(tall.tilstand_maaned, tall.tilstand_aar) as tilstand_maaned
    from {{ ref('forklaringstall') }} as tall
    left join {{ ref('stonadslengde_definisjon') }} as definisjon on tall.tall = definisjon.definisjon
),

tall as (
    select
        tall,
        navn,
        'aar' as periode_type,
        tilstand_aar as tilstand
    from navngitt
    union all
    select
        tall,
        navn,
        'maaned' as periode_type,
        tilstand_maaned as tilstand
    from navngitt
),

par as (
    select
        fra.periode_type,
        fra.tall as fra,
        fra_populasjon.populasjon as fra_populasjon,
        til.tall as til,
        til_populasjon.populasjon as til_populasjon,
        fra.navn as fra_navn,
        fra.tilstand as fra_tilstand,
        til.tilstand as til_tilstand,
        (fra_populasjon.populasjon != til_populasjon.populasjon)::integer as skifter_populasjon
    from tall as fra
    inner join tall as til on fra.periode_type = til.periode_type
    cross join populasjon as fra_populasjon
    cross join populasjon as til_populasjon
),

steg as (
    select
        par.* exclude (fra_tilstand, til_tilstand, skifter_populasjon),
        0 as steg_nummer,
        steg.steg,
        steg.navn as steg_navn,
        steg.forklaring_mot as mal,
        null as forrige_tilstand,
        null as forrige_populasjon,
        par.fra_tilstand as tilstand,
        par.fra_populasjon as populasjon
    from par
    inner join {{ ref('forklaringssteg') }} as steg on steg.steg = 'tall'

    union all by name

    select
        par.* exclude (fra_tilstand, til_tilstand, skifter_populasjon),
        1 as steg_nummer,
        steg.steg,
        steg.navn as steg_navn,
        steg.forklaring_mot as mal,
        par.fra_tilstand as forrige_tilstand,
        par.fra_populasjon as forrige_populasjon,
        par.fra_tilstand as tilstand,
        par.til_populasjon as populasjon
    from par
    inner join {{ ref('forklaringssteg') }} as steg on steg.steg = 'populasjon'
    where par.skifter_populasjon = 1

    union all by name

    select
        par.* exclude (fra_tilstand, til_tilstand, skifter_populasjon),
        vei.steg_nummer + par.skifter_populasjon as steg_nummer,
        vei.steg,
        vei.steg_navn,
        vei.mal,
        vei.forrige_tilstand,
        par.til_populasjon as forrige_populasjon,
        vei.neste_tilstand as tilstand,
        par.til_populasjon as populasjon
    from par
    inner join {{ ref('int_forklaring_vei') }} as vei
        on par.fra_tilstand = vei.fra_tilstand and par.til_tilstand = vei.til_tilstand
)

select
    steg.*,
    count(*) over (
        partition by steg.periode_type, steg.fra, steg.fra_populasjon, steg.til, steg.til_populasjon
    ) as antall_steg,
    par.fra is not null as er_par
from steg
left join {{ ref('forklaringspar') }} as par
    on
        steg.fra = par.fra
        and steg.fra_populasjon = par.fra_populasjon
        and steg.til = par.til
        and steg.til_populasjon = par.til_populasjon
