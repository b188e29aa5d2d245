{# No figure is made up: one that cannot be known is null, and tells the reason; one that is known has none. #}
{% test missing_figure_says_why(model, figure, reason) %}
    select *
    from {{ model }}
    where ({{ figure }} is null) != ({{ reason }} is not null)
{% endtest %}
