{{ config(alias='avstemming') }}

with grense as (
    select (max(verdi) filter (where parameter = 'uforklart_grense_pst'))::decimal(18, 2) as grense_pst
    from {{ ref('avstemming_parameter') }}
),

maanedsnavn as (
    select map_from_entries(list(row(kode::integer, navn))) as navn
    from {{ ref('kodeliste') }}
    where liste = 'MAANED'
),

-- Of what the comparison begins with; where that is 0, anything left is over the limit.
andel as (
    select
        avstemming.*,
        fra.belop_nok as fra_nok,
        100 * avstemming.belop_nok::double / nullif(abs(fra.belop_nok), 0) as andel_pst,
        grense.grense_pst,
        avstemming.aarsak = 'uforklart'
        and abs(avstemming.belop_nok) * 100 > abs(fra.belop_nok) * grense.grense_pst as er_over_grense
    from {{ ref('int_avstemming') }} as avstemming
    cross join grense
    inner join {{ ref('int_avstemming') }} as fra
        on
            fra.aarsak = 'fra'
            and avstemming.kommunenummer = fra.kommunenummer
            and avstemming.maaned = fra.maaned
            and avstemming.fra_kilde = fra.fra_kilde
            and avstemming.til_kilde = fra.til_kilde
            and avstemming.stonadsform = fra.stonadsform
)

select
    andel.kommunenummer,
    andel.maaned,
    andel.fra_kilde,
    andel.til_kilde,
    andel.stonadsform,
    andel.aarsak,
    aarsak.rekkefolge,
    aarsak.navn,
    andel.belop_nok,
    andel.person_antall,
    andel.andel_pst,
    andel.grense_pst,
    andel.er_over_grense,
    if(
        andel.er_over_grense,
        coalesce(kommune.kommunenavn, andel.kommunenummer) || ', '
        || if(andel.fra_kilde = 'fagsystem', maanedsnavn.navn[month(andel.maaned)], 'året') || ' ' || year(andel.maaned)
        || case andel.stonadsform when 'BIDRAG' then ', bidrag' when 'LAAN' then ', lån' else '' end
        || ': ' || {{ heltall_tekst('andel.belop_nok') }} || ' kr er uforklart mellom ' || andel.fra_kilde || ' og '
        || andel.til_kilde
        || coalesce(' (' || {{ desimaltall_tekst('round(abs(andel.andel_pst), 2)') }} || ' %)', '')
        || '. Grensen er ' || {{ desimaltall_tekst('andel.grense_pst') }} || ' %. ' || aarsak.gjor,
        null
    ) as forklaring
from andel
cross join maanedsnavn
inner join {{ ref('avstemming_aarsak') }} as aarsak
    on
        andel.fra_kilde = aarsak.fra_kilde
        and andel.til_kilde = aarsak.til_kilde
        and andel.aarsak = aarsak.aarsak
left join {{ ref('stg_intern__kommune') }} as kommune on andel.kommunenummer = kommune.kommunenummer
