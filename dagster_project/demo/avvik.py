"""Which months of the made-up world go wrong, where, why and how much: the plan, and the events drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from dagster_project.demo.verden import maaned_av
from dagster_project.demo.virkedager import Virkedager

# Events of one municipality are kept so far apart that each month has one cause.
MAANEDER_MELLOM_HENDELSER = 5
ETTERSLEP_MAANEDER = 2
RESTANSE_MAANEDER = 4
MAANEDER_FOER_NIVAASKIFT, MAANEDER_ETTER_NIVAASKIFT = 12, 6

Styrke = tuple[float, float]
"""The lowest and the highest strength; each event draws its own, evenly in between."""


@dataclass(frozen=True)
class Avviksplan:
    """How much goes wrong in a world.

    Whole numbers are events per municipality (as many as there is room for), shares lie between 0 and 1.
    Strengths: of the persons paid, the share decided late (`etterslep`), with rent in arrears (`restanse`) or paid in
    advance (`forskudd`); of the month's rents, the share reversed (`tilbakeforing`); of the recipients under 30, the
    share that stops for good (`nivaaskift`).
    """

    helgeforskyvning: bool = True
    strom_kvartal: bool = True
    hoytidstillegg: bool = True
    etterslep: int = 3
    etterslep_styrke: Styrke = (0.2, 0.4)
    restanse: int = 3
    restanse_styrke: Styrke = (0.15, 0.35)
    forskudd: int = 1
    forskudd_styrke: Styrke = (0.2, 0.4)
    tilbakeforing: int = 1
    tilbakeforing_styrke: Styrke = (0.15, 0.3)
    andel_nivaaskift: float = 0.5
    nivaaskift_styrke: Styrke = (0.4, 0.6)
    andel_etterslep_ellers: float = 0.005
    andel_tilbakefort_ellers: float = 0.003
    feil_periode: int = 2
    dobbeltforing: int = 1
    andel_balanseforing: float = 0.6
    manglende_leveranse: int = 0
    halv_leveranse: int = 0


INGEN_AVVIK = Avviksplan(
    helgeforskyvning=False,
    strom_kvartal=False,
    hoytidstillegg=False,
    etterslep=0,
    restanse=0,
    forskudd=0,
    tilbakeforing=0,
    andel_nivaaskift=0,
    andel_etterslep_ellers=0,
    andel_tilbakefort_ellers=0,
    feil_periode=0,
    dobbeltforing=0,
    andel_balanseforing=0,
)


@dataclass(frozen=True)
class Hendelse:
    """Something that happens in a month (counted as year * 12 + month - 1) in the municipality with that index."""

    aarsak: str
    kommune: int
    maaned: int
    styrke: float = 1.0


def trekker(fro: int, *hva: str | int) -> np.random.Generator:
    """Return a generator for one purpose, so that what is drawn for one thing never moves what is drawn for another."""
    return np.random.default_rng((fro, *(crc32(ett.encode()) if isinstance(ett, str) else ett for ett in hva)))


def trekk_hendelser(
    fro: int,
    plan: Avviksplan,
    betalingsdager: Sequence[int],
    maaneder: np.ndarray,
    leveres_fra: int,
    dager: Virkedager,
) -> tuple[Hendelse, ...]:
    """Draw the events of a world.

    `betalingsdager` has one day of the month for each municipality; `maaneder` are the months of the world, and
    `leveres_fra` the first that has a delivery of its own.
    """
    hendelser: list[Hendelse] = []
    for kommune, betalingsdag in enumerate(betalingsdager):
        hendelser += _i_fagsystemet(trekker(fro, "fagsystem", kommune), plan, kommune, betalingsdag, maaneder, dager)
        hendelser += _nivaaskift(trekker(fro, "nivaaskift", kommune), plan, kommune, maaneder)
        hendelser += _i_regnskapet(trekker(fro, "regnskap", kommune), plan, kommune, maaneder)
        hendelser += _i_leveransene(
            trekker(fro, "leveranse", kommune), plan, kommune, maaneder[maaneder >= leveres_fra]
        )
    return tuple(hendelser)


def velg(hendelser: Sequence[Hendelse], *aarsaker: str) -> list[Hendelse]:
    """Return the events of some causes, in order of municipality and month."""
    valgt = (hendelse for hendelse in hendelser if hendelse.aarsak in aarsaker)
    return sorted(valgt, key=lambda hendelse: (hendelse.kommune, hendelse.maaned))


def _i_fagsystemet(
    rng: np.random.Generator,
    plan: Avviksplan,
    kommune: int,
    betalingsdag: int,
    maaneder: np.ndarray,
    dager: Virkedager,
) -> list[Hendelse]:
    forste, siste = int(maaneder[0]), int(maaneder[-1])
    neste_betaling = dager.betalingsdag(np.arange(forste, siste + 2), betalingsdag)
    betalt_foer = set((np.flatnonzero(maaned_av(neste_betaling) < np.arange(forste, siste + 2)) + forste).tolist())
    onsket = (
        [("etterslep_vedtak", plan.etterslep_styrke, ETTERSLEP_MAANEDER)] * plan.etterslep
        + [("husleierestanse", plan.restanse_styrke, RESTANSE_MAANEDER)] * plan.restanse
        + [("forskudd", plan.forskudd_styrke, 1)] * plan.forskudd
        + [("tilbakeforing", plan.tilbakeforing_styrke, 1)] * plan.tilbakeforing
    )
    kandidater = rng.permutation(maaneder).tolist()
    hendelser: list[Hendelse] = []
    for aarsak, styrke, foer in onsket:
        trukket = float(rng.uniform(*styrke))
        for maaned in kandidater:
            for_tidlig = maaned - foer < forste
            # Where the next month is paid in this one anyway, an advance could not be told apart.
            for_sent = aarsak == "forskudd" and (maaned == siste or maaned + 1 in betalt_foer)
            if for_tidlig or for_sent or _for_naer(maaned, hendelser):
                continue
            hendelser.append(Hendelse(aarsak, kommune, maaned, trukket))
            break
    return hendelser


def _for_naer(maaned: int, hendelser: Sequence[Hendelse]) -> bool:
    return any(abs(maaned - hendelse.maaned) < MAANEDER_MELLOM_HENDELSER for hendelse in hendelser)


def _nivaaskift(rng: np.random.Generator, plan: Avviksplan, kommune: int, maaneder: np.ndarray) -> list[Hendelse]:
    mulige = maaneder[MAANEDER_FOER_NIVAASKIFT : len(maaneder) - MAANEDER_ETTER_NIVAASKIFT]
    skjer, plass, styrke = rng.random(), rng.random(), rng.uniform(*plan.nivaaskift_styrke)
    if skjer >= plan.andel_nivaaskift or not len(mulige):
        return []
    return [Hendelse("nivaaskift", kommune, int(mulige[int(plass * len(mulige))]), float(styrke))]


def _i_regnskapet(rng: np.random.Generator, plan: Avviksplan, kommune: int, maaneder: np.ndarray) -> list[Hendelse]:
    # Posted a month late within the year, so that the year's accounts hold.
    kandidater = [int(m) for m in rng.permutation(maaneder) if m % 12 != 11 and m != maaneder[-1]]
    hendelser: list[Hendelse] = []
    for aarsak in ["feil_periode"] * plan.feil_periode + ["dobbeltforing"] * plan.dobbeltforing:
        ledig = [maaned for maaned in kandidater if not _for_naer(maaned, hendelser)]
        hendelser += [Hendelse(aarsak, kommune, maaned) for maaned in ledig[:1]]
    for januar in maaneder[(maaneder % 12 == 0) & (maaneder > maaneder[0])]:
        if rng.random() < plan.andel_balanseforing:
            hendelser.append(Hendelse("balanseforing", kommune, int(januar), float(rng.uniform(-0.06, 0.06))))
    return hendelser


def _i_leveransene(rng: np.random.Generator, plan: Avviksplan, kommune: int, maaneder: np.ndarray) -> list[Hendelse]:
    kandidater = rng.permutation(maaneder[1:-1]).tolist()[: plan.manglende_leveranse + plan.halv_leveranse]
    hele = kandidater[: plan.manglende_leveranse]
    return [Hendelse("manglende_leveranse", kommune, maaned, 1.0 if maaned in hele else 0.5) for maaned in kandidater]
