{{ config(alias='periodisering_maal') }}

-- How well payouts follow the recipients from month to month. The recipients are those the support is for in the month,
-- the same for every series: counted by payment they would follow a moved payday as the payouts do.
with minste as (
    select verdi as maaneder
    from {{ ref('avvik_terskel') }}
    where terskel_id = 'maal_minste_maaneder'
),

mottakere as (
    select
        populasjon.kommunenummer,
        populasjon.maaned,
        populasjon.mottaker_antall
    from {{ ref('int_populasjon_maaned') }} as populasjon
    inner join {{ ref('int_kommune_maaned') }} as levert
        on populasjon.kommunenummer = levert.kommunenummer and populasjon.maaned = levert.maaned
    where populasjon.populasjon = 'alle' and populasjon.grunnlag = 'periodisert' and not levert.er_liten
),

utgift as (
    select
        kommunenummer,
        maaned,
        grunnlag,
        stonadsart,
        belop_nok
    from {{ ref('int_utgift_maaned') }}
    union all by name
    select
        kommunenummer,
        maaned,
        'regnskap' as grunnlag,
        stonadsart,
        belop_nok
    from {{ ref('int_utgift_regnskap') }}
    union all by name
    select
        kommunenummer,
        maaned,
        'regnskap_rettet' as grunnlag,
        stonadsart,
        belop_nok
    from {{ ref('int_utgift_regnskap_rettet') }}
),

serie as (
    select
        utgift.kommunenummer,
        utgift.grunnlag,
        utvalg.utvalg,
        utgift.maaned,
        sum(utgift.belop_nok) filter (
            where utvalg.utvalg = 'alle' or lopende.kode is not null
        ) as belop_nok
    from utgift
    cross join (values ('alle'), ('lopende')) as utvalg (utvalg)
    left join {{ ref('kodeliste') }} as lopende
        on lopende.liste = 'LOPENDE_STONADSART' and utgift.stonadsart = lopende.kode
    group by utgift.kommunenummer, utgift.grunnlag, utvalg.utvalg, utgift.maaned
),

endring as (
    select
        serie.kommunenummer,
        serie.grunnlag,
        serie.utvalg,
        serie.belop_nok - forrige.belop_nok as belop_endring,
        mottakere.mottaker_antall - mottakere_forrige.mottaker_antall as mottaker_endring
    from serie
    inner join serie as forrige
        on
            serie.kommunenummer = forrige.kommunenummer
            and serie.grunnlag = forrige.grunnlag
            and serie.utvalg = forrige.utvalg
            and serie.maaned = forrige.maaned + interval 1 month
    inner join mottakere
        on serie.kommunenummer = mottakere.kommunenummer and serie.maaned = mottakere.maaned
    inner join mottakere as mottakere_forrige
        on forrige.kommunenummer = mottakere_forrige.kommunenummer and forrige.maaned = mottakere_forrige.maaned
)

select
    endring.kommunenummer,
    endring.grunnlag,
    endring.utvalg,
    count(*)::integer as antall_maaneder,
    -- Where one of the two never changes, there is nothing to follow.
    if(
        count(*) >= any_value(minste.maaneder)
        and stddev_pop(endring.belop_endring) > 0
        and stddev_pop(endring.mottaker_endring) > 0,
        corr(endring.mottaker_endring, endring.belop_endring),
        null
    ) as korrelasjon
from endring
cross join minste
group by endring.kommunenummer, endring.grunnlag, endring.utvalg
