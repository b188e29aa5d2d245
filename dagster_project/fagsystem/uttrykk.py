"""How a field of the contract is made from the columns of a report: the small language of `kolonner` in a profile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dagster_project.ingestion.sql import sql_tekst

MAKS_BREDDE = 100

Celle = Callable[[str], str]
"""Gives the SQL of a column's cell as text, null where it is empty."""


@dataclass(frozen=True)
class Kolonne:
    """The column as it stands."""

    navn: str

    def sql(self, celle: Celle) -> str:
        """Return the SQL expression."""
        return celle(self.navn)


@dataclass(frozen=True)
class Sammensatt:
    """Several columns put together, with `mellom` between; each may be padded. Empty where all of them are."""

    deler: tuple["Uttrykk", ...]
    mellom: str
    nuller: tuple[int, ...]

    def sql(self, celle: Celle) -> str:
        """Return the SQL expression."""
        deler = [del_.sql(celle) for del_ in self.deler]
        fylte = [
            f"coalesce({_nullfylt(sql, antall) if antall else sql}, '')"
            for sql, antall in zip(deler, self.nuller, strict=True)
        ]
        tomme = " and ".join(f"{sql} is null" for sql in deler)
        return f"case when not ({tomme}) then {f' || {sql_tekst(self.mellom)} || '.join(fylte)} end"


@dataclass(frozen=True)
class Utsnitt:
    """The first or the last characters."""

    del_: "Uttrykk"
    antall: int
    fra_hoyre: bool

    def sql(self, celle: Celle) -> str:
        """Return the SQL expression."""
        return f"{'right' if self.fra_hoyre else 'left'}({self.del_.sql(celle)}, {self.antall})"


@dataclass(frozen=True)
class Nullfylt:
    """Zeros put in front until it is as long as it should be."""

    del_: "Uttrykk"
    antall: int

    def sql(self, celle: Celle) -> str:
        """Return the SQL expression."""
        return _nullfylt(self.del_.sql(celle), self.antall)


@dataclass(frozen=True)
class Maaned:
    """A month (mm.yyyy, yyyymm or yyyy-mm) that stands for its first or its last day. Gives a date, not text."""

    del_: "Uttrykk"
    siste_dag: bool

    def sql(self, celle: Celle) -> str:
        """Return the SQL expression of the month as text."""
        return self.del_.sql(celle)


@dataclass(frozen=True)
class Fast:
    """The same value in every row, in the contract's own words."""

    verdi: str

    def sql(self, celle: Celle) -> str:
        """Return the SQL expression."""
        del celle
        return sql_tekst(self.verdi)


Uttrykk = Kolonne | Sammensatt | Utsnitt | Nullfylt | Maaned | Fast

FORMER = ("sett_sammen", "venstre", "hoyre", "fyll_nuller", "forste_dag_i", "siste_dag_i", "fast")


def _nullfylt(sql: str, antall: int) -> str:
    # lpad cuts what is too long, and a number cut is another number.
    return f"if(length({sql}) < {antall}, lpad({sql}, {antall}, '0'), {sql})"


def les_uttrykk(verdi: Any) -> Uttrykk:
    """Return the expression a value of `kolonner` says.

    Raises:
        ValueError: with a Norwegian clause that says what is wrong.
    """
    if isinstance(verdi, str) and verdi.strip():
        return Kolonne(verdi.strip())
    if not isinstance(verdi, dict):
        raise ValueError(f"skal være navnet på en kolonne i anførselstegn, eller en av formene {', '.join(FORMER)}")
    form = next((form for form in FORMER if form in verdi), None)
    ekstra = {"mellom", "fyll_nuller"} if form == "sett_sammen" else set()
    if form is None or set(verdi) - {form} - ekstra:
        ukjente = ", ".join(str(nokkel) for nokkel in verdi if nokkel not in {form, *ekstra})
        raise ValueError(f"har en form vi ikke kjenner ({ukjente}); formene er {', '.join(FORMER)}")
    innhold = verdi[form]
    if form == "sett_sammen":
        return _sammensatt(verdi)
    if form in ("venstre", "hoyre"):
        return Utsnitt(*_del_og_antall(form, innhold), fra_hoyre=form == "hoyre")
    if form == "fyll_nuller":
        return Nullfylt(*_del_og_antall(form, innhold))
    if form == "fast":
        if not isinstance(innhold, str) or not innhold:
            raise ValueError("fast skal være en tekst i anførselstegn")
        return Fast(innhold)
    return Maaned(_verdi(innhold), siste_dag=form == "siste_dag_i")


def _verdi(innhold: Any) -> Uttrykk:
    """Return an expression whose value is text; a month is a date, and can only stand outermost."""
    uttrykk = les_uttrykk(innhold)
    if isinstance(uttrykk, Maaned):
        raise ValueError("forste_dag_i og siste_dag_i kan bare stå ytterst")
    return uttrykk


def _antall(verdi: Any, minst: int) -> int:
    if isinstance(verdi, bool) or not isinstance(verdi, int) or not minst <= verdi <= MAKS_BREDDE:
        raise ValueError(f"antall tegn skal være et helt tall fra {minst} til {MAKS_BREDDE}")
    return verdi


def _del_og_antall(form: str, innhold: Any) -> tuple[Uttrykk, int]:
    if not isinstance(innhold, list) or len(innhold) != 2:
        raise ValueError(f"{form} skal være [kolonne, antall tegn]")
    return _verdi(innhold[0]), _antall(innhold[1], 1)


def _sammensatt(verdi: dict[str, Any]) -> Sammensatt:
    deler, mellom, nuller = verdi["sett_sammen"], verdi.get("mellom", ""), verdi.get("fyll_nuller")
    if not isinstance(deler, list) or len(deler) < 2:
        raise ValueError("sett_sammen skal være en liste med minst to kolonner")
    if not isinstance(mellom, str):
        raise ValueError("mellom skal være en tekst i anførselstegn")
    if nuller is None:
        nuller = [0] * len(deler)
    if not isinstance(nuller, list) or len(nuller) != len(deler):
        raise ValueError("fyll_nuller skal ha ett tall for hver kolonne i sett_sammen")
    return Sammensatt(tuple(map(_verdi, deler)), mellom, tuple(_antall(antall, 0) for antall in nuller))


def kolonner_i(uttrykk: Uttrykk) -> Iterator[str]:
    """Yield the columns an expression reads."""
    match uttrykk:
        case Kolonne(navn):
            yield navn
        case Sammensatt(deler):
            for del_ in deler:
                yield from kolonner_i(del_)
        case Utsnitt(del_) | Nullfylt(del_) | Maaned(del_):
            yield from kolonner_i(del_)
