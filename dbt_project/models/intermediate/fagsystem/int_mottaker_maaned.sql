with maaned as (
    select
        mottaker_nr,
        utgiftsmaaned as maaned,
        'kontant' as grunnlag,
        stonadstype_nr,
        sum(belop_nok)::decimal(18, 2) as belop_nok
    from {{ ref('int_utgift') }}
    group by mottaker_nr, utgiftsmaaned, stonadstype_nr
    union all
    select
        mottaker_nr,
        maaned,
        'periodisert' as grunnlag,
        stonadstype_nr,
        sum(belop_nok)::decimal(18, 2) as belop_nok
    from {{ ref('int_utgift_periodisert') }}
    group by mottaker_nr, maaned, stonadstype_nr
)

select
    person.kommunenummer,
    person.mottaker_id,
    maaned.mottaker_nr,
    maaned.maaned,
    maaned.grunnlag,
    stonadstype.stonadsart,
    stonadstype.stonadsform,
    maaned.belop_nok
from maaned
inner join {{ ref('int_fagsystem_person') }} as person on maaned.mottaker_nr = person.mottaker_nr
inner join {{ ref('int_stonadstype') }} as stonadstype on maaned.stonadstype_nr = stonadstype.stonadstype_nr
