"""SQL that cuts the fields of a form out of its lines.

A line is kept in a few pieces, split between fields. Cutting in text with a letter outside ASCII means counting
characters from the start, and one Ø in a caseworker's name would have made every field of every record slow to cut.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from dagster_project.kostra.layout import Felt, Layout

STORSTE_DEL = 96
SLAG = ("heltall", "dato", "kode", "tekst")
"""What rule 002 looks for in a field. `kode` is text with a code list, `tekst` text without that must be filled."""


@dataclass(frozen=True)
class Del:
    """One piece of a line: `del_<nr>` holds `lengde` characters from `fra`, 1-based."""

    nr: int
    fra: int
    lengde: int

    def sql(self, fra: int, lengde: int) -> str:
        """Return an expression for characters of the line that lie in this piece."""
        return f"substring(del_{self.nr}, {fra - self.fra + 1}, {lengde})"


class Utsnitt:
    """How the lines of one form are cut, with the code lists that belong to its fields."""

    def __init__(self, layout: Layout, koder: Iterable[tuple[str, str]]):
        self.layout = layout
        self._koder: dict[str, list[str]] = {felt.navn: [] for felt in layout.felter}
        for liste, kode in koder:
            if liste in self._koder:
                self._koder[liste].append(kode)
        self._deler = _del_opp(layout)

    def oppdelt(self, kilde: str) -> str:
        """Return a select of the lines of `kilde` (fil_id, linje, lengde, tekst) in pieces, the empty ones left out."""
        deler = "".join(f", substring(tekst, {del_.fra}, {del_.lengde}) as del_{del_.nr}" for del_ in self._deler)
        return f"""
            select fil_id, linje, lengde, contains(tekst, chr(9)) as har_tabulator{deler}
            from {kilde}
            where lengde > 0
        """

    def klipt(self, fra: str) -> str:
        """Return a select of the records in `fra` with all they have, aar, and a text column per field, blanks and all.

        Only the files that no rule before the others has stopped are there. For each of `SLAG` there is also a
        `rett_<slag>`, true where rule 002 surely finds nothing in the fields of that kind; false says nothing.
        """
        felter = "".join(f", {self._sql(felt)} as {felt.navn}" for felt in self.layout.felter)
        rett = "".join(f", {self._rett(ett)} as rett_{ett}" for ett in SLAG)
        # One look at a whole piece spares all but a few records the looks at each kind.
        helt = " and ".join(f"regexp_full_match(del_{del_.nr}, '{self._monster(del_)}')" for del_ in self._deler)
        return f"""
            select *{felter}{rett}
            from (
                select {fra}.*, kjoring.aar, {helt} as ser_rett_ut
                from {fra}
                inner join kjoring on {fra}.fil_id = kjoring.fil_id
                where {fra}.fil_id not in (select fil_id from stoppet)
            )
        """

    def post(self, lagret: Collection[str], sql: str) -> str:
        """Return the columns of a record that `sql` names: those stored, and the fields cut out of the pieces.

        A record has a hundred columns and a rule looks at a few; DuckDB would spend longer on the rest than on them.
        """
        nevnt = set(re.findall(r"\w+", sql))
        felter = [
            f"{self._sql(felt)} as {felt.navn}" for felt in self.layout.felter if felt.navn in nevnt - set(lagret)
        ]
        return ", ".join([*(navn for navn in lagret if navn in nevnt), *felter])

    def feltverdi(self) -> str:
        """Return a select of the fields of `post` that rule 002 may have something to say about.

        Shape: one row per fil_id, linje and felt_nr (the field's place in the layout, from 1), with felt, slag,
        er_obligatorisk and verdi.
        """
        deler = []
        for ett in SLAG:
            verdier = ", ".join(
                f"{{felt_nr: {nr}, felt: '{felt.navn}', er_obligatorisk: {felt.obligatorisk}, verdi: {felt.navn}}}"
                for nr, felt in enumerate(self.layout.felter, start=1)
                if self._slag(felt) == ett
            )
            deler.append(f"""
                select
                    fil_id,
                    linje,
                    '{ett}' as slag,
                    unnest([{verdier}], recursive := true),
                from post
                where not rett_{ett}
            """)
        return " union all ".join(deler)

    def _del(self, felt: Felt) -> Del:
        return next(del_ for del_ in self._deler if del_.fra <= felt.fra < del_.fra + del_.lengde)

    def _sql(self, felt: Felt) -> str:
        return self._del(felt).sql(felt.fra, felt.lengde)

    def _slag(self, felt: Felt) -> str | None:
        if felt.type != "tekst":
            return felt.type
        if self._koder[felt.navn]:
            return "kode"
        return "tekst" if felt.obligatorisk else None

    def _monster(self, del_: Del) -> str:
        """Return a pattern of a piece in which fields of all kinds but `tekst` are surely right."""
        return "".join(
            self._sikkert_rett(felt) if self._slag(felt) not in ("tekst", None) else f".{{{felt.lengde}}}"
            for felt in self.layout.felter
            if self._del(felt) == del_
        )

    def _rett(self, slag: str) -> str:
        # Fields of one kind side by side are passed by one look.
        blikk = []
        for (ett, del_), gruppe in groupby(self.layout.felter, lambda felt: (self._slag(felt), self._del(felt))):
            if ett == slag:
                felter = list(gruppe)
                lengde = felter[-1].fra + felter[-1].lengde - felter[0].fra
                monster = "".join(self._sikkert_rett(felt) for felt in felter)
                blikk.append(f"regexp_full_match({del_.sql(felter[0].fra, lengde)}, '{monster}')")
        alle = " and ".join(blikk) or "true"
        return alle if slag == "tekst" else f"case when ser_rett_ut then true else {alle} end"

    def _sikkert_rett(self, felt: Felt) -> str:
        if koder := self._koder[felt.navn]:
            monster = list(koder)
        elif felt.type == "heltall":
            monster = [f" {{{felt.lengde - antall}}}[0-9]{{{antall}}}" for antall in range(1, felt.lengde + 1)]
        elif felt.type == "dato":
            monster = ["(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9][0-9]"]
        else:
            rest = f".{{{felt.lengde - 1}}}"
            monster = [f"[!-~]{rest}", f"{rest}[!-~]"]
        if not felt.obligatorisk:
            monster.append(f" {{{felt.lengde}}}")
        return f"(?:{'|'.join(monster)})"


def _del_opp(layout: Layout) -> tuple[Del, ...]:
    deler: list[Del] = []
    for felt in layout.felter:
        # The names of caseworkers are where letters outside ASCII are; what stands before them is kept out of it.
        if deler and deler[-1].lengde + felt.lengde <= STORSTE_DEL and felt.navn != "SAKSBEHANDLER":
            forrige = deler.pop()
            deler.append(Del(forrige.nr, forrige.fra, forrige.lengde + felt.lengde))
        else:
            deler.append(Del(len(deler) + 1, felt.fra, felt.lengde))
    return tuple(deler)
