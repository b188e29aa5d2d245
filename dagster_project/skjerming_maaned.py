"""Small-count hiding (skjerming) for the monthly tables: which figures must not be shown.

Counts by populasjon are tied by the relations in `seeds/skjermingsrelasjon_maaned.csv`; amounts by stønadsart are
tied by their sum. The reader is taken to know these, and that a hidden figure is at least 1. The yearly figures
have relations of more kinds and an engine of their own (`skjerming`).
See docs/decisions/0011-skjerming-per-maaned.md.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from dagster_project.flytt import VEKT_AARSSUM, VEKT_TOTAL, Prove, Relasjoner
from dagster_project.seeds import read_seed
from dagster_project.skjerming import terskel

log = logging.getLogger(__name__)

NOKKEL = ["relasjonssett", "tabell", "serie", "kommunenummer", "periode_type", "periode"]
KOLONNER = [*NOKKEL, "celle", "aarsak"]

POPULASJON = "populasjon"
"""Counts by populasjon, each period by itself."""
POPULASJON_AARSSUM = "populasjon_aarssum"
"""Counts by populasjon and month, where the sum of the months of a year is known."""
UTGIFT = "utgift"
"""Amounts by kind, whose sum in the month is known; a person can have several kinds."""

TIL_OG_MED = "til_og_med:"
"""First part of a hidden cell in `populasjon_aarssum`: the sum of the months of the year up to and with this one."""
SERIE_MED_AARSSUM = "kontant"
"""The series of `utgift` whose sum by form of stønad is known for the year, from 11F."""
SMAA_SAMLET = "~smaa_samlet"
"""Cell in `utgift`: the persons behind the figures on too few persons, each person once."""

MAANEDER = 12


def les_relasjoner(rader: Iterable[Mapping[str, str]]) -> Relasjoner:
    """Read relations from rows of relasjon_id, celle, koeffisient and rolle.

    Shape: one row per relasjon_id and celle. Roles: `publisert`, `total` (published, and hidden last), `rest` (a
    count of 0 or more that is not published), `differanse` (what its relation says that it is).
    Source: seeds/skjermingsrelasjon_maaned.csv.

    Raises:
        ValueError: if a cell has two roles, or two cells are defined by one relation.
    """
    roller: dict[str, str] = {}
    ledd: dict[str, dict[str, int]] = {}
    for rad in rader:
        if roller.setdefault(rad["celle"], rad["rolle"]) != rad["rolle"]:
            raise ValueError(f"{rad['celle']} har to roller.")
        ledd.setdefault(rad["relasjon_id"], {})[rad["celle"]] = int(rad["koeffisient"])
    publisert, rest, differanse = (
        tuple(celle for celle, rolle in roller.items() if rolle in sokt)
        for sokt in ({"publisert", "total"}, {"rest"}, {"differanse"})
    )

    celler = publisert + rest
    mellom: dict[str, np.ndarray] = {}
    differanser: dict[str, np.ndarray] = {}
    for relasjon_id, vekter in ledd.items():
        vektor = np.array([vekter.get(celle, 0) for celle in celler], dtype=np.int64)
        definert = [celle for celle in vekter if celle in differanse]
        if len(definert) > 1:
            raise ValueError(f"Relasjonen {relasjon_id} har to differanser.")
        if definert:
            differanser[definert[0]] = -vektor * vekter[definert[0]]
        else:
            mellom[relasjon_id] = vektor
    return Relasjoner(
        publisert=publisert,
        rest=rest,
        differanse=tuple(differanser),
        total=frozenset(celle for celle, rolle in roller.items() if rolle == "total"),
        relasjon_id=tuple(mellom),
        relasjoner=np.array(list(mellom.values()), dtype=np.int64).reshape(-1, len(celler)),
        differanser=np.array(list(differanser.values()), dtype=np.int64).reshape(-1, len(celler)),
    )


@cache
def populasjoner() -> Relasjoner:
    """Return the relations between the counts by populasjon."""
    return les_relasjoner(rad for rad in read_seed("skjermingsrelasjon_maaned") if rad["relasjonssett"] == POPULASJON)


def skjerm_maaned(celler: pd.DataFrame) -> pd.DataFrame:
    """Return the cells to hide.

    Shape: in, one row per relasjonssett, tabell, serie, kommunenummer, periode_type, periode (date) and celle, with
    antall (the count), personer (persons behind the figure; null when they are the same), av_antall (the published
    count this one is a part of, for all cells of a unit or none) and vist_ellers (whether another table with the
    same count shows or hides it, null when there is none). A cell without a row is 0. Out, one row per hidden cell,
    in key order, with aarsak `primaer` or `sekundaer`. The answer does not depend on the order of the rows.

    What is seen together: in `populasjon` a key without its celle; in `populasjon_aarssum` the months of a year, and
    a cell `til_og_med:<celle>` says that the sum of the year's months up to and with this one must be hidden; in
    `utgift` the series of a month, and what is hidden in one of them is hidden in all.

    Raises:
        ValueError: if a cell is unknown or occurs twice, or counts do not satisfy the relations.
    """
    celler = celler.assign(
        personer=celler["personer"].fillna(celler["antall"]),
        av_antall=celler["av_antall"].fillna(-1),
        er_vist_ellers=celler["vist_ellers"].eq(True).fillna(False),
        er_skjult_ellers=celler["vist_ellers"].eq(False).fillna(False),
    )
    motorer = {
        POPULASJON: _skjerm_populasjon,
        POPULASJON_AARSSUM: _skjerm_populasjon_aarssum,
        UTGIFT: _skjerm_utgift,
    }
    deler = [motorer[navn](rader) for navn, rader in celler.groupby("relasjonssett", sort=True)]
    ut = pd.concat(deler, ignore_index=True) if deler else pd.DataFrame(columns=KOLONNER)
    return ut[KOLONNER].sort_values(KOLONNER[:-1], kind="stable", ignore_index=True)


@dataclass(frozen=True)
class _Tabell:
    """Rows laid out as arrays of units by periods by cells, and the key of each unit."""

    enheter: pd.DataFrame
    antall: np.ndarray
    personer: np.ndarray
    av_antall: np.ndarray
    er_vist_ellers: np.ndarray
    er_skjult_ellers: np.ndarray

    @property
    def har_helhet(self) -> np.ndarray:
        """Whether a count is part of another that can be shown. Where it is 0 of 0, it stays so."""
        er_del = (self.av_antall > 0).any(axis=2, keepdims=True)
        return er_del & ~_er_liten(self.av_antall)

    @classmethod
    def av(cls, rader: pd.DataFrame, nokkel: list[str], akse: np.ndarray, form: tuple[int, int], plass: np.ndarray):
        """Lay out the rows; `akse` and `plass` are the place of each row among the periods and the cells.

        Raises:
            ValueError: if two rows have the same place.
        """
        enhet = rader.groupby(nokkel, sort=True).ngroup().to_numpy()
        numre, forste = np.unique(enhet, return_index=True)
        form = (len(numre), *form)
        flat = np.ravel_multi_index((enhet, akse, plass), form)
        if len(np.unique(flat)) < len(flat):
            raise ValueError("En celle finnes to ganger i samme enhet.")

        def legg_ut(kolonne: str, type_: type = np.int64) -> np.ndarray:
            ut = np.zeros(form, dtype=type_)
            ut.reshape(-1)[flat] = rader[kolonne].to_numpy(dtype=type_)
            return ut

        return cls(
            rader[nokkel].iloc[forste].reset_index(drop=True),
            legg_ut("antall"),
            legg_ut("personer"),
            legg_ut("av_antall"),
            legg_ut("er_vist_ellers", np.bool_),
            legg_ut("er_skjult_ellers", np.bool_),
        )


def _er_liten(antall: np.ndarray) -> np.ndarray:
    return (antall >= 1) & (antall < terskel())


def _plass(rader: pd.DataFrame, celler: Iterable[str]) -> np.ndarray:
    plass = pd.Index(list(celler)).get_indexer(rader["celle"])
    if (plass < 0).any():
        raise ValueError(f"Relasjonene har ingen celle {rader['celle'].to_numpy()[plass < 0][0]}.")
    return plass


def _skjerm_populasjon(rader: pd.DataFrame) -> pd.DataFrame:
    relasjoner = populasjoner()
    akse = np.zeros(len(rader), dtype=np.int64)
    plass = _plass(rader, relasjoner.celler)
    tabell = _Tabell.av(rader, NOKKEL, akse, (1, len(relasjoner.celler)), plass)
    prove, enheter = _berorte(_prove(tabell, relasjoner), tabell.enheter)
    skjult = prove.skjul()
    _meld(prove, skjult, enheter)
    return _liste(enheter, skjult, prove.primaer_publisert, relasjoner.publisert)


def _skjerm_populasjon_aarssum(rader: pd.DataFrame) -> pd.DataFrame:
    relasjoner = populasjoner()
    perioder = pd.DatetimeIndex(rader["periode"])
    rader = rader.assign(periode=pd.to_datetime({"year": perioder.year, "month": 1, "day": 1}).to_numpy())
    plass = _plass(rader, relasjoner.celler)
    tabell = _Tabell.av(rader, NOKKEL, perioder.month.to_numpy() - 1, (MAANEDER, len(relasjoner.celler)), plass)
    prove, enheter = _berorte(_med_aarssum(_prove(tabell, relasjoner), tabell), tabell.enheter)
    skjult = prove.skjul()
    _meld(prove, skjult, enheter)
    summer = prove.skjulte_summer(skjult)
    navn = tuple(TIL_OG_MED + celle for celle in relasjoner.publisert)
    return pd.concat(
        [
            _liste(enheter, skjult[:, :-1], prove.primaer_publisert[:, :-1], relasjoner.publisert),
            _liste(enheter, summer, np.zeros_like(summer), navn),
        ],
        ignore_index=True,
    )


def _prove(tabell: _Tabell, relasjoner: Relasjoner) -> Prove:
    """Put the units on trial, each period by itself.

    Raises:
        ValueError: if the counts do not satisfy the relations.
    """
    brudd = tabell.antall @ relasjoner.relasjoner.T
    if brudd.any():
        enhet, _, relasjon = (akse[0] for akse in np.nonzero(brudd))
        raise ValueError(
            f"Tallene går ikke opp i relasjonen {relasjoner.relasjon_id[relasjon]}: "
            + ", ".join(map(str, tabell.enheter.iloc[enhet]))
        )
    resten = np.where(tabell.har_helhet, tabell.av_antall - tabell.antall, 0)
    vekter = relasjoner.differanser.T
    primaer = np.concatenate(
        [
            _er_liten(tabell.antall) | _er_liten(tabell.personer) | _er_liten(resten),
            _er_liten(tabell.antall @ vekter)
            | _er_liten(tabell.personer @ vekter)
            | _er_liten(resten @ vekter) & tabell.har_helhet.all(axis=2, keepdims=True),
        ],
        axis=2,
    )
    totaler = np.array([celle in relasjoner.total for celle in relasjoner.publisert])
    publisert = slice(len(relasjoner.publisert))
    return Prove(
        relasjoner,
        primaer,
        _mulige(tabell, primaer, relasjoner),
        vekt=tabell.antall[..., publisert] + VEKT_TOTAL * totaler,
        skjult_ellers=tabell.er_skjult_ellers[..., publisert] & (tabell.antall[..., publisert] > 0),
    )


def _mulige(tabell: _Tabell, primaer: np.ndarray, relasjoner: Relasjoner) -> np.ndarray:
    """Return the moves after which every count is one the reader can believe in, units by periods by moves.

    A published count must be one that can be hidden, so not 0 and not shown in another table, and stay at 1 or
    more; a rest stays at 0 or more; a part stays within its whole. A count that is hidden alone is known to be too
    small to show, and stays so.
    """
    ut = np.ones((*tabell.antall.shape[:2], len(relasjoner.flytt)), dtype=bool)
    antall_publiserte = len(relasjoner.publisert)
    for nummer, flytt in enumerate(relasjoner.flytt):
        alene = np.count_nonzero(flytt[:antall_publiserte]) == 1
        for celle in np.flatnonzero(flytt):
            antall, etter = tabell.antall[..., celle], tabell.antall[..., celle] + flytt[celle]
            publisert = celle < antall_publiserte
            if flytt[celle] < 0:
                ut[..., nummer] &= etter >= int(publisert)
            else:
                ut[..., nummer] &= ~tabell.har_helhet[..., celle] | (etter <= tabell.av_antall[..., celle])
            if publisert:
                ut[..., nummer] &= primaer[..., celle] | (antall > 0) & ~tabell.er_vist_ellers[..., celle]
            if publisert and alene:
                ut[..., nummer] &= ~_er_liten(antall) | (etter < terskel())
    return ut


def _med_aarssum(prove: Prove, tabell: _Tabell) -> Prove:
    """Add the sum of the months as a last period: it can always be moved, at a price unless it is hidden anyway."""
    summer = tabell.antall[..., : prove.vekt.shape[2]].sum(axis=1, keepdims=True)
    ingen = np.zeros_like(prove.primaer[:, :1])
    return Prove(
        prove.relasjoner,
        np.concatenate([prove.primaer, ingen], axis=1),
        np.concatenate([prove.mulig, np.ones_like(prove.mulig[:, :1])], axis=1),
        vekt=np.concatenate([prove.vekt, np.where(_er_liten(summer), 0, VEKT_AARSSUM)], axis=1),
        skjult_ellers=np.concatenate([prove.skjult_ellers, ingen[..., : prove.vekt.shape[2]]], axis=1),
        aarssum=True,
    )


def _berorte(prove: Prove, enheter: pd.DataFrame) -> tuple[Prove, pd.DataFrame]:
    """Return the units that have anything to hide."""
    berort = np.flatnonzero(prove.primaer.any(axis=(1, 2)) | prove.skjult_ellers.any(axis=(1, 2)))
    return prove.utvalg(berort), enheter.iloc[berort].reset_index(drop=True)


def _meld(prove: Prove, skjult: np.ndarray, enheter: pd.DataFrame) -> None:
    ulost = np.flatnonzero(prove.ulost(skjult).any(axis=(1, 2)))
    for _, enhet in enheter.iloc[ulost].iterrows():
        log.warning("%s: skjulte tall kan regnes ut av tall som ikke kan skjules.", ", ".join(map(str, enhet)))


def _liste(enheter: pd.DataFrame, skjult: np.ndarray, primaer: np.ndarray, celler: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per hidden cell, with the key of its unit; the period is the unit's first month or a later."""
    enhet, periode, celle = np.nonzero(skjult)
    ut = enheter.iloc[enhet].reset_index(drop=True)
    maaned = pd.DatetimeIndex(ut["periode"]).to_numpy().astype("datetime64[M]") + periode
    ut["periode"] = maaned.astype("datetime64[s]")
    ut["celle"] = pd.Series(np.array(celler, dtype=object)[celle], dtype="str")
    ut["aarsak"] = pd.Series(np.where(primaer[skjult], "primaer", "sekundaer").astype(object), dtype="str")
    return ut


def _skjerm_utgift(rader: pd.DataFrame) -> pd.DataFrame:
    nokkel = [kolonne for kolonne in NOKKEL if kolonne != "serie"]
    serier = sorted(rader["serie"].unique())
    celler = tuple(sorted(set(rader["celle"].unique()) - {SMAA_SAMLET}))
    if not celler:
        return pd.DataFrame(columns=KOLONNER)
    akse = pd.Index(serier).get_indexer(rader["serie"])
    plass = _plass(rader, [*celler, SMAA_SAMLET])
    tabell = _Tabell.av(rader, nokkel, akse, (len(serier), len(celler) + 1), plass)

    primaer = _er_liten(tabell.antall[..., :-1]) | _er_liten(tabell.personer[..., :-1])
    belop = _Belop(primaer, tabell.personer[..., :-1], tabell.personer[..., -1])
    skjult = belop.skjul(primaer.any(axis=1))
    if SERIE_MED_AARSSUM in serier:
        former = np.array([celle.rpartition("|")[2] for celle in celler])
        aar = [tabell.enheter["kommunenummer"], pd.DatetimeIndex(tabell.enheter["periode"]).year]
        aarene = tabell.enheter.groupby(aar, sort=False).indices.values()
        skjult = belop.skjul(belop.med_to_maaneder(skjult, serier.index(SERIE_MED_AARSSUM), former, aarene))
    skjult = skjult[:, None] & (belop.personer > 0)
    deler = [
        _liste(tabell.enheter, skjult[:, [nummer]], primaer[:, [nummer]], celler).assign(serie=serie)
        for nummer, serie in enumerate(serier)
    ]
    return pd.concat(deler, ignore_index=True)


@dataclass(frozen=True)
class _Belop:
    """Amounts by kind in months, of which the sum is known: units by series by kinds.

    A single hidden amount is the sum less the others. More than one are known together, so there must be enough
    persons behind them together.
    """

    primaer: np.ndarray
    personer: np.ndarray
    smaa_samlet: np.ndarray
    """Units by series: the persons behind the kinds that are primary in any series, each person once."""

    def skjul(self, skal: np.ndarray) -> np.ndarray:
        """Return which kinds to hide, units by kinds: those that must be, the smallest others, and no more."""
        skjult = skal.copy()
        while (usikker := ~self._er_trygg(skjult)).any():
            enhet = np.flatnonzero(usikker.any(axis=1))
            serie = usikker[enhet].argmax(axis=1)
            vises = (self.personer[enhet, serie] > 0) & ~skjult[enhet]
            skjult[enhet, np.where(vises, self.personer[enhet, serie], np.inf).argmin(axis=1)] = True
        proves = np.where(skjult & ~skal, self.personer.sum(axis=1), 0)
        while (enhet := np.flatnonzero(proves.any(axis=1))).size:
            celle = proves[enhet].argmax(axis=1)
            proves[enhet, celle] = 0
            skjult[enhet, celle] = False
            skjult[enhet, celle] = ~self._er_trygg(skjult)[enhet].all(axis=1)
        return skjult

    def _er_trygg(self, skjult: np.ndarray) -> np.ndarray:
        """Say of each series whether the hidden amounts cannot be found, units by series."""
        skjules = skjult[:, None] & (self.personer > 0)
        bak = np.maximum(self.smaa_samlet, np.where(skjules, self.personer, 0).max(axis=2, initial=0))
        nok = (skjules.sum(axis=2) > 1) & (bak >= terskel())
        # Where all is hidden, what is known is the sum of everything, and that is hidden or not on its own persons.
        return nok | ~skjules.any(axis=2) | (skjules == (self.personer > 0)).all(axis=2)

    def med_to_maaneder(
        self, skjult: np.ndarray, serie: int, former: np.ndarray, aarene: Iterable[np.ndarray]
    ) -> np.ndarray:
        """Return what to hide, where the sum of each form is known for the year too.

        A single month of the year in which two forms are hidden would be found from the sums of the others, so
        another month hides the smallest of each form as well. Where there is none, the sum of the year builds on
        the same persons as the month.
        """
        ut = skjult.copy()
        form_med = [former == form for form in np.unique(former)]
        for maaneder in aarene:
            personer = self.personer[maaneder, serie]
            skjules = skjult[maaneder] & (personer > 0)
            har_skjult = np.stack([skjules[:, celler].any(axis=1) for celler in form_med])
            flere_former = har_skjult.sum(axis=0) > 1
            if np.count_nonzero(flere_former) != 1:
                continue
            alene = flere_former.argmax()
            # What is hidden already costs nothing.
            pris = np.where(skjules, 0, np.where(personer > 0, personer, np.inf))
            pris[alene] = np.inf
            i_form = [
                np.where(celler, pris, np.inf)
                for celler, med in zip(form_med, har_skjult[:, alene], strict=True)
                if med
            ]
            priser = sum(form.min(axis=1) for form in i_form)
            if np.isfinite(priser.min()):
                annen = priser.argmin()
                ut[maaneder[annen], [form[annen].argmin() for form in i_form]] = True
        return ut
