with levert as (
    select
        stg.*,
        uttrekk.kommunenummer,
        uttrekk.uttrekkstype,
        uttrekk.uttrukket
    from {{ ref('stg_regnskap__hovedbok') }} as stg
    inner join {{ ref('stg_regnskap__uttrekk') }} as uttrekk on stg.leveranse_id = uttrekk.leveranse_id
),

-- Vouchers of a delivery of changes lie on top of the extract made before them, and are gone with one made after.
i_kraft as (
    select levert.*
    from levert
    left join {{ ref('int_regnskap_periode') }} as helt
        on
            helt.objekt = 'hovedbok'
            and levert.kommunenummer = helt.kommunenummer
            and levert.periode = helt.periode
    where
        levert.leveranse_id = helt.leveranse_id
        or (
            levert.uttrekkstype = 'endring'
            and (helt.leveranse_id is null or levert.uttrukket > helt.uttrukket)
        )
    -- A voucher is taken whole from one delivery, never put together of two.
    qualify
        dense_rank() over (
            partition by
                levert.kommunenummer,
                levert.regnskapsaar,
                levert.periode,
                levert.bilagsart,
                levert.bilagsnummer
            order by levert.uttrukket desc, levert.leveranse_id desc
        ) = 1
),

kontert as (
    select
        *,
        length(art) = 5 as er_drift_eller_investering,
        -- The closing period has no month of its own; it ends the year.
        make_date(regnskapsaar, least(right(periode, 2)::integer, 12), 1) as maaned,
        -- What comes from another system names the day it was paid: SOS20250403.
        try_strptime(nullif(regexp_extract(ekstern_ref, '([0-9]{8})$', 1), ''), '%Y%m%d')::date as betalingsdato
    from i_kraft
),

-- A municipality's own account says what the money is for; else the standard account; else the KOSTRA art alone.
med_art as (
    select
        *,
        if(er_drift_eller_investering, left(art, 1), '2') as kontoklasse,
        if(er_drift_eller_investering, left(tjeneste, 3), null) as funksjon,
        if(er_drift_eller_investering, substring(art, 2, 3), null) as kostra_art
    from kontert
)

select
    linje.leveranse_id,
    linje.linje,
    linje.kommunenummer,
    linje.regnskapsaar,
    linje.periode,
    linje.maaned,
    right(linje.periode, 2) = '13' as er_aarsavslutning,
    linje.bilagsart,
    linje.bilagsnummer,
    linje.bilagslinje,
    linje.bilagsdato,
    linje.betalingsdato,
    linje.ansvar,
    linje.tjeneste,
    linje.art,
    linje.kontoklasse,
    linje.funksjon,
    linje.kostra_art,
    if(
        linje.funksjon = '281' and linje.kontoklasse = '1',
        coalesce(lokal.formaal, konto.formaal, kostra.formaal),
        null
    ) as formaal,
    linje.prosjekt,
    linje.belop_nok,
    linje.forsystem,
    linje.ekstern_ref
from med_art as linje
left join {{ ref('stg_intern__regnskap_konto_lokal') }} as lokal
    on linje.kommunenummer = lokal.kommunenummer and linje.art = lokal.konto
left join {{ ref('regnskap_konto') }} as konto on linje.art = konto.konto
left join {{ ref('regnskap_konto') }} as kostra on kostra.konto is null and linje.kostra_art = kostra.kostra_art
