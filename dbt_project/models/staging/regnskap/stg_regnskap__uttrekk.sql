-- The deliveries from the accounting system that were accepted and known at the time, of municipalities that are ours.
select
    uttrekk.leveranse_id,
    uttrekk.objekt,
    leveranse.kommunenummer,
    uttrekk.uttrekkstype,
    uttrekk.fraperiode,
    uttrekk.tilperiode,
    uttrekk.uttrukket,
    leveranse.filnavn,
    leveranse.rader_karantene
from {{ source('raw', 'regnskap_uttrekk') }} as uttrekk
inner join {{ ref('stg_intern__leveranse') }} as leveranse on uttrekk.leveranse_id = leveranse.leveranse_id
inner join {{ ref('stg_intern__kommune') }} as kommune on leveranse.kommunenummer = kommune.kommunenummer
where leveranse.status = 'godtatt'
