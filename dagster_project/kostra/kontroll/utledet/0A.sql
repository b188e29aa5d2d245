-- What the rules of 0A need to know about a row, worked out once. One row per row of the file.
-- A row whose amount is 0 is left out, and keeps its line number. The row's own form code and region say what it is,
-- not the form and region reported for.
with lest as (
    select
        *,
        trim_blanke(funksjon_kapittel) as funksjon,
        heltall(belop) as belop_tall,
        heltall(funksjon_kapittel) as funksjon_tall,
        heltall(art_sektor) as art_tall,
        skjema in ('0A', '0C', '0F', '0I', '0K', '0M', '0P') as er_bevilgning,
        skjema in ('0B', '0D', '0G', '0J', '0L', '0N', '0Q') as er_balanse,
        skjema in ('0A', '0C', '0M', '0P') as er_regional,
        skjema in ('0A', '0B', '0M', '0N') as er_kommune,
        skjema in ('0C', '0D', '0P', '0Q') as er_fylke,
    from klipt
)

select
    fil_id,
    linje,
    columns('^del_'),
    funksjon,
    belop_tall,
    funksjon_tall,
    funksjon_tall as kapittel_tall,
    er_bevilgning,
    er_balanse,
    er_regional,
    er_kommune,
    er_fylke,
    er_bevilgning and kontoklasse = if(skjema in ('0A', '0C'), '1', '3') as er_drift,
    -- Any class the form does not know is taken for investment.
    er_bevilgning and kontoklasse <> if(skjema in ('0A', '0C'), '1', '3') as er_investering,
    art_tall between 10 and 599 as er_utgift,
    art_tall between 600 and 999 as er_inntekt,
    starts_with(region, '0301') and substring(region, 5, 2) <> '00' as er_bydel,
    region = '211100' as er_longyearbyen,
from lest
where trim_blanke(belop) <> '0'
