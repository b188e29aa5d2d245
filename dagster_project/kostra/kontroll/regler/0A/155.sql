with avskrivning as (
    select
        fil_id,
        sum32(
            if(
                (funksjon_tall between 100 and 799 and art_sektor = '590')
                or (funksjon = '860' and art_sektor = '990'),
                belop_tall,
                0
            )
        ) as differanse,
    from post
    where
        er_drift
        and not er_bydel
    group by fil_id
)

select
    fil_id,
    differanse::varchar as verdi,
from avskrivning
where differanse not between -grense('avvik_tillatt') and grense('avvik_tillatt')
