"""SQL for who a row is about: the check digits, the month of birth, and the text a pseudonym is made of."""

# A column holds fødselsnumre when so many of its values are valid ones; of other numbers with eleven digits, fewer than
# one in a hundred are.
ANDEL_FODSELSNUMRE = 0.2

SQL_TALL = """,
                som_tall(tekst_fodselsnummer, 11) as nummer,
                som_tall(tekst_duf_nummer, 12) as duf"""

SQL_IDENTITET = """,
                case
                    when coalesce(er_fodselsnummer(nummer), false) then 'F' || tekst_fodselsnummer
                    when coalesce(duf > 0 and er_gyldig_duf(duf), false) then 'D' || tekst_duf_nummer
                    when verdi_fodselsdato is not null or plassholdermaaned(nummer, til) is not null
                        then concat_ws('|', 'K', kilde_id, tekst_mottaker_id)
                end as identitet,
                coalesce(
                    if(
                        coalesce(er_fodselsnummer(nummer), false),
                        fodselsmaaned_av_nummer(nummer),
                        plassholdermaaned(nummer, til)
                    ),
                    date_trunc('month', verdi_fodselsdato)::date
                ) as fodselsmaaned"""

# Beside the macros on check digits, which are those of 11F, so that one number is judged alike wherever it comes from.
IDENTITET_MAKROER = """
create or replace temp macro som_tall(x, lengde) as
    if(length(x) = lengde, if(regexp_full_match(x, '[0-9]+'), x::bigint, null), null);

create or replace temp macro er_fodselsnummer(n) as
    n > 0 and not er_plassholder(n) and har_rette_kontrollsiffer(n);

create or replace temp macro plassholdermaaned(n, dag) as
    if(er_plassholder(n), fodselsmaaned_av_plassholder(n, year(dag)), null);
"""


def sql_fodselsnumre(kolonne: str) -> str:
    """Return a query for the files in `rad` with fødselsnumre in a column where nothing is protected.

    Shape: fil_nr, linje (the first).
    """
    return f"""
        select
            fil_nr,
            min(linje) filter (where er_fodselsnummer(nummer)) as linje
        from (
            select
                fil_nr,
                linje,
                som_tall({kolonne}, 11) as nummer
            from rad
            where {kolonne} is not null
        )
        group by fil_nr
        having count(*) filter (where er_fodselsnummer(nummer)) >= {ANDEL_FODSELSNUMRE} * count(*)
        order by fil_nr
    """
