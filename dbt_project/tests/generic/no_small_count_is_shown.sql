{#
    The contract with the readers: no count of 1 or 2 persons is published. Where the column holds figures of several
    units, `unit_column` says which are counts.
#}
{% test no_small_count_is_shown(model, count_column, unit_column=none) %}
    select *
    from {{ model }}
    where
        {{ count_column }} between 1 and 2
        {% if unit_column %}and {{ unit_column }} = 'antall'{% endif %}
{% endtest %}
