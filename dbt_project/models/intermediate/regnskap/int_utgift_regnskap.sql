-- Only what is paid to recipients: refunds, instalments on loans and the carrying over of deviations are no support.
select
    regnskap.kommunenummer,
    regnskap.maaned,
    formaal.stonadsart,
    formaal.stonadsform,
    sum(regnskap.belop_nok)::decimal(18, 2) as belop_nok,
    null::integer as mottaker_antall
from {{ ref('int_regnskap_maaned') }} as regnskap
inner join {{ ref('regnskap_formaal') }} as formaal on regnskap.formaal = formaal.formaal
where formaal.stonadsform is not null
group by all
