-- A period is reopened by delivering it again: the extract taken out last holds the whole of it, and no other counts.
with uttrekk as (
    select
        *,
        -- Thirteen periods a year; counted through, so that an interval may cross the turn of a year.
        left(fraperiode, 4)::integer * 13 + right(fraperiode, 2)::integer - 1 as fra_nummer,
        left(tilperiode, 4)::integer * 13 + right(tilperiode, 2)::integer - 1 as til_nummer
    from {{ ref('stg_regnskap__uttrekk') }}
    where uttrekkstype = 'periode'
),

dekket as (
    select
        *,
        unnest(range(fra_nummer, til_nummer + 1)) as nummer
    from uttrekk
)

select
    kommunenummer,
    objekt,
    (nummer // 13)::integer as regnskapsaar,
    (nummer // 13) || lpad((nummer % 13 + 1)::varchar, 2, '0') as periode,
    leveranse_id,
    uttrukket,
    rader_karantene
from dekket
qualify
    row_number() over (
        partition by kommunenummer, objekt, nummer
        order by uttrukket desc, leveranse_id desc
    ) = 1
