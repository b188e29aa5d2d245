-- The row could not be read, but a cell that is an amount or a date can. Where a cell has a comma, a point in it
-- divides thousands.
with celle as (
    select
        karantene.leveranse_id,
        karantene.linje,
        leveranse.kommunenummer,
        leveranse.objekt,
        regexp_replace(
            unnest(string_split_regex(karantene.raatekst_maskert, '[;\t|]')), '[\s\x{00A0}\x{202F}"]', '', 'g'
        ) as celle
    from {{ source('intern', 'karantene') }} as karantene
    inner join {{ ref('stg_intern__leveranse') }} as leveranse on karantene.leveranse_id = leveranse.leveranse_id
    where leveranse.status = 'godtatt' and leveranse.kilde = 'fagsystem'
)

select
    leveranse_id,
    linje,
    kommunenummer,
    objekt,
    list(distinct try_cast(
        if(contains(celle, ','), replace(replace(celle, '.', ''), ',', '.'), celle) as decimal(18, 2)
    )) as belop,
    list(distinct try_strptime(celle, ['%d.%m.%Y', '%Y-%m-%d', '%d%m%Y', '%Y%m%d'])::date) as datoer
from celle
group by all
