"""Profiles: how one municipality's reports are written, and how their columns become the contract's fields.

Two invented examples ship with the project (`profiler/`); a municipality's own lie in `konfig/profiler/`, one YAML
file each, and win over an example of the same name. A profile with a fault stops its own files and no others.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import duckdb
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from dagster_project.fagsystem.filnavn import Navnemonster, Periode, glob_som_monster, les_navnemonster
from dagster_project.fagsystem.kontrakt import Objekt, objekter
from dagster_project.fagsystem.uttrykk import Fast, Maaned, kolonner_i, les_uttrykk
from dagster_project.feil import Brukerfeil, trygt_navn
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.settings import Mappe

INNEBYGDE = Path(__file__).resolve().parent / "profiler"
# Raised when the same file and the same profile are read differently than before: everything is then read again.
LESEREGLER = 1

P = TypeVar("P", bound="Profil")
_Uttrykk = Annotated[Any, BeforeValidator(les_uttrykk)]

FEIL_I_PROFIL = {
    "missing": "mangler",
    "extra_forbidden": "er ikke en nøkkel vi kjenner",
    "string_type": "skal være en tekst; sett verdien i anførselstegn",
    "string_pattern_mismatch": "kan bare ha små bokstaver, sifre, bindestrek og understrek",
    "int_type": "skal være et helt tall",
    "greater_than_equal": "skal være minst {ge}",
    "less_than_equal": "skal være høyst {le}",
    "literal_error": "skal være {expected}",
    "dict_type": "skal ha nøkler og verdier under seg",
    "model_type": "skal ha nøkler og verdier under seg",
    "model_attributes_type": "skal ha nøkler og verdier under seg",
    "tuple_type": "skal være en liste",
    "list_type": "skal være en liste",
    "string_too_short": "kan ikke være tom",
    "too_short": "kan ikke være tom",
}


class _Modell(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Filform(_Modell):
    """How the file is written. What a profile leaves out is as the contract has it.

    `linjeskift` says what to expect; both kinds are read.
    """

    navn: str = "{system}_{objekt}_{kommunenummer}_{fra}_{til}_{uttrukket}.csv"
    tegnsett: Literal["windows-1252", "iso-8859-1", "utf-8", "utf-8-sig"] = "windows-1252"
    linjeskift: Literal["CRLF", "LF"] = "CRLF"
    skilletegn: str = ";"
    anforselstegn: str = '"'
    desimaltegn: Literal[",", "."] = ","
    tusenskille: Literal["", " ", "\N{NO-BREAK SPACE}", "."] = ""
    minus: Literal["foran", "bak", "parentes"] = "foran"
    dato: Literal["dd.mm.yyyy", "yyyy-mm-dd", "ddmmyyyy", "yyyymmdd"] = "dd.mm.yyyy"
    hopp_over_linjer: int = Field(default=0, ge=0, le=100)
    sumlinjer: str = "^(Sum|Total|Totalt|I alt)"
    tomverdier: tuple[str, ...] = ("", "-", "00.00.0000", "31.12.9999")

    @field_validator("tomverdier", mode="before")
    @classmethod
    def _list(cls, verdi: object) -> object:
        return tuple(verdi) if isinstance(verdi, list) else verdi

    @field_validator("skilletegn")
    @classmethod
    def _ett_tegn(cls, verdi: str) -> str:
        if len(verdi) != 1 or verdi.isalnum() or verdi in "\r\n\"'":
            raise ValueError("skal være ett tegn som ikke er en bokstav, et siffer eller et anførselstegn")
        return verdi

    @field_validator("anforselstegn")
    @classmethod
    def _ett_eller_ingen(cls, verdi: str) -> str:
        if len(verdi) > 1 or verdi.isalnum() or verdi.isspace():
            raise ValueError("skal være ett tegn, eller tomt når rapporten ikke bruker anførselstegn")
        return verdi

    @field_validator("sumlinjer")
    @classmethod
    def _uttrykk(cls, verdi: str) -> str:
        # Asked of the one who will use it: DuckDB's regular expressions are not Python's.
        try:
            with duckdb.connect() as con:
                con.execute(f"select regexp_matches('', {sql_tekst(verdi)})")
        except duckdb.Error:
            raise ValueError("er ikke et regulært uttrykk") from None
        return verdi

    @field_validator("navn")
    @classmethod
    def _navn(cls, verdi: str) -> str:
        les_navnemonster(verdi)
        return verdi

    @model_validator(mode="after")
    def _tegn_er_ulike(self) -> "Filform":
        if self.tusenskille == self.desimaltegn:
            raise ValueError("tusenskille og desimaltegn kan ikke være det samme tegnet")
        if self.skilletegn == self.anforselstegn:
            raise ValueError("skilletegn og anforselstegn kan ikke være det samme tegnet")
        return self

    @cached_property
    def navnemonster(self) -> Navnemonster:
        """Return the pattern the file's name is read by."""
        return les_navnemonster(self.navn)


class Objektprofil(_Modell):
    """One object's report: which files, and which of their columns become what.

    `fil` holds what this report does otherwise than the system's other reports.
    """

    filnavn: str = Field(min_length=1)
    fil: dict[str, Any] = Field(default_factory=dict)
    kolonner: dict[str, _Uttrykk] = Field(min_length=1)
    forkast: tuple[str, ...] = ()

    @field_validator("forkast", mode="before")
    @classmethod
    def _list(cls, verdi: object) -> object:
        return tuple(verdi) if isinstance(verdi, list) else verdi

    @cached_property
    def brukte_kolonner(self) -> tuple[str, ...]:
        """Return the columns some field is made from, each once."""
        return tuple(dict.fromkeys(navn for uttrykk in self.kolonner.values() for navn in kolonner_i(uttrykk)))


class _Uttrekk(_Modell):
    type: dict[str, Literal["full", "periode", "endring"]] = Field(default_factory=dict)


class Profil(_Modell):
    """One profile, checked. `system` is the name its ids are unique within; the profile's own where it is left out."""

    profil: str = Field(pattern=r"^[a-z0-9_-]+$")
    kontrakt: Literal["fagsystem"]
    system: str = Field(default="", pattern=r"^[a-z0-9_-]*$")
    fil: Filform = Field(default_factory=Filform)
    uttrekk: _Uttrekk = Field(default_factory=_Uttrekk)
    objekter: dict[str, Objektprofil] = Field(min_length=1)
    koder: dict[str, Annotated[dict[str, str], Field(min_length=1)]] = Field(default_factory=dict)

    @property
    def systemnavn(self) -> str:
        """Return the name the system is known by in the warehouse."""
        return self.system or self.profil

    def filform(self, objekt: str) -> Filform:
        """Return how the files of one object are written."""
        return self._filformer[objekt]

    @cached_property
    def _filformer(self) -> dict[str, Filform]:
        felles = self.fil.model_dump(exclude_unset=True)
        return {
            navn: Filform.model_validate(felles | objekt.fil) if objekt.fil else self.fil
            for navn, objekt in self.objekter.items()
        }

    def uttrekkstype(self, objekt: str) -> str:
        """Return `full`, `periode` or `endring`."""
        return self.uttrekk.type.get(objekt, objekter()[objekt].uttrekkstype)

    def avtrykk(self, objekt: str) -> str:
        """Return a hash of all that decides how a file of the object is read: the profile, the contract, the codes.

        A delivery read with another hash than today's is read again.
        """
        kontrakt = objekter()[objekt]
        del_ = self.objekter[objekt]
        felter = {felt.navn for felt in kontrakt.felter}
        mening = [
            LESEREGLER,
            self.systemnavn,
            self.uttrekkstype(objekt),
            self.filform(objekt).model_dump(),
            sorted((felt, repr(uttrykk)) for felt, uttrykk in del_.kolonner.items()),
            sorted(del_.forkast),
            {felt: koder for felt, koder in self.koder.items() if felt in felter},
            repr(kontrakt),
            {felt.kodeliste: felt.koder for felt in kontrakt.felter if felt.kodeliste},
        ]
        return hashlib.sha256(json.dumps(mening, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class OdelagtProfil:
    """An own profile that cannot be used. `globber` are the files it would have read, as far as can be told."""

    navn: str
    melding: str
    globber: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Treff:
    """The profile and object a file belongs to by its name, and what the name says.

    `profil` is None where the profile is broken; `periode` is None where the name cannot be read; `feil` says why.
    """

    profilnavn: str
    objekt: str
    profil: Profil | None = None
    periode: Periode | None = None
    feil: str | None = None


@dataclass(frozen=True)
class Profiler:
    """All profiles of one installation: its own, the examples it has not replaced, and those that cannot be used."""

    egne: tuple[Profil, ...] = ()
    eksempler: tuple[Profil, ...] = ()
    odelagte: tuple[OdelagtProfil, ...] = ()

    @property
    def gode(self) -> tuple[Profil, ...]:
        """Return the profiles that can be used."""
        return self.egne + self.eksempler

    def finn(self, navn: str) -> Profil:
        """Return a profile by name.

        Raises:
            Brukerfeil: if there is none, or it has faults.
        """
        for odelagt in self.odelagte:
            if odelagt.navn == navn:
                raise Brukerfeil(odelagt.melding)
        for profil in self.gode:
            if profil.profil == navn:
                return profil
        raise Brukerfeil(f"Finner ingen profil som heter «{navn}». Vi har {', '.join(p.profil for p in self.gode)}.")

    @cached_property
    def rekkefolge(self) -> tuple[tuple[str, str, str], ...]:
        """Return (profile, object, glob) in the order a file's name is tried: own first, the longest glob first."""
        alle = [
            (er_eksempel, -len(objekt.filnavn), profil.profil, navn, objekt.filnavn)
            for er_eksempel, profiler in enumerate((self.egne, self.eksempler))
            for profil in profiler
            for navn, objekt in profil.objekter.items()
        ]
        alle += [
            (0, -len(glob), odelagt.navn, objekt, glob) for odelagt in self.odelagte for objekt, glob in odelagt.globber
        ]
        return tuple((profil, objekt, glob) for *_, profil, objekt, glob in sorted(alle))

    def velg(self, filnavn: str) -> Treff | None:
        """Return what a file is by its name alone, or None where no profile wants it."""
        for profilnavn, objekt, monster in self._monstre:
            if not monster.fullmatch(filnavn):
                continue
            profil = next((profil for profil in self.gode if profil.profil == profilnavn), None)
            if profil is None:
                melding = next(odelagt.melding for odelagt in self.odelagte if odelagt.navn == profilnavn)
                return Treff(profilnavn, objekt, feil=melding)
            svar = profil.filform(objekt).navnemonster.les(filnavn)
            if isinstance(svar, str):
                return Treff(profilnavn, objekt, profil, feil=svar)
            return Treff(profilnavn, objekt, profil, svar)
        return None

    @cached_property
    def _monstre(self) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
        return tuple(
            (profil, objekt, re.compile(glob_som_monster(glob), re.IGNORECASE))
            for profil, objekt, glob in self.rekkefolge
        )


class Profilleser(yaml.SafeLoader):
    """Reads YAML, but takes no key twice: the second would silently win."""


def _uten_gjentak(leser: Profilleser, node: yaml.MappingNode, deep: bool = False) -> dict:
    sett = set()
    for nokkel, _ in node.value:
        if nokkel.value in sett:
            raise yaml.constructor.ConstructorError(problem=f"nøkkelen {nokkel.value} står to ganger")
        sett.add(nokkel.value)
    return yaml.SafeLoader.construct_mapping(leser, node, deep)


Profilleser.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, lambda leser, node: _uten_gjentak(leser, node, deep=True)
)


def les_profil(tekst: str, kilde: str) -> Profil:
    """Return the profile a YAML text says.

    Shape: `kilde` names the file in messages.

    Raises:
        Brukerfeil: one Norwegian sentence with the file and every key that is wrong.
    """
    try:
        innhold = yaml.load(tekst, Profilleser)
    except yaml.YAMLError as feil:
        sted = getattr(feil, "problem_mark", None)
        hvor = f" (linje {sted.line + 1})" if sted else ""
        hva = getattr(feil, "problem", "") if "står to ganger" in str(feil) else "det er ikke gyldig YAML"
        raise Brukerfeil(f"Profilen {kilde} kan ikke leses: {hva}{hvor}.") from None
    if not isinstance(innhold, dict):
        raise Brukerfeil(f"Profilen {kilde} er tom. Den skal ha nøklene profil, kontrakt og objekter.")
    try:
        profil = Profil.model_validate(innhold)
    except ValidationError as error:
        raise Brukerfeil(f"Profilen {kilde} har feil: {'; '.join(map(forklar_profilfeil, error.errors()))}.") from None
    if mangler := list(_feil_i_profil(profil)):
        raise Brukerfeil(f"Profilen {kilde} har feil: {'; '.join(mangler)}.")
    return profil


def forklar_profilfeil(feil: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors as a Norwegian clause that begins with the key."""
    sted = ".".join(str(del_) for del_ in feil["loc"] if del_ != "[key]")
    if feil["type"] == "value_error":
        tekst = str(feil["ctx"]["error"])
    else:
        mal = FEIL_I_PROFIL.get(feil["type"], "kan ikke leses")
        tekst = mal.format(**feil.get("ctx", {})).replace(" or ", " eller ").replace("''", "tomt")
    return f"{sted} {tekst}".strip()


def _feil_i_profil(profil: Profil) -> Iterator[str]:
    """Yield what is wrong when the profile is held against the contract."""
    kontrakt = objekter()
    for navn in profil.uttrekk.type:
        if navn not in kontrakt:
            yield f"uttrekk.type.{navn} er ikke et objekt i kontrakten ({', '.join(kontrakt)})"
    for navn, objekt in profil.objekter.items():
        sted = f"objekter.{navn}"
        if navn not in kontrakt:
            yield f"{sted} er ikke et objekt i kontrakten ({', '.join(kontrakt)})"
            continue
        try:
            Filform.model_validate(profil.fil.model_dump(exclude_unset=True) | objekt.fil)
        except ValidationError as error:
            yield from (f"{sted}.fil.{forklar_profilfeil(feil)}" for feil in error.errors())
        yield from _feil_i_objekt(sted, objekt, kontrakt[navn])
    yield from _feil_i_koder(profil)


def _feil_i_objekt(sted: str, objekt: Objektprofil, kontrakt: Objekt) -> Iterator[str]:
    if "/" in objekt.filnavn or "\\" in objekt.filnavn:
        yield f"{sted}.filnavn skal være et filnavn uten mappe"
    for navn, uttrykk in objekt.kolonner.items():
        felt = kontrakt.felt(navn)
        hvor = f"{sted}.kolonner.{navn}"
        if felt is None:
            yield f"{hvor} er ikke et felt i kontrakten ({', '.join(f.navn for f in kontrakt.felter if not f.fra)})"
        elif felt.fra:
            yield f"{hvor} lages av {felt.fra} og koder.{navn}, og skal ikke stå under kolonner"
        elif isinstance(uttrykk, Maaned) and felt.type != "dato":
            yield f"{hvor} er ikke en dato, og kan ikke lages av en måned"
        elif isinstance(uttrykk, Fast) and felt.type in ("kode", "ja_nei"):
            gyldige = felt.koder or ("ja", "nei")
            if uttrykk.verdi not in gyldige:
                yield f"{hvor}.fast skal være en av {', '.join(gyldige)}"
    mangler = [f.navn for f in kontrakt.felter if f.kreves and not f.fra and f.navn not in objekt.kolonner]
    if mangler:
        yield f"{sted}.kolonner mangler {', '.join(mangler)}"
    identitet = [f.navn for f in kontrakt.felter if f.personvern]
    if identitet and not any(navn in objekt.kolonner for navn in identitet):
        yield f"{sted}.kolonner må ha minst ett av {', '.join(identitet)}"
    if begge := sorted(set(objekt.forkast) & set(objekt.brukte_kolonner)):
        yield f"{sted}.forkast har kolonner som også er i bruk ({', '.join(begge)})"


def _feil_i_koder(profil: Profil) -> Iterator[str]:
    felter = {felt.navn: felt for objekt in objekter().values() for felt in objekt.felter}
    for navn, koder in profil.koder.items():
        felt = felter.get(navn)
        if felt is None or felt.type not in ("kode", "ja_nei"):
            med_koder = [f.navn for f in felter.values() if f.type in ("kode", "ja_nei")]
            yield f"koder.{navn} er ikke et felt med koder ({', '.join(med_koder)})"
            continue
        gyldige = felt.koder or ("ja", "nei")
        if ukjente := sorted({kode for kode in koder.values() if kode not in gyldige}):
            yield f"koder.{navn} gir {', '.join(ukjente)}, men kontrakten har bare {', '.join(gyldige)}"


@cache
def innebygde() -> tuple[Profil, ...]:
    """Return the example profiles of the project, by name."""
    return tuple(les_profil(sti.read_text(encoding="utf-8"), sti.name) for sti in sorted(INNEBYGDE.glob("*.yml")))


def les_profiler(mappe: Mappe) -> Profiler:
    """Return the profiles of an installation: its own, and the examples it has not replaced."""
    egne: list[Profil] = []
    odelagte: list[OdelagtProfil] = []
    for sti in sorted(mappe.profiler.glob("*.y*ml")):
        try:
            egne.append(les_egen(sti, mappe, les_profil))
        except Brukerfeil as feil:
            odelagte.append(OdelagtProfil(sti.stem, str(feil), _globber(sti)))
    tatt = {profil.profil for profil in egne} | {odelagt.navn for odelagt in odelagte}
    eksempler = tuple(profil for profil in innebygde() if profil.profil not in tatt)
    return Profiler(tuple(egne), eksempler, tuple(odelagte))


def les_egen(sti: Path, mappe: Mappe, les: Callable[[str, str], P]) -> P:
    """Return the profile in a file of the municipality's own; `les` makes it of the text and what to call it.

    Raises:
        Brukerfeil: if the file cannot be read, has a fault, or is named otherwise than the profile.
    """
    kilde = trygt_navn(sti.relative_to(mappe.rot).as_posix())
    try:
        tekst = sti.read_text(encoding="utf-8-sig")
    except OSError as feil:
        raise Brukerfeil(f"Profilen {kilde} kan ikke leses: {feil.strerror}.") from None
    except UnicodeDecodeError:
        raise Brukerfeil(f"Profilen {kilde} kan ikke leses: den skal være lagret som UTF-8.") from None
    profil = les(tekst, kilde)
    if profil.profil != sti.stem:
        raise Brukerfeil(f"Profilen {kilde} har feil: profil skal hete det samme som filen, «{sti.stem}».")
    return profil


def _globber(sti: Path) -> tuple[tuple[str, str], ...]:
    """Return (object, glob) for the files a broken profile was meant for, as far as its text and name tell."""
    navn = sti.stem
    funnet: dict[str, str] = {}
    try:
        innhold = yaml.safe_load(sti.read_text(encoding="utf-8-sig"))
        for objekt, del_ in innhold["objekter"].items():
            if objekt in objekter() and isinstance(del_["filnavn"], str) and del_["filnavn"]:
                funnet[objekt] = del_["filnavn"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError):
        pass
    if not funnet:
        funnet = {
            objekt: del_.filnavn
            for profil in innebygde()
            if profil.profil == navn
            for objekt, del_ in profil.objekter.items()
        }
    return tuple(funnet.items()) or (("ukjent", f"{navn}_*"),)
