-- What differs in a record as a whole: its characteristics, its sum, and that there is more than one.
with levert_post as (
    select
        leveranse.kommunenummer,
        leveranse.rapporteringsaar,
        stg.mottaker_id,
        stg.bidrag_nok,
        stg.laan_nok,
        list_sum(list_transform(stg.bidrag_per_maaned, lambda belop: coalesce(belop, 0))) as bidrag_i_maanedene,
        list_sum(list_transform(stg.laan_per_maaned, lambda belop: coalesce(belop, 0))) as laan_i_maanedene,
        stg.kjonn_kode,
        stg.sivilstand_kode,
        stg.bu18_kode,
        stg.antall_barn_under_18,
        stg.vklo_kode,
        stg.trygdesit_kode,
        stg.arbsit_kode,
        stg.bosit_kode,
        row_number() over (
            partition by leveranse.kommunenummer, leveranse.rapporteringsaar, stg.mottaker_id
            order by
                list_max(stg.maaneder) desc nulls last,
                stg.linje desc
        ) as nummer_bakfra
    from {{ ref('stg_kostra__11f') }} as stg
    inner join {{ ref('int_leveranse_gjeldende') }} as leveranse on stg.leveranse_id = leveranse.leveranse_id
    inner join {{ ref('int_11f_dekning') }} as dekning
        on
            leveranse.kommunenummer = dekning.kommunenummer
            and leveranse.rapporteringsaar = dekning.rapporteringsaar
),

levert as (
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        count(*) as poster,
        sum(bidrag_nok) as bidrag_nok,
        sum(laan_nok) as laan_nok,
        sum(bidrag_i_maanedene) as bidrag_i_maanedene,
        sum(laan_i_maanedene) as laan_i_maanedene
    from levert_post
    group by all
),

belop as (
    select
        kommunenummer,
        rapporteringsaar,
        mottaker_id,
        unnest(
            [
                struct_pack(felt := 'BIDRAG', aaret := coalesce(bidrag_nok, 0), maanedene := bidrag_i_maanedene),
                struct_pack(felt := 'LAAN', aaret := coalesce(laan_nok, 0), maanedene := laan_i_maanedene)
            ],
            recursive := true
        ) as rad
    from levert
),

-- The derived record has what was known of the person last, so the delivered record with the last month is its like.
kjennetegn as (
    select
        post.kommunenummer,
        post.rapporteringsaar,
        post.mottaker_id,
        unnest(
            [
                struct_pack(felt := 'KJONN', levert := post.kjonn_kode, avledet := person.kjonn_kode),
                struct_pack(felt := 'EKTSTAT', levert := post.sivilstand_kode, avledet := person.sivilstand_kode),
                struct_pack(felt := 'BU18', levert := post.bu18_kode, avledet := person.bu18_kode),
                struct_pack(
                    felt := 'ANTBU18',
                    -- Blank and 00 are both no children.
                    levert := coalesce(post.antall_barn_under_18, 0)::varchar,
                    avledet := person.antall_barn_under_18::varchar
                ),
                struct_pack(felt := 'VKLO', levert := post.vklo_kode, avledet := person.vklo_kode),
                struct_pack(felt := 'TRYGDESIT', levert := post.trygdesit_kode, avledet := person.trygdesit_kode),
                struct_pack(felt := 'ARBSIT', levert := post.arbsit_kode, avledet := person.arbsit_kode),
                struct_pack(felt := 'BOSIT', levert := post.bosit_kode, avledet := person.bosit_kode)
            ],
            recursive := true
        ) as rad
    from levert_post as post
    inner join {{ ref('int_11f_person') }} as person
        on
            post.kommunenummer = person.kommunenummer
            and post.rapporteringsaar = person.rapporteringsaar
            and post.mottaker_id = person.mottaker_id
    where post.nummer_bakfra = 1
)

select
    kommunenummer,
    rapporteringsaar,
    mottaker_id,
    'POST' as felt,
    poster::varchar as levert,
    '1' as avledet,
    null::decimal(18, 2) as differanse_nok,
    'flere_poster' as aarsak
from levert
where poster > 1

union all

select
    kommunenummer,
    rapporteringsaar,
    mottaker_id,
    felt,
    aaret::varchar as levert,
    maanedene::varchar as avledet,
    (aaret - maanedene)::decimal(18, 2) as differanse_nok,
    'sum_ulik_maanedene' as aarsak
from belop
where aaret != maanedene

union all

select
    kommunenummer,
    rapporteringsaar,
    mottaker_id,
    felt,
    levert,
    avledet,
    null as differanse_nok,
    if(avledet is null, 'kjennetegn_mangler', 'kjennetegn_ulikt') as aarsak
from kjennetegn
where levert is distinct from avledet
