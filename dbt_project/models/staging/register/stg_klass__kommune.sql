-- A range is asked for, and validity is cut to it: its first day, and its end where it has one, say nothing of a code.
select
    leveranse_id,
    linje,
    kommunenummer,
    kommunenavn,
    nullif(gyldig_fra, min(gyldig_fra) over (partition by leveranse_id)) as gyldig_fra,
    case
        when
            gyldig_til < max(gyldig_til) over (partition by leveranse_id)
            or count(*) filter (where gyldig_til is null) over (partition by leveranse_id) > 0
            then gyldig_til
    end as gyldig_til
from {{ source('raw', 'klass_kommune') }}
