{# Every row that was accepted is there, and once: nothing was lost or written twice on the way in. #}
{% test rows_as_registered(model, objekt) %}
    select
        leveranse.leveranse_id,
        leveranse.rader_godtatt,
        count(rad.leveranse_id) as rader
    from {{ ref('stg_intern__leveranse') }} as leveranse
    left join {{ model }} as rad on leveranse.leveranse_id = rad.leveranse_id
    where leveranse.status = 'godtatt' and leveranse.objekt = '{{ objekt }}'
    group by all
    having count(rad.leveranse_id) != leveranse.rader_godtatt
{% endtest %}
