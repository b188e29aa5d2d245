"""What the made-up persons are granted for each month, before anybody pays it: months and kroner.

The months of a year lie so that those who received last year go on in January, and those who will receive next
year still do in December; otherwise every New Year would look like a change of level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.personer import FAMILIEFASER, Personer
from dagster_project.demo.verden import FLYTTEMAANED, Tilfeller, Verden

MINSTE_BELOP_I_MAANED = 250
SPREDNING_MELLOM_PERSONER = 0.3


@dataclass(frozen=True)
class Stonad:
    """One element per person, municipality and year.

    `bidrag` and `laan` are whole kroner with a row of 12 months for each element.
    """

    person: np.ndarray
    kommune: np.ndarray
    aar: np.ndarray
    bidrag: np.ndarray
    laan: np.ndarray

    @property
    def har_maaned(self) -> np.ndarray:
        """A row of 12 yes/no: the months with any stønad."""
        return (self.bidrag > 0) | (self.laan > 0)

    def ta(self, valg: np.ndarray) -> "Stonad":
        """Return the chosen elements."""
        return Stonad(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


@dataclass(frozen=True)
class Behov:
    """One element per municipality, person and month with stønad, in that order.

    `maaned` counts from January of year 0 (year * 12 + month - 1); `bidrag` and `laan` are whole kroner.
    """

    kommune: np.ndarray
    person: np.ndarray
    maaned: np.ndarray
    bidrag: np.ndarray
    laan: np.ndarray

    def ta(self, valg: np.ndarray) -> "Behov":
        """Return the chosen elements."""
        return Behov(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


def lag_behov(rng: np.random.Generator, verden: Verden) -> Behov:
    """Draw months and amounts for every case of the world.

    The month after the last is there too, for those who go on: some are paid for it before it begins.
    """
    var_her, blir_her = _sammenheng(rng, verden)
    deler = []
    for aar in verden.aar:
        valg = verden.tilfeller.aar == aar
        tilfeller = verden.tilfeller.ta(valg)
        stonad = trekk_stonad(rng, verden.personer, tilfeller, aar, var_her[valg], blir_her[valg])
        tilfelle, maaned = np.nonzero(stonad.har_maaned)
        deler.append(
            (
                stonad.kommune[tilfelle],
                stonad.person[tilfelle],
                aar * 12 + maaned,
                stonad.bidrag[tilfelle, maaned],
                stonad.laan[tilfelle, maaned],
            )
        )
    behov = Behov(*(np.concatenate(kolonne) for kolonne in zip(*deler, strict=True)))
    siste = behov.maaned.max()
    fortsetter = (behov.maaned == siste) & (behov.bidrag > 0)
    fortsetter &= rng.random(len(behov.maaned)) < nivaa("andel_som_fortsetter_neste_maaned")
    etter = behov.ta(fortsetter)
    behov = Behov(
        np.concatenate((behov.kommune, etter.kommune)),
        np.concatenate((behov.person, etter.person)),
        np.concatenate((behov.maaned, etter.maaned + 1)),
        np.concatenate((behov.bidrag, etter.bidrag)),
        np.concatenate((behov.laan, np.zeros_like(etter.laan))),
    )
    return behov.ta(np.lexsort((behov.maaned, behov.person, behov.kommune)))


def trekk_stonad(
    rng: np.random.Generator,
    personer: Personer,
    tilfeller: Tilfeller,
    aar: int,
    var_her: np.ndarray | bool = False,
    blir_her: np.ndarray | bool = False,
) -> Stonad:
    """Draw which months of a year each case has stønad in, and how much.

    `var_her` says who received at the end of the year before, `blir_her` who will at the start of the next.
    """
    antall = len(tilfeller.person)
    har_maaned = _trekk_maaneder(rng, tilfeller, np.broadcast_to(var_her, antall), np.broadcast_to(blir_her, antall))
    bidrag, laan = _trekk_belop(rng, personer.familiefase[tilfeller.person], har_maaned, aar)
    return Stonad(tilfeller.person, tilfeller.kommune, tilfeller.aar, bidrag, laan)


def er_fortsettelse(*nokler: np.ndarray, maaned: np.ndarray) -> np.ndarray:
    """Tell which elements, sorted by the keys and then the month, come the month after the one before them."""
    lik = np.ones(len(maaned), bool)
    lik[:1] = False
    for nokkel in nokler:
        lik[1:] &= nokkel[1:] == nokkel[:-1]
    lik[1:] &= maaned[1:] == maaned[:-1] + 1
    return lik


def _sammenheng(rng: np.random.Generator, verden: Verden) -> tuple[np.ndarray, np.ndarray]:
    """Tell who goes on receiving across the start and the end of the window of each case."""
    tilfeller, aar = verden.tilfeller, verden.aar
    nokkel = (tilfeller.person.astype(np.int64) * len(verden.kommuner) + tilfeller.kommune) * 10_000 + tilfeller.aar
    # Before the first year and after the last nobody knows; then as many as usual.
    ukjent = rng.random(len(nokkel)) < _andel_som_blir(tilfeller)
    var_her = np.where(tilfeller.aar == aar[0], ukjent, np.isin(nokkel - 1, nokkel))
    blir_her = np.where(tilfeller.aar == aar[-1], ukjent, np.isin(nokkel + 1, nokkel))
    # One draw for each person and New Year, so that both sides of it agree.
    uten_opphold = rng.random((len(verden.personer.kjonn), aar[-1] - aar[0] + 2)) < nivaa(
        "andel_uten_opphold_ved_nyttaar"
    )
    nyttaar = tilfeller.aar - aar[0]
    # Those who move go on in the new municipality.
    flyttet_inn, flytter_ut = tilfeller.fra_maaned > 1, tilfeller.til_maaned == FLYTTEMAANED
    return (
        (var_her & uten_opphold[tilfeller.person, nyttaar]) | flyttet_inn,
        (blir_her & uten_opphold[tilfeller.person, nyttaar + 1]) | flytter_ut,
    )


def _andel_som_blir(tilfeller: Tilfeller) -> np.ndarray:
    bli = np.array([nivaa(f"blir_etter_maaneder_{klasse}") for klasse in ("01_03", "04_09", "10_12")])
    return bli[np.digitize(tilfeller.maaneder, (4, 10))]


def _trekk_maaneder(
    rng: np.random.Generator, tilfeller: Tilfeller, var_her: np.ndarray, blir_her: np.ndarray
) -> np.ndarray:
    """Place the months: mostly in a row, for some with gaps. A row of 12 yes/no per case."""
    antall = len(tilfeller.person)
    maaned = np.arange(1, 13, dtype=np.int8)
    onsket = tilfeller.maaneder.astype(np.int8)
    fra, til = tilfeller.fra_maaned.astype(np.int8), tilfeller.til_maaned.astype(np.int8)
    slakk = til - fra - onsket + 1
    forskyvning = (rng.random(antall) * (slakk + 1)).astype(np.int8)
    forskyvning = np.select((var_her, blir_her), (0, slakk), forskyvning)
    start = (fra + forskyvning)[:, None]
    har = (maaned >= start) & (maaned < start + onsket[:, None])
    # Those who go on at both ends have their gap, if any, in between.
    begge = np.flatnonzero(var_her & blir_her)
    forst = (rng.random(len(begge)) * (onsket[begge] - 1)).astype(np.int8) + 1
    forst = np.minimum(forst, onsket[begge])
    sist = onsket[begge] - forst
    har[begge] = (maaned >= fra[begge, None]) & (maaned < (fra[begge] + forst)[:, None])
    har[begge] |= (maaned <= til[begge, None]) & (maaned > (til[begge] - sist)[:, None])
    spredt = np.flatnonzero(rng.random(antall) < nivaa("andel_opphold_i_maaneder"))
    i_vinduet = (maaned >= fra[spredt, None]) & (maaned <= til[spredt, None])
    nokkel = np.where(i_vinduet, rng.random((len(spredt), 12)), 2.0)
    terskel = np.take_along_axis(np.sort(nokkel, axis=1), onsket[spredt, None].astype(np.int64) - 1, axis=1)
    har[spredt] = nokkel <= terskel
    return har


def _trekk_belop(
    rng: np.random.Generator, familiefase: np.ndarray, har_maaned: np.ndarray, aar: int
) -> tuple[np.ndarray, np.ndarray]:
    antall = len(har_maaned)
    per_maaned = np.array([nivaa(f"kr_per_maaned_{k:02d}") for k in range(1, 13)])
    per_maaned *= nivaa(f"kr_per_maaned_snitt_{aar}") / nivaa("kr_per_maaned_snitt_2009")
    faktor = _faktor_for_familiefase(FAMILIEFASER)
    niva = per_maaned[har_maaned.sum(axis=1) - 1] * faktor[familiefase]
    niva = niva * rng.lognormal(-(SPREDNING_MELLOM_PERSONER**2) / 2, SPREDNING_MELLOM_PERSONER, antall)
    belop = niva[:, None].astype(np.float32) * (0.8 + 0.4 * rng.random((antall, 12), np.float32))
    belop = np.maximum(np.rint(belop), MINSTE_BELOP_I_MAANED).astype(np.int32) * har_maaned
    bare_laan = rng.random(antall) < nivaa("andel_bare_laan")
    bidrag = np.where(bare_laan[:, None], 0, belop)
    laan = np.where(bare_laan[:, None], belop, 0)
    laantakere = np.flatnonzero(~bare_laan & (rng.random(antall) < nivaa("andel_med_laan")))
    maaned = (har_maaned[laantakere] * rng.random((len(laantakere), 12))).argmax(axis=1)
    laan[laantakere, maaned] = np.rint(nivaa("laan_kr") * rng.lognormal(-0.125, 0.5, len(laantakere)))
    return bidrag, laan


def _faktor_for_familiefase(faser: Sequence[str]) -> np.ndarray:
    """Kroner of each family phase over the mean of all."""
    kroner = np.array(
        [
            nivaa("kr_familie_" + (fase if fase.startswith("par") or fase.endswith("barn") else "enslig_uten_barn"))
            for fase in faser
        ]
    )
    return kroner / (kroner @ blanding("familiefase")[1])
