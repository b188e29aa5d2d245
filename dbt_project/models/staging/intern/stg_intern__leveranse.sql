-- The deliveries that were known at the time the figures are to be given as of.
select
    leveranse.leveranse_id,
    leveranse.kilde,
    leveranse.objekt,
    leveranse.kommunenummer,
    leveranse.bydel,
    leveranse.rapporteringsaar,
    leveranse.kvartal,
    leveranse.layout_id,
    leveranse.system,
    leveranse.instans,
    leveranse.kilde_id,
    leveranse.uttrekkstype,
    leveranse.fra,
    leveranse.til,
    leveranse.uttrukket,
    leveranse.profil,
    leveranse.filnavn,
    leveranse.sha256,
    leveranse.rader_lest,
    leveranse.rader_godtatt,
    leveranse.rader_karantene,
    -- Only a report of a case system ends in sums of its own.
    coalesce(leveranse.rader_sumlinje, 0) as rader_sumlinje,
    leveranse.status,
    leveranse.melding,
    leveranse.fil_endret,
    leveranse.mottatt
from {{ source('intern', 'leveranse') }} as leveranse
cross join {{ source('intern', 'kjoring_parametre') }} as parametre
where parametre.per is null or leveranse.mottatt <= parametre.per
