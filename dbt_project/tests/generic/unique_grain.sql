{#
    A model says what one row is; this holds it to that. A null in the grain is a fault too, unless the column is
    named in `may_be_null`. Runs prove it by `bevis_korn`.
#}
{% test unique_grain(model, columns, may_be_null=[]) %}
    {{ breaks_of_grain(model, columns, may_be_null) }}
{% endtest %}
