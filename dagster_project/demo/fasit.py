"""The truth about a made-up region: what a reader of its files must find, computed without reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from dagster_project.demo.avvik import velg
from dagster_project.demo.levering import Levering
from dagster_project.demo.linje import AARSAKER, FORMER, INGEN_AARSAK, STONADSARTER
from dagster_project.demo.region import Region, kroner
from dagster_project.demo.utbetaling import Utbetalinger
from dagster_project.demo.verden import forste_dag, maaned_av

BELOP = pa.decimal128(18, 2)
FAGSYSTEM, REGNSKAP = "fagsystem", "regnskap"
UTEN_MOTPART = ("hoytidstillegg", "nivaaskift", "manglende_leveranse")
INGEN_MAANED = -1


@dataclass(frozen=True)
class Fasit:
    """The truth as tables; months are the date of their first day, amounts kroner with two decimals.

    `avvik`: kommunenummer, serie, maaned, motpart_maaned (null where there is none), aarsak, belop: what was paid or
    posted in a month for another.
    `maanedssum`: kommunenummer, grunnlag (kontant, periodisert), maaned, stonadsart, stonadsform, belop.
    `forskjell_11f`: kommunenummer, journalnummer, maaned, stonadsform, belop_11f, belop_utbetalt (whole kroner),
    aarsak: every person, month and form where 11F differs from the payments a reader accepts.
    """

    avvik: pa.Table
    maanedssum: pa.Table
    forskjell_11f: pa.Table


@dataclass(frozen=True)
class Avviksrader:
    """Amounts in øre by municipality, month, counterpart month (or INGEN_MAANED) and cause, not yet added up."""

    kommune: np.ndarray
    maaned: np.ndarray
    motpart: np.ndarray
    aarsak: str
    ore: np.ndarray


def lag_fasit(region: Region, levering: Levering, regnskap: Sequence[Avviksrader] = ()) -> Fasit:
    """Compute the truth of a region delivered in that way; `regnskap` is what the ledger has wrong."""
    synlig = region.utbetalinger.er_utgift & levering.er_levert & ~levering.er_i_karantene
    utbetalinger = region.utbetalinger.ta(synlig)
    art = np.where(levering.ukjent_art[synlig], STONADSARTER.index("UKJENT"), utbetalinger.art)
    rad, maaned, ore = del_paa_maaneder(utbetalinger)
    sum_kontant = _maanedssum(region, "kontant", utbetalinger, art, maaned_av(utbetalinger.utbetalt), utbetalinger.ore)
    sum_periodisert = _maanedssum(region, "periodisert", utbetalinger.ta(rad), art[rad], maaned, ore)
    fagsystem = [
        *_feilplasserte(utbetalinger, rad, maaned, ore),
        *_nivaaskift(region),
        *_manglende(region, levering),
    ]
    return Fasit(
        avvik=pa.concat_tables([_avvik(region, FAGSYSTEM, fagsystem), _avvik(region, REGNSKAP, regnskap)]),
        maanedssum=pa.concat_tables([sum_kontant, sum_periodisert]),
        forskjell_11f=_forskjell_11f(region, levering, synlig),
    )


def del_paa_maaneder(utbetalinger: Utbetalinger) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Divide payments by days on the months they are for.

    Shape: payment (its place), month and øre of each slice. The slices of a payment add up to it, because each is
    the difference between two rounded running sums (half away from zero).
    """
    dager = (utbetalinger.tom - utbetalinger.fom).astype(np.int64) + 1
    forste, siste = maaned_av(utbetalinger.fom), maaned_av(utbetalinger.tom)
    deler = []
    for nr in range(int((siste - forste).max(initial=0)) + 1):
        rad = np.flatnonzero(siste - forste >= nr)
        maaned = forste[rad] + nr
        foer, etter = (
            np.clip((forste_dag(m) - utbetalinger.fom[rad]).astype(np.int64), 0, dager[rad])
            for m in (maaned, maaned + 1)
        )
        ore = _andel(utbetalinger.ore[rad], etter, dager[rad]) - _andel(utbetalinger.ore[rad], foer, dager[rad])
        deler.append((rad, maaned, ore))
    rad, maaned, ore = (np.concatenate(kolonne) for kolonne in zip(*deler, strict=True))
    return rad, maaned, ore


def _andel(ore: np.ndarray, dager: np.ndarray, av: np.ndarray) -> np.ndarray:
    return np.sign(ore) * ((2 * np.abs(ore) * dager + av) // (2 * av))


def _feilplasserte(
    utbetalinger: Utbetalinger, rad: np.ndarray, maaned: np.ndarray, ore: np.ndarray
) -> list[Avviksrader]:
    betalt = maaned_av(utbetalinger.utbetalt)[rad]
    rader = []
    for nr, aarsak in enumerate(AARSAKER):
        if aarsak == INGEN_AARSAK:
            continue
        uten_motpart = aarsak in UTEN_MOTPART
        valgt = (utbetalinger.aarsak[rad] == nr) & ((maaned != betalt) | uten_motpart)
        motpart = np.where(uten_motpart, INGEN_MAANED, maaned)[valgt]
        rader.append(Avviksrader(utbetalinger.kommune[rad][valgt], betalt[valgt], motpart, aarsak, ore[valgt]))
    return rader


def _nivaaskift(region: Region) -> list[Avviksrader]:
    hendelser = velg(region.hendelser, "nivaaskift")
    ingen = np.full(len(hendelser), INGEN_MAANED)
    kommune = np.array([hendelse.kommune for hendelse in hendelser], np.int64)
    maaned = np.array([hendelse.maaned for hendelse in hendelser], np.int64)
    return [Avviksrader(kommune, maaned, ingen, "nivaaskift", np.array(region.nivaaendring, np.int64) * 100)]


def _manglende(region: Region, levering: Levering) -> list[Avviksrader]:
    borte = region.utbetalinger.ta(region.utbetalinger.er_utgift & ~levering.er_levert)
    ingen = np.full(len(borte.person), INGEN_MAANED)
    return [Avviksrader(borte.kommune, maaned_av(borte.utbetalt), ingen, "manglende_leveranse", -borte.ore)]


def _avvik(region: Region, serie: str, rader: Sequence[Avviksrader]) -> pa.Table:
    """Add up; a row of 0 øre is no truth."""
    kolonner: dict[str, list[np.ndarray]] = {navn: [] for navn in ("kommune", "maaned", "motpart", "aarsak", "ore")}
    for del_ in rader:
        nokler, ore = summer((del_.kommune, del_.maaned, del_.motpart), del_.ore)
        for navn, verdi in zip(kolonner, (*nokler, np.full(len(ore), del_.aarsak, object), ore), strict=True):
            kolonner[navn].append(verdi[ore != 0])
    kommune, maaned, motpart, aarsak, ore = (
        np.concatenate(verdier) if verdier else np.array([], np.int64) for verdier in kolonner.values()
    )
    antall = len(ore)
    return pa.table(
        {
            "kommunenummer": _nummer(region, kommune),
            "serie": pa.array([serie] * antall, pa.string()),
            "maaned": pa.array(forste_dag(maaned)),
            "motpart_maaned": pa.array(forste_dag(motpart), mask=motpart == INGEN_MAANED),
            "aarsak": pa.array(aarsak.tolist(), pa.string()),
            "belop": _belop(ore),
        }
    )


def _maanedssum(
    region: Region, grunnlag: str, utbetalinger: Utbetalinger, art: np.ndarray, maaned: np.ndarray, ore: np.ndarray
) -> pa.Table:
    (kommune, maanedene, artene, former), summen = summer((utbetalinger.kommune, maaned, art, utbetalinger.form), ore)
    return pa.table(
        {
            "kommunenummer": _nummer(region, kommune),
            "grunnlag": pa.array([grunnlag] * len(summen), pa.string()),
            "maaned": pa.array(forste_dag(maanedene)),
            "stonadsart": pa.array([STONADSARTER[nr] for nr in artene.tolist()], pa.string()),
            "stonadsform": pa.array([FORMER[nr] for nr in former.tolist()], pa.string()),
            "belop": _belop(summen),
        }
    )


def _forskjell_11f(region: Region, levering: Levering, synlig: np.ndarray) -> pa.Table:
    """Compare 11F with the payments a reader accepts, for each person, month and form."""
    alle = region.utbetalinger.ta(region.utbetalinger.er_utgift)
    vises = synlig[region.utbetalinger.er_utgift]
    karantene = levering.er_i_karantene[region.utbetalinger.er_utgift]
    noklene = (alle.kommune, alle.person, maaned_av(alle.utbetalt), alle.form)
    nokler, samlet = summer(noklene, alle.ore)
    _, utbetalt = summer(noklene, alle.ore * vises)
    _, satt_til_side = summer(noklene, karantene)
    _, ikke_levert = summer(noklene, ~vises & ~karantene)
    i_11f, ifolge_utbetalinger = np.maximum(kroner(samlet), 0), kroner(utbetalt)
    ulik = i_11f != ifolge_utbetalinger
    kommune, person, maaned, form = (nokkel[ulik] for nokkel in nokler)
    aarsak = np.select(
        (satt_til_side[ulik] > 0, ikke_levert[ulik] > 0), ("karantene", "manglende_leveranse"), "tilbakeforing"
    )
    return pa.table(
        {
            "kommunenummer": _nummer(region, kommune),
            "journalnummer": pa.array([journalnummer(nr) for nr in person.tolist()], pa.string()),
            "maaned": pa.array(forste_dag(maaned)),
            "stonadsform": pa.array([FORMER[nr] for nr in form.tolist()], pa.string()),
            "belop_11f": pa.array(i_11f[ulik]),
            "belop_utbetalt": pa.array(ifolge_utbetalinger[ulik]),
            "aarsak": pa.array(aarsak.tolist(), pa.string()),
        }
    )


def journalnummer(person: int) -> str:
    """Return the number of a person's case, the same in 11F and in the case system's files."""
    return f"K{person:07d}"


def summer(nokler: Sequence[np.ndarray], ore: np.ndarray) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Add up by keys; return the distinct keys in order, and the sums."""
    ore = np.asarray(ore, np.int64)
    if not len(ore):
        return tuple(np.array([], np.int64) for _ in nokler), ore
    stabel = np.stack([np.asarray(nokkel, np.int64) for nokkel in nokler])
    rekkefolge = np.lexsort(stabel[::-1])
    stabel, ore = stabel[:, rekkefolge], ore[rekkefolge]
    er_ny = np.append(True, (stabel[:, 1:] != stabel[:, :-1]).any(axis=0))
    return tuple(stabel[:, er_ny]), np.add.reduceat(ore, np.flatnonzero(er_ny))


def _nummer(region: Region, kommune: np.ndarray) -> pa.Array:
    return pa.array([region.verden.nummer[nr] for nr in kommune.tolist()], pa.string())


def _belop(ore: np.ndarray) -> pa.Array:
    return pa.array([Decimal(verdi).scaleb(-2) for verdi in ore.tolist()], BELOP)
