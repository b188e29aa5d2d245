"""The SQL that turns ledger lines of any format into typed rows, and tells what is wrong with those that fail.

It is the case system's (dagster_project/fagsystem/tolking.py) with the ledger's types and rules; a format only decides
how a line becomes cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dagster_project.fagsystem.deling import Deling
from dagster_project.fagsystem.kontrakt import Felt
from dagster_project.fagsystem.tolking import MAKS_MASKERT, Kontroll, Tolking
from dagster_project.fagsystem.verdi import sql_maskert
from dagster_project.hovedbok.kontrakt import (
    TYPENAVN,
    Regnskapsobjekt,
    funksjoner,
    gl07_felter,
    objekter,
)
from dagster_project.hovedbok.profil import Regnskapsprofil
from dagster_project.hovedbok.saft import CELLESKILLE
from dagster_project.ingestion.sql import sql_tekst

_MONSTER = {
    "periode": "(19|20)[0-9]{2}(0[1-9]|1[0-3])",
    "konto": "[01][0-9]{4}|[0-9]{8}",
    "budsjettart": "[0-9]{3}|[01][0-9]{4}",
}
_SIFRE_I_DRIFTSKONTO = 5


@dataclass(frozen=True)
class Regnskapstolking(Tolking):
    """How the CSV files of one profile and object with one and the same header are read.

    In `uttrekksfil`, `kilde_id` is whom the file's rows must name as theirs (a client or a municipality), and `fra` and
    `til` are periods (yyyymm); all three are null where the file does not say.
    """

    profil: Regnskapsprofil

    @cached_property
    def objekt(self) -> Regnskapsobjekt:
        """Return the contract's object."""
        return objekter()[self.objektnavn]

    @property
    def har_identitet(self) -> bool:
        """Say whether the object's rows tell who somebody is: a ledger's never do by its columns."""
        return False

    def sql_felttekst(self, felt: Felt) -> str:
        """Return an expression for the field as text, null where the profile says that the value means nothing."""
        sql = super().sql_felttekst(felt)
        tomme = self.profil.objekter[self.objektnavn].tomme.get(felt.navn)
        return f"case when {sql} not in ({', '.join(map(sql_tekst, tomme))}) then {sql} end" if tomme else sql

    def sql_feltverdi(self, felt: Felt) -> str:
        """Return an expression for the field's value, also of the ledger's own types."""
        tekst = f"tekst_{felt.navn}"
        if felt.navn in self.uttrykk:
            if felt.type in _MONSTER:
                return f"if(regexp_full_match({tekst}, {sql_tekst(_MONSTER[felt.type])}), {tekst}, null)"
            if felt.type == "funksjon":
                return f"if({tekst} in ({_sql_funksjoner()}), {tekst}, null)"
            if felt.type == "maaned":
                return f"if(regexp_full_match({tekst}, '0?[1-9]|1[0-2]'), {tekst}::integer, null)"
            if felt.type == "bilagsart" and (koder := self.profil.koder.get(felt.navn)):
                grener = " ".join(f"when {sql_tekst(kode)} then {sql_tekst(verdi)}" for kode, verdi in koder.items())
                return f"case {tekst} {grener} else {tekst} end"
        elif felt.type == "maaned":
            return "null::integer"
        return super().sql_feltverdi(felt)

    def lesekontroller(self) -> Iterator[Kontroll]:
        """Yield the controls of what cannot be read (rule F11)."""
        for felt in self.objekt.felter:
            if felt.navn in self.uttrykk and felt.type in TYPENAVN and felt.type != "tekst":
                vist = self.vist_verdi(felt)
                yield Kontroll(
                    "F11",
                    f"tekst_{felt.navn} is not null and verdi_{felt.navn} is null",
                    felt.navn,
                    vist,
                    f"{sql_tekst(f'{felt.navn} er ikke {TYPENAVN[felt.type]}: «')} || {vist} || '»'",
                )

    def kravkontroller(self) -> Iterator[Kontroll]:
        """Yield the controls of what must be filled in."""
        for felt in self.objekt.felter:
            if felt.kreves and felt.navn in self.profil.objekter[self.objektnavn].kolonner:
                yield Kontroll("kreves", f"tekst_{felt.navn} is null", felt.navn)

    def regelkontroller(self) -> Iterator[Kontroll]:
        """Yield the controls of whose the row is, its period and its funksjon."""
        for felt in self.objekt.felter:
            if felt.type == "klient" and felt.navn in self.uttrykk:
                yield Kontroll(
                    "annen_klient", f"verdi_{felt.navn} != kilde_id", felt.navn, self.vist_verdi(felt), "kilde_id"
                )
        if self.profil.uttrekkstype(self.objektnavn) == "periode":
            yield Kontroll(
                "periode_utenfor_fil",
                f"{self.sql_periode} not between fra and til",
                "periode",
                self.sql_periode,
                "if(fra = til, fra, fra || '–' || til)",
            )
        if self.objektnavn == "hovedbok":
            yield Kontroll(
                "periode_utenfor_aar",
                "left(verdi_periode, 4) != verdi_regnskapsaar::varchar",
                "periode",
                "verdi_periode",
                "verdi_regnskapsaar::varchar",
            )
            yield Kontroll(
                "ukjent_funksjon",
                f"length(verdi_art) = {_SIFRE_I_DRIFTSKONTO}"
                f" and coalesce(left(verdi_tjeneste, 3), '') not in ({_sql_funksjoner()})",
                "tjeneste",
                f"coalesce({self.vist_verdi(self.objekt.felt('tjeneste'))}, '')",
            )

    @property
    def sql_periode(self) -> str:
        """Return an expression for the period of a row, yyyymm."""
        if self.objektnavn == "hovedbok":
            return "verdi_periode"
        return "(verdi_aar::varchar || lpad(verdi_maaned::varchar, 2, '0'))"

    def sql_funn(self, kilde: str) -> str:
        """Return a query with one row per record of `kilde` and what is wrong with it, its text masked.

        Shape: fil_nr, linje, maskert, funn (a list of regel, felt, verdi, tillegg).
        """
        funn = ",\n                ".join(kontroll.sql for kontroll in self.kontroller)
        return f"""
        {self.sql_vurdert(kilde)}

        select
            fil_nr,
            linje,
            replace(
                left(if(har_feil_antall, {sql_maskert("tekst")}, {self.sql_maskert_rad()}), {MAKS_MASKERT}),
                {sql_tekst(CELLESKILLE)},
                ';'
            ) as maskert,
            if(
                har_feil_antall,
                [{{regel: 'F11', felt: '', verdi: '', tillegg: {self._sql_feil_antall}}}],
                list_filter([
                {funn}
                ], lambda ett: ett is not null)
            ) as funn
        from vurdert
        """

    @property
    def _sql_feil_antall(self) -> str:
        return (
            "case when antall_celler is null then 'anførselstegnene går ikke opp' "
            f"else 'den har ' || antall_celler || ' felt, og overskriften har {len(self.overskrift)}' end"
        )


@dataclass(frozen=True)
class Gl07deling(Deling):
    """How a GL07 line is cut: by the positions of its fields. Nothing is quoted, and no record has several lines."""

    skilletegn: str = " "
    anforselstegn: str = ""
    felter: tuple[str, ...] = ()

    def sql_delt(self) -> str:
        """Return an expression for the cells of `tekst`, without blanks around them."""
        felter = [gl07_felter()[navn] for navn in self.felter]
        return f"[{', '.join(f'trim(substring(tekst, {felt.fra}, {felt.lengde}))' for felt in felter)}]"

    def sql_renset(self) -> str:
        """Return the cells as they are."""
        return "delt"


@dataclass(frozen=True)
class Gl07tolking(Regnskapstolking):
    """How GL07 files are read: the cells are cut by position, and an amount is in øre without a decimal sign."""

    @cached_property
    def deling(self) -> Deling:
        """Return how a line is cut into cells."""
        return Gl07deling(felter=self.overskrift)

    def sql_feltverdi(self, felt: Felt) -> str:
        """Return an expression for the field's value; amounts are whole øre."""
        if felt.type != "belop" or felt.navn not in self.uttrykk:
            return super().sql_feltverdi(felt)
        tekst = f"tekst_{felt.navn}"
        ore = f"try_cast({tekst} as decimal(20, 0)) * 0.01"
        return f"if(regexp_full_match({tekst}, '-?[0-9]+'), try_cast({ore} as decimal(18, 2)), null)"


def lag_tolking(profil: Regnskapsprofil, objekt: str, kolonner: tuple[str, ...]) -> Regnskapstolking:
    """Return how the files of one profile and object are read; `kolonner` are the cells of a line, in order."""
    return (Gl07tolking if profil.format == "gl07" else Regnskapstolking)(profil, objekt, kolonner)


def _sql_funksjoner() -> str:
    return ", ".join(map(sql_tekst, funksjoner()))
