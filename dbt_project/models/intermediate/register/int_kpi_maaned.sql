with parameter as (
    select
        max(verdi) filter (where parameter = 'kpi_basis') as kpi_basis,
        max(verdi) filter (where parameter = 'basismaaned') as basismaaned
    from {{ ref('pris_parameter') }}
),

-- What is delivered goes before what we came with.
indeks as (
    select
        basis,
        maaned,
        indeks,
        kilde
    from (
        select
            stg.basis,
            stg.maaned,
            stg.indeks,
            stg.kilde,
            leveranse.mottatt,
            leveranse.fil_endret,
            leveranse.leveranse_id
        from {{ ref('stg_ssb__kpi') }} as stg
        inner join {{ ref('stg_intern__leveranse') }} as leveranse
            on stg.leveranse_id = leveranse.leveranse_id and leveranse.status = 'godtatt'
        where stg.indeks is not null
        union all
        select
            basis,
            strptime(maaned, '%YM%m')::date as maaned,
            indeks,
            kilde,
            timestamp '0001-01-01' as mottatt,
            timestamp '0001-01-01' as fil_endret,
            '' as leveranse_id
        from {{ ref('kpi') }}
    ) as alle
    qualify
        row_number() over (
            partition by basis, maaned order by mottatt desc, fil_endret desc, leveranse_id desc
        ) = 1
),

maal as (
    select indeks.*
    from indeks
    inner join parameter on indeks.basis = parameter.kpi_basis
),

annen as (
    select indeks.*
    from indeks
    inner join parameter on indeks.basis != parameter.kpi_basis
),

felles_maaned as (
    select
        annen.basis,
        arg_max(maal.indeks / annen.indeks, annen.maaned) as faktor,
        'felles måned ' || strftime(max(annen.maaned), '%Y-%m') as kjedet_med
    from annen
    inner join maal using (maaned)
    group by annen.basis
),

-- Without a month in both, the mean of the base year: it is 100 by definition, if the whole year is known.
basisaar as (
    select
        annen.basis,
        avg(maal.indeks) / 100 as faktor,
        'årsgjennomsnittet ' || left(annen.basis, 4) as kjedet_med
    from (select distinct basis from annen) as annen
    inner join maal on year(maal.maaned) = try_cast(left(annen.basis, 4) as integer)
    group by annen.basis
    having count(*) = 12
),

kjede as (
    select * from felles_maaned
    union all by name
    select * from basisaar
    anti join felles_maaned using (basis)
),

samlet as (
    select
        maaned,
        indeks,
        basis as levert_basis,
        kilde,
        null as kjedet_med,
        0 as rang
    from maal
    union all
    select
        annen.maaned,
        annen.indeks * kjede.faktor as indeks,
        annen.basis as levert_basis,
        annen.kilde,
        kjede.kjedet_med,
        if(kjede.faktor is null, 2, 1) as rang
    from annen
    left join kjede using (basis)
),

per_maaned as (
    select *
    from samlet
    qualify row_number() over (partition by maaned order by rang asc, levert_basis desc) = 1
),

-- Every month from the first index to the run, so that a month without one is there to say so.
kalender as (
    select unnest(generate_series(
        (select min(maaned) from per_maaned),
        greatest(
            (select max(maaned) from per_maaned),
            (select date_trunc('month', max(tidspunkt))::date from {{ ref('stg_intern__kjoring') }})
        ),
        interval 1 month
    ))::date as maaned
),

basismaaned as (
    select
        coalesce(
            try_strptime(max(parameter.basismaaned), '%Y-%m')::date,
            max(per_maaned.maaned) filter (where per_maaned.indeks is not null)
        ) as basismaaned
    from per_maaned
    cross join parameter
)

select
    kalender.maaned,
    per_maaned.indeks,
    parameter.kpi_basis as basis,
    per_maaned.levert_basis,
    per_maaned.kjedet_med,
    per_maaned.kilde,
    basismaaned.basismaaned,
    grunn.indeks as basisindeks,
    case
        when per_maaned.maaned is null then 'Ingen indeks er levert for måneden.'
        when per_maaned.indeks is null
            then
                'Indeksen på basis ' || per_maaned.levert_basis
                || ' har ingen måned felles med ' || parameter.kpi_basis || '.'
        when grunn.indeks is null then 'Basismåneden har ingen indeks.'
    end as merknad
from kalender
cross join parameter
cross join basismaaned
left join per_maaned on kalender.maaned = per_maaned.maaned
left join per_maaned as grunn on basismaaned.basismaaned = grunn.maaned
