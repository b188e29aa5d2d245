"""Profiles for the accounting system: how one municipality's ledger is written, and what its fields become.

Three ship with the project (`profiler/`), one for each format; a municipality's own lie in `konfig/profiler/hovedbok/`,
one YAML file each, and win over one of the same name. The language is that of the case system's profiles.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from dagster_project.fagsystem.filnavn import glob_som_monster
from dagster_project.fagsystem.profil import Filform, Objektprofil, Profil, Profilleser, forklar_profilfeil, les_egen
from dagster_project.fagsystem.uttrykk import Maaned, kolonner_i
from dagster_project.feil import Brukerfeil
from dagster_project.hovedbok.filnavn import Navnemonster, Utvalg, les_navnemonster
from dagster_project.hovedbok.kontrakt import Regnskapsobjekt, funksjoner, gl07_felter, objekter
from dagster_project.hovedbok.saft import CELLESKILLE
from dagster_project.settings import Mappe

INNEBYGDE = Path(__file__).resolve().parent / "profiler"
# Raised when the same file and the same profile are read differently than before: everything is then read again.
LESEREGLER = 1

Format = Literal["csv", "gl07", "saft"]
FORMATNAVN = {"csv": "CSV", "gl07": "GL07", "saft": "SAF-T Financial"}
SAFT_NIVAA = ("Journal", "Transaction", "Line", "Analysis")

# What the format decides, whatever a profile says. There is no header, hence the line before the first.
_FAST_FORM: dict[str, dict[str, Any]] = {
    "csv": {},
    "gl07": {"dato": "yyyymmdd", "hopp_over_linjer": -1, "sumlinjer": "", "anforselstegn": "", "skilletegn": " "},
    "saft": {
        "tegnsett": "utf-8",
        "dato": "yyyy-mm-dd",
        "desimaltegn": ".",
        "tusenskille": "",
        "minus": "foran",
        "hopp_over_linjer": -1,
        "sumlinjer": "",
        "anforselstegn": "",
        "skilletegn": CELLESKILLE,
    },
}


class Regnskapsform(Filform):
    """How the file is written. What a profile leaves out is as the contract has it."""

    navn: str = "[{system}_]{objekt}_{kommunenummer}_{fraperiode}_{tilperiode}[_{uttrukket}].csv"

    @field_validator("navn")
    @classmethod
    def _navn(cls, verdi: str) -> str:
        les_navnemonster(verdi)
        return verdi

    @cached_property
    def navnemonster(self) -> Navnemonster:
        """Return the pattern the file's name is read by."""
        return les_navnemonster(self.navn)


class Regnskapsobjektprofil(Objektprofil):
    """One object's report. `tomme` are values that mean nothing is there, for a field of its own."""

    tomme: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("tomme", mode="before")
    @classmethod
    def _lister(cls, verdi: object) -> object:
        if not isinstance(verdi, dict):
            return verdi
        return {felt: tuple(ett) if isinstance(ett, list) else ett for felt, ett in verdi.items()}


class Regnskapsprofil(Profil):
    """One profile, checked. `kommuner` says which municipality a client or an organisation number is."""

    kontrakt: Literal["hovedbok"]
    format: Format = "csv"
    kommuner: dict[str, str] = Field(default_factory=dict)
    fil: Regnskapsform = Field(default_factory=Regnskapsform)
    objekter: dict[str, Regnskapsobjektprofil] = Field(min_length=1)

    @field_validator("kommuner")
    @classmethod
    def _kommunenummer(cls, verdi: dict[str, str]) -> dict[str, str]:
        if feil := [nummer for nummer in verdi.values() if not re.fullmatch(r"[0-9]{4}", nummer)]:
            raise ValueError(f"skal gi kommunenummer på fire sifre, ikke {', '.join(feil)}")
        return verdi

    @cached_property
    def _filformer(self) -> dict[str, Regnskapsform]:
        felles = self.fil.model_dump(exclude_unset=True)
        return {
            navn: Regnskapsform.model_validate(felles | objekt.fil).model_copy(update=_FAST_FORM[self.format])
            for navn, objekt in self.objekter.items()
        }

    def uttrekkstype(self, objekt: str) -> str:
        """Return `periode` (the file has all lines of its periods) or `endring` (it adds and replaces vouchers)."""
        return self.uttrekk.type.get(objekt, "endring" if self.format == "gl07" else "periode")

    def avtrykk(self, objekt: str) -> str:
        """Return a hash of all that decides how a file of the object is read: the profile, the contract, the codes."""
        del_ = self.objekter[objekt]
        mening = [
            LESEREGLER,
            self.systemnavn,
            self.format,
            self.uttrekkstype(objekt),
            self.filform(objekt).model_dump(),
            sorted((felt, repr(uttrykk)) for felt, uttrykk in del_.kolonner.items()),
            sorted(del_.forkast),
            sorted(del_.tomme.items()),
            self.kommuner,
            self.koder,
            repr(objekter()[objekt]),
            funksjoner(),
        ]
        return hashlib.sha256(json.dumps(mening, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class OdelagtRegnskapsprofil:
    """An own profile that cannot be used. `globber` has (object, glob) of the files it would have read."""

    navn: str
    melding: str
    format: str
    globber: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Regnskapstreff:
    """The profile and object a file belongs to, and what its name says.

    `profil` is None where the profile is broken, `utvalg` where the name does not tell or cannot be read; `feil` says
    why the file cannot be used. `gjelder` is what the name says as text, and stays the same when `utvalg` is filled in
    from the lines.
    """

    profilnavn: str
    objekt: str
    format: str
    profil: Regnskapsprofil | None = None
    utvalg: Utvalg | None = None
    feil: str | None = None
    gjelder: str = ""


@dataclass(frozen=True)
class Regnskapsprofiler:
    """All profiles of one installation: its own, those of the project it has not replaced, and the broken ones."""

    egne: tuple[Regnskapsprofil, ...] = ()
    medfolgende: tuple[Regnskapsprofil, ...] = ()
    odelagte: tuple[OdelagtRegnskapsprofil, ...] = ()

    def finn(self, navn: str) -> Regnskapsprofil | None:
        """Return a profile that can be used, by name."""
        return next((profil for profil in self.egne + self.medfolgende if profil.profil == navn), None)

    def velg(self, format_: str, filnavn: str) -> Regnskapstreff | None:
        """Return what a file of some format is by its name, or None where no profile wants it.

        Own profiles are tried first, and the longest glob first.
        """
        for _, _, navn, objekt, glob in self._rekkefolge(format_):
            if re.fullmatch(glob_som_monster(glob), filnavn, re.IGNORECASE):
                return self._treff(format_, navn, objekt, filnavn)
        return None

    def _rekkefolge(self, format_: str) -> list[tuple[int, int, str, str, str]]:
        gode = [
            (nummer, -len(objekt.filnavn), profil.profil, navn, objekt.filnavn)
            for nummer, profiler in enumerate((self.egne, self.medfolgende))
            for profil in profiler
            if profil.format == format_
            for navn, objekt in profil.objekter.items()
        ]
        odelagte = [
            (0, -len(glob), odelagt.navn, objekt, glob)
            for odelagt in self.odelagte
            if odelagt.format == format_
            for objekt, glob in odelagt.globber
        ]
        return sorted(gode + odelagte)

    def _treff(self, format_: str, navn: str, objekt: str, filnavn: str) -> Regnskapstreff:
        profil = self.finn(navn)
        if profil is None:
            melding = next(odelagt.melding for odelagt in self.odelagte if odelagt.navn == navn)
            return Regnskapstreff(navn, objekt, format_, feil=melding, gjelder=filnavn)
        if format_ != "csv":
            return Regnskapstreff(navn, objekt, format_, profil)
        svar = profil.filform(objekt).navnemonster.les(filnavn)
        if isinstance(svar, str):
            return Regnskapstreff(navn, objekt, format_, profil, feil=svar, gjelder=filnavn)
        return Regnskapstreff(navn, objekt, format_, profil, svar, gjelder=repr(svar))


def les_regnskapsprofil(tekst: str, kilde: str) -> Regnskapsprofil:
    """Return the profile a YAML text says; `kilde` names the file in messages.

    Raises:
        Brukerfeil: one Norwegian sentence with the file and every key that is wrong.
    """
    try:
        innhold = yaml.load(tekst, Profilleser)
    except yaml.YAMLError as feil:
        sted = getattr(feil, "problem_mark", None)
        hvor = f" (linje {sted.line + 1})" if sted else ""
        raise Brukerfeil(f"Profilen {kilde} kan ikke leses: det er ikke gyldig YAML{hvor}.") from None
    if not isinstance(innhold, dict):
        raise Brukerfeil(f"Profilen {kilde} er tom. Den skal ha nøklene profil, kontrakt og objekter.")
    try:
        profil = Regnskapsprofil.model_validate(innhold)
    except ValidationError as error:
        raise Brukerfeil(f"Profilen {kilde} har feil: {'; '.join(map(forklar_profilfeil, error.errors()))}.") from None
    if mangler := list(_feil_i_profil(profil)):
        raise Brukerfeil(f"Profilen {kilde} har feil: {'; '.join(mangler)}.")
    return profil


def _feil_i_profil(profil: Regnskapsprofil) -> Iterator[str]:
    """Yield what is wrong when the profile is held against the contract and its format."""
    kontrakt = objekter()
    for navn, type_ in profil.uttrekk.type.items():
        if navn not in kontrakt:
            yield f"uttrekk.type.{navn} er ikke et objekt i kontrakten ({', '.join(kontrakt)})"
        elif type_ == "full":
            yield f"uttrekk.type.{navn} skal være periode eller endring"
    for navn in profil.koder:
        if navn != "bilagsart":
            yield f"koder.{navn} er ikke et felt med koder (bilagsart)"
    for navn, objekt in profil.objekter.items():
        if navn in kontrakt:
            yield from _feil_i_objekt(f"objekter.{navn}", profil, objekt, kontrakt[navn])
        else:
            yield f"objekter.{navn} er ikke et objekt i kontrakten ({', '.join(kontrakt)})"


def _feil_i_objekt(
    sted: str, profil: Regnskapsprofil, objekt: Regnskapsobjektprofil, kontrakt: Regnskapsobjekt
) -> Iterator[str]:
    if "/" in objekt.filnavn or "\\" in objekt.filnavn:
        yield f"{sted}.filnavn skal være et filnavn uten mappe"
    for navn, uttrykk in objekt.kolonner.items():
        felt = kontrakt.felt(navn)
        if felt is None:
            yield f"{sted}.kolonner.{navn} er ikke et felt i kontrakten ({', '.join(f.navn for f in kontrakt.felter)})"
        elif isinstance(uttrykk, Maaned):
            yield f"{sted}.kolonner.{navn} kan ikke lages av en måned"
        for kilde in kolonner_i(uttrykk):
            if feil := _feil_i_kilde(profil.format, kilde):
                yield f"{sted}.kolonner.{navn} {feil}"
    for navn in objekt.tomme:
        if kontrakt.felt(navn) is None:
            yield f"{sted}.tomme.{navn} er ikke et felt i kontrakten"
    # The lines of a voucher have no number in GL07; they are counted.
    utelates = {"bilagslinje"} if profil.format == "gl07" else set()
    mangler = [f.navn for f in kontrakt.felter if f.kreves and f.navn not in objekt.kolonner.keys() | utelates]
    if mangler:
        yield f"{sted}.kolonner mangler {', '.join(mangler)}"
    if begge := sorted(set(objekt.forkast) & set(objekt.brukte_kolonner)):
        yield f"{sted}.forkast har kolonner som også er i bruk ({', '.join(begge)})"


def _feil_i_kilde(format_: str, kilde: str) -> str:
    """Return what is wrong with the name of a source field, or the empty text."""
    if format_ == "gl07":
        felt = gl07_felter().get(kilde)
        if felt is None:
            return f"bruker {kilde}, som ikke er et felt i GL07"
        return f"bruker {kilde}, som er persondata og aldri leses" if felt.er_persondata else ""
    if format_ == "saft":
        nivaa, skille, navn = kilde.partition("/")
        if nivaa not in SAFT_NIVAA or not skille or not navn:
            return f"bruker {kilde}, som skal skrives {', '.join(f'{ett}/<navn>' for ett in SAFT_NIVAA)}"
    return ""


@cache
def medfolgende() -> tuple[Regnskapsprofil, ...]:
    """Return the profiles of the project, by name."""
    return tuple(
        les_regnskapsprofil(sti.read_text(encoding="utf-8"), sti.name) for sti in sorted(INNEBYGDE.glob("*.yml"))
    )


def profilmappe(mappe: Mappe) -> Path:
    """Return the folder the municipality's own profiles for the accounting system lie in."""
    return mappe.profiler / "hovedbok"


def les_regnskapsprofiler(mappe: Mappe) -> Regnskapsprofiler:
    """Return the profiles of an installation: its own, and those of the project it has not replaced."""
    egne: list[Regnskapsprofil] = []
    odelagte: list[OdelagtRegnskapsprofil] = []
    for sti in sorted(profilmappe(mappe).glob("*.y*ml")):
        try:
            egne.append(les_egen(sti, mappe, les_regnskapsprofil))
        except Brukerfeil as feil:
            odelagte.append(_odelagt(sti, str(feil)))
    tatt = {profil.profil for profil in egne} | {odelagt.navn for odelagt in odelagte}
    return Regnskapsprofiler(
        tuple(egne), tuple(profil for profil in medfolgende() if profil.profil not in tatt), tuple(odelagte)
    )


def _odelagt(sti: Path, melding: str) -> OdelagtRegnskapsprofil:
    """Return a broken profile with the files it was meant for, as far as its text and name tell."""
    navn = sti.stem
    arver = next((profil for profil in medfolgende() if profil.profil == navn), None)
    format_ = arver.format if arver else "csv"
    globber = tuple((objekt, del_.filnavn) for objekt, del_ in arver.objekter.items()) if arver else ()
    try:
        innhold = yaml.safe_load(sti.read_text(encoding="utf-8-sig"))
        format_ = innhold.get("format", format_)
        globber = (
            tuple(
                (objekt, del_["filnavn"])
                for objekt, del_ in innhold["objekter"].items()
                if objekt in objekter() and isinstance(del_["filnavn"], str) and del_["filnavn"]
            )
            or globber
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError):
        pass
    return OdelagtRegnskapsprofil(navn, melding, format_, globber or (("hovedbok", f"{navn}_*"),))
