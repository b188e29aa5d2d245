"""The made-up world: who receives what in which municipality and year, drawn from the levels in the seed.

Everything is drawn with a seeded generator, whole columns at a time; loops run over years and municipalities.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.personer import Personer, er_plassholder, lag_personer

ALDRE = 106
BASISAAR = 2022
SISTE_MAANED_I_AARET = {2026: 10}
FLYTTEMAANED = 6
KVP_ALDER = (19, 60)
KVP_LENGSTE_VARIGHET = 24

MAANEDSNAVN = ("JAN", "FEB", "MARS", "APRIL", "MAI", "JUNI", "JULI", "AUG", "SEPT", "OKT", "NOV", "DES")


@dataclass(frozen=True)
class DemoKommune:
    """A made-up municipality: its size in the first year, and the day of the month it pays on."""

    kommunenummer: str
    navn: str
    innbyggere: int
    fagsystem: str = "velferd"
    instans: str = "1"
    betalingsdag: int = 20


@dataclass(frozen=True)
class Tilfeller:
    """One element per person, municipality and year with stønad.

    `person` and `kommune` are indexes; `maaneder` is the number of months wanted; the months lie between
    `fra_maaned` and `til_maaned`, both included.
    """

    person: np.ndarray
    kommune: np.ndarray
    aar: np.ndarray
    maaneder: np.ndarray
    fra_maaned: np.ndarray
    til_maaned: np.ndarray

    def ta(self, valg: np.ndarray) -> "Tilfeller":
        """Return the chosen cases."""
        return Tilfeller(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


@dataclass(frozen=True)
class KvpLop:
    """One element per person's run through the qualification programme.

    `start` and `slutt` are months counted from January of year 0 (year * 12 + month - 1), both included;
    `utfall` is the STATUS code it ends with.
    """

    person: np.ndarray
    kommune: np.ndarray
    start: np.ndarray
    slutt: np.ndarray
    utfall: np.ndarray


@dataclass(frozen=True)
class Verden:
    """The whole made-up world; `innbyggere` has the axes municipality, age 0-105 and year."""

    kommuner: tuple[DemoKommune, ...]
    aar: tuple[int, ...]
    innbyggere: np.ndarray
    personer: Personer
    tilfeller: Tilfeller
    kvp: KvpLop

    @property
    def nummer(self) -> list[str]:
        """The municipality numbers, in the order of the indexes."""
        return [kommune.kommunenummer for kommune in self.kommuner]


def siste_maaned(aar: int) -> int:
    """Return the last month there are payments for: December, but October in the running year 2026."""
    return SISTE_MAANED_I_AARET.get(aar, 12)


def forste_dag(maaned: np.ndarray) -> np.ndarray:
    """Return the first day of months counted as year * 12 + month - 1."""
    return (np.asarray(maaned) - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")


def maaned_av(dato: np.ndarray) -> np.ndarray:
    """Return the months of dates, counted as year * 12 + month - 1."""
    return dato.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def lag_verden(kommuner: Sequence[DemoKommune], aar: Sequence[int], fro: int) -> Verden:
    """Draw the world; the same seed gives the same world.

    Raises:
        ValueError: if there is no municipality or no year.
    """
    if not kommuner or not aar:
        raise ValueError("Demoen trenger minst én kommune og minst ett år.")
    rng = np.random.default_rng(fro)
    aar = tuple(sorted(aar))
    innbyggere = lag_befolkning(kommuner, aar)
    tilfeller, forste_aar = _lag_tilfeller(rng, innbyggere, aar)
    personer = lag_personer(rng, trekk_alder(rng, len(forste_aar)), forste_aar)
    kvp = _lag_kvp(rng, innbyggere, aar, personer, tilfeller)
    return Verden(tuple(kommuner), aar, innbyggere, personer, tilfeller, kvp)


def lag_befolkning(kommuner: Sequence[DemoKommune], aar: Sequence[int]) -> np.ndarray:
    """Spread the inhabitants on one-year ages 0-105; whole persons, axes municipality, age and year."""
    alder = np.arange(ALDRE)
    form = (1 + 0.15 * np.sin(alder / 9)) / (1 + np.exp((alder - 80) / 5))
    andel = form / form.sum()
    vekst = (1 + nivaa("vekst_folketall_per_aar")) ** (np.array(aar) - BASISAAR)
    storrelse = np.array([kommune.innbyggere for kommune in kommuner])
    kumulert = np.cumsum(andel)[None, :, None] * storrelse[:, None, None] * vekst[None, None, :]
    return np.diff(np.rint(kumulert).astype(np.int64), axis=1, prepend=0)


def trekk_alder(rng: np.random.Generator, antall: int) -> np.ndarray:
    """Draw ages from the mix of age classes, evenly within each class."""
    grenser = {"u18": (16, 18), "18_24": (18, 25), "25_44": (25, 45), "45_66": (45, 67), "67_pluss": (67, 90)}
    klasser, andeler = blanding("alder")
    klasse = rng.choice(len(klasser), antall, p=andeler)
    fra, til = np.array([grenser[navn] for navn in klasser])[klasse].T
    return rng.integers(fra, til)


def trekk_maaneder(rng: np.random.Generator, antall: int) -> np.ndarray:
    """Draw the number of months with assistance, 1-12."""
    koder, andeler = blanding("maaneder")
    return rng.choice(np.array(koder, np.int8), antall, p=andeler)


def _lag_tilfeller(
    rng: np.random.Generator, innbyggere: np.ndarray, aar: Sequence[int]
) -> tuple[Tilfeller, np.ndarray]:
    """Draw who has a record where and when; also return the first year of every person."""
    i_arbeidsfor_alder = innbyggere[:, 18:67, :].sum(axis=1)
    vekst = (1 + nivaa("vekst_mottakere_per_aar")) ** (np.array(aar) - BASISAAR)
    maal = np.rint(i_arbeidsfor_alder * nivaa("mottakere_per_18_66") * vekst).astype(int)
    bli = np.array([nivaa(f"blir_etter_maaneder_{klasse}") for klasse in ("01_03", "04_09", "10_12")])
    antall_kommuner = len(innbyggere)
    # People move to the other municipalities in proportion to their size.
    flyttemal = np.tile(innbyggere.sum(axis=(1, 2), dtype=np.float64), (antall_kommuner, 1))
    if antall_kommuner > 1:
        np.fill_diagonal(flyttemal, 0)
    flyttemal /= flyttemal.sum(axis=1, keepdims=True)
    ingen = np.array([], np.int64)
    fjoraaret, maaneder_i_fjor = [ingen] * antall_kommuner, [np.array([], np.int8)] * antall_kommuner
    tidligere = [ingen] * antall_kommuner
    forste_aar: list[int] = []
    deler: list[tuple[np.ndarray, ...]] = []
    for t, dette in enumerate(aar):
        siste = siste_maaned(dette)
        innflyttere = [ingen] * antall_kommuner
        bosatte = []
        for k in range(antall_kommuner):
            sjanse = bli[np.digitize(maaneder_i_fjor[k], (4, 10))]
            blir = fjoraaret[k][rng.random(len(fjoraaret[k])) < sjanse][: maal[k, t]]
            plasser = maal[k, t] - len(blir)
            kandidater = np.setdiff1d(tidligere[k], fjoraaret[k])
            tilbake = rng.permutation(kandidater)[: int(plasser * nivaa("andel_tilbakevendte_av_nye"))]
            nye = len(forste_aar) + np.arange(plasser - len(tilbake))
            forste_aar += [dette] * len(nye)
            flytter = blir[rng.random(len(blir)) < (nivaa("andel_flytter") if antall_kommuner > 1 else 0)]
            mal = rng.choice(antall_kommuner, len(flytter), p=flyttemal[k])
            for til in range(antall_kommuner):
                innflyttere[til] = np.concatenate((innflyttere[til], flytter[mal == til]))
            bosatte.append((np.concatenate((blir, tilbake, nye)), flytter))
        flyttet = np.concatenate([flytter for _, flytter in bosatte])
        for k, (her, flytter) in enumerate(bosatte):
            # Nobody has two records in one municipality and year, however they came there.
            inn = np.setdiff1d(innflyttere[k], her)
            person = np.concatenate((her, inn))
            er_inn = np.arange(len(person)) >= len(her)
            er_ut = np.isin(person, flytter) & ~er_inn
            # Of a running year only its part, so that a month has as many recipients as in a whole one.
            maaneder = (trekk_maaneder(rng, len(person)).astype(np.int64) * siste + 6) // 12
            fra = np.where(er_inn, FLYTTEMAANED + 1, 1)
            til = np.where(er_ut, FLYTTEMAANED, siste)
            deler.append((person, np.full(len(person), k), np.full(len(person), dette), maaneder, fra, til))
            tidligere[k] = np.union1d(tidligere[k], np.setdiff1d(person, flyttet))
            fjoraaret[k], maaneder_i_fjor[k] = person[~er_ut], maaneder[~er_ut]
    kolonner = [np.concatenate(kolonne) for kolonne in zip(*deler, strict=True)]
    person, kommune, aarstall, maaneder, fra, til = kolonner
    return (
        Tilfeller(person, kommune, aarstall, np.minimum(maaneder, til - fra + 1), fra, til),
        np.array(forste_aar),
    )


def _lag_kvp(
    rng: np.random.Generator,
    innbyggere: np.ndarray,
    aar: Sequence[int],
    personer: Personer,
    tilfeller: Tilfeller,
) -> KvpLop:
    """Draw runs through the programme among the recipients; each person takes part at most once."""
    varighet = nivaa("kvp_varighet_maaneder")
    i_aaret = innbyggere[:, 18:67, :].sum(axis=1).mean(axis=1) * nivaa("kvp_per_1000_18_66") / 1000
    # Those in the programme during a year started in it or up to `varighet` months before.
    starter_per_aar = i_aaret * 12 / (12 + varighet)
    brukt = personer.fodselsnummer == 0
    brukt |= er_plassholder(personer.fodselsnummer)
    deler = []
    for startaar in range(aar[0] - 2, aar[-1] + 1):
        kilde_aar = max(startaar, aar[0])
        alder = startaar - personer.fodselsaar
        egnet = (alder >= KVP_ALDER[0]) & (alder <= KVP_ALDER[1])
        for k, snitt in enumerate(starter_per_aar):
            her = np.unique(tilfeller.person[(tilfeller.kommune == k) & (tilfeller.aar == kilde_aar)])
            kandidater = her[egnet[her] & ~brukt[her]]
            valgt = rng.permutation(kandidater)[: rng.poisson(snitt)]
            brukt[valgt] = True
            start = startaar * 12 + rng.integers(0, 12, len(valgt))
            deler.append((valgt, np.full(len(valgt), k), start))
    person, kommune, start = (np.concatenate(kolonne) for kolonne in zip(*deler, strict=True))
    lengde = rng.integers(4, KVP_LENGSTE_VARIGHET + 1, len(person))
    sjanse = np.array([nivaa(f"kvp_status_{status}") for status in (4, 5, 7)])
    utfall = rng.choice((3, 4, 5, 7), len(person), p=(1 - sjanse.sum(), *sjanse))
    return KvpLop(person, kommune, start, start + lengde - 1, utfall)
