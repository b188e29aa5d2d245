-- A month is a support month where what the person got in it, less what was taken back, is above 0.
with netto as (
    select
        false as er_periodisert,
        mottaker_nr,
        utgiftsmaaned as maaned,
        sum(belop_nok) as belop_nok
    from {{ ref('int_utgift') }}
    group by mottaker_nr, utgiftsmaaned
    having sum(belop_nok) > 0
    union all
    select
        true as er_periodisert,
        mottaker_nr,
        maaned,
        sum(belop_nok) as belop_nok
    from {{ ref('int_utgift_periodisert') }}
    group by mottaker_nr, maaned
    having sum(belop_nok) > 0
),

-- Where two journal numbers of a person change in the same month, the last of them counts: it must always be the same.
tilstand as (
    select
        mottaker.mottaker_nr,
        historikk.gjelder_fra,
        historikk.hovedinntekt_kode,
        historikk.antall_barn_under_18,
        historikk.arbeidssituasjon_kode
    from {{ ref('int_fagsystem_mottaker_historikk') }} as historikk
    inner join {{ ref('int_fagsystem_mottaker') }} as mottaker
        on historikk.kilde_id = mottaker.kilde_id and historikk.journalnummer = mottaker.journalnummer
    qualify
        row_number() over (
            partition by mottaker.mottaker_nr, historikk.gjelder_fra
            order by historikk.kilde_id desc, historikk.journalnummer desc
        ) = 1
),

-- The first thing known of a person holds for the months before it too.
tilstand_periode as (
    select
        * exclude (gjelder_fra),
        if(row_number() over person = 1, '-infinity'::date, gjelder_fra) as fra,
        coalesce(lead(gjelder_fra) over person, 'infinity'::date) as til
    from tilstand
    window person as (partition by mottaker_nr order by gjelder_fra)
)

select
    netto.mottaker_nr,
    netto.er_periodisert,
    netto.maaned,
    netto.belop_nok::decimal(18, 2) as belop_nok,
    (year(netto.maaned) - year(person.fodselsmaaned))::smallint as alder,
    tilstand_periode.hovedinntekt_kode,
    tilstand_periode.hovedinntekt_kode = '5' as er_hovedinntekt,
    tilstand_periode.antall_barn_under_18,
    tilstand_periode.arbeidssituasjon_kode
from netto
inner join {{ ref('int_fagsystem_person') }} as person on netto.mottaker_nr = person.mottaker_nr
-- Exactly one: the periods of a person follow each other without gaps, from the beginning of time to its end.
left join tilstand_periode
    on
        netto.mottaker_nr = tilstand_periode.mottaker_nr
        and netto.maaned >= tilstand_periode.fra
        and netto.maaned < tilstand_periode.til
