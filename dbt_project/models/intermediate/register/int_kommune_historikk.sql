with recursive leveranse as (
    select
        leveranse_id,
        mottatt,
        fil_endret
    from {{ ref('stg_intern__leveranse') }}
    where status = 'godtatt'
),

endring as (
    select
        endret,
        fra_kommunenummer,
        til_kommunenummer,
        any_value(fra_navn) as fra_navn,
        any_value(til_navn) as til_navn
    from (
        select
            stg.endret,
            stg.fra_kommunenummer,
            stg.til_kommunenummer,
            stg.fra_navn,
            stg.til_navn
        from {{ ref('stg_klass__endring') }} as stg
        inner join leveranse using (leveranse_id)
        union all
        select
            endret,
            fra_kommunenummer,
            til_kommunenummer,
            fra_navn,
            til_navn
        from {{ ref('kommune_endring') }}
    ) as alle
    group by endret, fra_kommunenummer, til_kommunenummer
),

-- Several files and several names give several rows. A number is over where a row ends and none begins then or later,
-- and began with its first row unless an earlier one, cut by the range asked for, leads up to it.
klass as (
    select
        stg.kommunenummer,
        arg_max(stg.kommunenavn, (coalesce(stg.gyldig_fra, date '0001-01-01'), leveranse.mottatt)) as kommunenavn,
        case
            when coalesce(min(stg.gyldig_fra) < min(stg.gyldig_til) filter (where stg.gyldig_fra is null), true)
                then min(stg.gyldig_fra)
        end as begynt,
        case
            when
                max(stg.gyldig_til)
                > coalesce(max(stg.gyldig_fra) filter (where stg.gyldig_til is null), date '0001-01-01')
                then max(stg.gyldig_til)
        end as sluttet
    from {{ ref('stg_klass__kommune') }} as stg
    inner join leveranse using (leveranse_id)
    group by stg.kommunenummer
),

nummer as (
    select fra_kommunenummer as kommunenummer from endring
    union
    select til_kommunenummer from endring
    union
    select kommunenummer from klass
    union
    select kommunenummer from {{ ref('stg_intern__kommune') }}
),

-- A number begins where it is a successor and was not there before, and ends where it is not its own successor.
begynt as (
    select
        til_kommunenummer as kommunenummer,
        min(endret) as endret
    from endring
    where
        not exists (
            select 1 from endring as for_
            where for_.endret = endring.endret and for_.fra_kommunenummer = endring.til_kommunenummer
        )
    group by til_kommunenummer
),

sluttet as (
    select
        fra_kommunenummer as kommunenummer,
        max(endret) as endret
    from endring
    where
        not exists (
            select 1 from endring as selv
            where
                selv.endret = endring.endret
                and selv.fra_kommunenummer = endring.fra_kommunenummer
                and selv.til_kommunenummer = endring.fra_kommunenummer
        )
    group by fra_kommunenummer
),

endringsdag as (
    select
        fra_kommunenummer,
        endret,
        coalesce(lag(endret) over (partition by fra_kommunenummer order by endret), date '0001-01-01') as etter
    from (
        select distinct
            fra_kommunenummer,
            endret
        from endring
    ) as dager
),

-- From a number to its successors, each step at the next date something happened to it.
vei as (
    select
        kommunenummer,
        kommunenummer as naa,
        date '0001-01-01' as dato
    from nummer
    union
    select
        vei.kommunenummer,
        endring.til_kommunenummer as naa,
        endring.endret as dato
    from vei
    inner join endringsdag
        on
            vei.naa = endringsdag.fra_kommunenummer
            and vei.dato >= endringsdag.etter
            and vei.dato < endringsdag.endret
    inner join endring
        on endringsdag.fra_kommunenummer = endring.fra_kommunenummer and endringsdag.endret = endring.endret
),

maal as (
    select
        vei.kommunenummer,
        list_sort(list(distinct vei.naa)) as dagens_kommunenumre
    from vei
    left join endringsdag on vei.naa = endringsdag.fra_kommunenummer and vei.dato < endringsdag.endret
    where endringsdag.endret is null
    group by vei.kommunenummer
),

navn as (
    select
        kommunenummer,
        arg_max(navn, endret) as navn
    from (
        select
            fra_kommunenummer as kommunenummer,
            fra_navn as navn,
            endret
        from endring
        union all
        select
            til_kommunenummer as kommunenummer,
            til_navn as navn,
            endret
        from endring
    ) as alle
    group by kommunenummer
),

gyldighet as (
    select
        nummer.kommunenummer,
        coalesce(klass.kommunenavn, egen.kommunenavn, navn.navn) as kommunenavn,
        coalesce(begynt.endret, klass.begynt, egen.gyldig_fra) as gyldig_fra,
        coalesce((coalesce(sluttet.endret, klass.sluttet) - interval 1 day)::date, egen.gyldig_til) as gyldig_til,
        maal.dagens_kommunenumre
    from nummer
    left join klass using (kommunenummer)
    left join {{ ref('stg_intern__kommune') }} as egen using (kommunenummer)
    left join begynt using (kommunenummer)
    left join sluttet using (kommunenummer)
    left join navn using (kommunenummer)
    left join maal using (kommunenummer)
)

select
    kommunenummer,
    kommunenavn,
    gyldig_fra,
    gyldig_til,
    dagens_kommunenumre,
    len(dagens_kommunenumre) > 1 as er_delt,
    -- A number that is gone, and whose successor nobody has told, has none.
    case
        when len(dagens_kommunenumre) = 1 and not (gyldig_til is not null and dagens_kommunenumre[1] = kommunenummer)
            then dagens_kommunenumre[1]
    end as dagens_kommunenummer
from gyldighet
