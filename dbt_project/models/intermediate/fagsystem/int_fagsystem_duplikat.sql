-- Keys that stand on more than one row in force. The latest extract counts, and in it the first line. What an endring
-- lays itself on top of, or lies under, is merged and no fault; otherwise the key is used twice (F01).
with flere_utbetaling as (
    select
        kilde_id,
        utbetaling_id
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    group by kilde_id, utbetaling_id
    having count(*) > 1
),

flere_vedtak as (
    select
        kilde_id,
        vedtak_id
    from {{ ref('int_fagsystem_vedtak_i_kraft') }}
    group by kilde_id, vedtak_id
    having count(*) > 1
),

rad as (
    select
        'utbetaling' as objekt,
        kilde_id,
        utbetaling_id as nokkel,
        leveranse_id,
        linje,
        rang,
        uttrekkstype,
        journalnummer
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
    semi join flere_utbetaling using (kilde_id, utbetaling_id)
    union all
    select
        'vedtak' as objekt,
        kilde_id,
        vedtak_id as nokkel,
        leveranse_id,
        linje,
        rang,
        uttrekkstype,
        journalnummer
    from {{ ref('int_fagsystem_vedtak_i_kraft') }}
    semi join flere_vedtak using (kilde_id, vedtak_id)
),

rangert as (
    select
        *,
        row_number() over nokkelen as nummer,
        first_value(leveranse_id) over nokkelen as brukt_leveranse_id,
        first_value(linje) over nokkelen as brukt_linje,
        coalesce(max(rang) filter (where uttrekkstype = 'endring') over (partition by objekt, kilde_id, nokkel), 0)
            as siste_endring_rang
    from rad
    window nokkelen as (partition by objekt, kilde_id, nokkel order by rang desc, linje asc)
)

select
    objekt,
    leveranse_id,
    linje,
    nokkel,
    journalnummer,
    brukt_leveranse_id,
    brukt_linje,
    leveranse_id != brukt_leveranse_id and (uttrekkstype = 'endring' or siste_endring_rang > rang) as er_flettet
from rangert
where nummer > 1
