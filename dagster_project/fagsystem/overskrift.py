"""The header of a report held against its profile (rule F12)."""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dagster_project.fagsystem.kontrakt import objekter
from dagster_project.fagsystem.profil import Filform, Profil
from dagster_project.fagsystem.tekst import del_linje, forste_linjer
from dagster_project.fagsystem.uttrykk import kolonner_i
from dagster_project.feil import uten_persondata
from dagster_project.formater import oppramsing
from dagster_project.ingestion.regel import MAKS_I_MELDING

# How far down a header is looked for when it is not where the profile says.
SOK_LINJER = 20


@dataclass(frozen=True)
class Overskrift:
    """The columns of a file, in order, and how they fit the profile.

    `mangler` are columns a required field is made from, `tomme_felt` the other fields some column of which is not
    there, `ukjente` columns that are neither used nor listed under forkast, `doble` columns in use that stand twice.
    `funnet_paa` is the line the header seems to stand on when it is not where the profile says, otherwise 0.
    `er_overskrift` is false where none of the columns is one the profile knows: it may be a row with a person in it.
    """

    linje: int
    kolonner: tuple[str, ...]
    mangler: tuple[str, ...] = ()
    tomme_felt: tuple[str, ...] = ()
    ukjente: tuple[str, ...] = ()
    doble: tuple[str, ...] = ()
    funnet_paa: int = 0
    er_overskrift: bool = True

    @property
    def regel(self) -> str | None:
        """Return the rule that refuses the file, or None."""
        if not self.kolonner or self.funnet_paa or self.doble:
            return "overskrift"
        return "F12" if self.mangler or self.ukjente else None

    @property
    def tillegg(self) -> str:
        """Return what is wrong, as Norwegian sentences."""
        if not self.kolonner:
            return f"Filen har ingen overskrift på linje {self.linje}."
        if self.funnet_paa:
            return (
                f"Overskriften ser ut til å stå på linje {self.funnet_paa}, men profilen sier linje {self.linje} "
                f"(hopp_over_linjer: {self.linje - 1})."
            )
        if self.doble:
            return f"Samme kolonne står flere ganger: {_liste(self.doble)}."
        deler = []
        if self.mangler:
            deler.append(f"Filen mangler {_liste(self.mangler)}.")
        if self.ukjente and self.er_overskrift:
            deler.append(f"Filen har kolonner profilen ikke kjenner: {_liste(self.ukjente)}.")
        return " ".join(deler)


def _liste(navn: tuple[str, ...]) -> str:
    vist = [f"«{uten_persondata(ett[:40])}»" if ett else "en kolonne uten navn" for ett in navn[:MAKS_I_MELDING]]
    if len(navn) > MAKS_I_MELDING:
        vist.append(f"{len(navn) - MAKS_I_MELDING} til")
    return oppramsing(vist)


def kolonnenavn(navn: str) -> str:
    """Return a column's name as it is compared: trimmed, and with letters composed the usual way."""
    return unicodedata.normalize("NFC", navn.strip())


def les_overskrift(sti: Path, profil: Profil, objekt: str) -> Overskrift:
    """Return the header of a file and how it fits. The file's encoding has been checked before."""
    form = profil.filform(objekt)
    plass = form.hopp_over_linjer
    linjer = forste_linjer(sti, form.tegnsett, plass + 1 + SOK_LINJER)
    kolonner = _kolonner(linjer[plass], form)
    funnet = vurder_kolonner(kolonner if any(kolonner) else (), plass + 1, profil, objekt)
    if not funnet.mangler and funnet.kolonner:
        return funnet
    for nummer, linje in enumerate(linjer, start=1):
        andre = _kolonner(linje, form)
        if nummer != plass + 1 and any(andre) and not vurder_kolonner(andre, nummer, profil, objekt).mangler:
            return Overskrift(plass + 1, kolonner or ("",), funnet_paa=nummer)
    return funnet


def _kolonner(linje: str, form: Filform) -> tuple[str, ...]:
    return tuple(map(kolonnenavn, del_linje(linje, form)))


def vurder_kolonner(kolonner: tuple[str, ...], linje: int, profil: Profil, objekt: str) -> Overskrift:
    """Return how a row of column names fits a profile."""
    del_ = profil.objekter[objekt]
    kontrakt = objekter()[objekt]
    finnes = set(kolonner)
    kreves: list[str] = []
    identitet: list[str] = []
    tomme: list[str] = []
    for navn, uttrykk in del_.kolonner.items():
        felt = kontrakt.felt(navn)
        borte = [kolonne for kolonne in map(kolonnenavn, kolonner_i(uttrykk)) if kolonne not in finnes]
        if felt is not None and felt.kreves:
            kreves += borte
        elif borte:
            tomme.append(navn)
        if felt is not None and felt.personvern:
            identitet.append(navn)
    if identitet and set(identitet) <= set(tomme):
        kreves += [kolonnenavn(kolonne) for navn in identitet for kolonne in kolonner_i(del_.kolonner[navn])]
    brukte = set(map(kolonnenavn, del_.brukte_kolonner))
    kjente = brukte | set(map(kolonnenavn, del_.forkast))
    antall = Counter(kolonner)
    return Overskrift(
        linje,
        kolonner,
        mangler=tuple(dict.fromkeys(kreves)),
        tomme_felt=tuple(tomme),
        ukjente=tuple(dict.fromkeys(kolonne for kolonne in kolonner if kolonne not in kjente)),
        er_overskrift=not kjente.isdisjoint(kolonner),
        doble=tuple(kolonne for kolonne in dict.fromkeys(kolonner) if antall[kolonne] > 1 and kolonne in brukte),
    )
