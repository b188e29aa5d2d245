-- Each slice of a payment that stands in another month than it is for, with the first cause whose test it passes
-- (seeds/avvik_aarsak.csv; the order is the column rekkefolge).
with terskel as (
    select
        max(verdi) filter (where terskel_id = 'helg_betalingsdag_senest') as betalingsdag_senest,
        max(verdi) filter (where terskel_id = 'helg_betalingsdag_andel_pst') as betalingsdag_andel_pst,
        max(verdi) filter (where terskel_id = 'maanedsskifte_dager') as maanedsskifte_dager,
        max(verdi) filter (where terskel_id = 'etterslep_dager') as etterslep_dager,
        max(verdi) filter (where terskel_id = 'restanse_minste_maaneder') as restanse_minste_maaneder,
        max(verdi) filter (where terskel_id = 'strom_dager') as strom_dager,
        max(verdi) filter (where terskel_id = 'hoytid_maaned') as hoytid_maaned
    from {{ ref('avvik_terskel') }}
),

egen_art as (
    select
        max(stonadsart) filter (where aarsak = 'husleierestanse') as bolig,
        max(stonadsart) filter (where aarsak = 'strom_kvartal') as strom,
        max(stonadsart) filter (where aarsak = 'hoytidstillegg') as hoytid
    from {{ ref('avvik_aarsak') }}
),

lopende as (
    select stonadstype.stonadstype_nr
    from {{ ref('int_stonadstype') }} as stonadstype
    inner join {{ ref('kodeliste') }} as kode
        on kode.liste = 'LOPENDE_STONADSART' and stonadstype.stonadsart = kode.kode
),

-- What is paid for days of the month itself tells when the municipality pays.
betalingsvane as (
    select
        person.kommunenummer,
        100 * sum(utgift.belop_nok) filter (where day(utgift.utgiftsdato) <= terskel.betalingsdag_senest)
        >= terskel.betalingsdag_andel_pst * sum(utgift.belop_nok) as betaler_tidlig
    from {{ ref('int_utgift') }} as utgift
    semi join lopende on utgift.stonadstype_nr = lopende.stonadstype_nr
    inner join {{ ref('int_fagsystem_person') }} as person on utgift.mottaker_nr = person.mottaker_nr
    cross join terskel
    where utgift.belop_nok > 0 and utgift.utgiftsmaaned = date_trunc('month', utgift.stonad_fom)
    group by person.kommunenummer, terskel.betalingsdag_andel_pst
),

betalt_flere_ganger as (
    select
        mottaker_nr,
        stonadstype_nr,
        belop_nok,
        utgiftsdato,
        stonad_fom,
        stonad_tom
    from {{ ref('int_utgift') }}
    where belop_nok > 0
    group by all
    having count(*) > 1
),

-- Equal in all but their number: the second and later ones (F09).
gjentatt as (
    select *
    from {{ ref('int_utgift') }}
    semi join betalt_flere_ganger
        using (mottaker_nr, stonadstype_nr, belop_nok, utgiftsdato, stonad_fom, stonad_tom)
    qualify
        row_number() over (
            partition by mottaker_nr, stonadstype_nr, belop_nok, utgiftsdato, stonad_fom, stonad_tom
            order by rang, linje
        ) > 1
),

-- Few payments, found before they are divided on their months. Begun, and no longer than a month: paid as it should be.
kandidat as (
    select utgift.*
    from {{ ref('int_utgift') }} as utgift
    anti join gjentatt on utgift.rang = gjentatt.rang and utgift.linje = gjentatt.linje
    cross join terskel
    where
        (
            utgift.stonad_fom < utgift.utgiftsmaaned
            or utgift.stonad_tom > last_day(utgift.utgiftsmaaned)
        )
        and not (
            utgift.utgiftsmaaned between date_trunc('month', utgift.stonad_fom) and utgift.stonad_tom
            and utgift.stonad_tom - utgift.stonad_fom < terskel.maanedsskifte_dager
        )
),

feilplassert as (
    select
        del.rang,
        del.linje,
        del.mottaker_nr,
        del.stonadstype_nr,
        kandidat.utgiftsmaaned as maaned,
        kandidat.utgiftsdato,
        kandidat.stonad_fom,
        kandidat.stonad_tom,
        del.maaned as motpart_maaned,
        del.belop_nok
    from {{ ref('int_utgift_periodisert') }} as del
    inner join kandidat on del.rang = kandidat.rang and del.linje = kandidat.linje
    where del.maaned != kandidat.utgiftsmaaned
),

med_vedtak as (
    select
        feilplassert.*,
        person.kommunenummer,
        stonadstype.stonadsart,
        lopende.stonadstype_nr is not null as er_lopende,
        coalesce(vedtak.vedtaksdato, utbetaling.registrert_dato) >= last_day(feilplassert.motpart_maaned)
        + terskel.etterslep_dager as er_sen
    from feilplassert
    inner join {{ ref('int_fagsystem_person') }} as person on feilplassert.mottaker_nr = person.mottaker_nr
    inner join {{ ref('int_stonadstype') }} as stonadstype
        on feilplassert.stonadstype_nr = stonadstype.stonadstype_nr
    inner join {{ ref('int_utbetaling') }} as utbetaling
        on feilplassert.rang = utbetaling.rang and feilplassert.linje = utbetaling.linje
    left join {{ ref('int_vedtak') }} as vedtak
        on utbetaling.kilde_id = vedtak.kilde_id and utbetaling.vedtak_id = vedtak.vedtak_id
    left join lopende on feilplassert.stonadstype_nr = lopende.stonadstype_nr
    cross join terskel
),

-- Late support of a person, by the month it is for: is rent the only thing late, and for how many months?
sen as (
    select
        med_vedtak.mottaker_nr,
        med_vedtak.maaned,
        med_vedtak.motpart_maaned,
        bool_or(med_vedtak.stonadsart != egen_art.bolig) as annen_er_sen
    from med_vedtak
    cross join egen_art
    where med_vedtak.er_sen and med_vedtak.er_lopende and med_vedtak.belop_nok > 0
    group by all
),

bolig_alene as (
    select
        mottaker_nr,
        maaned,
        motpart_maaned,
        count(*) over (partition by mottaker_nr, maaned) as maaneder
    from sen
    where not annen_er_sen
),

-- The other running support of those persons for the same months that was paid in time.
annen_i_tide as (
    select distinct
        del.mottaker_nr,
        del.maaned as motpart_maaned
    from {{ ref('int_utgift_periodisert') }} as del
    semi join bolig_alene on del.mottaker_nr = bolig_alene.mottaker_nr and del.maaned = bolig_alene.motpart_maaned
    semi join lopende on del.stonadstype_nr = lopende.stonadstype_nr
    inner join {{ ref('int_stonadstype') }} as stonadstype on del.stonadstype_nr = stonadstype.stonadstype_nr
    inner join {{ ref('int_utgift') }} as utgift on del.rang = utgift.rang and del.linje = utgift.linje
    cross join egen_art
    where stonadstype.stonadsart != egen_art.bolig and del.belop_nok > 0 and utgift.utgiftsmaaned <= del.maaned
),

klassifisert as (
    select
        med_vedtak.*,
        case
            when med_vedtak.belop_nok < 0 then 'tilbakeforing'
            when
                med_vedtak.stonadsart = egen_art.strom
                and med_vedtak.motpart_maaned < med_vedtak.maaned
                and med_vedtak.utgiftsdato <= med_vedtak.stonad_tom + terskel.strom_dager
                then 'strom_kvartal'
            when
                betalingsvane.betaler_tidlig
                and med_vedtak.stonad_fom >= med_vedtak.maaned + interval 1 month
                and med_vedtak.motpart_maaned = med_vedtak.maaned + interval 1 month
                and med_vedtak.utgiftsdato = kalender.betalingsdag_neste
                then 'helgeforskyvning'
            when med_vedtak.motpart_maaned > med_vedtak.maaned then 'forskudd'
            when
                med_vedtak.er_sen
                and med_vedtak.stonadsart = egen_art.bolig
                and (
                    bolig_alene.maaneder >= terskel.restanse_minste_maaneder
                    or (bolig_alene.maaneder is not null and annen_i_tide.mottaker_nr is not null)
                )
                then 'husleierestanse'
            when med_vedtak.er_sen then 'etterslep_vedtak'
            else 'uforklart'
        end as aarsak
    from med_vedtak
    cross join terskel
    cross join egen_art
    left join betalingsvane on med_vedtak.kommunenummer = betalingsvane.kommunenummer
    left join {{ ref('int_kalender_maaned') }} as kalender on med_vedtak.maaned = kalender.maaned
    left join bolig_alene
        on
            med_vedtak.mottaker_nr = bolig_alene.mottaker_nr
            and med_vedtak.maaned = bolig_alene.maaned
            and med_vedtak.motpart_maaned = bolig_alene.motpart_maaned
    left join annen_i_tide
        on
            med_vedtak.mottaker_nr = annen_i_tide.mottaker_nr
            and med_vedtak.motpart_maaned = annen_i_tide.motpart_maaned
),

i_egen_maaned as (
    select
        rang,
        linje,
        mottaker_nr,
        stonadstype_nr,
        utgiftsmaaned as maaned,
        belop_nok,
        'dobbeltforing' as aarsak
    from gjentatt
    union all by name
    select
        utgift.rang,
        utgift.linje,
        utgift.mottaker_nr,
        utgift.stonadstype_nr,
        utgift.utgiftsmaaned as maaned,
        utgift.belop_nok,
        'hoytidstillegg' as aarsak
    from {{ ref('int_utgift') }} as utgift
    inner join {{ ref('int_stonadstype') }} as stonadstype on utgift.stonadstype_nr = stonadstype.stonadstype_nr
    inner join egen_art on stonadstype.stonadsart = egen_art.hoytid
    inner join terskel on month(utgift.utgiftsmaaned) = terskel.hoytid_maaned
    anti join gjentatt on utgift.rang = gjentatt.rang and utgift.linje = gjentatt.linje
    where utgift.belop_nok > 0
),

alle as (
    select
        kommunenummer,
        mottaker_nr,
        maaned,
        motpart_maaned,
        aarsak,
        rang,
        linje,
        stonadstype_nr,
        belop_nok
    from klassifisert
    union all by name
    select
        person.kommunenummer,
        i_egen_maaned.*
    from i_egen_maaned
    inner join {{ ref('int_fagsystem_person') }} as person on i_egen_maaned.mottaker_nr = person.mottaker_nr
)

-- Of a month nobody has reported yet, only parts are known.
select alle.*
from alle
semi join {{ ref('int_kommune_maaned') }} as levert
    on alle.kommunenummer = levert.kommunenummer and alle.maaned = levert.maaned
