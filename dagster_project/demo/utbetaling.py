"""Decisions and payments of the made-up world; each payment keeps why it was made in another month than it is for."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from dagster_project.demo.avvik import Avviksplan, Hendelse, trekker, velg
from dagster_project.demo.behov import Behov, er_fortsettelse
from dagster_project.demo.forstyrrelse import forstyrr, samle_restanser
from dagster_project.demo.linje import (
    AARSAKER,
    BIDRAG,
    FORMER,
    INGEN_AARSAK,
    INGEN_DATO,
    STONADSARTER,
    Linjer,
    Rutine,
    lag_linjer,
)
from dagster_project.demo.nivaa import blanding, nivaa
from dagster_project.demo.verden import forste_dag, maaned_av

STATUSER = UTBETALT, TILBAKEFORT, STOPPET = ("UTBETALT", "TILBAKEFORT", "STOPPET")
UTFALL = ("INNVILGET", "DELVIS_INNVILGET", "AVSLATT")
FORSTE_UTBETALINGSNUMMER = 700_001


@dataclass(frozen=True)
class Vedtak:
    """One element per decision, in order of municipality and date; `nummer` counts within municipality and year.

    `art`, `form` and `utfall` are indexes; `ore` is hundredths of a krone, 0 where the application was turned down.
    """

    kommune: np.ndarray
    person: np.ndarray
    nummer: np.ndarray
    sokt: np.ndarray
    vedtatt: np.ndarray
    utfall: np.ndarray
    art: np.ndarray
    form: np.ndarray
    fom: np.ndarray
    tom: np.ndarray
    ore: np.ndarray

    def ta(self, valg: np.ndarray) -> "Vedtak":
        """Return the chosen decisions."""
        return Vedtak(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


@dataclass(frozen=True)
class Utbetalinger:
    """One element per payment line, in order of municipality and `nummer`.

    `vedtak` is an index into the decisions; `reverserer` is the index of the payment it takes back, or -1.
    `art`, `form`, `status` and `aarsak` are indexes; `ore` is hundredths of a krone, below 0 for money back.
    """

    kommune: np.ndarray
    person: np.ndarray
    nummer: np.ndarray
    vedtak: np.ndarray
    art: np.ndarray
    form: np.ndarray
    ore: np.ndarray
    fom: np.ndarray
    tom: np.ndarray
    registrert: np.ndarray
    forfall: np.ndarray
    utbetalt: np.ndarray
    status: np.ndarray
    reverserer: np.ndarray
    aarsak: np.ndarray

    @property
    def er_utgift(self) -> np.ndarray:
        """Yes/no: the money went out, or came back."""
        return self.status != STATUSER.index(STOPPET)

    def ta(self, valg: np.ndarray) -> "Utbetalinger":
        """Return the chosen payments; `vedtak` and `reverserer` go on pointing into the whole."""
        return Utbetalinger(**{felt.name: getattr(self, felt.name)[valg] for felt in fields(self)})


def lag_utbetalinger(
    fro: int,
    antall_personer: int,
    behov: Behov,
    plan: Avviksplan,
    hendelser: Sequence[Hendelse],
    rutine: Rutine,
) -> tuple[Utbetalinger, Vedtak]:
    """Turn what is granted into decisions and payments, with everything that goes wrong.

    Nothing is decided or paid after the last month of the world.
    """
    linjer = lag_linjer(fro, antall_personer, behov, plan, rutine)
    linjer = forstyrr(fro, antall_personer, linjer, plan, hendelser, rutine)
    linjer = samle_restanser(fro, antall_personer, linjer)
    etter = forste_dag(rutine.maaneder[-1] + 1)
    linjer = linjer.ta((linjer.vedtatt < etter) & (linjer.registrert < etter))
    linjer = linjer.ta(
        np.lexsort((linjer.fra, linjer.hendelse, linjer.form, linjer.art, linjer.person, linjer.kommune))
    )
    vedtak, linjens_vedtak = _lag_vedtak(fro, linjer)
    ordinaere = _betal(linjer, linjens_vedtak)
    ordinaere = ordinaere.ta(ordinaere.utbetalt < etter)
    return _nummerer(ordinaere, _tilbakefor(fro, ordinaere, plan, hendelser, rutine), _stopp(fro, ordinaere)), vedtak


def _periode(linjer: Linjer) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last day each line is for; a benefit for once is for the day it is paid."""
    hele_maaneder = linjer.er_regelmessig | (linjer.art == STONADSARTER.index("STROM"))
    fom = np.where(hele_maaneder, forste_dag(linjer.fra), linjer.utbetalt)
    return fom, np.where(hele_maaneder, forste_dag(linjer.til + 1) - 1, linjer.utbetalt)


def _lag_vedtak(fro: int, linjer: Linjer) -> tuple[Vedtak, np.ndarray]:
    """Decide the lines, one to three months at a time; also return the decision of each line.

    The lines are in order of municipality, person, benefit, form, event and month.
    """
    rng = trekker(fro, "vedtak")
    antall = len(linjer.person)
    like = (linjer.kommune, linjer.person, linjer.art, linjer.form, linjer.hendelse)
    i_rekke = er_fortsettelse(*like, maaned=linjer.fra) & linjer.er_regelmessig
    rekke = np.cumsum(~i_rekke) - 1
    plass = np.arange(antall) - np.flatnonzero(~i_rekke)[rekke]
    lengder, andeler = blanding("vedtak_maaneder")
    lengde = rng.choice(np.array(lengder, np.int64), antall, p=andeler)[rekke]
    # What an event decides late is decided all at once.
    er_forst = plass % np.where(linjer.hendelse > 0, antall, lengde) == 0
    linjens_vedtak = np.cumsum(er_forst) - 1
    forst, sist = linjer.ta(er_forst), linjer.ta(np.append(er_forst[1:], True)[:antall])
    delvis = rng.random(len(forst.person)) < nivaa("andel_delvis_innvilget")
    innvilget = Vedtak(
        kommune=forst.kommune,
        person=forst.person,
        nummer=np.zeros(len(forst.person), np.int64),
        sokt=forst.vedtatt - rng.integers(5, 26, len(forst.person)),
        vedtatt=forst.vedtatt,
        utfall=np.where(delvis, UTFALL.index("DELVIS_INNVILGET"), UTFALL.index("INNVILGET")),
        art=forst.art,
        form=forst.form,
        fom=_periode(forst)[0],
        tom=_periode(sist)[1],
        ore=np.bincount(linjens_vedtak, linjer.ore).astype(np.int64),
    )
    alle = _slaa_sammen(innvilget, _lag_avslag(rng, innvilget))
    aar = alle.vedtatt.astype("datetime64[Y]").astype(np.int64)
    rekkefolge = np.lexsort((alle.art, alle.person, alle.vedtatt, alle.kommune))
    alle, aar = alle.ta(rekkefolge), aar[rekkefolge]
    nytt_aar = np.append(True, (alle.kommune[1:] != alle.kommune[:-1]) | (aar[1:] != aar[:-1]))[: len(aar)]
    nummer = np.arange(len(aar)) - np.flatnonzero(nytt_aar)[np.cumsum(nytt_aar) - 1] + 1
    plass_etter = np.argsort(rekkefolge)
    return replace(alle, nummer=nummer), plass_etter[linjens_vedtak]


def _lag_avslag(rng: np.random.Generator, innvilget: Vedtak) -> Vedtak:
    """Turn down some who otherwise receive, on other days and for other benefits."""
    avslag = innvilget.ta(rng.random(len(innvilget.person)) < nivaa("avslag_per_innvilget"))
    antall = len(avslag.person)
    koder, andeler = blanding("engangsart")
    arter = np.array([STONADSARTER.index(kode) for kode in koder])
    return replace(
        avslag,
        utfall=np.full(antall, UTFALL.index("AVSLATT")),
        art=arter[rng.choice(len(koder), antall, p=andeler)].astype(np.int8),
        form=np.full(antall, FORMER.index(BIDRAG), np.int8),
        fom=np.full(antall, INGEN_DATO),
        tom=np.full(antall, INGEN_DATO),
        ore=np.zeros(antall, np.int64),
    )


def _betal(linjer: Linjer, linjens_vedtak: np.ndarray) -> Utbetalinger:
    antall = len(linjer.person)
    fom, tom = _periode(linjer)
    return Utbetalinger(
        kommune=linjer.kommune,
        person=linjer.person,
        nummer=np.zeros(antall, np.int64),
        vedtak=linjens_vedtak,
        art=linjer.art,
        form=linjer.form,
        ore=linjer.ore,
        fom=fom,
        tom=tom,
        registrert=linjer.registrert,
        forfall=linjer.utbetalt,
        utbetalt=linjer.utbetalt,
        status=np.full(antall, STATUSER.index(UTBETALT), np.int8),
        reverserer=np.full(antall, -1),
        aarsak=linjer.aarsak,
    )


def _tilbakefor(
    fro: int, betalt: Utbetalinger, plan: Avviksplan, hendelser: Sequence[Hendelse], rutine: Rutine
) -> Utbetalinger:
    """Take some payments back: many rents in the month of an event, a few of anything at all times."""
    rng = trekker(fro, "tilbakeforing")
    antall = len(betalt.person)
    utbetalt_i, dag = maaned_av(betalt.utbetalt), rng.integers(0, 15, antall)
    fast = np.isin(betalt.art, [STONADSARTER.index(art) for art in ("LIVSOPPHOLD", "BOUTGIFT")])
    bolig = betalt.art == STONADSARTER.index("BOUTGIFT")
    dato = rutine.dager.neste(betalt.utbetalt + 5 + dag)
    valgt = fast & (rng.random(antall) < plan.andel_tilbakefort_ellers) & np.isin(maaned_av(dato), rutine.maaneder)
    for hendelse in velg(hendelser, "tilbakeforing"):
        # Only what is paid as usual: a payment that is late itself would have two causes.
        rammet = bolig & (betalt.kommune == hendelse.kommune) & (utbetalt_i == hendelse.maaned - 1) & ~valgt
        rammet &= np.isin(betalt.aarsak, [AARSAKER.index(aarsak) for aarsak in (INGEN_AARSAK, "helgeforskyvning")])
        rammet &= rng.random(antall) < hendelse.styrke
        i_maaneden = rutine.dager.neste(forste_dag(np.full(antall, hendelse.maaned)) + 3 + dag)
        dato, valgt = np.where(rammet, i_maaneden, dato), valgt | rammet
    tilbake, dato = betalt.ta(valgt), dato[valgt]
    annen_maaned = (maaned_av(tilbake.fom) != maaned_av(dato)) | (maaned_av(tilbake.tom) != maaned_av(dato))
    return replace(
        tilbake,
        ore=-tilbake.ore,
        registrert=dato,
        forfall=dato,
        utbetalt=dato,
        status=np.full(len(dato), STATUSER.index(TILBAKEFORT), np.int8),
        reverserer=np.flatnonzero(valgt),
        aarsak=np.where(annen_maaned, AARSAKER.index("tilbakeforing"), 0).astype(np.int8),
    )


def _stopp(fro: int, betalt: Utbetalinger) -> Utbetalinger:
    """Some payments were registered twice and one of the two stopped before it went out."""
    stoppet = betalt.ta(trekker(fro, "stopp").random(len(betalt.person)) < nivaa("andel_stoppet"))
    antall = len(stoppet.person)
    return replace(
        stoppet,
        utbetalt=np.full(antall, INGEN_DATO),
        status=np.full(antall, STATUSER.index(STOPPET), np.int8),
        aarsak=np.zeros(antall, np.int8),
    )


def _slaa_sammen(*deler: Vedtak) -> Vedtak:
    return Vedtak(*(np.concatenate([getattr(del_, felt.name) for del_ in deler]) for felt in fields(Vedtak)))


def _nummerer(*deler: Utbetalinger) -> Utbetalinger:
    """Put the parts together in the order they were registered; `reverserer` points into the first of them."""
    alle = Utbetalinger(
        *(np.concatenate([getattr(del_, felt.name) for del_ in deler]) for felt in fields(Utbetalinger))
    )
    rekkefolge = np.lexsort((alle.status, alle.fom, alle.art, alle.person, alle.registrert, alle.kommune))
    ny_plass = np.argsort(rekkefolge)
    reverserer = np.where(alle.reverserer < 0, -1, ny_plass[alle.reverserer])[rekkefolge]
    alle = alle.ta(rekkefolge)
    forste = np.searchsorted(alle.kommune, alle.kommune)
    nummer = np.arange(len(alle.kommune)) - forste + FORSTE_UTBETALINGSNUMMER
    return replace(alle, nummer=nummer, reverserer=reverserer)
