{{ config(alias='kolonne') }}

-- What the contract says of every published column: the yml beside the models, so that nobody has to write it twice.
{% set kolonner = [] %}
{% for node in graph.nodes.values() if node.resource_type == 'model' and node.schema == model.schema %}
    {% set nokler = [] %}
    {% for test in graph.nodes.values() if test.resource_type == 'test' and test.attached_node == node.unique_id %}
        {% if test.test_metadata.name == 'unique_grain' %}
            {% do nokler.extend(test.test_metadata.kwargs['columns']) %}
        {% endif %}
    {% endfor %}
    {% for kolonne in node.columns.values() %}
        {% do kolonner.append([
            node.alias, loop.index, kolonne.name, kolonne.data_type, kolonne.name in nokler, kolonne.description
        ]) %}
    {% endfor %}
{% endfor %}
with kontrakt (tabell, nummer, kolonne, type, er_nokkel, beskrivelse) as (
    values
    {% for tabell, nummer, kolonne, type, er_nokkel, beskrivelse in kolonner %}
        (
            '{{ tabell }}',
            {{ nummer }},
            '{{ kolonne }}',
            '{{ type }}',
            {{ er_nokkel }},
            '{{ beskrivelse.split() | join(" ") | replace("'", "''") }}'
        )
        {{ ',' if not loop.last }}
    {% else %}
        ('', 0, '', '', false, '')
    {% endfor %}
)

select * from kontrakt
