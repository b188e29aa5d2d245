{# A hidden figure is never shown, and never 0: it is null. #}
{% test hidden_rows_are_empty(model, columns) %}
    select *
    from {{ model }}
    where
        skjermet
        and ({% for column in columns %}{{ column }} is not null{{ ' or ' if not loop.last }}{% endfor %})
{% endtest %}
