{# Sentences for readers: a template with names in braces, and figures as they are written in Norwegian. #}

{% macro heltall_tekst(uttrykk) -%}
    replace(format('{:,}', round({{ uttrykk }})::bigint), ',', chr(160))
{%- endmacro %}

{# From a million on in millions with two decimals; below in whole kroner. The sign is left to the words around it. #}
{% macro kroner_tekst(uttrykk) -%}
    if(
        abs({{ uttrykk }}) >= 999999.5,
        replace(format('{:.2f}', round(abs({{ uttrykk }}) / 1000000, 2)), '.', ',') || ' mill. kr',
        {{ heltall_tekst('abs(' ~ uttrykk ~ ')') }} || ' kr'
    )
{%- endmacro %}

{# The month as it is said beside another: its year only where it is another year. #}
{% macro maaned_tekst(maaned, ved_siden_av, navn) -%}
    {{ navn }}[month({{ maaned }})]
    || if(year({{ maaned }}) = year({{ ved_siden_av }}), '', ' ' || year({{ maaned }}))
{%- endmacro %}

{% macro dato_tekst(dato, navn) -%}
    day({{ dato }}) || '. ' || {{ navn }}[month({{ dato }})] || ' ' || year({{ dato }})
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
