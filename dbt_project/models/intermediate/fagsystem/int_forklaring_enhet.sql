-- What each figure counts: a spell, a person or a record, with its months. A spell counts with the months it has had
-- so far, and with what is known of the person in the last of them.
with periode as (
    select
        kommunenummer,
        year(maaned)::integer as aar,
        maaned,
        date_trunc('year', maaned)::date as nyttaar,
        maaned = siste_i_aaret as er_siste_i_aaret
    from {{ ref('int_kommune_maaned_historikk') }}
    where maaneder_i_rekke >= month(maaned)
),

-- A spell whose only months this year are those of a break has none in it.
forlop as (
    select
        periode.kommunenummer,
        periode.aar,
        periode.maaned,
        periode.er_siste_i_aaret,
        toleranse.parameter as toleranse,
        forlop.mottaker_nr,
        forlop.fra_maaned,
        forlop.er_avsluttet and forlop.til_maaned <= periode.maaned as er_avsluttet,
        max(stonadsmaaned.maaned) as siste_maaned,
        count(*) as maaneder,
        count(*) filter (where stonadsmaaned.maaned >= periode.nyttaar) as maaneder_i_aaret,
        arg_max_null(stonadsmaaned.alder, stonadsmaaned.maaned) as alder,
        arg_max_null(stonadsmaaned.er_hovedinntekt, stonadsmaaned.maaned) as er_hovedinntekt
    from periode
    inner join {{ ref('int_forlop') }} as forlop
        on
            periode.kommunenummer = forlop.kommunenummer
            and periode.maaned >= forlop.fra_maaned
            and periode.nyttaar <= forlop.til_maaned
    inner join {{ ref('stonadslengde_parameter') }} as toleranse
        on forlop.toleranse = toleranse.verdi and starts_with(toleranse.parameter, 'toleranse_maaneder')
    inner join {{ ref('int_stonadsmaaned') }} as stonadsmaaned
        on
            forlop.mottaker_nr = stonadsmaaned.mottaker_nr
            and forlop.grunnlag = stonadsmaaned.grunnlag
            and stonadsmaaned.maaned between forlop.fra_maaned and least(forlop.til_maaned, periode.maaned)
    where forlop.grunnlag = 'periodisert'
    group by all
    having maaneder_i_aaret > 0
),

-- The age at the end of the year the period lies in.
person as (
    select
        periode.kommunenummer,
        periode.aar,
        periode.maaned,
        periode.er_siste_i_aaret,
        stonadsmaaned.grunnlag,
        stonadsmaaned.mottaker_nr,
        max(stonadsmaaned.maaned) as siste_maaned,
        count(*) as maaneder_siste_12,
        count(*) filter (where stonadsmaaned.maaned >= periode.nyttaar) as maaneder_i_aaret,
        arg_max_null(stonadsmaaned.alder + periode.aar - year(stonadsmaaned.maaned), stonadsmaaned.maaned) as alder,
        arg_max_null(stonadsmaaned.er_hovedinntekt, stonadsmaaned.maaned) as er_hovedinntekt
    from periode
    inner join {{ ref('int_stonadsmaaned') }} as stonadsmaaned
        on
            periode.kommunenummer = stonadsmaaned.kommunenummer
            and stonadsmaaned.maaned between periode.maaned - interval 11 month and periode.maaned
    group by all
),

person_i_aaret as (
    select
        periode.maaned,
        periode.er_siste_i_aaret,
        person.*
    from periode
    inner join {{ ref('int_forklaring_person') }} as person
        on periode.kommunenummer = person.kommunenummer and periode.aar = person.aar
),

post as (
    select
        periode.kommunenummer,
        periode.aar,
        periode.maaned,
        periode.er_siste_i_aaret,
        mottaker.maaned_antall,
        mottaker.alder,
        mottaker.vklo_kode
    from periode
    inner join {{ ref('int_mottaker_aar') }} as mottaker
        on periode.kommunenummer = mottaker.kommunenummer and periode.aar = mottaker.rapporteringsaar
)

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'lopende_maaned' as tilstand,
    maaneder,
    alder,
    er_hovedinntekt
from forlop
where toleranse = 'toleranse_maaneder' and siste_maaned = maaned

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'lopende' as tilstand,
    maaneder,
    alder,
    er_hovedinntekt
from forlop
where toleranse = 'toleranse_maaneder'

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'lopende_toleranse' as tilstand,
    maaneder,
    alder,
    er_hovedinntekt
from forlop
where toleranse = 'toleranse_maaneder_alternativ'

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'lopende_kuttet' as tilstand,
    maaneder_i_aaret as maaneder,
    alder,
    er_hovedinntekt
from forlop
where toleranse = 'toleranse_maaneder'

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'avsluttet_maaned' as tilstand,
    maaneder,
    alder,
    er_hovedinntekt
from forlop
where toleranse = 'toleranse_maaneder' and er_avsluttet and siste_maaned = maaned

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'avsluttet' as tilstand,
    maaneder,
    alder,
    er_hovedinntekt
from forlop
where toleranse = 'toleranse_maaneder' and er_avsluttet

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'periodisert_person' as tilstand,
    maaneder_i_aaret as maaneder,
    alder,
    er_hovedinntekt
from person
where grunnlag = 'periodisert' and maaneder_i_aaret > 0

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'betalt_hittil' as tilstand,
    maaneder_i_aaret as maaneder,
    alder,
    er_hovedinntekt
from person
where grunnlag = 'kontant' and maaneder_i_aaret > 0

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'rullerende' as tilstand,
    maaneder_siste_12 as maaneder,
    alder,
    er_hovedinntekt
from person
where grunnlag = 'kontant' and siste_maaned = maaned

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'rullerende_alle' as tilstand,
    maaneder_siste_12 as maaneder,
    alder,
    er_hovedinntekt
from person
where grunnlag = 'kontant'

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'betalt_aaret' as tilstand,
    betalt_maaneder as maaneder,
    betalt_alder as alder,
    betalt_hovedinntekt as er_hovedinntekt
from person_i_aaret
where er_betalt

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'betalt_og_levert' as tilstand,
    betalt_maaneder as maaneder,
    betalt_alder as alder,
    betalt_hovedinntekt as er_hovedinntekt
from person_i_aaret
where er_betalt and er_levert

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'levert_person' as tilstand,
    coalesce(betalt_maaneder, levert_maaneder) as maaneder,
    if(er_betalt, betalt_alder, levert_alder) as alder,
    if(er_betalt, betalt_hovedinntekt, levert_hovedinntekt) as er_hovedinntekt
from person_i_aaret
where er_levert

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'levert_maaneder' as tilstand,
    levert_maaneder as maaneder,
    if(er_betalt, betalt_alder, levert_alder) as alder,
    if(er_betalt, betalt_hovedinntekt, levert_hovedinntekt) as er_hovedinntekt
from person_i_aaret
where er_levert

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'levert_kjennetegn' as tilstand,
    levert_maaneder as maaneder,
    levert_alder as alder,
    levert_hovedinntekt as er_hovedinntekt
from person_i_aaret
where er_levert

union all by name

select
    kommunenummer,
    aar,
    maaned,
    er_siste_i_aaret,
    'levert_post' as tilstand,
    maaned_antall as maaneder,
    alder,
    vklo_kode = '5' as er_hovedinntekt
from post
