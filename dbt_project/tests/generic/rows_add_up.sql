{# Nothing is ever lost: what was read is what was accepted and what was set aside. #}
{% test rows_add_up(model) %}
    select
        leveranse_id,
        rader_lest,
        rader_godtatt,
        rader_karantene,
    from {{ model }}
    where rader_lest <> rader_godtatt + rader_karantene
{% endtest %}
