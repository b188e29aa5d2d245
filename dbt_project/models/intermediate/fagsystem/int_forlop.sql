select
    person.kommunenummer,
    person.mottaker_id,
    smal.mottaker_nr,
    if(smal.er_periodisert, 'periodisert', 'kontant') as grunnlag,
    smal.toleranse,
    smal.forlop_nr,
    smal.fra_maaned,
    smal.til_maaned,
    smal.maaned_antall,
    smal.er_avsluttet
from {{ ref('int_forlop_smal') }} as smal
inner join {{ ref('int_fagsystem_person') }} as person on smal.mottaker_nr = person.mottaker_nr
