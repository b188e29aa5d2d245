with bortfalt as (
    select
        leveranse_id,
        linje
    from {{ ref('int_fagsystem_duplikat') }}
    where objekt = 'vedtak'
)

select
    vedtak.kilde_id,
    vedtak.vedtak_id,
    vedtak.kommunenummer,
    vedtak.leveranse_id,
    vedtak.linje,
    vedtak.journalnummer,
    mottaker.mottaker_id,
    mottaker.mottaker_nr,
    vedtak.soknadsdato,
    vedtak.vedtaksdato,
    vedtak.utfall,
    vedtak.lovhjemmel,
    vedtak.stonadsart,
    vedtak.stonadsart_lokal,
    vedtak.stonadsform,
    vedtak.periode_fom,
    vedtak.periode_tom,
    vedtak.belop_nok
from {{ ref('int_fagsystem_vedtak_i_kraft') }} as vedtak
anti join bortfalt on vedtak.leveranse_id = bortfalt.leveranse_id and vedtak.linje = bortfalt.linje
-- Without a recipient the row is set aside (F03).
inner join {{ ref('int_fagsystem_mottaker') }} as mottaker
    on vedtak.kilde_id = mottaker.kilde_id and vedtak.journalnummer = mottaker.journalnummer
