-- A figure is hidden with the persons or spells behind it, wherever else they are counted. What looks back from a month
-- is hidden with the month, also where it stands for the year.
with skjult_maaned as (
    select
        kommunenummer,
        maaned,
        populasjon,
        case tall_id
            when 'mottakere' then ['rullerende_12']
            when 'mottakere_periodisert' then ['forlop_lopende']
            else ['hittil_i_aar', 'kalenderaar']
        end as definisjoner,
        if(tall_id = 'mottakere_periodisert', ['maaned'], ['maaned', 'aar']) as periode_typer
    from {{ ref('int_maanedstall_skjult') }}
    where tall_id in ('mottakere', 'mottakere_periodisert', 'mottakere_hittil', 'mottakere_sum_hittil')
    union all
    -- The spells that ended in a year are the sum of those of its months.
    select
        kommunenummer,
        periode as maaned,
        split_part(celle, ':', -1) as populasjon,
        [serie] as definisjoner,
        if(starts_with(celle, 'til_og_med:'), ['aar'], ['maaned']) as periode_typer
    from {{ ref('int_skjerming_maaned') }}
    where tabell = 'ind_stonadslengde' and serie = 'forlop_avsluttet' and periode_type = 'maaned'
),

skjult as (
    select
        lengde.kommunenummer,
        lengde.periode_type,
        lengde.periode,
        lengde.definisjon,
        lengde.populasjon
    from {{ ref('int_stonadslengde') }} as lengde
    inner join skjult_maaned
        on
            lengde.kommunenummer = skjult_maaned.kommunenummer
            and lengde.maaned = skjult_maaned.maaned
            and lengde.populasjon = skjult_maaned.populasjon
            and list_contains(skjult_maaned.definisjoner, lengde.definisjon)
            and list_contains(skjult_maaned.periode_typer, lengde.periode_type)
    union
    select
        kommunenummer,
        periode_type,
        periode,
        serie as definisjon,
        celle as populasjon
    from {{ ref('int_skjerming_maaned') }}
    where tabell = 'ind_stonadslengde' and periode_type = 'aar'
),

vurdert as (
    select
        lengde.*,
        lengde.er_kjent and skjult.populasjon is not null as skjermet,
        lengde.er_kjent and skjult.populasjon is null as vises
    from {{ ref('int_stonadslengde') }} as lengde
    -- At most one: the union above has each row once.
    left join skjult
        on
            lengde.kommunenummer = skjult.kommunenummer
            and lengde.periode_type = skjult.periode_type
            and lengde.periode = skjult.periode
            and lengde.definisjon = skjult.definisjon
            and lengde.populasjon = skjult.populasjon
    where not starts_with(lengde.populasjon, '~')
)

select
    kommunenummer,
    periode_type,
    periode,
    definisjon,
    populasjon,
    case when vises then teller end as teller,
    case when vises then nevner end as nevner,
    case when vises then verdi end as verdi_maaneder,
    skjermet
from vurdert
