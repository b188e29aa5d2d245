{# Every comparison: what it begins with and the causes are what it ends with. #}
{% test causes_add_up(model) %}
    select
        kommunenummer,
        maaned,
        fra_kilde,
        til_kilde,
        stonadsform,
        sum(if(aarsak = 'til', -belop_nok, belop_nok)) as rest_nok
    from {{ model }}
    group by all
    having rest_nok != 0
{% endtest %}
