{{ config(alias='avstemming') }}

with terskel as (
    select verdi as minste_viste_antall
    from {{ ref('skjerming_terskel') }}
    where terskel_id = 'minste_viste_antall'
),

-- The sums of bidrag and lån are not in bi elsewhere. Beside the stønadsarter of the month they tell what the hidden
-- ones of each form are together.
form_maaned as (
    select
        betalt.kommunenummer,
        betalt.maaned,
        betalt.stonadsform,
        count(distinct betalt.mottaker_nr) as personer,
        count(distinct betalt.stonadsart) filter (where skjult.celle is not null) as skjulte_arter,
        count(distinct betalt.mottaker_nr) filter (where skjult.celle is not null) as skjulte_personer
    from {{ ref('int_mottaker_maaned') }} as betalt
    left join {{ ref('int_skjerming_maaned') }} as skjult
        on
            skjult.tabell = 'fct_utgift_maaned'
            and betalt.grunnlag = skjult.serie
            and betalt.kommunenummer = skjult.kommunenummer
            and betalt.maaned = skjult.periode
            and betalt.stonadsart || '|' || betalt.stonadsform = skjult.celle
    where betalt.grunnlag = 'kontant'
    group by all
),

-- Where a form must not be shown, neither is the other: it is all less that one.
skjult_form_maaned as (
    select
        form_maaned.kommunenummer,
        form_maaned.maaned
    from form_maaned
    cross join terskel
    where
        form_maaned.personer < terskel.minste_viste_antall
        or form_maaned.skjulte_arter = 1
        or (form_maaned.skjulte_arter > 1 and form_maaned.skjulte_personer < terskel.minste_viste_antall)
),

-- The sums of the year stand in 11F and 0A, so a hidden month is the year less the others. A form is hidden in two
-- months of a year at least, and on as many persons together as a figure must build on; else one more month is.
for_lite_skjult as (
    select distinct
        kommunenummer,
        aar
    from (
        select
            betalt.kommunenummer,
            year(betalt.maaned) as aar,
            betalt.stonadsform,
            count(distinct betalt.maaned) as maaneder,
            count(distinct betalt.mottaker_nr) as personer
        from {{ ref('int_mottaker_maaned') }} as betalt
        semi join skjult_form_maaned
            on betalt.kommunenummer = skjult_form_maaned.kommunenummer and betalt.maaned = skjult_form_maaned.maaned
        where betalt.grunnlag = 'kontant'
        group by all
    ) as skjult
    cross join terskel
    where skjult.maaneder < 2 or skjult.personer < terskel.minste_viste_antall
),

en_til as (
    select
        form_maaned.kommunenummer,
        form_maaned.maaned
    from form_maaned
    semi join for_lite_skjult
        on
            form_maaned.kommunenummer = for_lite_skjult.kommunenummer
            and year(form_maaned.maaned) = for_lite_skjult.aar
    anti join skjult_form_maaned
        on
            form_maaned.kommunenummer = skjult_form_maaned.kommunenummer
            and form_maaned.maaned = skjult_form_maaned.maaned
    semi join {{ ref('int_kommune_maaned') }} as levert
        on form_maaned.kommunenummer = levert.kommunenummer and form_maaned.maaned = levert.maaned
    -- Of the months with lån, which are the fewest, the one with the fewest persons.
    qualify
        row_number() over (
            partition by form_maaned.kommunenummer, year(form_maaned.maaned)
            order by form_maaned.stonadsform desc, form_maaned.personer asc, form_maaned.maaned asc
        ) = 1
),

rad as (
    select
        avstemming.*,
        avstemming.aarsak not in ('fra', 'til', 'uforklart') as er_aarsak,
        avstemming.person_antall between 1 and terskel.minste_viste_antall - 1 as er_liten,
        avstemming.fra_kilde = 'fagsystem' and avstemming.stonadsform != 'ALLE' as er_form,
        terskel.minste_viste_antall
    from {{ ref('int_avstemming') }} as avstemming
    cross join terskel
),

-- All less one form is the other, cause by cause. So the forms are shown where nothing of either must be hidden.
skjult_form as (
    select
        kommunenummer,
        maaned,
        til_kilde
    from rad
    where
        er_form
        and (
            er_liten
            or (kommunenummer, maaned) in (
                select (kommunenummer, maaned)
                from skjult_form_maaned
                union all
                select (kommunenummer, maaned)
                from en_til
            )
        )
    group by all
),

skjult as (
    select
        kommunenummer,
        periode as maaned,
        'fagsystem' as fra_kilde
    from {{ ref('int_skjerming_maaned') }}
    where tabell = 'ind_utbetaling_per_mottaker' and serie = 'kontant' and celle = 'alle'
    union all
    -- A year's benefit follows what bi.ind_kostra hides.
    select
        kommunenummer,
        make_date(rapporteringsaar, 12, 1) as maaned,
        '11CF' as fra_kilde
    from {{ ref('int_skjerming') }}
    where celle_id in ('kvp_stonad', 'kvp_stonad_sum')
),

vist as (
    select *
    from rad
    anti join skjult using (kommunenummer, maaned, fra_kilde)
    where
        not er_form
        or (kommunenummer, maaned, til_kilde) not in (select (kommunenummer, maaned, til_kilde) from skjult_form)
),

-- The causes on too few persons are put together; if they still are on too few, so is the smallest of the others.
gruppe as (
    select
        kommunenummer,
        maaned,
        fra_kilde,
        til_kilde,
        stonadsform,
        len(list_distinct(flatten(list(mottakere) filter (where er_aarsak and er_liten)))) as smaa_personer,
        max(minste_viste_antall) as minste_viste_antall,
        arg_min(aarsak, row(person_antall, aarsak)) filter (where er_aarsak and person_antall >= minste_viste_antall)
            as minste_andre,
        bool_or(er_liten and not er_aarsak) as har_liten_side
    from vist
    group by all
),

plan as (
    select
        *,
        coalesce(smaa_personer between 1 and minste_viste_antall - 1, false) as trenger_en_til
    from gruppe
),

samlet as (
    select
        vist.kommunenummer,
        vist.maaned,
        vist.fra_kilde,
        vist.til_kilde,
        vist.stonadsform,
        if(
            vist.er_aarsak and (vist.er_liten or (plan.trenger_en_til and vist.aarsak = plan.minste_andre)),
            'smaa_poster',
            vist.aarsak
        ) as vist_aarsak,
        sum(vist.belop_nok)::decimal(18, 2) as belop_nok
    from vist
    inner join plan using (kommunenummer, maaned, fra_kilde, til_kilde, stonadsform)
    where not plan.har_liten_side and (plan.minste_andre is not null or not plan.trenger_en_til)
    group by all
)

select
    kommunenummer,
    maaned,
    fra_kilde,
    til_kilde,
    stonadsform,
    vist_aarsak as aarsak,
    belop_nok
from samlet
