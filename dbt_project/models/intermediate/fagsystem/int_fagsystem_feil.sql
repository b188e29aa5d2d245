-- What only shows when the files are seen together. A row here is not in the figures, and comes in by itself when what
-- it lacked is delivered.
with leveranse as (
    select * from {{ ref('int_fagsystem_leveranse') }}
),

-- The contract's word for the key of a recipient is mottaker_id; here it is journalnummer.
brukt_to_ganger as (
    select
        'mottaker' as objekt,
        stg.leveranse_id,
        stg.linje,
        'mottaker_id' as felt,
        stg.journalnummer as verdi,
        stg.journalnummer,
        mottaker.leveranse_id as brukt_leveranse_id,
        mottaker.linje as brukt_linje
    from {{ ref('stg_fagsystem__mottaker') }} as stg
    inner join {{ ref('int_fagsystem_mottaker') }} as mottaker
        on
            stg.leveranse_id = mottaker.leveranse_id
            and stg.journalnummer = mottaker.journalnummer
            and stg.linje != mottaker.linje
    union all
    select
        objekt,
        leveranse_id,
        linje,
        objekt || '_id' as felt,
        nokkel as verdi,
        journalnummer,
        brukt_leveranse_id,
        brukt_linje
    from {{ ref('int_fagsystem_duplikat') }}
    where not er_flettet
),

uten_mottaker as (
    select
        'utbetaling' as objekt,
        leveranse_id,
        linje,
        journalnummer
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    anti join {{ ref('int_fagsystem_mottaker') }} using (kilde_id, journalnummer)
    union all
    select
        'vedtak' as objekt,
        leveranse_id,
        linje,
        journalnummer
    from {{ ref('int_fagsystem_vedtak_i_kraft') }}
    anti join {{ ref('int_fagsystem_mottaker') }} using (kilde_id, journalnummer)
),

reversering as (
    select
        kilde_id,
        leveranse_id,
        linje,
        journalnummer,
        reverserer_utbetaling_id
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    where reverserer_utbetaling_id is not null
),

reversert as (
    select
        utbetaling.kilde_id,
        utbetaling.utbetaling_id
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }} as utbetaling
    semi join reversering
        on
            utbetaling.kilde_id = reversering.kilde_id
            and utbetaling.utbetaling_id = reversering.reverserer_utbetaling_id
)

select
    brukt_to_ganger.leveranse_id,
    brukt_to_ganger.linje,
    'F01' as regel,
    brukt_to_ganger.objekt,
    brukt_to_ganger.felt,
    brukt_to_ganger.verdi,
    brukt_to_ganger.journalnummer,
    'linje ' || brukt_to_ganger.brukt_linje
    || if(brukt_to_ganger.leveranse_id = brukt_to_ganger.brukt_leveranse_id, '', ' i ' || leveranse.filnavn)
    || ' er brukt' as tillegg
from brukt_to_ganger
inner join leveranse on brukt_to_ganger.brukt_leveranse_id = leveranse.leveranse_id
union all
select
    leveranse_id,
    linje,
    'F03' as regel,
    objekt,
    'mottaker_id' as felt,
    journalnummer as verdi,
    journalnummer,
    'journalnummer ' || journalnummer as tillegg
from uten_mottaker
union all
select
    reversering.leveranse_id,
    reversering.linje,
    'F06' as regel,
    'utbetaling' as objekt,
    'reverserer_utbetaling_id' as felt,
    reversering.reverserer_utbetaling_id as verdi,
    reversering.journalnummer,
    'utbetaling ' || reversering.reverserer_utbetaling_id || ' finnes ikke' as tillegg
from reversering
anti join reversert
    on
        reversering.kilde_id = reversert.kilde_id
        and reversering.reverserer_utbetaling_id = reversert.utbetaling_id
