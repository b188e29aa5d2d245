{# Nothing is ever lost: what was read is what was accepted, what was set aside and the report's own sums. #}
{% test rows_add_up(model) %}
    select
        leveranse_id,
        rader_lest,
        rader_godtatt,
        rader_karantene,
        rader_sumlinje,
    from {{ model }}
    where rader_lest <> rader_godtatt + rader_karantene + rader_sumlinje
{% endtest %}
