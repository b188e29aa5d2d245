{# Sentences for readers: a template with names in braces, and figures as they are written in Norwegian. #}

{% macro heltall_tekst(uttrykk) -%}
    replace(format('{:,}', round({{ uttrykk }})::bigint), ',', chr(160))
{%- endmacro %}

{% macro antall_tekst(uttrykk, en, flere) -%}
    {{ heltall_tekst(uttrykk) }} || ' ' || if({{ uttrykk }} = 1, {{ en }}, {{ flere }})
{%- endmacro %}

{% macro desimaltall_tekst(uttrykk) -%}
    replace(regexp_replace(({{ uttrykk }})::varchar, '[.]?0*$', ''), '.', ',')
{%- endmacro %}

{% macro fyll_mal(mal, ord) -%}
    {% for navn in ord %}replace({% endfor %}{{ mal }}
    {%- for navn, uttrykk in ord.items() %}, '{{ '{' ~ navn ~ '}' }}', {{ uttrykk }}){% endfor %}
{%- endmacro %}
