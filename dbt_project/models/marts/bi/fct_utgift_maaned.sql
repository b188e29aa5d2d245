with fagsystem as (
    select
        utgift.kommunenummer,
        utgift.maaned,
        utgift.grunnlag,
        utgift.stonadsart,
        utgift.stonadsform,
        utgift.belop_nok,
        utgift.mottaker_antall::integer as mottaker_antall,
        skjerming.celle is not null as skjermet
    from {{ ref('int_utgift_maaned') }} as utgift
    -- At most one row: the grain of int_skjerming_maaned is the cell.
    left join {{ ref('int_skjerming_maaned') }} as skjerming
        on
            skjerming.tabell = 'fct_utgift_maaned'
            and utgift.kommunenummer = skjerming.kommunenummer
            and utgift.maaned = skjerming.periode
            and utgift.grunnlag = skjerming.serie
            and utgift.stonadsart || '|' || utgift.stonadsform = skjerming.celle
),

-- The accounts each kind of stønad is ever paid from.
konto as (
    select distinct
        kommunenummer,
        stonadsart,
        stonadsform,
        art
    from {{ ref('int_fagsystem_utbetaling_i_kraft') }}
),

-- What the ledger calls those accounts; null where the case system does not say which they are.
fort_paa as (
    select distinct
        konto.kommunenummer,
        konto.stonadsart,
        konto.stonadsform,
        formaal.stonadsart as konto_stonadsart
    from konto
    left join {{ ref('stg_intern__regnskap_konto_lokal') }} as lokal
        on konto.kommunenummer = lokal.kommunenummer and konto.art = lokal.konto
    left join {{ ref('regnskap_konto') }} as standard on konto.art = standard.konto
    left join {{ ref('regnskap_formaal') }} as formaal
        on
            coalesce(lokal.formaal, standard.formaal) = formaal.formaal
            and konto.stonadsform = formaal.stonadsform
),

-- The ledger does not know how many a sum is paid to. Behind it are the kinds of stønad paid in the month that are, or
-- may be, posted on the account; a hidden one of them would be the sum less the others.
bak_kontoen as (
    select
        regnskap.kommunenummer,
        regnskap.maaned,
        regnskap.stonadsart,
        regnskap.stonadsform,
        bool_or(utgift.skjermet) as har_skjult
    from {{ ref('int_utgift_regnskap') }} as regnskap
    inner join fort_paa
        on
            regnskap.kommunenummer = fort_paa.kommunenummer
            and regnskap.stonadsform = fort_paa.stonadsform
            and regnskap.stonadsart = coalesce(fort_paa.konto_stonadsart, regnskap.stonadsart)
    inner join fagsystem as utgift
        on
            utgift.grunnlag = 'kontant'
            and fort_paa.kommunenummer = utgift.kommunenummer
            and fort_paa.stonadsart = utgift.stonadsart
            and fort_paa.stonadsform = utgift.stonadsform
            and regnskap.maaned = utgift.maaned
    group by all
),

-- Where nobody is known to be behind an account, its sum must not be that of the form less the other accounts.
regnskap as (
    select
        regnskap.kommunenummer,
        regnskap.maaned,
        'regnskap' as grunnlag,
        regnskap.stonadsart,
        regnskap.stonadsform,
        regnskap.belop_nok,
        regnskap.mottaker_antall,
        coalesce(bak_kontoen.har_skjult, true)
        or bool_or(bak_kontoen.har_skjult is null) over (
            partition by regnskap.kommunenummer, regnskap.maaned, regnskap.stonadsform
        ) as skjermet
    from {{ ref('int_utgift_regnskap') }} as regnskap
    left join bak_kontoen
        on
            regnskap.kommunenummer = bak_kontoen.kommunenummer
            and regnskap.maaned = bak_kontoen.maaned
            and regnskap.stonadsart = bak_kontoen.stonadsart
            and regnskap.stonadsform = bak_kontoen.stonadsform
),

utgift as (
    select *
    from fagsystem
    union all by name
    select *
    from regnskap
)

select
    kommunenummer,
    maaned,
    grunnlag,
    stonadsart,
    stonadsform,
    case when not skjermet then belop_nok end as belop_nok,
    case when not skjermet then mottaker_antall end as mottaker_antall,
    skjermet
from utgift
