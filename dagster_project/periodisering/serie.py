"""Find wrong months in a series of monthly sums, when there are no payments or vouchers to look in.

The method is in `modell.py`; its parameters, with the reason for each, in `seeds/serie_parameter.csv`; how good it is,
in docs/maanedsserier.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd

from dagster_project.kalender import siste_virkedag
from dagster_project.periodisering.modell import (
    BETALINGSDAG,
    ENKELTTOPP,
    FORSKYVNING,
    NIVAASKIFT,
    Funn,
    Modell,
    Serie,
    Tolkning,
)
from dagster_project.seeds import read_seed

MANGLENDE_MAANED = "manglende_maaned"
TYPER = (BETALINGSDAG, FORSKYVNING, ENKELTTOPP, MANGLENDE_MAANED, NIVAASKIFT)
FEIL = tuple(type_ for type_ in TYPER if type_ != NIVAASKIFT)
NOKKEL = ["kommunenummer", "serie"]
KOLONNER = [*NOKKEL, "maaned", "motpart_maaned", "type", "belop_nok", "tillit"]
# Nothing is certain, and log odds of 0 and 1 are infinite.
SIKRESTE = 1 - 1e-6
INGEN = -1


@dataclass(frozen=True)
class Serievurdering:
    """What was found, and what could not be looked at.

    `avvik`: one row per kommunenummer, serie, maaned, motpart_maaned and type; money in `maaned` that belongs in
    `motpart_maaned` (null where nobody knows), in kroner, and how sure it is (0-1). Below 0 where money is missing.
    Type `nivaaskift` is no fault: what a month costs more (or less) from `maaned` on.
    `ikke_vurdert`: one row per kommunenummer and serie, with the number of months and the reason.
    """

    avvik: pd.DataFrame
    ikke_vurdert: pd.DataFrame


@dataclass(frozen=True)
class _Rad:
    maaned: int
    motpart: int | None
    type: str
    belop: float
    tillit: float


def les_parametre() -> Mapping[str, float]:
    """Return the parameters by name."""
    return MappingProxyType({rad["parameter"]: float(rad["verdi"]) for rad in read_seed("serie_parameter")})


def finn_avvik(serier: pd.DataFrame, parametre: Mapping[str, float] | None = None) -> Serievurdering:
    """Find the wrong months of each series.

    Shape: one row in per kommunenummer, serie and maaned (a date, the first of the month), with belop_nok (kroner) and
    mottaker_antall (null where not known). A month without a row, between the first and the last, is a month of 0.

    Raises:
        ValueError: if a series has two rows for a month.
    """
    parametre = parametre or les_parametre()
    funn, hoppet_over = [], []
    for nokkel, rader in serier.groupby(NOKKEL, sort=True):
        serie, uten_rad = _les_serie(rader, parametre)
        if grunn := _ikke_vurderbar(serie, parametre):
            hoppet_over.append((*nokkel, serie.antall, grunn))
            continue
        tolkning = Modell(serie, parametre).tolk()
        rader_ut = _rydd(serie, tolkning, parametre, list(_rader(serie, tolkning, parametre)))
        rader_ut += _uten_rad(serie, tolkning, uten_rad, rader_ut)
        funn += [(*nokkel, int(serie.maaneder[0]), rad) for rad in rader_ut]
    return Serievurdering(
        _som_tabell(funn), pd.DataFrame(hoppet_over, columns=[*NOKKEL, "maaneder", "grunn"]).astype({"maaneder": int})
    )


def treff_for_betalingsdag(maaneder: np.ndarray, dag: int) -> np.ndarray:
    """Say for each month, and the one after the last, whether what is due that day is paid in the month before."""
    forfall = (date(maaned // 12, maaned % 12 + 1, dag) for maaned in [*maaneder.tolist(), int(maaneder[-1]) + 1])
    return np.array([siste_virkedag(dag_).month != dag_.month for dag_ in forfall])


def _les_serie(rader: pd.DataFrame, parametre: Mapping[str, float]) -> tuple[Serie, np.ndarray]:
    """Return a series without holes, and the places of the months that had no row."""
    dato = pd.DatetimeIndex(rader["maaned"])
    nummer = dato.year.to_numpy(np.int64) * 12 + dato.month.to_numpy(np.int64) - 1
    if len(np.unique(nummer)) != len(nummer):
        raise ValueError("En serie har to rader for samme måned.")
    maaneder = np.arange(nummer.min(), nummer.max() + 1)
    plass = nummer - maaneder[0]
    antall = pd.to_numeric(rader["mottaker_antall"]).to_numpy(float)
    belop = np.zeros(len(maaneder))
    belop[plass] = rader["belop_nok"].astype(float)
    mottakere = np.full(len(maaneder), 0.0 if np.isfinite(antall).any() else np.nan)
    mottakere[plass] = antall
    treff = {dag: treff_for_betalingsdag(maaneder, dag) for dag in range(1, int(parametre["siste_betalingsdag"]) + 1)}
    treff = {dag: ett for dag, ett in treff.items() if ett.any()}
    return Serie(maaneder, belop, mottakere, treff), np.setdiff1d(np.arange(len(maaneder)), plass)


def _ikke_vurderbar(serie: Serie, parametre: Mapping[str, float]) -> str:
    """Return why a series cannot be judged, or nothing."""
    if serie.antall < parametre["minste_maaneder"]:
        return f"Serien har {serie.antall} måneder, og det trengs minst {parametre['minste_maaneder']:.0f}."
    if serie.enhet <= 0:
        return "Minst halvparten av månedene har ikke noe beløp."
    if serie.har_mottakere and np.nanmedian(serie.mottakere) <= 0:
        return "Minst halvparten av månedene har ingen mottakere."
    return ""


def _tillit(sikkerhet: float, parametre: Mapping[str, float]) -> float:
    """Return the model's probability as it has turned out on made-up worlds."""
    p = min(max(sikkerhet, 1 - SIKRESTE), SIKRESTE)
    logg_odds = parametre["tillit_konstant"] + parametre["tillit_helning"] * np.log(p / (1 - p))
    return float(1 / (1 + np.exp(-logg_odds)))


def _rader(serie: Serie, tolkning: Tolkning, parametre: Mapping[str, float]) -> Iterator[_Rad]:
    """Yield everything the model found, small and doubtful or not."""
    for funn in tolkning.funn:
        yield from _av_funn(serie, tolkning, funn, parametre)
    for flytting in tolkning.flyttinger:
        sum_ = flytting.storrelse * serie.enhet
        yield _Rad(flytting.fra - 1, flytting.fra, BETALINGSDAG, sum_, _tillit(flytting.sikkerhet, parametre))


def _av_funn(serie: Serie, tolkning: Tolkning, funn: Funn, parametre: Mapping[str, float]) -> Iterator[_Rad]:
    bevegelse, belop = funn.bevegelse, funn.storrelse * serie.enhet
    tillit = {sted: _tillit(sikkerhet, parametre) for sted, sikkerhet in funn.sikkerhet.items()}
    til = bevegelse.maaned
    motparter = [fra for fra in bevegelse.motparter if min(tillit[fra], tillit[til]) >= parametre["minste_tillit"]]
    for fra in motparter:
        begge = min(tillit[fra], tillit[til])
        andel = abs(belop) / len(bevegelse.motparter)
        yield _Rad(*((til, fra) if belop > 0 else (fra, til)), FORSKYVNING, andel, begge)
    if bevegelse.art == NIVAASKIFT:
        yield _Rad(til, None, NIVAASKIFT, belop, tillit[til])
    elif not motparter:
        mangler = belop < -parametre["manglende_andel"] * tolkning.nivaa[til] * serie.enhet
        yield _Rad(til, None, MANGLENDE_MAANED if mangler else ENKELTTOPP, belop, tillit[til])


def _rydd(serie: Serie, tolkning: Tolkning, parametre: Mapping[str, float], rader: list[_Rad]) -> list[_Rad]:
    """Keep what is large and sure enough, and add the months that are surely wrong in a way that is not sure."""
    nivaa = np.append(tolkning.nivaa, tolkning.nivaa[-1]) * serie.enhet
    rader = [
        rad
        for rad in rader
        if rad.tillit >= parametre["minste_tillit"] and abs(rad.belop) >= parametre["minste_andel"] * nivaa[rad.maaned]
    ]
    dekket = {sted for rad in rader if rad.type != NIVAASKIFT for sted in (rad.maaned, rad.motpart)}
    # Which month the level changed in is seldom sure; the month beside it is no fault for that.
    dekket |= {rad.maaned + steg for rad in rader if rad.type == NIVAASKIFT for steg in (-1, 0, 1)}
    for sted in range(serie.antall):
        tillit = _tillit(float(tolkning.feil[sted]), parametre)
        utslag = float(serie.belop[sted] - nivaa[sted])
        stort = abs(utslag) >= parametre["minste_andel"] * nivaa[sted]
        if sted not in dekket and tillit >= parametre["minste_tillit_svak"] and stort:
            rader.append(_Rad(sted, None, ENKELTTOPP, utslag, tillit))
    return rader


def _uten_rad(serie: Serie, tolkning: Tolkning, uten_rad: np.ndarray, rader: list[_Rad]) -> list[_Rad]:
    """Return the months without a row that nothing else tells of: what is not there at all is no matter of belief."""
    dekket = {sted for rad in rader for sted in (rad.maaned, rad.motpart)}
    return [
        _Rad(sted, None, MANGLENDE_MAANED, -float(tolkning.nivaa[sted]) * serie.enhet, 1.0)
        for sted in uten_rad.tolist()
        if sted not in dekket
    ]


def _som_tabell(funn: list[tuple[str, str, int, _Rad]]) -> pd.DataFrame:
    """Return the rows as a table, one per key, in order."""
    tabell = pd.DataFrame(
        [
            (
                kommunenummer,
                serie,
                forste + rad.maaned,
                INGEN if rad.motpart is None else forste + rad.motpart,
                rad.type,
                rad.belop,
                rad.tillit,
            )
            for kommunenummer, serie, forste, rad in funn
        ],
        columns=KOLONNER,
    )
    tabell = tabell.groupby(KOLONNER[:5], as_index=False, sort=True, dropna=False).agg(
        belop_nok=("belop_nok", "sum"), tillit=("tillit", "max")
    )
    tabell = tabell.astype(dict.fromkeys([*NOKKEL, "type"], "str") | dict.fromkeys(["belop_nok", "tillit"], float))
    for kolonne in ("maaned", "motpart_maaned"):
        tabell[kolonne] = _dato(tabell[kolonne].to_numpy(np.int64))
    return tabell[KOLONNER]


def _dato(maaneder: np.ndarray) -> pd.Series:
    """Return the first day of months counted as year * 12 + month - 1; below 0 is none."""
    dato = pd.Series((maaneder - 1970 * 12).astype("datetime64[M]").astype("datetime64[s]"))
    return dato.where(pd.Series(maaneder >= 0), pd.NaT)
