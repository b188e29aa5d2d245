"""SQL that divides lines of a report into cells, quotes and all."""

from dataclasses import dataclass

from dagster_project.ingestion.sql import sql_tekst

_RANDBLANKE = " \t\N{NO-BREAK SPACE}"


def _kode(tegn: str) -> str:
    """Return characters as a regular expression has them by code, so that none of them means anything else."""
    return "".join(f"\\x{{{ord(ett):X}}}" for ett in tegn)


def tegnklasse(tegn: str) -> str:
    """Return a regular expression for any one of some characters."""
    return f"[{_kode(tegn)}]"


@dataclass(frozen=True)
class Deling:
    """How a line of one report is divided. `anforselstegn` is empty where the report has no quotes."""

    skilletegn: str
    anforselstegn: str

    @property
    def _d(self) -> str:
        return _kode(self.skilletegn)

    @property
    def _q(self) -> str:
        return _kode(self.anforselstegn)

    @property
    def _aapnet(self) -> str:
        """Return a pattern for a cell that has begun with a quote and has not ended."""
        return f"{self._q}(?:[^{self._q}]|{self._q}{self._q})*"

    @property
    def _hele(self) -> str:
        """Return a pattern for whole cells, each with a delimiter in front: quoted, plain, or empty."""
        return f"(?:{self._d}(?:{self._aapnet}{self._q}|[^{self._q}{self._d}][^{self._d}]*|))*"

    def sql_delt(self) -> str:
        """Return an expression for the cells of `tekst`; null where its quotes do not add up.

        Most lines have no quotes, and those that have seldom hold a delimiter or a quote inside them: the costly way
        is for the rest.
        """
        skille, anforsel = sql_tekst(self.skilletegn), sql_tekst(self.anforselstegn)
        if not self.anforselstegn:
            return f"string_split(tekst, {skille})"
        uten_begge = f"[^{self._q}{self._d}]*"
        enkel = f"(?:{self._q}{uten_begge}{self._q}|{uten_begge})"
        bare_enkle = sql_tekst(f"{enkel}(?:{self._d}{enkel})*")
        en_celle = sql_tekst(f"{self._d}({self._aapnet}{self._q}|[^{self._d}]*)")
        return f"""case
                when not contains(tekst, {anforsel}) then string_split(tekst, {skille})
                when regexp_full_match(tekst, {bare_enkle})
                    then string_split(replace(tekst, {anforsel}, ''), {skille})
                when regexp_full_match({skille} || tekst, {sql_tekst(self._hele)})
                    then list_transform(
                        regexp_extract_all({skille} || tekst, {en_celle}, 1),
                        lambda celle: if(
                            starts_with(celle, {anforsel}),
                            replace(substring(celle, 2, length(celle) - 2), {anforsel} || {anforsel}, {anforsel}),
                            celle
                        )
                    )
            end"""

    def sql_renset(self) -> str:
        """Return an expression for the cells without blanks around them; trimming each costs, so only where needed."""
        inni = [par for blank in _RANDBLANKE for par in (blank + self.skilletegn, self.skilletegn + blank)]
        vilkaar = [f"contains(tekst, {sql_tekst(tegn)})" for tegn in (*inni, self.anforselstegn) if tegn]
        vilkaar += [
            f"{ende}(tekst, {sql_tekst(blank)})" for ende in ("starts_with", "ends_with") for blank in _RANDBLANKE
        ]
        trimmet = f"list_transform(delt, lambda celle: trim(celle, {sql_tekst(_RANDBLANKE)}))"
        return f"if({' or '.join(vilkaar)}, {trimmet}, delt)"

    def er_aapen(self, tekst: str) -> str:
        """Return SQL for «the record goes on on the next line», where the line begins outside quotes."""
        if not self.anforselstegn:
            return "false"
        skille = sql_tekst(self.skilletegn)
        return f"regexp_full_match({skille} || {tekst}, {sql_tekst(self._hele + self._d + self._aapnet)})"

    def fortsetter(self, tekst: str) -> str:
        """Return SQL for «the record goes on on the next line», where the line begins inside quotes."""
        return self.er_aapen(f"{sql_tekst(self.anforselstegn)} || {tekst}")

    @property
    def bare_skille(self) -> str:
        """Return a pattern for a line with nothing in any cell."""
        return tegnklasse(self.skilletegn + self.anforselstegn + _RANDBLANKE) + "*"
