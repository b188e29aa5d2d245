-- What must not be shown. The counts with all populasjoner are settled together with the other tables that have them
-- (int_skjerming_maaned). The rest are parts of those, and nothing but their whole is known of them: it is enough that
-- neither the part, nor what is left of the whole, nor what is left of a larger populasjon, is on too few persons.
with definisjon as (
    select
        *,
        coalesce(resten, del_av) as motpart
    from {{ ref('maanedstall') }}
),

terskel as (
    select verdi as minste_viste_antall
    from {{ ref('skjerming_terskel') }}
    where terskel_id = 'minste_viste_antall'
),

felles as (
    select
        skjerming.kommunenummer,
        skjerming.periode as maaned,
        definisjon.tall_id,
        split_part(skjerming.celle, ':', -1) as populasjon
    from {{ ref('int_skjerming_maaned') }} as skjerming
    inner join definisjon
        on
            definisjon.serie
            = case
                when skjerming.tabell = 'ind_utbetaling_per_mottaker' and starts_with(skjerming.celle, 'til_og_med:')
                    then 'til_og_med'
                when skjerming.tabell in ('ind_utbetaling_per_mottaker', 'ind_stonadslengde') then skjerming.serie
            end
    where skjerming.periode_type = 'maaned'
),

gitt_ellers as (
    select
        tall_id,
        unnest(string_split(aarstall, ' ')) as aarstall
    from definisjon
),

-- The figures so far in December are those of the year, and some of them are given by 11F too.
aarstall as (
    select
        skjerming.kommunenummer,
        make_date(skjerming.rapporteringsaar, 12, 1) as maaned,
        gitt_ellers.tall_id,
        split_part(gitt_ellers.aarstall, ':', 1) as populasjon
    from {{ ref('int_skjerming') }} as skjerming
    inner join gitt_ellers on skjerming.celle_id = split_part(gitt_ellers.aarstall, ':', 2)
),

tall as (
    select * from {{ ref('int_maanedstall') }}
),

vern as (
    select
        tall_id,
        unnest(string_split(vern, ' ')) as vernet
    from definisjon
),

-- What is left of the whole is a figure of its own where it is published, or where its persons can be in the part too.
del as (
    select
        tall.*,
        case
            when definisjon.resten is not null then motpart.antall_personer
            when definisjon.del_av is not null then motpart.antall_personer - tall.antall_personer
            else 0
        end as resten_personer
    from tall
    inner join definisjon on tall.tall_id = definisjon.tall_id
    left join tall as motpart on tall.enhet_nr = motpart.enhet_nr and definisjon.motpart = motpart.tall_id
    where definisjon.serie is null and definisjon.sum_av is null
),

inneholder as (
    select
        liten.populasjon,
        stor.populasjon as storre_populasjon
    from {{ ref('populasjon') }} as liten
    inner join {{ ref('populasjon') }} as stor
        on
            liten.populasjon != stor.populasjon
            and stor.hovedinntekt is null
            and coalesce(stor.alder_fra, 0) <= coalesce(liten.alder_fra, 0)
            and coalesce(stor.alder_til, 999) >= coalesce(liten.alder_til, 999)
            and (stor.med_ukjent_alder = 'ja' or liten.med_ukjent_alder = 'nei')
),

enhet as (
    select
        enhet.enhet_nr,
        storre.enhet_nr as storre_enhet_nr
    from {{ ref('int_maanedstall_bred') }} as enhet
    inner join inneholder on enhet.populasjon = inneholder.populasjon
    inner join {{ ref('int_maanedstall_bred') }} as storre
        on
            enhet.kommunenummer = storre.kommunenummer
            and enhet.maaned = storre.maaned
            and inneholder.storre_populasjon = storre.populasjon
),

-- The smallest count that can be reckoned out where a figure is shown; 0 tells of nobody.
avledet as (
    select
        enhet_nr,
        tall_id,
        least(nullif(antall_personer, 0), nullif(resten_personer, 0)) as minste
    from del
    union all
    select
        del.enhet_nr,
        del.tall_id,
        least(
            nullif(storre.antall_personer - del.antall_personer, 0),
            nullif(storre.resten_personer - del.resten_personer, 0)
        ) as minste
    from del
    inner join enhet on del.enhet_nr = enhet.enhet_nr
    inner join del as storre on enhet.storre_enhet_nr = storre.enhet_nr and del.tall_id = storre.tall_id
    union all
    select
        del.enhet_nr,
        del.tall_id,
        nullif(vernet.antall_personer, 0) as minste
    from vern
    inner join tall as vernet on vern.vernet = vernet.tall_id
    inner join del on vernet.enhet_nr = del.enhet_nr and vern.tall_id = del.tall_id
),

egen as (
    select *
    from felles
    union
    select *
    from aarstall
    union
    select
        enhet.kommunenummer,
        enhet.maaned,
        avledet.tall_id,
        enhet.populasjon
    from avledet
    inner join {{ ref('int_maanedstall_bred') }} as enhet on avledet.enhet_nr = enhet.enhet_nr
    cross join terskel
    where avledet.minste < terskel.minste_viste_antall
),

folger as (
    select
        tall_id,
        unnest(string_split(folger, ' ')) as folger
    from definisjon
),

med_folge as (
    select *
    from egen
    union
    select
        egen.kommunenummer,
        egen.maaned,
        folger.tall_id,
        populasjon.populasjon
    from folger
    inner join egen on split_part(folger.folger, ':', 1) = egen.tall_id
    inner join {{ ref('populasjon') }} as populasjon
        on coalesce(nullif(split_part(folger.folger, ':', 2), ''), populasjon.populasjon) = egen.populasjon
),

-- A sum of months gives away the one that is hidden.
sum_av_skjulte as (
    select
        maaned.kommunenummer,
        maaned.maaned,
        definisjon.tall_id,
        med_folge.populasjon
    from definisjon
    inner join med_folge on definisjon.sum_av = med_folge.tall_id
    inner join {{ ref('int_kommune_maaned_historikk') }} as maaned
        on
            med_folge.kommunenummer = maaned.kommunenummer
            and year(med_folge.maaned) = year(maaned.maaned)
            and med_folge.maaned <= maaned.maaned
    where definisjon.serie is null
)

select *
from med_folge
union
select *
from sum_av_skjulte
