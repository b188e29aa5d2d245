-- noqa: disable=LT02
-- The linter reads the lines of a template as statements.
{#
    Proves what the model's `unique_grain` tests say, as the last step of making it: a model that breaks its grain is
    not made, and what depends on it is not either. As nodes of their own these tests would be half of all nodes, and a
    node costs every run a tenth of a second; so a run leaves them out, and `dbt test` still knows them.
#}
{% macro bevis_korn() %}
{% set grains = [] %}
{% if execute %}
    {% for node in graph.nodes.values() if node.resource_type == 'test' and node.attached_node == model.unique_id %}
        {% if node.test_metadata.name == 'unique_grain' %}
            {% do grains.append(node.test_metadata.kwargs) %}
        {% endif %}
    {% endfor %}
{% endif %}
{% if grains %}
with faults as (
    {% for grain in grains %}
        select
            '{{ grain["columns"] | join(", ") }}' as grain,
            count(*) as keys
        from ({{ breaks_of_grain(this, grain['columns'], grain.get('may_be_null', [])) }})
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select error('{{ this.identifier }}: ' || keys || ' keys break the grain (' || grain || ')')
from faults
where keys > 0
{% endif %}
{% endmacro %}


{# The keys of a relation that occur more than once, or lack a part. #}
{% macro breaks_of_grain(model, columns, may_be_null) %}
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
{% endmacro %}
