"""SQL for reading a value as one profile writes it, and for showing one without telling who somebody is."""

from dagster_project.fagsystem.deling import tegnklasse
from dagster_project.fagsystem.profil import Filform
from dagster_project.ingestion.sql import sql_tekst

# Earlier than any date of a case; without it a year of three digits would be read as a year.
FORSTE_AAR = 1800
DATOFORM = {"dd.mm.yyyy": "%d.%m.%Y", "yyyy-mm-dd": "%Y-%m-%d", "ddmmyyyy": "%d%m%Y", "yyyymmdd": "%Y%m%d"}
# A blank that does not break a line is written with other codes than the space bar's, and means the same.
BLANKE = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_MINUS = "-\N{MINUS SIGN}"


def sql_maskert(sql: str) -> str:
    """Return an expression for a text with every letter and digit hidden."""
    return rf"regexp_replace({sql}, '[\pL\pN]', '#', 'g')"


def sql_uten_personnummer(sql: str) -> str:
    """Return an expression for a text with what may be a fødselsnummer, a DUF number or an account hidden."""
    return f"regexp_replace({sql}, '[0-9]{{6}}[ -]?[0-9]{{5,}}', '###########', 'g')"


def sql_dato(tekst: str, form: str) -> str:
    """Return an expression for a date written in one of the forms of DATOFORM, null for anything else."""
    lest = f"try_strptime({tekst}, {sql_tekst(DATOFORM[form])})::date"
    hel = "" if "." in form or "-" in form else f" and length({tekst}) = 8"
    return f"case when {lest} >= date '{FORSTE_AAR}-01-01'{hel} then {lest} end"


def sql_maaned(tekst: str, siste_dag: bool) -> str:
    """Return an expression for the first or last day of a month (mm.yyyy, mm/yyyy, yyyymm, yyyy-mm), otherwise null."""
    forste = f"""case
                    when regexp_full_match({tekst}, '[0-9]{{1,2}}[./-][0-9]{{4}}')
                        then try_strptime('1.' || translate({tekst}, '/-', '..'), '%d.%m.%Y')::date
                    when regexp_full_match({tekst}, '[0-9]{{4}}-?[0-9]{{2}}')
                        then try_strptime(replace({tekst}, '-', '') || '01', '%Y%m%d')::date
                end"""
    gyldig = f"if({forste} >= date '{FORSTE_AAR}-01-01', {forste}, null)"
    return f"last_day({gyldig})" if siste_dag else gyldig


def sql_belop(tekst: str, form: Filform) -> str:
    """Return an expression for an amount written as the profile says, null for anything else: nothing is guessed."""
    skille = BLANKE if form.tusenskille.isspace() else form.tusenskille
    gruppert = f"[0-9]{{1,3}}(?:{tegnklasse(skille)}[0-9]{{3}})+|" if skille else ""
    tall = rf"(?:{gruppert}[0-9]+)(?:{tegnklasse(form.desimaltegn)}[0-9]{{1,2}})?"
    minus, blank = tegnklasse(_MINUS), f"{tegnklasse(BLANKE)}?"
    monster = {
        "foran": f"(?:{minus}{blank})?{tall}",
        "bak": f"{tall}(?:{blank}{minus})?",
        "parentes": rf"{tall}|\({tall}\)",
    }[form.minus]
    negativt = f"regexp_matches({tekst}, {sql_tekst(f'[{minus[1:-1]}(]')})"
    if form.desimaltegn == "," and not skille and form.minus == "foran":
        # The common way of writing: the minus sign may stand where it is.
        tallet = f"translate({tekst}, {sql_tekst(',' + _MINUS[1] + BLANKE)}, '.-')"
    else:
        fjernes = "".join(tegn for tegn in _MINUS + BLANKE + "().," if tegn != form.desimaltegn)
        tallet = f"if({negativt}, '-', '') || translate({tekst}, {sql_tekst(form.desimaltegn + fjernes)}, '.')"
    return f"if(regexp_full_match({tekst}, {sql_tekst(monster)}), try_cast({tallet} as decimal(18, 2)), null)"
