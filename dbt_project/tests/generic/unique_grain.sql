{#
    A model says what one row is; this holds it to that. A null in the grain is a fault too, unless the column is
    named in `may_be_null`.
#}
{% test unique_grain(model, columns, may_be_null=[]) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count,
    from {{ model }}
    group by all
    having
        count(*) > 1
        {% for column in columns if column not in may_be_null %}
            or {{ column }} is null
        {% endfor %}
{% endtest %}
