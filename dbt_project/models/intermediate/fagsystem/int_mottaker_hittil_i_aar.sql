-- A person counts with the state of the last paid month so far in the year, in each delivered month until the next one.
select
    maaned.kommunenummer,
    maaned.maaned,
    kontant.aldersgruppe,
    kontant.er_hovedinntekt,
    kontant.maaneder_i_aaret,
    count(*) as mottaker_antall
from {{ ref('int_kommune_maaned_historikk') }} as maaned
inner join {{ ref('int_stonadsmaaned_kontant') }} as kontant
    on
        maaned.kommunenummer = kontant.kommunenummer
        and year(maaned.maaned) = year(kontant.maaned)
        and maaned.maaned >= kontant.maaned
        and maaned.maaned < coalesce(kontant.neste_maaned, 'infinity'::date)
group by all
