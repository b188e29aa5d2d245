with maaned as (
    {{ avledet_11f() }}
),

maaneder as (
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        list(maaned_nummer order by maaned_nummer) as maaneder,
        sum(bidrag_nok)::decimal(18, 2) as bidrag_nok,
        sum(laan_nok)::decimal(18, 2) as laan_nok,
        map(list(maaned_nummer order by maaned_nummer), list(bidrag_nok order by maaned_nummer)) as bidrag,
        map(list(maaned_nummer order by maaned_nummer), list(laan_nok order by maaned_nummer)) as laan
    from maaned
    where er_stonadsmaaned
    group by all
)

select
    person.*,
    maaneder.maaneder,
    maaneder.bidrag_nok,
    maaneder.laan_nok,
    list_transform(range(1, 13), lambda nummer: coalesce(maaneder.bidrag[nummer], 0)) as bidrag_per_maaned,
    list_transform(range(1, 13), lambda nummer: coalesce(maaneder.laan[nummer], 0)) as laan_per_maaned
from maaneder
inner join {{ ref('int_11f_person') }} as person
    on
        maaneder.kommunenummer = person.kommunenummer
        and maaneder.rapporteringsaar = person.rapporteringsaar
        and maaneder.mottaker_id = person.mottaker_id
