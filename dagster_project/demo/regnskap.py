"""The made-up accounts: what a municipality spends besides stønad, and the form 0A that adds up the whole."""

from collections.abc import Mapping

import numpy as np

from dagster_project.demo.nivaa import nivaa, nivaaer
from dagster_project.demo.verden import BASISAAR

NIVAAPREFIKS = "regnskap_kr_per_innb_"
DRIFT, INVESTERING = "1", "0"
MAANEDER_I_AARET = 12

Konto = tuple[str, str, str]
"""Kontoklasse, funksjon and art."""


def trekk_maanedsbelop(rng: np.random.Generator, innbyggere: int, aar: int) -> dict[Konto, float]:
    """Draw what a municipality spends in each month of a year besides stønad, in kroner; income is negative."""
    vekst = (1 + nivaa("regnskap_vekst_per_aar")) ** (aar - BASISAAR)
    per_innbygger = {
        tuple(navn.removeprefix(NIVAAPREFIKS).split("_")): verdi
        for navn, verdi in nivaaer().items()
        if navn.startswith(NIVAAPREFIKS)
    }
    spredning = rng.lognormal(0, nivaa("regnskap_spredning_kommune"), len(per_innbygger))
    belop = {
        konto: verdi * innbyggere * vekst / MAANEDER_I_AARET * float(faktor)
        for (konto, verdi), faktor in zip(per_innbygger.items(), spredning, strict=True)
    }
    for funksjon in ("120", "242"):
        # Compensated VAT comes back to the krone: 429 is spent, 729 received.
        belop[DRIFT, funksjon, "729"] = -belop[DRIFT, funksjon, "429"]
    return belop


def lag_kontobelop(
    maanedsbelop: Mapping[Konto, float], maaneder: int, i_hovedboka: Mapping[Konto, int]
) -> dict[Konto, int]:
    """Add up the accounts after some months of a year, in 1000 kroner; expense positive, income negative.

    `i_hovedboka` has the accounts of the ledger so far, in øre; they go before `maanedsbelop`. Operations and
    investment each add up to 0, as SSB's control demands, because taxes, grants and loans pay for the rest.
    """
    belop = {konto: round(verdi * maaneder / 1000) for konto, verdi in maanedsbelop.items()}
    belop |= {konto: tusen_kroner(ore) for konto, ore in i_hovedboka.items()}
    belop[DRIFT, "860", "990"] = -sum(verdi for (_, _, art), verdi in belop.items() if art == "590")
    _balanser(belop)
    return {konto: verdi for konto, verdi in sorted(belop.items()) if verdi != 0}


def tusen_kroner(ore: int) -> int:
    """Round øre to 1000 kroner, half away from zero."""
    return (1 if ore >= 0 else -1) * ((abs(ore) + 50_000) // 100_000)


def _balanser(belop: dict[Konto, int]) -> None:
    drift = sum(verdi for (kontoklasse, _, _), verdi in belop.items() if kontoklasse == DRIFT)
    skatt = round(drift * nivaa("regnskap_skatt_av_inntekt"))
    belop[DRIFT, "800", "870"] = -skatt
    belop[DRIFT, "840", "800"] = skatt - drift
    investering = sum(verdi for (kontoklasse, _, _), verdi in belop.items() if kontoklasse == INVESTERING)
    belop[INVESTERING, "870", "910"] = -investering
