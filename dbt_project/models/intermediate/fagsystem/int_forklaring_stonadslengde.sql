with maanedsnavn as (
    select map_from_entries(list(row(kode::integer, navn))) as navn
    from {{ ref('kodeliste') }}
    where liste = 'MAANED'
),

populasjon as (
    select
        kode as populasjon,
        lower(navn) as navn
    from {{ ref('kodeliste') }}
    where liste = 'POPULASJON'
),

gangsteg as (
    select
        tilstand.kommunenummer,
        tilstand.aar,
        tilstand.maaned,
        gang.*,
        tilstand.teller,
        tilstand.nevner,
        tilstand.verdi_maaneder
    from {{ ref('int_forklaring_gang') }} as gang
    inner join {{ ref('int_forklaring_tilstand') }} as tilstand
        on
            gang.tilstand = tilstand.tilstand
            and gang.populasjon = tilstand.populasjon
            and (gang.periode_type = 'maaned' or tilstand.er_siste_i_aaret)
),

-- A walk is known when every step of it is. The window has all that tells walks apart, so that a query for some of them
-- makes no others.
steg as (
    select
        *,
        lag(teller) over (gangen order by steg_nummer) as forrige_teller,
        lag(nevner) over (gangen order by steg_nummer) as forrige_nevner,
        lag(verdi_maaneder) over (gangen order by steg_nummer) as forrige_verdi_maaneder
    from gangsteg
    window
        gangen as (
            partition by kommunenummer, aar, maaned, periode_type, fra, fra_populasjon, til, til_populasjon, er_par
        )
    qualify count(*) over gangen = antall_steg
),

tekst as (
    select
        steg.*,
        (
            steg.steg_nummer > 0
            and steg.teller = steg.forrige_teller
            and steg.nevner = steg.forrige_nevner
            and coalesce(steg.verdi_maaneder = steg.forrige_verdi_maaneder, true)
        ) as er_uendret,
        uendret.forklaring_mot as uendret_mal,
        maanedsnavn.navn[month(steg.maaned)] as maanedsnavn,
        populasjon.navn as populasjon_navn,
        forrige_populasjon.navn as forrige_populasjon_navn,
        enhet.enhet_en,
        enhet.enhet_flere,
        coalesce(forrige_enhet.enhet_en, enhet.enhet_en) as forrige_enhet_en,
        coalesce(forrige_enhet.enhet_flere, enhet.enhet_flere) as forrige_enhet_flere
    from steg
    cross join maanedsnavn
    inner join {{ ref('forklaringssteg') }} as uendret on uendret.steg = 'uendret'
    inner join populasjon on steg.populasjon = populasjon.populasjon
    inner join {{ ref('forklaringssteg') }} as enhet on steg.tilstand = enhet.tilstand
    left join populasjon as forrige_populasjon on steg.forrige_populasjon = forrige_populasjon.populasjon
    left join {{ ref('forklaringssteg') }} as forrige_enhet on steg.forrige_tilstand = forrige_enhet.tilstand
)

-- The figure of nobody is unknown. The change to and from it is counted as from 0, so that the steps add up.
select
    kommunenummer,
    aar,
    maaned,
    periode_type,
    fra,
    fra_populasjon,
    til,
    til_populasjon,
    er_par,
    steg_nummer,
    steg,
    steg_navn,
    teller,
    nevner,
    verdi_maaneder,
    case
        when steg_nummer > 0 then coalesce(verdi_maaneder, 0) - coalesce(forrige_verdi_maaneder, 0)
    end::decimal(18, 6) as endring_maaneder,
    {{ fyll_mal('if(er_uendret, uendret_mal, mal)', {
        'tall': 'fra_navn',
        'populasjon': 'populasjon_navn',
        'populasjon_for': "coalesce(forrige_populasjon_navn, '')",
        'aar': 'aar::varchar',
        'maaned': 'maanedsnavn',
        'maaneder': antall_tekst('teller', "'måned'", "'måneder'"),
        'maaneder_for': antall_tekst('coalesce(forrige_teller, 0)', "'måned'", "'måneder'"),
        'maaneder_endring': antall_tekst('coalesce(abs(teller - forrige_teller), 0)', "'måned'", "'måneder'"),
        'antall': antall_tekst('nevner', 'enhet_en', 'enhet_flere'),
        'antall_for': antall_tekst('coalesce(forrige_nevner, 0)', 'forrige_enhet_en', 'forrige_enhet_flere'),
        'antall_endring': antall_tekst('coalesce(abs(nevner - forrige_nevner), 0)', 'enhet_en', 'enhet_flere'),
        'verdi': desimaltall_tekst('coalesce(verdi_maaneder, 0)'),
        'verdi_for': desimaltall_tekst('coalesce(forrige_verdi_maaneder, 0)'),
    }) }} as forklaring
from tekst
