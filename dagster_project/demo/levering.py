"""Which file each payment comes in, which files never come, and the few flaws that are there to be looked at."""

from dataclasses import dataclass

import numpy as np

from dagster_project.demo.avvik import trekker, velg
from dagster_project.demo.linje import BIDRAG, FORMER, STONADSARTER
from dagster_project.demo.region import Region
from dagster_project.demo.utbetaling import STATUSER, UTBETALT
from dagster_project.demo.verden import forste_dag, maaned_av

UKJENTE_STONADSKODER = 3
RETTES_ETTER_DAGER = 7
HALV_MAANED_DAGER = 15


@dataclass(frozen=True)
class Rettelse:
    """A payment file that came wrong first: `mangler` were not in it, and `tidobbelt` has ten times its amount."""

    kommune: int
    maaned: int
    mangler: np.ndarray
    tidobbelt: int


@dataclass(frozen=True)
class Levering:
    """How the payments of a region are delivered: yes/no per payment, and the month of the file it belongs to.

    `er_levert`: the row is in a file. `ukjent_form` and `snudd_periode` have a value that cannot be read,
    `ukjent_art` a local benefit code that nobody has mapped.
    """

    maaned: np.ndarray
    er_levert: np.ndarray
    ukjent_form: np.ndarray
    snudd_periode: np.ndarray
    ukjent_art: np.ndarray
    rettelser: tuple[Rettelse, ...]

    @property
    def er_i_karantene(self) -> np.ndarray:
        """The rows that a reader must set aside."""
        return self.ukjent_form | self.snudd_periode


def lag_levering(region: Region, med_feil: bool = True) -> Levering:
    """Put every payment of the region in a file; `med_feil` adds the flaws.

    A payment is in the file of the month it was registered in; what is older than the first delivery is in that.
    """
    utbetalinger = region.utbetalinger
    antall = len(utbetalinger.person)
    maaned = np.maximum(maaned_av(utbetalinger.registrert), region.leveres_fra)
    er_levert = np.ones(antall, bool)
    for hendelse in velg(region.hendelser, "manglende_leveranse"):
        i_filen = (utbetalinger.kommune == hendelse.kommune) & (maaned == hendelse.maaned)
        siste_med = forste_dag(np.array(hendelse.maaned)) + (HALV_MAANED_DAGER if hendelse.styrke < 1 else 0)
        er_levert &= ~(i_filen & (utbetalinger.registrert >= siste_med))
    # What takes back a payment nobody has seen cannot be taken in either.
    peker = utbetalinger.reverserer
    er_levert &= (peker < 0) | er_levert[peker]
    ingen = np.zeros(antall, bool)
    if not med_feil:
        return Levering(maaned, er_levert, ingen, ingen, ingen, ())
    egnet = er_levert & (utbetalinger.status == STATUSER.index(UTBETALT)) & (utbetalinger.aarsak == 0)
    egnet &= (maaned > region.leveres_fra) & ~np.isin(np.arange(antall), peker)
    ukjent_form = _trekk(region, egnet & (utbetalinger.form == FORMER.index(BIDRAG)), "socio", "form", 1)
    snudd_periode = _trekk(region, egnet & ~ukjent_form, "velferd", "periode", 1)
    annet = np.isin(utbetalinger.art, [STONADSARTER.index(art) for art in ("ANNET", "ETABLERING")])
    ukjent_art = _trekk(region, egnet & annet & ~ukjent_form, "socio", "art", UKJENTE_STONADSKODER)
    levering = Levering(maaned, er_levert, ukjent_form, snudd_periode, ukjent_art, ())
    return Levering(maaned, er_levert, ukjent_form, snudd_periode, ukjent_art, _rett(region, levering, egnet))


def _trekk(region: Region, egnet: np.ndarray, system: str, hva: str, antall: int) -> np.ndarray:
    """Choose a few suitable payments of the first municipality with the system."""
    valgt = np.zeros(len(egnet), bool)
    kommuner = [nr for nr, kommune in enumerate(region.verden.kommuner) if kommune.fagsystem == system]
    if kommuner:
        mulige = np.flatnonzero(egnet & (region.utbetalinger.kommune == kommuner[0]))
        valgt[trekker(region.fro, "feil", hva).permutation(mulige)[:antall]] = True
    return valgt


def _rett(region: Region, levering: Levering, egnet: np.ndarray) -> tuple[Rettelse, ...]:
    """Let one file come wrong first, and be corrected a week later."""
    mulige = np.flatnonzero(egnet & ~levering.er_i_karantene)
    if not len(mulige):
        return ()
    en = trekker(region.fro, "feil", "rettelse").choice(mulige)
    kommune, maaned = int(region.utbetalinger.kommune[en]), int(levering.maaned[en])
    i_filen = (region.utbetalinger.kommune == kommune) & (levering.maaned == maaned) & levering.er_levert
    rader = np.flatnonzero(i_filen & (np.arange(len(i_filen)) != en))
    return (Rettelse(kommune, maaned, rader[len(rader) * 2 // 3 :], int(en)),)
