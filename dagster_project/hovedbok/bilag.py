"""What makes a voucher count: that it adds up, that all its lines can be read, and that no two have the same number."""

from dagster_project.fagsystem.verdi import sql_uten_personnummer
from dagster_project.ingestion.sql import sql_tekst

# The text of a line is never kept where it may be about one recipient: not for this function, nor for any other line
# of a voucher that touches it, unless the voucher closes the year.
FUNKSJON_UTEN_TEKST = "281"
AARSSLUTT = "ÅO"
BILAG = ("fil_nr", "regnskapsaar", "periode", "bilagsart", "bilagsnummer")
_BILAG = ", ".join(BILAG)
_BILAG_I_RAD = ", ".join(f"rad.{kolonne}" for kolonne in BILAG)

SQL_NUMMERERTE_LINJER = f"""
    select * replace (
        row_number() over (
            partition by {_BILAG}
            order by linje
        )::integer as bilagslinje
    )
    from rad
"""
"""The rows of `rad`, the lines of each voucher numbered in the order they stand."""

# Nothing of a voucher counts unless all of it does: it must add up to zero, all its lines be readable, and no two have
# the same number. A line whose own fault is told already is not told again.
SQL_BILAGSFEIL = {
    "hovedbok": f"""
        with nummer as (
            select
                {_BILAG},
                bilagslinje,
                list_sort(list(linje)) as linjer
            from rad
            where not er_sum and bilagslinje is not null
            group by all
            having count(*) > 1
        ),

        doble as (
            select
                {_BILAG},
                bilagslinje,
                unnest(linjer) as linje,
                array_to_string(linjer, ' og ') as tillegg
            from nummer
        ),

        bilag as (
            select
                {_BILAG_I_RAD},
                sum(rad.belop_nok) as sum_nok,
                min(rad.linje) filter (where rad.er_mistenkelig) as forste_feil,
                min(rad.linje) filter (where doble.linje is not null) as forste_doble
            from rad
            left join doble on rad.fil_nr = doble.fil_nr and rad.linje = doble.linje
            where not rad.er_sum
            group by all
        ),

        avvist as (
            select
                *,
                case
                    when forste_feil is not null then 'har en linje som ikke kan brukes (linje ' || forste_feil || ')'
                    when forste_doble is not null then 'har to linjer med samme nummer (linje ' || forste_doble || ')'
                    else 'går ikke i null; summen er ' || replace(sum_nok::varchar, '.', ',') || ' kr'
                end as grunn
            from bilag
            where coalesce(sum_nok, 0) != 0 or forste_feil is not null or forste_doble is not null
        )

        select
            rad.fil_nr,
            rad.linje,
            if(doble.linje is null, 'H01', 'F01') as regel,
            concat_ws(
                ' ', rad.bilagsart, {sql_uten_personnummer("rad.bilagsnummer")}, 'i', rad.periode
            ) as verdi,
            if(doble.linje is null, avvist.grunn, 'linje ' || doble.tillegg) as tillegg,
            concat_ws(
                ';',
                rad.regnskapsaar,
                rad.periode,
                rad.bilagsart,
                {sql_uten_personnummer("rad.bilagsnummer")},
                rad.bilagslinje,
                rad.bilagsdato,
                rad.tjeneste,
                rad.art,
                rad.belop_nok
            ) as maskert
        from rad
        inner join avvist
            on
                rad.fil_nr = avvist.fil_nr
                and rad.regnskapsaar is not distinct from avvist.regnskapsaar
                and rad.periode is not distinct from avvist.periode
                and rad.bilagsart is not distinct from avvist.bilagsart
                and rad.bilagsnummer is not distinct from avvist.bilagsnummer
        left join doble on rad.fil_nr = doble.fil_nr and rad.linje = doble.linje
        where not rad.er_sum and not rad.er_mistenkelig
    """,
    "budsjett": """
        select
            fil_nr,
            linje,
            'F01' as regel,
            null::varchar as verdi,
            'linje ' || array_to_string(linjer, ' og ') as tillegg,
            null::varchar as maskert
        from (
            select
                fil_nr,
                unnest(list_sort(list(linje))) as linje,
                list_sort(list(linje)) as linjer
            from rad
            where not er_sum and not er_mistenkelig
            group by fil_nr, aar, maaned, ansvar, funksjon, art
            having count(*) > 1
        )
    """,
}


def sql_posttekst() -> str:
    """Return an expression for the text of a line that may be kept, null for the others."""
    return f"""
        case
            when
                rad.bilagsart = {sql_tekst(AARSSLUTT)}
                or not bool_or(coalesce(left(rad.tjeneste, 3) = {sql_tekst(FUNKSJON_UTEN_TEKST)}, false)) over (
                    partition by {_BILAG_I_RAD}
                )
                then {sql_uten_personnummer("rad.posttekst")}
        end
    """
