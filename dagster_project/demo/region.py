"""A whole made-up region: persons, payments and what went wrong, before anything is written to files."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dagster_project.demo.avvik import Avviksplan, Hendelse, trekk_hendelser, trekker
from dagster_project.demo.behov import Stonad, lag_behov
from dagster_project.demo.forstyrrelse import etter_nivaaskift
from dagster_project.demo.linje import BIDRAG, FORMER, LAAN, Rutine
from dagster_project.demo.utbetaling import Utbetalinger, Vedtak, lag_utbetalinger
from dagster_project.demo.verden import DemoKommune, Verden, lag_verden, maaned_av, siste_maaned
from dagster_project.demo.virkedager import Virkedager

FORSTE_MAANEDSLEVERANSE = 2023 * 12


@dataclass(frozen=True)
class Region:
    """A world and its payments; `nivaaendring` has kroner per month for each change of level, in order of events."""

    verden: Verden
    fro: int
    plan: Avviksplan
    hendelser: tuple[Hendelse, ...]
    rutine: Rutine
    utbetalinger: Utbetalinger
    vedtak: Vedtak
    nivaaendring: tuple[int, ...]

    @property
    def maaneder(self) -> np.ndarray:
        """The months there are payments for, counted as year * 12 + month - 1."""
        return self.rutine.maaneder

    @property
    def leveres_fra(self) -> int:
        """The first month with a delivery of its own; what came before is in that delivery."""
        return _leveres_fra(self.maaneder)

    @cached_property
    def stonad(self) -> Stonad:
        """What each person was paid in each month, in whole kroner, as 11F reports it: never below 0."""
        return _som_11f(self.utbetalinger.ta(self.utbetalinger.er_utgift))


def lag_region(kommuner: Sequence[DemoKommune], aar: Sequence[int], fro: int, plan: Avviksplan | None = None) -> Region:
    """Draw a region; the same arguments give the same region.

    Raises:
        ValueError: if there is no municipality or no year.
    """
    plan = plan or Avviksplan()
    verden = lag_verden(kommuner, aar, fro)
    maaneder = np.concatenate([np.arange(ett * 12, ett * 12 + siste_maaned(ett)) for ett in verden.aar])
    betalingsdag = np.array([kommune.betalingsdag for kommune in kommuner])
    rutine = Rutine(maaneder, Virkedager(verden.aar[0], verden.aar[-1]), betalingsdag)
    hendelser = trekk_hendelser(fro, plan, betalingsdag.tolist(), maaneder, _leveres_fra(maaneder), rutine.dager)
    behov = lag_behov(trekker(fro, "behov"), verden)
    gjenstaaende, nivaaendring = etter_nivaaskift(fro, verden.personer, behov, hendelser)
    utbetalinger, vedtak = lag_utbetalinger(fro, len(verden.personer.kjonn), gjenstaaende, plan, hendelser, rutine)
    return Region(verden, fro, plan, hendelser, rutine, utbetalinger, vedtak, nivaaendring)


def _leveres_fra(maaneder: np.ndarray) -> int:
    return int(maaneder[min(np.searchsorted(maaneder, FORSTE_MAANEDSLEVERANSE), len(maaneder) - 1)])


def kroner(ore: np.ndarray) -> np.ndarray:
    """Round hundredths to whole kroner, half away from zero."""
    return np.sign(ore) * ((np.abs(ore) + 50) // 100)


def _som_11f(utbetalinger: Utbetalinger) -> Stonad:
    maaned = maaned_av(utbetalinger.utbetalt)
    aar = maaned // 12
    nokler = np.stack((utbetalinger.kommune, aar, utbetalinger.person))
    rekkefolge = np.lexsort(nokler[::-1])
    sortert = nokler[:, rekkefolge]
    er_ny = np.append(True, (sortert[:, 1:] != sortert[:, :-1]).any(axis=0))[: sortert.shape[1]]
    tilfelle = np.empty(len(aar), np.int64)
    tilfelle[rekkefolge] = np.cumsum(er_ny) - 1
    antall = int(er_ny.sum())
    ore = np.zeros((2, antall, 12), np.int64)
    np.add.at(ore, (utbetalinger.form, tilfelle, maaned % 12), utbetalinger.ore)
    belop = np.maximum(kroner(ore), 0)
    kommune, aaret, person = sortert[:, er_ny]
    stonad = Stonad(person, kommune, aaret, belop[FORMER.index(BIDRAG)], belop[FORMER.index(LAAN)])
    return stonad.ta(stonad.har_maaned.any(axis=1))
