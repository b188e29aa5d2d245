{#
    What was paid to a person in a month, and what 11F has of it. 11F asks for what was paid in a month, and has no
    negative amounts: where more was paid back than paid out, the month is blank in the extract, and the refund is
    nowhere in it. With `bare_dekket` only the years that have been delivered in 11F too: the rest is not compared.
#}
{% macro avledet_11f(bare_dekket=false) %}
with utbetalt as (
    select
        person.kommunenummer,
        person.mottaker_id,
        utgift.utgiftsmaaned as maaned,
        coalesce(
            sum(utgift.belop_nok) filter (where stonadstype.stonadsform = 'BIDRAG'), 0
        )::decimal(18, 2) as bidrag_utbetalt_nok,
        coalesce(
            sum(utgift.belop_nok) filter (where stonadstype.stonadsform = 'LAAN'), 0
        )::decimal(18, 2) as laan_utbetalt_nok
    from {{ ref('int_utgift') }} as utgift
    inner join {{ ref('int_fagsystem_person') }} as person on utgift.mottaker_nr = person.mottaker_nr
    inner join {{ ref('int_stonadstype') }} as stonadstype on utgift.stonadstype_nr = stonadstype.stonadstype_nr
    {% if bare_dekket %}
        semi join {{ ref('int_11f_dekning') }} as dekning
            on
                person.kommunenummer = dekning.kommunenummer
                and year(utgift.utgiftsmaaned) = dekning.rapporteringsaar
    {% endif %}
    group by all
)

select
    kommunenummer,
    year(maaned)::integer as rapporteringsaar,
    mottaker_id,
    month(maaned)::integer as maaned_nummer,
    bidrag_utbetalt_nok,
    laan_utbetalt_nok,
    bidrag_utbetalt_nok + laan_utbetalt_nok > 0 as er_stonadsmaaned,
    if(er_stonadsmaaned, round(greatest(bidrag_utbetalt_nok, 0)), 0)::decimal(18, 2) as bidrag_nok,
    if(er_stonadsmaaned, round(greatest(laan_utbetalt_nok, 0)), 0)::decimal(18, 2) as laan_nok
from utbetalt
{% endmacro %}
