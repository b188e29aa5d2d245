"""Small-count hiding (skjerming): which figures must not be shown, and why.

A unit is one kommunenummer and one rapporteringsaar. Its figures are cells: a grunntall (`mottakere`) or one
category of a distribution (`mottakere_vklo:8`). Primary hiding takes the cells that build on too few persons.
Secondary hiding adds cells until no hidden cell can be found from the shown ones through the linear relations
in `seeds/skjermingsrelasjon.csv`. The reader is taken to know every relation, that a hidden figure is at
least 1, and how far off an inexact relation is (month sums against year sums).
See docs/decisions/0003-skjerming.md.
"""

import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from dagster_project.bestemthet import Rad, System
from dagster_project.seeds import read_seed

log = logging.getLogger(__name__)

NOKKEL = ["kommunenummer", "rapporteringsaar"]
KOLONNER = [*NOKKEL, "celle_id", "aarsak", "forklaring"]
UVIST = "~"
"""First character of a cell that is never published: the reader knows only that it is 0 or more."""
ALLE_KATEGORIER = ":*"
"""Last characters of a cell pattern that stands for every category of a distribution, all in one relation."""
HVER_KATEGORI = ":?"
"""Last characters of a cell pattern that stands for one category at a time, with one relation for each."""

Ledd = dict[str, int]


@dataclass(frozen=True)
class Relasjon:
    """Figures whose weighted sum is 0: `sum(koeffisient * verdi) = 0`."""

    relasjon_id: str
    ledd: Ledd


@dataclass(frozen=True)
class Relasjoner:
    """The relations a reader knows, and the totals that are hidden only where nothing else helps."""

    relasjoner: tuple[Relasjon, ...]
    vernet: frozenset[str]


def les_relasjoner(rader: Iterable[Mapping[str, str]]) -> Relasjoner:
    """Read relations from rows of relasjon_id, celle, koeffisient and vernet (`ja` for a protected total).

    Shape: one row per relasjon_id and celle. A celle that ends in `:*` stands for every category of a
    distribution; a row for one category of the same relation takes its place (koeffisient 0 leaves that
    category out). Where celler end in `:?` there is one relation for each category. A celle that begins with
    `~` is never published.
    Source: seeds/skjermingsrelasjon.csv.

    Raises:
        ValueError: if a cell stands twice in a relation or a koeffisient is not a whole number.
    """
    ledd: dict[str, Ledd] = {}
    vernet = set()
    for rad in rader:
        relasjon = ledd.setdefault(rad["relasjon_id"], {})
        if rad["celle"] in relasjon:
            raise ValueError(f"{rad['celle']} står to ganger i relasjonen {rad['relasjon_id']}.")
        relasjon[rad["celle"]] = int(rad["koeffisient"])
        if rad.get("vernet") == "ja":
            vernet.add(rad["celle"])
    return Relasjoner(tuple(Relasjon(key, value) for key, value in ledd.items()), frozenset(vernet))


@cache
def terskel() -> int:
    """Return the smallest number of persons a shown figure may build on.

    Source: seeds/skjerming_terskel.csv.
    """
    return next(
        int(row["verdi"]) for row in read_seed("skjerming_terskel") if row["terskel_id"] == "minste_viste_antall"
    )


def skjerm(
    celler: pd.DataFrame,
    relasjoner: Iterable[Mapping[str, str]] | Relasjoner,
    minste_viste_antall: int | None = None,
) -> pd.DataFrame:
    """Return the cells to hide.

    Shape: in, one row per kommunenummer, rapporteringsaar and celle_id, with verdi (the figure) and
    antall_personer (persons behind it; null for a public figure, which is never hidden). Out, one row per
    hidden cell in key order, with aarsak (`primaer` or `sekundaer`) and forklaring, one Norwegian sentence
    without any hidden figure. The answer does not depend on the order of the rows. A cell of 0 persons is
    never hidden.

    Raises:
        ValueError: if a cell occurs twice in a unit.
    """
    if not isinstance(relasjoner, Relasjoner):
        relasjoner = les_relasjoner(relasjoner)
    grense = terskel() if minste_viste_antall is None else minste_viste_antall

    antall = pd.to_numeric(celler["antall_personer"]).astype("Float64")
    liten = ((antall >= 1) & (antall < grense)).fillna(False).astype(bool)
    berort = pd.MultiIndex.from_frame(celler.loc[liten, NOKKEL]).unique()
    utvalg = celler[pd.MultiIndex.from_frame(celler[NOKKEL]).isin(berort)] if len(berort) else celler.iloc[:0]
    utvalg = utvalg.sort_values([*NOKKEL, "celle_id"], kind="stable")
    if utvalg.duplicated([*NOKKEL, "celle_id"]).any():
        dobbel = utvalg.loc[utvalg.duplicated([*NOKKEL, "celle_id"]), [*NOKKEL, "celle_id"]].iloc[0]
        raise ValueError("Cellen finnes to ganger: " + ", ".join(str(value) for value in dobbel))

    struktur = _Struktur.av(relasjoner, utvalg["celle_id"].unique())
    skjult = [
        (*enhet_id, *rad)
        for enhet_id, enhet in utvalg.groupby(NOKKEL, sort=True)
        for rad in _skjerm_enhet(enhet, struktur, grense, enhet_id)
    ]
    ut = pd.DataFrame(skjult, columns=KOLONNER)
    return ut.astype(
        {
            "kommunenummer": "str",
            "rapporteringsaar": "int32",
            "celle_id": "str",
            "aarsak": "str",
            "forklaring": "str",
        }
    )


@dataclass(frozen=True)
class _Struktur:
    """The relations with every category written out, for the cells that occur."""

    rader: tuple[Ledd, ...]
    navn: tuple[str, ...]
    vernet: frozenset[str]
    rader_med: dict[str, list[int]]

    @classmethod
    def av(cls, relasjoner: Relasjoner, celle_ider: Iterable[str]) -> "_Struktur":
        kjent = set(celle_ider)
        kategorier: dict[str, list[str]] = {}
        for celle in sorted(kjent):
            fordeling, skille, kategori = celle.partition(":")
            if skille:
                kategorier.setdefault(fordeling, []).append(kategori)
        rader = []
        navn = []
        for relasjon in relasjoner.relasjoner:
            for ledd in _skriv_ut(relasjon.ledd, kategorier):
                rad = {
                    celle: koeffisient
                    for celle, koeffisient in ledd.items()
                    if koeffisient and (celle in kjent or celle.startswith(UVIST))
                }
                # A figure that stands alone here is told by none of the others.
                if len(rad) > 1:
                    rader.append(rad)
                    navn.append(relasjon.relasjon_id)
        rader_med: dict[str, list[int]] = {}
        for nummer, rad in enumerate(rader):
            for celle in rad:
                rader_med.setdefault(celle, []).append(nummer)
        return cls(tuple(rader), tuple(navn), relasjoner.vernet, rader_med)


def _skriv_ut(ledd: Ledd, kategorier: Mapping[str, list[str]]) -> list[Ledd]:
    """Write out the categories of a relation: one relation, or one per category where it has `:?`."""
    hver = sorted(
        {
            kategori
            for monster in ledd
            if monster.endswith(HVER_KATEGORI)
            for kategori in kategorier.get(monster.removesuffix(HVER_KATEGORI), [])
        }
    )
    if any(monster.endswith(HVER_KATEGORI) for monster in ledd):
        return [
            {
                monster.removesuffix("?") + kategori if monster.endswith(HVER_KATEGORI) else monster: koeffisient
                for monster, koeffisient in ledd.items()
            }
            for kategori in hver
        ]
    rad: Ledd = {}
    for monster, koeffisient in ledd.items():
        if monster.endswith(ALLE_KATEGORIER):
            for kategori in kategorier.get(monster.removesuffix(ALLE_KATEGORIER), []):
                rad.setdefault(monster.removesuffix("*") + kategori, koeffisient)
        else:
            rad[monster] = koeffisient
    return [rad]


def _skjerm_enhet(
    celler: pd.DataFrame, struktur: _Struktur, grense: int, enhet_id: tuple
) -> list[tuple[str, str, str]]:
    """Hide the cells of one unit; one (celle_id, aarsak, forklaring) per hidden cell, by celle_id."""
    enhet = _Enhet(celler, struktur, grense)
    primaer = frozenset(celle for celle, antall in enhet.antall.items() if 1 <= antall < grense)
    skjult = set(primaer)
    while (funn := enhet.bestemte(skjult)) and (valgt := enhet.velg(funn, skjult)):
        skjult.add(valgt)
    uloselig = {celle for komponent in funn for celle in komponent}
    if uloselig:
        log.warning(
            "%s %s: %s er skjult, men kan regnes ut av tall som ikke kan skjules.",
            *enhet_id,
            ", ".join(sorted(uloselig)),
        )
    skjult = enhet.loft(skjult, primaer, uloselig)
    return [(celle, *enhet.begrunn(celle, skjult, primaer, uloselig)) for celle in sorted(skjult)]


class _Enhet:
    """The cells of one unit and what a reader can find out about the hidden ones."""

    def __init__(self, celler: pd.DataFrame, struktur: _Struktur, grense: int) -> None:
        self.struktur = struktur
        self.grense = grense
        self.verdi: dict[str, float] = {}
        self.antall: dict[str, int] = {}
        for celle, verdi, antall in zip(celler["celle_id"], celler["verdi"], celler["antall_personer"], strict=True):
            self.verdi[celle] = 0.0 if pd.isna(verdi) else float(verdi)
            if not pd.isna(antall):
                self.antall[celle] = int(antall)
        # A relation of which this unit has only one figure tells nothing.
        self.rader_med = {
            celle: [nummer for nummer in numre if self._forteller_noe(struktur.rader[nummer])]
            for celle, numre in struktur.rader_med.items()
        }
        self._kjent: dict[frozenset[str], dict[str, frozenset[str]]] = {}
        # A change found once holds as long as the published cells it moves are all hidden.
        self._endringer: list[tuple[frozenset[str], dict[str, int]]] = []
        self._uvist = self._regn_ut_uviste()

    def _forteller_noe(self, rad: Ledd) -> bool:
        return sum(celle in self.verdi or celle.startswith(UVIST) for celle in rad) > 1

    def _regn_ut_uviste(self) -> dict[str, float]:
        """Return the true value of the unpublished cells, each from a relation where it alone is unknown."""
        uvist: dict[str, float] = {}
        apne = [rad for rad in self.struktur.rader if any(celle.startswith(UVIST) for celle in rad)]
        funnet = True
        while funnet:
            funnet = False
            for rad in apne:
                ukjente = [celle for celle in rad if celle.startswith(UVIST) and celle not in uvist]
                if len(ukjente) == 1:
                    resten = sum(
                        koeffisient * (uvist[celle] if celle.startswith(UVIST) else self.verdi.get(celle, 0.0))
                        for celle, koeffisient in rad.items()
                        if celle != ukjente[0]
                    )
                    uvist[ukjente[0]] = -resten / rad[ukjente[0]]
                    funnet = True
        return uvist

    def _komponenter(self, skjult: set[str]) -> list[tuple[list[str], list[int]]]:
        """Split the hidden cells into groups that no relation ties together, with the relations of each."""
        sett_celler: set[str] = set()
        komponenter = []
        for start in sorted(skjult):
            if start in sett_celler:
                continue
            sett_celler.add(start)
            ko, celler, rader = [start], [], set()
            while ko:
                celle = ko.pop()
                celler.append(celle)
                for nummer in self.rader_med.get(celle, ()):
                    if nummer in rader:
                        continue
                    rader.add(nummer)
                    for nabo in self.struktur.rader[nummer]:
                        if nabo not in sett_celler and (nabo in skjult or nabo.startswith(UVIST)):
                            sett_celler.add(nabo)
                            ko.append(nabo)
            komponenter.append((sorted(celler), sorted(rader)))
        return komponenter

    def bestemte(self, skjult: set[str]) -> list[dict[str, frozenset[str]]]:
        """Return, per group of hidden cells, some a reader can compute, with the cells that could prevent it.

        A group where the reader can compute nothing is left out.
        """
        funn = []
        for celler, rader in self._komponenter(skjult):
            nokkel = frozenset(celle for celle in celler if not celle.startswith(UVIST))
            if nokkel not in self._kjent:
                self._kjent[nokkel] = self._bestemte_i(celler, rader, skjult)
            if self._kjent[nokkel]:
                funn.append(self._kjent[nokkel])
        return funn

    def _bestemte_i(self, celler: list[str], rader: list[int], skjult: set[str]) -> dict[str, frozenset[str]]:
        synlige = {celle for celle in celler if not celle.startswith(UVIST)}
        tak = self._tak(synlige)
        sporsmaal = synlige.difference(
            *(
                flyttet
                for flyttet, endring in self._endringer
                if flyttet <= synlige and all(endring[celle] <= grense for celle, grense in tak.items())
            )
        )
        if not sporsmaal:
            return {}
        nummer = {celle: indeks for indeks, celle in enumerate(celler)}
        system = System([self._slakk(celle) for celle in celler])
        system.tak = {nummer[celle]: grense for celle, grense in tak.items()}
        for rad in rader:
            ledd = self.struktur.rader[rad]
            system.legg_til(rad, {nummer[celle]: koeffisient for celle, koeffisient in ledd.items() if celle in nummer})
        verdier = [self.verdi.get(celle, self._uvist.get(celle, 0.0)) for celle in celler]
        bestemt, endringer = system.bestemte(sorted(nummer[celle] for celle in sporsmaal), verdier)
        for endring in endringer:
            flyttet = {celler[indeks]: steg for indeks, steg in endring.items()}
            self._endringer.append((frozenset(flyttet) & synlige, flyttet))
        funn = {celler[indeks]: self._kandidater(kombinasjoner, skjult) for indeks, kombinasjoner in bestemt.items()}
        if any(funn.values()):
            return funn
        return dict.fromkeys(funn, self._kandidater([{rad: 1} for rad in rader], skjult))

    def _tak(self, synlige: set[str]) -> dict[str, int]:
        """Return how far above its true value a cell can lie that is alone in its group.

        It cannot be hidden for another cell's sake, so the reader knows that it is below the limit.
        """
        if len(synlige) > 1:
            return {}
        (celle,) = synlige
        if not self.verdi[celle] == self.antall[celle] < self.grense:
            return {}
        return {celle: self.grense - 1 - self.antall[celle]}

    def _slakk(self, celle: str) -> int:
        """Return how far below its true value a reader must reckon the cell can lie."""
        if celle.startswith(UVIST):
            return max(0, math.floor(self._uvist.get(celle, 0.0)))
        return max(0, math.floor(self.verdi[celle] - 1))

    def _kandidater(self, kombinasjoner: list[Rad], skjult: set[str]) -> frozenset[str]:
        """Return the shown cells that take part in one of the weighted sums of relations."""
        kandidater = set()
        for kombinasjon in kombinasjoner:
            sum_ledd: Ledd = {}
            for rad, vekt in kombinasjon.items():
                for celle, koeffisient in self.struktur.rader[rad].items():
                    sum_ledd[celle] = sum_ledd.get(celle, 0) + vekt * koeffisient
            kandidater.update(
                celle
                for celle, koeffisient in sum_ledd.items()
                if koeffisient and celle not in skjult and self.antall.get(celle, 0) > 0 and self.verdi[celle] != 0
            )
        return frozenset(kandidater)

    def velg(self, funn: list[dict[str, frozenset[str]]], skjult: set[str]) -> str | None:
        """Return the next cell to hide: unprotected before protected, fewest persons, then celle_id."""
        for komponent in funn:
            for celle in sorted(komponent):
                if kandidater := komponent[celle] - skjult:
                    return min(kandidater, key=self._rekkefolge)
        return None

    def _rekkefolge(self, celle: str) -> tuple[bool, int, str]:
        return celle in self.struktur.vernet, self.antall[celle], celle

    def loft(self, skjult: set[str], primaer: frozenset[str], tillatt: set[str]) -> set[str]:
        """Show again the secondary cells that turned out not to be needed, the largest first."""
        endret = True
        while endret:
            endret = False
            for celle in sorted(skjult - primaer, key=self._rekkefolge, reverse=True):
                if celle not in skjult:
                    continue
                uten, avslort = self._vis(celle, skjult, primaer, tillatt)
                if not avslort:
                    skjult = uten
                    endret = True
        return skjult

    def _vis(
        self, celle: str, skjult: set[str], primaer: frozenset[str], tillatt: set[str]
    ) -> tuple[set[str], set[str]]:
        """Return what is left to hide when a secondary cell is shown, and the primary cells that are revealed.

        Another secondary cell it reveals is shown too: there is nothing in it to protect.
        """
        uten = skjult - {celle}
        while avslort := {c for komponent in self.bestemte(uten) for c in komponent} - tillatt:
            if avslort & primaer:
                return uten, avslort & primaer
            uten -= avslort
        return uten, set()

    def begrunn(self, celle: str, skjult: set[str], primaer: frozenset[str], tillatt: set[str]) -> tuple[str, str]:
        """Return aarsak and forklaring of a hidden cell."""
        if celle in primaer:
            return "primaer", f"Tallet bygger på færre enn {self.grense} personer."
        _, avslort = self._vis(celle, skjult, primaer, tillatt)
        vernede = min(avslort, default="et annet skjult tall")
        delt = [self.struktur.navn[rad] for rad in self.rader_med.get(celle, ()) if vernede in self.struktur.rader[rad]]
        gjennom = f" ({delt[0]})" if delt else ""
        return "sekundaer", f"Skjult fordi {vernede} ellers kan regnes ut av de viste tallene{gjennom}."
