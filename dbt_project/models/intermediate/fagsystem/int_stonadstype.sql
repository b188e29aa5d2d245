-- Text is what takes time to write and to group by; the big tables have this number in its place.
with art as (
    select distinct kode
    from {{ ref('kodeliste') }}
    where liste = 'STONADSART'
),

form as (
    select distinct kode
    from {{ ref('kodeliste') }}
    where liste = 'STONADSFORM'
)

select
    row_number() over (order by art.kode, form.kode)::smallint as stonadstype_nr,
    art.kode as stonadsart,
    form.kode as stonadsform
from art
cross join form
