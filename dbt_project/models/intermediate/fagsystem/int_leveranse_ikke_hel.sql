-- The months of payments that are not delivered, or that something says are not whole, and what says so.
with terskel as (
    select
        max(verdi) filter (where terskel_id = 'uttrekk_virkedager') as uttrekk_virkedager,
        max(verdi) filter (where terskel_id = 'hale_pst') as hale_pst,
        max(verdi) filter (where terskel_id = 'hale_minste_rader') as hale_minste_rader,
        max(verdi) filter (where terskel_id = 'hale_minste_maaneder') as hale_minste_maaneder,
        max(verdi) filter (where terskel_id = 'hale_unntak_maaneder') as hale_unntak_maaneder,
        max(verdi) filter (where terskel_id = 'nesten_tom_pst') as nesten_tom_pst,
        max(verdi) filter (where terskel_id = 'mottakere_pst') as mottakere_pst,
        max(verdi) filter (where terskel_id = 'mottakere_siste_pst') as mottakere_siste_pst,
        max(verdi) filter (where terskel_id = 'feil_pst') as feil_pst
    from {{ ref('avvik_terskel') }}
),

leveranse_terskel as (
    select
        max(verdi) filter (where terskel_id = 'liten_vindu_maaneder') as vindu,
        max(verdi) filter (where terskel_id = 'liten_minste_median') as minste_median
    from {{ ref('leveranse_terskel') }}
),

leveranse as (
    select
        forventet.kommunenummer,
        forventet.maaned,
        forventet.status,
        forventet.frist,
        forventet.rader,
        forventet.vanlig_antall,
        forventet.uttrukket,
        kalender.virkedager,
        row_number() over (
            partition by forventet.kommunenummer, forventet.status = 'mangler'
            order by forventet.maaned
        ) as nummer
    from {{ ref('int_leveranse_forventet') }} as forventet
    left join {{ ref('int_kalender_maaned') }} as kalender on forventet.maaned = kalender.maaned
    where forventet.objekt = 'utbetaling'
),

dag as (
    select
        kommunenummer,
        registrert_dato,
        count(*) as rader
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    group by kommunenummer, registrert_dato
),

levert_dag as (
    select
        leveranse.kommunenummer,
        leveranse.maaned,
        leveranse.nummer,
        dag.registrert_dato,
        day(dag.registrert_dato) as dag_nummer,
        len(list_filter(leveranse.virkedager, virkedag -> virkedag > dag.registrert_dato)) as virkedager_igjen,
        dag.rader
    from leveranse
    inner join dag
        on
            leveranse.kommunenummer = dag.kommunenummer
            and leveranse.maaned = date_trunc('month', dag.registrert_dato)
    where leveranse.status != 'mangler'
),

slutt as (
    select
        kommunenummer,
        maaned,
        nummer,
        max(registrert_dato) as siste_registrert,
        max(dag_nummer) as dag_nummer,
        min(virkedager_igjen) as virkedager_igjen
    from levert_dag
    group by kommunenummer, maaned, nummer
),

-- What an earlier month had after the day this one stops. A payday that Easter or Christmas moves comes earlier in the
-- month, but not nearer to the end in working days, so a row is after it only by both.
hale_hver as (
    select
        slutt.kommunenummer,
        slutt.maaned,
        foer.maaned as foer_maaned,
        least(
            coalesce(sum(foer.rader) filter (where foer.dag_nummer > slutt.dag_nummer), 0),
            coalesce(sum(foer.rader) filter (where foer.virkedager_igjen < slutt.virkedager_igjen), 0)
        ) as rader
    from slutt
    cross join leveranse_terskel
    inner join levert_dag as foer
        on
            slutt.kommunenummer = foer.kommunenummer
            and foer.nummer between slutt.nummer - leveranse_terskel.vindu and slutt.nummer - 1
    group by slutt.kommunenummer, slutt.maaned, foer.maaned
),

hale as (
    select
        hale_hver.kommunenummer,
        hale_hver.maaned,
        list_sort(list(hale_hver.rader))[any_value(terskel.hale_unntak_maaneder) + 1] as rader
    from hale_hver
    cross join terskel
    group by hale_hver.kommunenummer, hale_hver.maaned
    having count(*) >= any_value(terskel.hale_minste_maaneder)
),

mottakere as (
    select
        kommunenummer,
        maaned,
        mottaker_antall,
        if(lag(maaned) over kommune + interval 1 month = maaned, lag(mottaker_antall) over kommune, null) as foer,
        if(lead(maaned) over kommune - interval 1 month = maaned, lead(mottaker_antall) over kommune, null) as etter
    from {{ ref('int_populasjon_maaned') }}
    where populasjon = 'alle' and grunnlag = 'periodisert'
    window kommune as (partition by kommunenummer order by maaned)
),

-- Few rows alone may be a payday that moved the registrations into the month before.
vurdert as (
    select
        leveranse.kommunenummer,
        leveranse.maaned,
        leveranse.status,
        leveranse.frist,
        leveranse.rader,
        leveranse.vanlig_antall,
        leveranse.uttrukket::date as uttrukket,
        slutt.siste_registrert,
        mottakere.etter is null as er_siste,
        leveranse.status = 'mangler' as mangler,
        floor(100 * hale.rader / leveranse.vanlig_antall)::integer as hale_pst,
        coalesce(
            len(list_filter(leveranse.virkedager, virkedag -> virkedag > leveranse.uttrukket::date))
            >= terskel.uttrekk_virkedager,
            false
        ) as tatt_ut_for_tidlig,
        coalesce(
            hale.rader >= terskel.hale_minste_rader
            and leveranse.vanlig_antall >= leveranse_terskel.minste_median
            and hale.rader * 100 >= leveranse.vanlig_antall * terskel.hale_pst,
            false
        ) as slutter_tidlig,
        hale.rader * 100 >= leveranse.vanlig_antall * terskel.feil_pst as mangler_mye,
        leveranse.rader * 100 < leveranse.vanlig_antall * terskel.nesten_tom_pst as er_nesten_tom,
        -- Without the month after, late decisions are not in yet.
        coalesce(
            mottakere.foer >= leveranse_terskel.minste_median
            and if(
                mottakere.etter is null,
                mottakere.mottaker_antall * 100 < mottakere.foer * terskel.mottakere_siste_pst,
                mottakere.etter >= leveranse_terskel.minste_median
                and mottakere.mottaker_antall * 100
                < least(mottakere.foer, mottakere.etter) * terskel.mottakere_pst
            ),
            false
        ) as mangler_mottakere
    from leveranse
    left join slutt on leveranse.kommunenummer = slutt.kommunenummer and leveranse.maaned = slutt.maaned
    left join hale on leveranse.kommunenummer = hale.kommunenummer and leveranse.maaned = hale.maaned
    left join mottakere
        on leveranse.kommunenummer = mottakere.kommunenummer and leveranse.maaned = mottakere.maaned
    cross join terskel
    cross join leveranse_terskel
),

-- Who is paid before the month begins is missing where the file of the month before was cut.
med_foer as (
    select
        *,
        lag(mangler or tatt_ut_for_tidlig or slutter_tidlig) over (
            partition by kommunenummer
            order by maaned
        ) as foer_er_ikke_hel
    from vurdert
),

maanedsnavn as (
    select map_from_entries(list(row(kode::integer, navn))) as navn
    from {{ ref('kodeliste') }}
    where liste = 'MAANED'
)

select
    med_foer.kommunenummer,
    med_foer.maaned,
    case
        when med_foer.mangler
            then 'er ikke levert, og fristen var ' || {{ dato_tekst('med_foer.frist', 'maanedsnavn.navn') }}
        when med_foer.tatt_ut_for_tidlig
            then
                'er tatt ut ' || {{ dato_tekst('med_foer.uttrukket', 'maanedsnavn.navn') }}
                || ', før måneden var slutt, så måneden er ikke hel'
        when med_foer.slutter_tidlig
            then
                'slutter ' || {{ dato_tekst('med_foer.siste_registrert', 'maanedsnavn.navn') }}
                || ', og i andre måneder kommer minst ' || med_foer.hale_pst
                || ' % av det vanlige etter det, så måneden er trolig ikke hel'
        when med_foer.mangler_mottakere
            then
                'gjelder langt færre mottakere enn '
                || if(med_foer.er_siste, 'måneden før', 'månedene før og etter')
                || if(
                    med_foer.foer_er_ikke_hel,
                    ', trolig fordi leveransen for måneden før ikke er hel',
                    ', så noen av dem er trolig ikke levert'
                )
        else
            'har ' || {{ heltall_tekst('med_foer.rader') }} || ' rader, der '
            || {{ heltall_tekst('med_foer.vanlig_antall') }} || ' er vanlig, så måneden er kanskje ikke hel'
    end as grunn,
    case
        when
            med_foer.mangler
            or med_foer.tatt_ut_for_tidlig
            or med_foer.er_nesten_tom
            or med_foer.mangler_mottakere
            or (med_foer.slutter_tidlig and (med_foer.mangler_mye or med_foer.status = 'liten'))
            then 'FEIL'
        when med_foer.slutter_tidlig then 'ADVARSEL'
        else 'INFO'
    end as alvor
from med_foer
cross join maanedsnavn
where
    med_foer.status != 'levert'
    or med_foer.tatt_ut_for_tidlig
    or med_foer.slutter_tidlig
    or med_foer.mangler_mottakere
