-- What seeds/maanedstall.csv says of each figure decides whether it is known.
with kjent as (
    select
        kjent,
        row_number() over (order by kjent) as kjent_nr
    from (select distinct kjent from {{ ref('int_maanedstall_bred') }})
),

-- There are few ways to be known, and millions of figures: a number is cheaper to carry than a list.
bred as (
    select
        tall.* exclude (kjent),
        kjent.kjent_nr
    from {{ ref('int_maanedstall_bred') }} as tall
    inner join kjent on tall.kjent = kjent.kjent
),

talt as (
    from bred
    unpivot (
        verdi for tall_id in (
            columns(
                * exclude (
                    enhet_nr,
                    kommunenummer,
                    maaned,
                    populasjon,
                    kjent_nr,
                    populasjon_er_kjent,
                    barn_personer,
                    vedtak_personer,
                    vedtak_innvilget_personer,
                    vedtak_ikke_innvilget_personer,
                    vedtak_delvis_innvilget_personer,
                    vedtak_avslatt_personer
                )
            )
        )
    )
),

definisjon as (
    select
        tall_id,
        serie,
        string_split(krever, ' ') as krav
    from {{ ref('maanedstall') }}
),

vites as (
    select
        definisjon.tall_id,
        definisjon.serie,
        kjent.kjent_nr,
        definisjon.krav is null or list_has_all(kjent.kjent, definisjon.krav) as er_kjent
    from definisjon
    cross join kjent
),

-- Where no other table has a figure, only the populasjoner it is published for matter.
brukt as (
    select distinct unnest(string_split(indikator.populasjoner, ' ')) as populasjon
    from {{ ref('maanedsindikator') }} as indikator
    inner join definisjon on indikator.teller = definisjon.tall_id
    where definisjon.serie is null
)

select
    talt.enhet_nr,
    talt.kommunenummer,
    talt.maaned,
    talt.tall_id,
    talt.populasjon,
    talt.verdi,
    case talt.tall_id
        when 'barn' then talt.barn_personer
        when 'vedtak' then talt.vedtak_personer
        when 'vedtak_innvilget' then talt.vedtak_innvilget_personer
        when 'vedtak_ikke_innvilget' then talt.vedtak_ikke_innvilget_personer
        when 'vedtak_delvis_innvilget' then talt.vedtak_delvis_innvilget_personer
        when 'vedtak_avslatt' then talt.vedtak_avslatt_personer
        else talt.verdi
    end::bigint as antall_personer,
    talt.populasjon_er_kjent and vites.er_kjent as er_kjent
from talt
inner join vites on talt.tall_id = vites.tall_id and talt.kjent_nr = vites.kjent_nr
where vites.serie is not null or talt.populasjon in (select brukt.populasjon from brukt)
