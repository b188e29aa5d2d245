"""What goes wrong with the payments: decided late, rent in arrears, paid in advance, or stopped for good."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from dagster_project.demo.avvik import (
    ETTERSLEP_MAANEDER,
    MAANEDER_ETTER_NIVAASKIFT,
    RESTANSE_MAANEDER,
    Avviksplan,
    Hendelse,
    trekker,
    velg,
)
from dagster_project.demo.behov import Behov, er_fortsettelse
from dagster_project.demo.linje import AARSAKER, STONADSARTER, Linjer, Rutine, lik_for_person_og_maaned
from dagster_project.demo.nivaa import nivaa
from dagster_project.demo.personer import Personer
from dagster_project.demo.verden import forste_dag, maaned_av

UNG = 30
FORSTE_BAKGRUNNSHENDELSE = 1_000_000


def etter_nivaaskift(
    fro: int, personer: Personer, behov: Behov, hendelser: Sequence[Hendelse]
) -> tuple[Behov, tuple[int, ...]]:
    """Return what is left after some of those under 30 stop for good, where the level changes.

    Also return the change of each event, in kroner per month over the first half year (below 0).
    """
    stopper = trekker(fro, "nivaaskift").random(len(personer.kjonn))
    borte = np.zeros(len(behov.person), bool)
    ung = behov.maaned // 12 - personer.fodselsaar[behov.person] < UNG
    endringer = []
    for hendelse in velg(hendelser, "nivaaskift"):
        her = (behov.kommune == hendelse.kommune) & (behov.maaned >= hendelse.maaned)
        her &= ung & (stopper[behov.person] < hendelse.styrke)
        borte |= her
        forste_halvaar = her & (behov.maaned < hendelse.maaned + MAANEDER_ETTER_NIVAASKIFT)
        kroner = int((behov.bidrag + behov.laan)[forste_halvaar].sum())
        endringer.append(-round(kroner / MAANEDER_ETTER_NIVAASKIFT))
    return behov.ta(~borte), tuple(endringer)


def forstyrr(
    fro: int,
    antall_personer: int,
    linjer: Linjer,
    plan: Avviksplan,
    hendelser: Sequence[Hendelse],
    rutine: Rutine,
) -> Linjer:
    """Let the events of the plan, and a little of the same at all times, decide the dates of some lines."""
    hvem = trekker(fro, "hvem")
    for nummer, hendelse in enumerate(velg(hendelser, "etterslep_vedtak", "husleierestanse", "forskudd"), start=1):
        valgt = (hvem.random(antall_personer) < hendelse.styrke)[linjer.person]
        dag = hvem.integers(0, 15, antall_personer)[linjer.person]
        valgt &= linjer.er_regelmessig & (linjer.hendelse == 0) & (linjer.kommune == hendelse.kommune)
        siden = hendelse.maaned - linjer.fra
        bolig = linjer.art == STONADSARTER.index("BOUTGIFT")
        if hendelse.aarsak == "forskudd":
            valgt &= (siden == -1) & ~linjer.er_ny & ~bolig
            vedtaksdag = forste_dag(np.full(len(dag), hendelse.maaned)) + 6 + dag % 6
        else:
            lengst = ETTERSLEP_MAANEDER if hendelse.aarsak == "etterslep_vedtak" else RESTANSE_MAANEDER
            valgt &= (siden >= 1) & (siden <= lengst)
            if hendelse.aarsak == "husleierestanse":
                valgt &= bolig
            vedtaksdag = forste_dag(np.full(len(dag), hendelse.maaned)) + 3 + dag
        linjer = _flytt(linjer, valgt, vedtaksdag, hendelse.aarsak, nummer, rutine)
    sent = trekker(fro, "sent")
    valgt = lik_for_person_og_maaned(linjer, sent.random(len(linjer.person))) < plan.andel_etterslep_ellers
    valgt &= linjer.er_regelmessig & (linjer.hendelse == 0) & np.isin(linjer.fra + 1, rutine.maaneder)
    vedtaksdag = forste_dag(linjer.fra + 1) + 3 + lik_for_person_og_maaned(linjer, sent.integers(0, 15, len(valgt)))
    # A number of its own for each month, so that two late months in a row are two decisions.
    return _flytt(linjer, valgt, vedtaksdag, "etterslep_vedtak", FORSTE_BAKGRUNNSHENDELSE + linjer.fra, rutine)


def _flytt(
    linjer: Linjer,
    valgt: np.ndarray,
    vedtaksdag: np.ndarray,
    aarsak: str,
    nummer: int | np.ndarray,
    rutine: Rutine,
) -> Linjer:
    """Decide and pay the chosen lines from another day on, within its month."""
    registrert = rutine.dager.neste(vedtaksdag)
    siste_i_maaneden = rutine.dager.siste(forste_dag(maaned_av(vedtaksdag) + 1) - 1)
    utbetalt = np.minimum(rutine.dager.neste(registrert, 3), siste_i_maaneden)
    return replace(
        linjer,
        vedtatt=np.where(valgt, vedtaksdag, linjer.vedtatt),
        registrert=np.where(valgt, registrert, linjer.registrert),
        utbetalt=np.where(valgt, utbetalt, linjer.utbetalt),
        aarsak=np.where(valgt, AARSAKER.index(aarsak), linjer.aarsak).astype(np.int8),
        hendelse=np.where(valgt, nummer, linjer.hendelse).astype(np.int32),
    )


def samle_restanser(fro: int, antall_personer: int, linjer: Linjer) -> Linjer:
    """Let some arrears of several months in a row be paid as one line."""
    samles = trekker(fro, "samlet").random(antall_personer) < nivaa("andel_restanser_i_en_linje")
    valgt = (linjer.aarsak == AARSAKER.index("husleierestanse")) & samles[linjer.person]
    resten, restanser = linjer.ta(~valgt), linjer.ta(valgt)
    restanser = restanser.ta(np.lexsort((restanser.fra, restanser.hendelse, restanser.person, restanser.kommune)))
    fortsetter = er_fortsettelse(restanser.kommune, restanser.person, restanser.hendelse, maaned=restanser.fra)
    linje = np.cumsum(~fortsetter) - 1
    forste, siste = restanser.ta(~fortsetter), np.append(~fortsetter[1:], True)[: len(fortsetter)]
    ore = np.bincount(linje, restanser.ore, minlength=len(forste.ore)).astype(np.int64)
    samlet = replace(forste, til=restanser.til[siste], ore=ore)
    return Linjer(
        *(np.concatenate((getattr(resten, felt.name), getattr(samlet, felt.name))) for felt in fields(Linjer))
    )
