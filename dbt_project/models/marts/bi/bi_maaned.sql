{{ config(alias='maaned') }}

select
    kalender.maaned,
    year(kalender.maaned)::integer as aar,
    month(kalender.maaned)::integer as maaned_nummer,
    navn.navn as maaned_navn,
    quarter(kalender.maaned)::integer as kvartal,
    ((month(kalender.maaned) + 3) // 4)::integer as tertial,
    kalender.maaned as forste_dag,
    last_day(kalender.maaned) as siste_dag,
    kalender.antall_virkedager
from {{ ref('int_kalender_maaned') }} as kalender
inner join {{ ref('kodeliste') }} as navn
    on
        navn.liste = 'MAANED'
        and month(kalender.maaned) = navn.kode::integer
