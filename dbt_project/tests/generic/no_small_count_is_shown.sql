{# The contract with the readers: no count of 1 or 2 persons is published. #}
{% test no_small_count_is_shown(model, count_column, unit_column) %}
    select *
    from {{ model }}
    where {{ unit_column }} = 'antall' and {{ count_column }} between 1 and 2
{% endtest %}
