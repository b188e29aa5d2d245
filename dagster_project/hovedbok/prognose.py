"""The forecast of the rest of the year, from the accrual series.

The series is known bit by bit: payments for a month go on coming for some months. So it stands as a triangle, what was
known at the end of each month about each month, and the newest months are filled up by how much the earlier ones grew
(chain ladder). What remains of the year is the mean of two simple forecasts: the same months last year, and the level
of the last months carried on. Combining forecasts beats choosing one (Bates and Granger 1969).

The uncertainty is how wrong the same method has been for as many months ahead, in all municipalities of the warehouse,
as far as it is known when the forecast is made. Tested in bench/prognose.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

# Months until nearly all that is paid for a month has been paid.
MODEN_ETTER = 3
# How far back the growth of new months is learnt.
UTVIKLING_FRA = 12
NIVAA_MAANEDER = 3
AARET = 12
SIKKERHET = 0.8
MINSTE_ANTALL_FEIL = 8


@dataclass(frozen=True)
class Triangel:
    """What was known of each month: `verdier[k, m]` is the sum for month m known at the end of month k, in kroner.

    Both axes count months from `forste`, and are equally long.
    """

    forste: date
    verdier: np.ndarray

    @property
    def maaneder(self) -> int:
        """Return how many months there are."""
        return len(self.verdier)

    def maaned(self, nummer: int) -> date:
        """Return the first day of a month by its number."""
        aar, maaned = divmod(self.forste.year * AARET + self.forste.month - 1 + nummer, AARET)
        return date(aar, maaned + 1, 1)


@dataclass(frozen=True)
class Prognose:
    """The forecast made at the end of `maaned` for the rest of its year, in kroner.

    `lav_nok` and `hoy_nok` hold the middle 80 %; None where too few earlier forecasts can be judged.
    """

    kommunenummer: str
    maaned: date
    hittil_nok: float
    rest_nok: float
    lav_nok: float | None
    hoy_nok: float | None
    antall_feil: int


def lag_triangel(rader: Mapping[tuple[date, date], float]) -> Triangel:
    """Return the triangle of sums by (the month they were known in, the month they are for).

    The first month anything was known is seldom whole, so the triangle begins with the one after it; what was known
    earlier is known from the start. What is for earlier months is left out.

    Raises:
        ValueError: if there are fewer than two months.
    """
    kjente = {kjent for kjent, _ in rader}
    if len(kjente) < 2:
        raise ValueError("Det er ikke måneder nok til en serie.")
    forste = Triangel(min(kjente), np.zeros((0, 0))).maaned(1)
    antall = _nummer(max(kjente), forste) + 1
    nye = np.zeros((antall, antall))
    for (kjent, maaned), belop in rader.items():
        if 0 <= (plass := _nummer(maaned, forste)) < antall:
            nye[max(_nummer(kjent, forste), 0), plass] += belop
    return Triangel(forste, nye.cumsum(axis=0))


def lag_triangler(per_kommune: Mapping[str, Mapping[tuple[date, date], float]]) -> dict[str, Triangel]:
    """Return the triangles of the municipalities that have months enough for one."""
    return {
        kommunenummer: lag_triangel(rader)
        for kommunenummer, rader in per_kommune.items()
        if len({kjent for kjent, _ in rader}) > 1
    }


def _nummer(maaned: date, forste: date) -> int:
    return (maaned.year - forste.year) * AARET + maaned.month - forste.month


def moden_serie(triangel: Triangel, origo: int) -> np.ndarray:
    """Return the series as it looks at the end of month `origo`, its newest months filled up. Length origo + 1."""
    verdier = triangel.verdier
    serie = verdier[origo, : origo + 1].copy()
    modne = range(max(0, origo - UTVIKLING_FRA), origo - MODEN_ETTER + 1)
    for alder in range(min(MODEN_ETTER, origo + 1)):
        tidlig = sum(verdier[maaned + alder, maaned] for maaned in modne)
        sent = sum(verdier[maaned + MODEN_ETTER, maaned] for maaned in modne)
        if tidlig > 0 and sent > 0:
            serie[origo - alder] *= sent / tidlig
    return serie


def naiv(serie: np.ndarray, antall: int) -> np.ndarray:
    """Return the same months last year. Needs 12 months."""
    return np.array([serie[len(serie) + nummer - AARET] for nummer in range(antall)])


def nivaa(serie: np.ndarray, antall: int) -> np.ndarray:
    """Return the mean of the last months, carried on."""
    return np.full(antall, serie[-NIVAA_MAANEDER:].mean())


def fremskriv(serie: np.ndarray, antall: int) -> np.ndarray:
    """Return the forecast of up to 12 months after a series of at least 12."""
    return (naiv(serie, antall) + nivaa(serie, antall)) / 2


class Historikk:
    """The series of all municipalities as they looked at the end of every month, made once and asked many times."""

    def __init__(self, triangler: Mapping[str, Triangel]) -> None:
        self._triangler = triangler
        self._serier = {
            kommunenummer: [moden_serie(triangel, origo) for origo in range(triangel.maaneder)]
            for kommunenummer, triangel in triangler.items()
        }
        # A shorter forecast is the beginning of a longer one, so the sums of all lengths stand in one row per origin.
        self._ventet = {
            kommunenummer: np.array([fremskriv(serie, AARET).cumsum() for serie in serier[AARET - 1 :]])
            for kommunenummer, serier in self._serier.items()
        }

    def serie(self, kommunenummer: str, origo: int) -> np.ndarray:
        """Return the series of one municipality as it looked at the end of a month."""
        return self._serier[kommunenummer][origo]

    def feil(self, dag: date, antall: int) -> np.ndarray:
        """Return the logs of what came over what was forecast `antall` months ahead, as known at the end of `dag`."""
        feil = []
        for kommunenummer, triangel in self._triangler.items():
            origo = min(_nummer(dag, triangel.forste), triangel.maaneder - 1)
            prover = origo - antall - AARET + 2
            if prover <= 0:
                continue
            ventet = self._ventet[kommunenummer][:prover, antall - 1]
            til_og_med = self.serie(kommunenummer, origo).cumsum()
            kom = til_og_med[AARET - 1 + antall :] - til_og_med[AARET - 1 : -antall]
            kan_maales = (ventet > 0) & (kom > 0)
            feil.append(np.log(kom[kan_maales] / ventet[kan_maales]))
        return np.concatenate(feil) if feil else np.array([])


def spredning(feil: np.ndarray) -> float | None:
    """Return the root mean square of earlier errors, or None where they are too few to tell."""
    return float(np.sqrt(np.mean(np.square(feil)))) if len(feil) >= MINSTE_ANTALL_FEIL else None


def lag_prognoser(triangler: Mapping[str, Triangel]) -> list[Prognose]:
    """Return a forecast for every municipality and month with a year behind it, made of what was known then.

    Shape: one per kommunenummer and maaned, in that order; a December has nothing left to forecast.
    """
    historikk = Historikk(triangler)
    feil: dict[tuple[date, int], np.ndarray] = {}
    prognoser = []
    for kommunenummer, triangel in sorted(triangler.items()):
        for origo in range(AARET - 1, triangel.maaneder):
            dag = triangel.maaned(origo)
            antall = AARET - dag.month
            if (dag, antall) not in feil:
                feil[dag, antall] = historikk.feil(dag, antall) if antall else np.array([])
            serie = historikk.serie(kommunenummer, origo)
            rest = float(fremskriv(serie, antall).sum())
            lav, hoy = _grenser(rest, spredning(feil[dag, antall])) if antall else (0.0, 0.0)
            hittil = float(serie[-dag.month :].sum())
            prognoser.append(Prognose(kommunenummer, dag, hittil, rest, lav, hoy, len(feil[dag, antall])))
    return prognoser


def _grenser(rest: float, sigma: float | None) -> tuple[float | None, float | None]:
    if sigma is None:
        return None, None
    faktor = float(np.exp(NormalDist().inv_cdf((1 + SIKKERHET) / 2) * sigma))
    return min(rest / faktor, rest * faktor), max(rest / faktor, rest * faktor)
