"""The made-up accounts (0A): social services that follow 11F and 11CF, within a whole municipality."""

from collections.abc import Mapping

import numpy as np

from dagster_project.demo.nivaa import nivaa, nivaaer
from dagster_project.demo.verden import BASISAAR

NIVAAPREFIKS = "regnskap_kr_per_innb_"
DRIFT, INVESTERING = "1", "0"

Konto = tuple[str, str, str]
"""Kontoklasse, funksjon and art."""


def lag_kontobelop(
    rng: np.random.Generator,
    innbyggere: int,
    aar: int,
    andel_av_aaret: float,
    sosialhjelp: Mapping[str, float],
) -> dict[Konto, int]:
    """Draw the accumulated accounts of one municipality in 1000 kroner; expense positive, income negative.

    `sosialhjelp` holds `bidrag`, `laan` and `kvp`, paid so far in kroner. Operations and investment each
    add up to 0, as SSB's control demands, because taxes, grants and loans pay for the rest.
    """
    vekst = (1 + nivaa("regnskap_vekst_per_aar")) ** (aar - BASISAAR)
    tusen = innbyggere * vekst * andel_av_aaret / 1000
    per_innbygger = {
        tuple(navn.removeprefix(NIVAAPREFIKS).split("_")): verdi
        for navn, verdi in nivaaer().items()
        if navn.startswith(NIVAAPREFIKS)
    }
    spredning = rng.lognormal(0, nivaa("regnskap_spredning_kommune"), len(per_innbygger))
    belop = {
        konto: round(verdi * tusen * float(faktor))
        for (konto, verdi), faktor in zip(per_innbygger.items(), spredning, strict=True)
    }
    bidrag = sosialhjelp["bidrag"] / 1000 * (1 + rng.normal(0, nivaa("regnskap_avvik_281")))
    laan = sosialhjelp["laan"] / 1000
    belop[DRIFT, "281", "470"] = round(bidrag)
    belop[DRIFT, "281", "770"] = -round(bidrag * nivaa("regnskap_refusjon_281"))
    belop[DRIFT, "281", "520"] = round(laan)
    belop[DRIFT, "281", "920"] = -round(laan * nivaa("regnskap_avdrag_av_laan"))
    belop[DRIFT, "276", "089"] = round(sosialhjelp["kvp"] / 1000)
    for funksjon in ("120", "242"):
        # Compensated VAT comes back to the krone: 429 is spent, 729 received.
        belop[DRIFT, funksjon, "729"] = -belop[DRIFT, funksjon, "429"]
    belop[DRIFT, "860", "990"] = -sum(verdi for (_, _, art), verdi in belop.items() if art == "590")
    _balanser(belop)
    return {konto: verdi for konto, verdi in sorted(belop.items()) if verdi != 0}


def _balanser(belop: dict[Konto, int]) -> None:
    drift = sum(verdi for (kontoklasse, _, _), verdi in belop.items() if kontoklasse == DRIFT)
    skatt = round(drift * nivaa("regnskap_skatt_av_inntekt"))
    belop[DRIFT, "800", "870"] = -skatt
    belop[DRIFT, "840", "800"] = skatt - drift
    investering = sum(verdi for (kontoklasse, _, _), verdi in belop.items() if kontoklasse == INVESTERING)
    belop[INVESTERING, "870", "910"] = -investering
