{# What is divided is neither more nor less than the whole, to the last unit. #}
{% test slices_add_up(model, whole, key, amount) %}
    select
        {{ key | join(', ') }},
        sum(amount) as difference
    from (
        select {{ key | join(', ') }}, {{ amount }} as amount from {{ whole }}
        union all
        select {{ key | join(', ') }}, -{{ amount }} as amount from {{ model }}
    )
    group by all
    having sum(amount) != 0
{% endtest %}
