{{ config(alias='kontrakt') }}

select
    kjoring.kontrakt_versjon as versjon,
    kjoring.tidspunkt as publisert,
    kjoring.bygget_av,
    (select max(mottatt) from {{ ref('stg_intern__leveranse') }}) as datagrunnlag_til
from {{ ref('stg_intern__kjoring') }} as kjoring
