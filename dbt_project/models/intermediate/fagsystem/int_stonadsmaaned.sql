select
    person.kommunenummer,
    person.mottaker_id,
    smal.mottaker_nr,
    if(smal.er_periodisert, 'periodisert', 'kontant') as grunnlag,
    smal.maaned,
    smal.belop_nok,
    smal.alder,
    smal.hovedinntekt_kode,
    smal.er_hovedinntekt,
    smal.antall_barn_under_18,
    smal.arbeidssituasjon_kode
from {{ ref('int_stonadsmaaned_smal') }} as smal
inner join {{ ref('int_fagsystem_person') }} as person on smal.mottaker_nr = person.mottaker_nr
