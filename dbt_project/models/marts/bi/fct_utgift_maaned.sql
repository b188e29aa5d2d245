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

-- The accounts of the months, as they are posted and as they are put right.
konto_maaned as (
    select
        kommunenummer,
        maaned,
        stonadsart,
        stonadsform
    from {{ ref('int_utgift_regnskap') }}
    union
    select
        kommunenummer,
        maaned,
        stonadsart,
        stonadsform
    from {{ ref('int_utgift_regnskap_rettet') }}
),

-- The ledger does not know how many a sum is paid to. Behind it are the kinds of stønad paid in the month that are, or
-- may be, posted on the account; a hidden one of them would be the sum less the others.
bak_kontoen as (
    select
        konto_maaned.kommunenummer,
        konto_maaned.maaned,
        konto_maaned.stonadsart,
        konto_maaned.stonadsform,
        bool_or(utgift.skjermet) as har_skjult
    from konto_maaned
    inner join fort_paa
        on
            konto_maaned.kommunenummer = fort_paa.kommunenummer
            and konto_maaned.stonadsform = fort_paa.stonadsform
            and konto_maaned.stonadsart = coalesce(fort_paa.konto_stonadsart, konto_maaned.stonadsart)
    inner join fagsystem as utgift
        on
            utgift.grunnlag = 'kontant'
            and fort_paa.kommunenummer = utgift.kommunenummer
            and fort_paa.stonadsart = utgift.stonadsart
            and fort_paa.stonadsform = utgift.stonadsform
            and konto_maaned.maaned = utgift.maaned
    group by all
),

-- Where nobody is known to be behind an account, its sum must not be that of the form less the other accounts.
konto_skjermet as (
    select
        konto_maaned.*,
        coalesce(bak_kontoen.har_skjult, true)
        or bool_or(bak_kontoen.har_skjult is null) over (
            partition by konto_maaned.kommunenummer, konto_maaned.maaned, konto_maaned.stonadsform
        ) as skjermet
    from konto_maaned
    left join bak_kontoen
        on
            konto_maaned.kommunenummer = bak_kontoen.kommunenummer
            and konto_maaned.maaned = bak_kontoen.maaned
            and konto_maaned.stonadsart = bak_kontoen.stonadsart
            and konto_maaned.stonadsform = bak_kontoen.stonadsform
),

regnskap as (
    select
        regnskap.kommunenummer,
        regnskap.maaned,
        'regnskap' as grunnlag,
        regnskap.stonadsart,
        regnskap.stonadsform,
        regnskap.belop_nok,
        regnskap.mottaker_antall,
        konto_skjermet.skjermet
    from {{ ref('int_utgift_regnskap') }} as regnskap
    inner join konto_skjermet
        on
            regnskap.kommunenummer = konto_skjermet.kommunenummer
            and regnskap.maaned = konto_skjermet.maaned
            and regnskap.stonadsart = konto_skjermet.stonadsart
            and regnskap.stonadsform = konto_skjermet.stonadsform
),

-- What is put right is moved from one month to another, and the difference of the two series is what was moved: hidden
-- in one of the months, it is hidden in all of them.
rettet as (
    select
        rettet.kommunenummer,
        rettet.maaned,
        'regnskap_rettet' as grunnlag,
        rettet.stonadsart,
        rettet.stonadsform,
        rettet.belop_nok,
        null::integer as mottaker_antall,
        bool_or(konto_skjermet.skjermet) as skjermet
    from (
        select
            * exclude (fort_i),
            unnest(list_distinct(list_append(fort_i, maaned))) as beroert_maaned
        from {{ ref('int_utgift_regnskap_rettet') }}
    ) as rettet
    inner join konto_skjermet
        on
            rettet.kommunenummer = konto_skjermet.kommunenummer
            and rettet.beroert_maaned = konto_skjermet.maaned
            and rettet.stonadsart = konto_skjermet.stonadsart
            and rettet.stonadsform = konto_skjermet.stonadsform
    group by all
),

utgift as (
    select *
    from fagsystem
    union all by name
    select *
    from regnskap
    union all by name
    select *
    from rettet
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
