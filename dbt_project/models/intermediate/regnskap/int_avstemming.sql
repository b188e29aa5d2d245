-- Each cause is found by rows of its own (seeds/avstemming_aarsak.csv says which); what no cause is found for, is left.
with parameter as (
    select
        (max(verdi) filter (where parameter = 'avrunding_nok'))::decimal(18, 2) as avrunding_nok,
        (max(verdi) filter (where parameter = 'avrunding_0a_nok'))::decimal(18, 2) as avrunding_0a_nok,
        max(verdi) filter (where parameter = 'kvp_art') as kvp_art
    from {{ ref('avstemming_parameter') }}
),

-- 1. What was paid against what is posted as support on function 281.
betalt as (
    select
        person.kommunenummer,
        utgift.utgiftsdato as dato,
        utgift.utgiftsmaaned as maaned,
        stonadstype.stonadsform,
        sum(utgift.belop_nok) as betalt_nok,
        list(utgift.belop_nok) filter (where utgift.belop_nok < 0) as tilbakefort,
        coalesce(sum(utgift.belop_nok) filter (where utgift.belop_nok < 0), 0) as tilbakefort_nok,
        list(distinct utgift.mottaker_nr::ubigint) as mottakere,
        list(distinct utgift.mottaker_nr::ubigint) filter (where utgift.belop_nok < 0) as tilbakefort_mottakere
    from {{ ref('int_utgift') }} as utgift
    inner join {{ ref('int_fagsystem_person') }} as person on utgift.mottaker_nr = person.mottaker_nr
    inner join {{ ref('int_stonadstype') }} as stonadstype on utgift.stonadstype_nr = stonadstype.stonadstype_nr
    group by all
),

stoppet as (
    select
        kommunenummer,
        coalesce(utbetalingsdato, forfallsdato) as dato,
        stonadsform,
        list(belop_nok) || [sum(belop_nok)] as belop,
        list(distinct mottaker_nr::ubigint) as mottakere
    from {{ ref('int_utbetaling') }}
    where status = 'STOPPET'
    group by all
),

-- A row that is set aside may be of anyone, so each counts as a person.
til_side as (
    select
        stg.kommunenummer,
        coalesce(stg.utbetalingsdato, stg.forfallsdato) as dato,
        stg.stonadsform,
        sum(stg.belop_nok) as til_side_nok,
        list(hash(feil.leveranse_id, feil.linje)) as mottakere
    from {{ ref('int_fagsystem_feil') }} as feil
    inner join {{ ref('stg_fagsystem__utbetaling') }} as stg
        on feil.leveranse_id = stg.leveranse_id and feil.linje = stg.linje
    where feil.objekt = 'utbetaling'
    group by all
),

til_side_celle as (
    select
        kommunenummer,
        hash(leveranse_id, linje) as mottaker,
        datoer,
        unnest(belop) as belop_nok
    from {{ ref('stg_intern__karantene') }}
    where objekt = 'utbetaling'
),

-- Of a row that could not be read, that it holds the day and the amount must do.
ulest as (
    select
        kommunenummer,
        belop_nok,
        mottaker,
        unnest(datoer) as dato
    from til_side_celle
),

ulest_dag as (
    select
        kommunenummer,
        dato,
        belop_nok,
        list(distinct mottaker) as mottakere
    from ulest
    group by all
),

bok as (
    select * from {{ ref('int_hovedbok_aarsak') }}
),

bokmaaned as (
    select
        kommunenummer,
        make_date(regnskapsaar, least(right(periode, 2)::integer, 12), 1) as maaned
    from {{ ref('int_regnskap_periode') }}
    where objekt = 'hovedbok'
    union
    select
        kommunenummer,
        maaned
    from {{ ref('int_hovedbok') }}
),

-- Only months that both have delivered.
begge as (
    select
        levert.kommunenummer,
        levert.maaned,
        unnest(['BIDRAG', 'LAAN']) as stonadsform
    from {{ ref('int_kommune_maaned') }} as levert
    semi join bokmaaned on levert.kommunenummer = bokmaaned.kommunenummer and levert.maaned = bokmaaned.maaned
),

-- A line with a cause of its own is more in the month it is posted in, and less in the month it belongs to.
flyttet as (
    select
        kommunenummer,
        regnskapsmaaned as maaned,
        stonadsform,
        dato,
        aarsak,
        belop_nok
    from bok
    where stonadsform is not null and aarsak is not null
    union all
    select
        kommunenummer,
        motpart_maaned as maaned,
        stonadsform,
        dato,
        aarsak,
        -belop_nok as belop_nok
    from bok
    where stonadsform is not null and motpart_maaned is not null
),

-- The rest is held against the payments day by day. Lines of the payments count in the month they were paid in, those
-- that only name the day in the month they are posted in.
dag_bok as (
    select
        kommunenummer,
        dato,
        stonadsform,
        if(er_betaling, date_trunc('month', dato)::date, regnskapsmaaned) as maaned,
        er_betaling,
        sum(belop_nok) as belop_nok
    from bok
    where stonadsform is not null and er_levert and (er_betaling or aarsak is null)
    group by all
),

dag_begge as (
    select
        kommunenummer,
        dato,
        stonadsform,
        maaned,
        er_betaling,
        belop_nok
    from dag_bok
    union all
    select
        kommunenummer,
        dato,
        stonadsform,
        maaned,
        true as er_betaling,
        -betalt_nok as belop_nok
    from betalt
),

dag_rest as (
    select
        kommunenummer,
        dato,
        stonadsform,
        maaned,
        sum(belop_nok) as rest_nok,
        coalesce(sum(belop_nok) filter (where er_betaling), 0) != 0 as er_av_betalingene
    from dag_begge
    group by all
    having rest_nok != 0
),

dag as (
    select
        kommunenummer,
        dato,
        stonadsform,
        sum(rest_nok) as rest_nok
    from dag_rest
    group by all
),

refusjon as (
    select
        kommunenummer,
        dato,
        sum(belop_nok) as refusjon_nok
    from bok
    where formaal = 'refusjoner'
    group by all
),

-- The days there are vouchers of, and the months in which vouchers can be told by their day.
fort_dag as (
    select distinct
        kommunenummer,
        dato
    from bok
    where stonadsform is not null
),

fort_maaned as (
    select distinct
        kommunenummer,
        maaned
    from dag_bok
    where er_betaling
),

dag_bevis as (
    select
        dag.kommunenummer,
        dag.dato,
        dag.stonadsform,
        coalesce(betalt.mottakere, []) as betalt_mottakere,
        coalesce(stoppet.mottakere, []) as stoppet_mottakere,
        coalesce(betalt.tilbakefort_mottakere, []) as tilbakefort_mottakere,
        coalesce(til_side.mottakere, ulest_dag.mottakere, []) as til_side_mottakere,
        case
            when list_contains(stoppet.belop, dag.rest_nok) then 'stoppet'
            when dag.rest_nok = -refusjon.refusjon_nok then 'refusjoner'
            when list_contains(betalt.tilbakefort || [betalt.tilbakefort_nok], -dag.rest_nok) then 'tilbakeforing'
            when dag.rest_nok = -annen.rest_nok then 'laan'
            when dag.rest_nok = til_side.til_side_nok or ulest_dag.belop_nok is not null then 'mangler_i_fagsystem'
            when
                dag.rest_nok = -betalt.betalt_nok
                and fort_dag.dato is null
                and fort_maaned.maaned is not null
                then 'mangler_i_hovedbok'
            when abs(dag.rest_nok) < parameter.avrunding_nok then 'avrunding'
        end as aarsak
    from dag
    cross join parameter
    left join betalt
        on
            dag.kommunenummer = betalt.kommunenummer
            and dag.dato = betalt.dato
            and dag.stonadsform = betalt.stonadsform
    left join stoppet
        on
            dag.kommunenummer = stoppet.kommunenummer
            and dag.dato = stoppet.dato
            and dag.stonadsform = stoppet.stonadsform
    left join til_side
        on
            dag.kommunenummer = til_side.kommunenummer
            and dag.dato = til_side.dato
            and dag.stonadsform = til_side.stonadsform
    left join ulest_dag
        on
            dag.kommunenummer = ulest_dag.kommunenummer
            and dag.dato = ulest_dag.dato
            and dag.rest_nok = ulest_dag.belop_nok
    left join refusjon on dag.kommunenummer = refusjon.kommunenummer and dag.dato = refusjon.dato
    left join dag as annen
        on
            dag.kommunenummer = annen.kommunenummer
            and dag.dato = annen.dato
            and dag.stonadsform != annen.stonadsform
    left join fort_dag on dag.kommunenummer = fort_dag.kommunenummer and dag.dato = fort_dag.dato
    left join fort_maaned
        on dag.kommunenummer = fort_maaned.kommunenummer and date_trunc('month', dag.dato) = fort_maaned.maaned
),

dag_aarsak as (
    select
        dag_rest.kommunenummer,
        dag_rest.maaned,
        dag_rest.stonadsform,
        dag_bevis.aarsak,
        dag_rest.rest_nok as belop_nok,
        case
            when dag_bevis.aarsak = 'stoppet' then dag_bevis.stoppet_mottakere
            when dag_bevis.aarsak in ('tilbakeforing', 'refusjoner') then dag_bevis.tilbakefort_mottakere
            when dag_bevis.aarsak = 'mangler_i_fagsystem' then dag_bevis.til_side_mottakere
            -- Nobody is behind a voucher that is not of the payments.
            when dag_bevis.aarsak is null and not dag_rest.er_av_betalingene then []
            else dag_bevis.betalt_mottakere
        end as mottakere
    from dag_rest
    inner join dag_bevis
        on
            dag_rest.kommunenummer = dag_bevis.kommunenummer
            and dag_rest.dato = dag_bevis.dato
            and dag_rest.stonadsform = dag_bevis.stonadsform
),

fagsystem_hovedbok as (
    select
        kommunenummer,
        maaned,
        stonadsform,
        'fra' as aarsak,
        betalt_nok as belop_nok,
        mottakere
    from betalt
    union all by name
    select
        kommunenummer,
        regnskapsmaaned as maaned,
        stonadsform,
        'til' as aarsak,
        belop_nok,
        [] as mottakere
    from bok
    union all by name
    select
        flyttet.kommunenummer,
        flyttet.maaned,
        flyttet.stonadsform,
        flyttet.aarsak,
        flyttet.belop_nok,
        coalesce(betalt.mottakere, []) as mottakere
    from flyttet
    left join betalt
        on
            flyttet.kommunenummer = betalt.kommunenummer
            and flyttet.dato = betalt.dato
            and flyttet.stonadsform = betalt.stonadsform
    union all by name
    select
        kommunenummer,
        maaned,
        stonadsform,
        coalesce(aarsak, 'uforklart') as aarsak,
        belop_nok,
        mottakere
    from dag_aarsak
),

-- 2. What was paid against the months of 11F, person by person.
person_maaned as (
    select
        kommunenummer,
        rapporteringsaar,
        maaned_nummer,
        make_date(rapporteringsaar, maaned_nummer, 1) as maaned,
        mottaker_id,
        unnest(
            [
                struct_pack(
                    stonadsform := 'BIDRAG',
                    levert := coalesce(levert.bidrag_nok, 0),
                    avledet := coalesce(avledet.bidrag_nok, 0),
                    utbetalt := coalesce(avledet.bidrag_utbetalt_nok, 0)
                ),
                struct_pack(
                    stonadsform := 'LAAN',
                    levert := coalesce(levert.laan_nok, 0),
                    avledet := coalesce(avledet.laan_nok, 0),
                    utbetalt := coalesce(avledet.laan_utbetalt_nok, 0)
                )
            ],
            recursive := true
        ) as rad
    from {{ ref('int_11f_levert_maaned') }} as levert
    full join {{ ref('int_11f_avledet_maaned') }} as avledet
        using (kommunenummer, rapporteringsaar, mottaker_id, maaned_nummer)
    semi join {{ ref('int_11f_dekning') }} using (kommunenummer, rapporteringsaar)
),

person_aarsak as (
    select
        person.kommunenummer,
        person.maaned,
        person.stonadsform,
        unnest(
            [
                struct_pack(aarsak := 'fra', belop_nok := person.utbetalt),
                struct_pack(aarsak := 'til', belop_nok := person.levert),
                -- What the form cannot hold, and the øre it has no room for.
                struct_pack(
                    aarsak := if(person.avledet = round(person.utbetalt), 'avrunding', 'tilbakeforing'),
                    belop_nok := person.avledet - person.utbetalt
                ),
                -- int_11f_avvik_maaned has a name for what it has no reason for, too.
                struct_pack(
                    aarsak := coalesce(nullif(avvik.aarsak, 'belop_ulikt'), 'uforklart'),
                    belop_nok := person.levert - person.avledet
                )
            ],
            recursive := true
        ) as rad,
        hash(person.mottaker_id) as mottaker
    from person_maaned as person
    left join {{ ref('int_11f_avvik_maaned') }} as avvik
        on
            person.kommunenummer = avvik.kommunenummer
            and person.rapporteringsaar = avvik.rapporteringsaar
            and person.mottaker_id = avvik.mottaker_id
            and person.maaned_nummer = avvik.maaned_nummer
            and person.stonadsform = avvik.felt
            and person.levert != person.avledet
),

fagsystem_11f as (
    select
        kommunenummer,
        maaned,
        stonadsform,
        aarsak,
        sum(belop_nok) as belop_nok,
        list(distinct mottaker) as mottakere
    from person_aarsak
    where belop_nok != 0
    group by all
),

-- 3. The ledger's year against 0A, art by art, and from support to netto driftsutgifter.
netto_art as (
    select
        art_fra,
        art_til,
        gyldig_fra_aar,
        coalesce(gyldig_til_aar, 9999) as gyldig_til_aar
    from {{ ref('kostra_artsgruppe') }}
    where begrep = 'NETTO'
),

-- What an art is for where no account says it.
art_formaal as (
    select
        konto.kostra_art,
        konto.formaal,
        formaal.stonadsform
    from {{ ref('regnskap_konto') }} as konto
    inner join {{ ref('regnskap_formaal') }} as formaal on konto.formaal = formaal.formaal
    where konto.konto is null
),

bok_art as (
    select
        kommunenummer,
        regnskapsaar,
        funksjon,
        kostra_art,
        sum(belop_nok) as bok_nok
    from {{ ref('int_regnskap_maaned') }}
    where kontoklasse = '1' and funksjon in ('276', '281')
    group by all
),

levert_art as (
    select
        kommunenummer,
        rapporteringsaar as regnskapsaar,
        funksjon,
        art as kostra_art,
        belop_hittil_nok as levert_nok
    from {{ ref('int_regnskap_funksjon_art') }}
    where kvartal is null and kontoklasse = '1' and funksjon = '281'
),

art as (
    select
        kommunenummer,
        regnskapsaar,
        funksjon,
        kostra_art,
        coalesce(bok_art.bok_nok, 0) as bok_nok,
        coalesce(levert_art.levert_nok, 0) as levert_nok,
        bool_or(bok_art.bok_nok is not null) over funksjonsaaret
        and bool_or(levert_art.levert_nok is not null) over funksjonsaaret as er_i_begge,
        sum(coalesce(levert_art.levert_nok, 0) - coalesce(bok_art.bok_nok, 0)) over funksjonsaaret
            as funksjon_rest_nok
    from bok_art
    full join levert_art using (kommunenummer, regnskapsaar, funksjon, kostra_art)
    window funksjonsaaret as (partition by kommunenummer, regnskapsaar, funksjon)
),

art_aarsak as (
    select
        art.*,
        art_formaal.stonadsform,
        art_formaal.formaal,
        netto_art.art_fra is not null as er_netto,
        case
            when abs(art.levert_nok - art.bok_nok) < parameter.avrunding_0a_nok then 'avrunding'
            when abs(art.funksjon_rest_nok) < parameter.avrunding_0a_nok then 'annen_art'
            else 'uforklart'
        end as aarsak
    from art
    cross join parameter
    left join art_formaal on art.kostra_art = art_formaal.kostra_art
    left join netto_art
        on
            art.kostra_art between netto_art.art_fra and netto_art.art_til
            and art.regnskapsaar between netto_art.gyldig_fra_aar and netto_art.gyldig_til_aar
),

hovedbok_0a as (
    select
        kommunenummer,
        make_date(regnskapsaar, 12, 1) as maaned,
        unnest(
            [
                struct_pack(stonadsform := stonadsform, aarsak := 'fra', belop_nok := bok_nok),
                struct_pack(stonadsform := stonadsform, aarsak := aarsak, belop_nok := levert_nok - bok_nok),
                struct_pack(stonadsform := stonadsform, aarsak := 'til', belop_nok := levert_nok)
            ],
            recursive := true
        ) as rad
    from art_aarsak
    where er_i_begge and stonadsform is not null
    union all by name
    select
        kommunenummer,
        make_date(regnskapsaar, 12, 1) as maaned,
        unnest(
            [
                struct_pack(
                    stonadsform := 'ALLE',
                    aarsak := 'fra',
                    belop_nok := if(stonadsform is not null, bok_nok, 0)
                ),
                struct_pack(
                    stonadsform := 'ALLE',
                    aarsak := case
                        when stonadsform = 'LAAN' then 'laan'
                        when formaal = 'refusjoner' then 'refusjoner'
                        else 'andre_arter'
                    end,
                    belop_nok := case
                        when er_netto and stonadsform is null then bok_nok
                        when not er_netto and stonadsform is not null then -bok_nok
                        else 0
                    end
                ),
                struct_pack(
                    stonadsform := 'ALLE',
                    aarsak := aarsak,
                    belop_nok := if(er_netto, levert_nok - bok_nok, 0)
                ),
                struct_pack(
                    stonadsform := 'ALLE',
                    aarsak := 'til',
                    belop_nok := if(er_netto, levert_nok, 0)
                )
            ],
            recursive := true
        ) as rad
    from art_aarsak
    where er_i_begge
),

-- 4. The qualification benefit of 11CF against function 276.
kvp as (
    select
        kommunenummer,
        rapporteringsaar as regnskapsaar,
        sum(coalesce(kvp_stonad_nok, 0)) as kvp_nok,
        list(distinct hash(mottaker_id)) filter (where kvp_stonad_nok != 0) as mottakere
    from {{ ref('int_kvp_deltaker_aar') }}
    group by all
),

kvp_art as (
    select
        art.kommunenummer,
        art.regnskapsaar,
        case
            when art.kostra_art = parameter.kvp_art then 'stonad'
            when art.formaal = 'refusjoner' then 'refusjoner'
            else 'andre_arter'
        end as aarsak,
        art.bok_nok
    from art_aarsak as art
    cross join parameter
    where art.funksjon = '276' and art.er_netto
),

kvp_stonad as (
    select
        kvp.kommunenummer,
        kvp.regnskapsaar,
        kvp.kvp_nok,
        kvp.mottakere,
        sum(kvp_art.bok_nok) filter (where kvp_art.aarsak = 'stonad') - kvp.kvp_nok as rest_nok
    from kvp
    inner join kvp_art on kvp.kommunenummer = kvp_art.kommunenummer and kvp.regnskapsaar = kvp_art.regnskapsaar
    group by kvp.kommunenummer, kvp.regnskapsaar, kvp.kvp_nok, kvp.mottakere
),

kvp_hovedbok as (
    select
        kommunenummer,
        make_date(regnskapsaar, 12, 1) as maaned,
        unnest(
            [
                struct_pack(aarsak := 'fra', belop_nok := kvp_nok),
                struct_pack(
                    aarsak := if(abs(rest_nok) < len(mottakere), 'avrunding', 'uforklart'),
                    belop_nok := rest_nok
                )
            ],
            recursive := true
        ) as rad,
        mottakere
    from kvp_stonad
    union all by name
    select
        kommunenummer,
        make_date(regnskapsaar, 12, 1) as maaned,
        unnest(
            [
                struct_pack(aarsak := aarsak, belop_nok := if(aarsak = 'stonad', 0, bok_nok)),
                struct_pack(aarsak := 'til', belop_nok := bok_nok)
            ],
            recursive := true
        ) as rad,
        [] as mottakere
    from kvp_art
),

-- The payments are compared form by form, and in all.
mot_fagsystem as (
    select
        'hovedbok' as til_kilde,
        *
    from fagsystem_hovedbok
    semi join begge using (kommunenummer, maaned, stonadsform)
    union all by name
    select
        'hovedbok' as til_kilde,
        begge.*,
        'fra' as aarsak,
        0 as belop_nok
    from begge
    union all by name
    select
        '11F' as til_kilde,
        *
    from fagsystem_11f
    semi join {{ ref('int_kommune_maaned') }} using (kommunenummer, maaned)
),

rad as (
    select
        'fagsystem' as fra_kilde,
        * replace (unnest([stonadsform, 'ALLE']) as stonadsform)
    from mot_fagsystem
    union all by name
    select
        'hovedbok' as fra_kilde,
        '0A' as til_kilde,
        *
    from hovedbok_0a
    union all by name
    select
        '11CF' as fra_kilde,
        'hovedbok' as til_kilde,
        'KVP' as stonadsform,
        *
    from kvp_hovedbok
),

samlet as (
    select
        kommunenummer,
        maaned,
        fra_kilde,
        til_kilde,
        stonadsform,
        aarsak,
        sum(belop_nok) as belop_nok,
        list_distinct(flatten(list(mottakere))) as mottakere
    from rad
    group by all
),

-- What is left is reckoned from the two sides and the causes, and not from the rows no cause was found for.
side as (
    select
        kommunenummer,
        maaned,
        fra_kilde,
        til_kilde,
        stonadsform,
        coalesce(sum(belop_nok) filter (where aarsak = 'fra'), 0) as fra_nok,
        coalesce(sum(belop_nok) filter (where aarsak = 'til'), 0) as til_nok,
        coalesce(sum(belop_nok) filter (where aarsak not in ('fra', 'til', 'uforklart')), 0) as forklart_nok
    from samlet
    group by all
),

alltid as (
    select
        * exclude (fra_nok, til_nok, forklart_nok),
        unnest(
            [
                struct_pack(aarsak := 'fra', belop_nok := fra_nok),
                struct_pack(aarsak := 'uforklart', belop_nok := til_nok - fra_nok - forklart_nok),
                struct_pack(aarsak := 'til', belop_nok := til_nok)
            ],
            recursive := true
        ) as rad
    from side
),

endelig as (
    select
        alltid.*,
        coalesce(samlet.mottakere, []) as mottakere
    from alltid
    left join samlet using (kommunenummer, maaned, fra_kilde, til_kilde, stonadsform, aarsak)
    union all by name
    select *
    from samlet
    where aarsak not in ('fra', 'til', 'uforklart') and belop_nok != 0
)

select
    kommunenummer,
    maaned,
    fra_kilde,
    til_kilde,
    stonadsform,
    aarsak,
    belop_nok::decimal(18, 2) as belop_nok,
    len(mottakere)::integer as person_antall,
    mottakere
from endelig
