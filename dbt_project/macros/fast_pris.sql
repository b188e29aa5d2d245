{#
    An amount in the kroner of another month: `belop` times the index of `basismaaned` over that of `maaned`, unrounded
    (double). Null where either month has no index: no price is invented. The arguments are SQL, and may be columns of
    the query around it, also one called `maaned`.
#}
{% macro fast_pris(belop, maaned, basismaaned) -%}
    (
        ({{ belop }})::double
        * (select kpi_indeks from ({{ kpi_oppslag() }}) as kpi where kpi_maaned = {{ basismaaned }})
        / (select kpi_indeks from ({{ kpi_oppslag() }}) as kpi where kpi_maaned = {{ maaned }})
    )
{%- endmacro %}

{# The names are others than the caller's, so that `maaned` inside the lookup is the caller's column. #}
{% macro kpi_oppslag() -%}
    select maaned as kpi_maaned, indeks as kpi_indeks from {{ ref('int_kpi_maaned') }}
{%- endmacro %}
