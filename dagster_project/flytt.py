"""Moves: the small changes a set of counts can have without any known relation between them breaking.

A count cannot be found out when some move changes it and leaves everything shown as it is. The moves tried are the
circuits of the relations: any change that keeps the relations is a sum of circuits that pull the same way, so where
no circuit will do, nothing will (that it is a sum with whole weights holds for relations between age bands and the
like, and otherwise the error is to hide too much). All units are tried at the same time, as arrays.
Nothing here knows what the counts mean; `skjerming_maaned` does.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

VEKT_TOTAL = 1_000_000
"""How many persons in other counts are hidden before a total is."""
VEKT_AARSSUM = 1_000_000_000
"""How many persons in the other months are hidden before the sum of the months is."""


@dataclass(frozen=True)
class Relasjoner:
    """The cells of a unit, and what is known to hold between them.

    `publisert` and `rest` are counts of 0 or more; a rest is never published. A `differanse` is a weighted sum of
    them that can be formed from shown counts.
    """

    publisert: tuple[str, ...]
    rest: tuple[str, ...]
    differanse: tuple[str, ...]
    total: frozenset[str]
    relasjon_id: tuple[str, ...]
    relasjoner: np.ndarray
    """Relations by cells: the weighted sums that are 0."""
    differanser: np.ndarray
    """Differences by cells: the weights of each."""

    @property
    def celler(self) -> tuple[str, ...]:
        """The counts, in the order of the columns."""
        return self.publisert + self.rest

    @property
    def vernet(self) -> tuple[str, ...]:
        """All that must not be found out."""
        return self.celler + self.differanse

    @cached_property
    def flytt(self) -> np.ndarray:
        """The moves, moves by cells: every circuit and its opposite."""
        halve = kretser(self.relasjoner)
        return np.concatenate([halve, -halve])

    @cached_property
    def ror(self) -> np.ndarray:
        """Which published cells a move changes, moves by `publisert`."""
        return self.flytt[:, : len(self.publisert)] != 0

    @cached_property
    def verner(self) -> np.ndarray:
        """Which protected figures a move changes, moves by `vernet`."""
        return np.concatenate([self.flytt, self.flytt @ self.differanser.T], axis=1) != 0

    @cached_property
    def gruppe(self) -> np.ndarray:
        """A number for what each move does to the published cells."""
        return self._grupper[0]

    @cached_property
    def motgruppe(self) -> np.ndarray:
        """The number of the opposite of what each move does to the published cells."""
        return self._grupper[1]

    @cached_property
    def _grupper(self) -> tuple[np.ndarray, np.ndarray]:
        publisert = self.flytt[:, : len(self.publisert)]
        _, numre = np.unique(np.concatenate([publisert, -publisert]), axis=0, return_inverse=True)
        return numre.reshape(2, -1)[0], numre.reshape(2, -1)[1]


def kretser(relasjoner: np.ndarray) -> np.ndarray:
    """Return the vectors of whole numbers that keep every relation and change as few cells as can be.

    Shape: in, relations by cells. Out, one row per vector, without its opposite.
    """
    vektorer = np.eye(relasjoner.shape[1], dtype=np.int64)
    for relasjon in relasjoner:
        brudd = vektorer @ relasjon
        a, b = np.triu_indices(len(brudd), 1)
        begge = (brudd[a] != 0) & (brudd[b] != 0)
        a, b = a[begge], b[begge]
        satt_sammen = brudd[b, None] * vektorer[a] - brudd[a, None] * vektorer[b]
        vektorer = _minste(np.concatenate([vektorer[brudd == 0], satt_sammen]))
    return vektorer


def _minste(vektorer: np.ndarray) -> np.ndarray:
    """Return each vector once whatever its sign and size, without those that change all that another does and more."""
    vektorer = vektorer // np.gcd.reduce(vektorer, axis=1)[:, None]
    forste = np.take_along_axis(vektorer, (vektorer != 0).argmax(axis=1)[:, None], axis=1)
    vektorer = np.unique(vektorer * np.sign(forste), axis=0)
    endrer = (vektorer != 0).astype(np.int64)
    storrelse = endrer.sum(axis=1)
    har_en_mindre_i_seg = (endrer @ endrer.T == storrelse) & (storrelse < storrelse[:, None])
    return vektorer[~har_en_mindre_i_seg.any(axis=1)]


@dataclass(frozen=True)
class Prove:
    """The units on trial: what must not be found out, what can be moved, and what it costs to hide.

    Arrays are units by periods by something. Where `aarssum` is set, the periods are the months and after them the
    sum of the months: what is moved in one period is moved back in another, so that all sums stay as they are.
    """

    relasjoner: Relasjoner
    primaer: np.ndarray
    """By `vernet`: figures on too few persons."""
    mulig: np.ndarray
    """By moves: whether every count stays one the reader can believe in."""
    vekt: np.ndarray
    """By `publisert`: the price of hiding."""
    skjult_ellers: np.ndarray
    """By `publisert`: counts that are hidden in another table, and so in this one."""
    aarssum: bool = False

    def utvalg(self, enheter: np.ndarray) -> "Prove":
        """Return the trial of some of the units."""
        felter = ("primaer", "mulig", "vekt", "skjult_ellers")
        return replace(self, **{felt: getattr(self, felt)[enheter] for felt in felter})

    @property
    def primaer_publisert(self) -> np.ndarray:
        """By `publisert`: the published cells on too few persons."""
        return self.primaer[..., : len(self.relasjoner.publisert)]

    def egne_priser(self, skjult: np.ndarray) -> np.ndarray:
        """Return what more must be hidden in the period for each move to go unseen there, in persons."""
        pris = np.where(skjult, 0, self.vekt).astype(float) @ self.relasjoner.ror.T
        return np.where(self.mulig, pris, np.inf)

    def motpriser(self, egne: np.ndarray) -> np.ndarray:
        """Return what each group of moves costs in each period."""
        pris = np.full((*egne.shape[:2], self.relasjoner.gruppe.max() + 1), np.inf)
        for flytt, gruppe in enumerate(self.relasjoner.gruppe):
            np.minimum(pris[..., gruppe], egne[..., flytt], out=pris[..., gruppe])
        return pris

    def priser(self, skjult: np.ndarray) -> np.ndarray:
        """Return the whole price of each move: in its period, and where it is moved back."""
        egne = self.egne_priser(skjult)
        if not self.aarssum:
            return egne
        mot = self.motpriser(egne)
        andre = np.stack([np.delete(mot, periode, axis=1).min(axis=1) for periode in range(mot.shape[1])], axis=1)
        # What changes nothing published needs no moving back.
        return egne + np.where(self.relasjoner.ror.any(axis=1), andre[..., self.relasjoner.motgruppe], 0)

    def billigste(self, priser: np.ndarray) -> np.ndarray:
        """Return the price of the cheapest move that changes each protected figure."""
        verner = self.relasjoner.verner
        return np.stack([priser[..., kolonne].min(axis=2, initial=np.inf) for kolonne in verner.T], axis=2)

    def skjul(self) -> np.ndarray:
        """Return which published cells to hide, so that no figure on too few persons can be found out.

        Each round takes the hardest case of every period and hides what its cheapest move needs; in the end what
        turned out not to be needed is shown again, the largest first. A figure that no move can change stays as
        it is: `ulost` tells of it.
        """
        skjult = self.primaer_publisert | self.skjult_ellers
        igjen = np.arange(len(skjult))
        while len(igjen):
            igjen = igjen[self.utvalg(igjen)._skjul_mer(skjult, igjen)]
        self._vis_igjen(skjult)
        return skjult

    def _skjul_mer(self, skjult: np.ndarray, enheter: np.ndarray) -> np.ndarray:
        """Hide what one more case in each period needs, and return the units that had one."""
        egne = self.egne_priser(skjult[enheter])
        priser = self.priser(skjult[enheter])
        billigste = self.billigste(priser)
        vanskelighet = np.where(self.primaer & np.isfinite(billigste), billigste, 0)
        n, periode = np.nonzero(vanskelighet.max(axis=2))
        hva = vanskelighet[n, periode].argmax(axis=1)
        flytt = np.where(self.relasjoner.verner.T[hva], priser[n, periode], np.inf).argmin(axis=1)
        _skjul(skjult, enheter[n], periode, self.relasjoner.ror[flytt])
        if self.aarssum:
            mot = self.motpriser(egne)[n, :, self.relasjoner.motgruppe[flytt]]
            mot[np.arange(len(n)), periode] = np.inf
            _skjul(skjult, enheter[n], mot.argmin(axis=1), self.relasjoner.ror[flytt])
        return np.unique(n)

    def ulost(self, skjult: np.ndarray) -> np.ndarray:
        """Return, by `vernet`, the figures on too few persons that can be found out from what is shown."""
        return self.primaer & (self.billigste(self.priser(skjult)) > 0)

    def _vis_igjen(self, skjult: np.ndarray) -> None:
        """Show again, the largest first, what need not be hidden."""
        ulost = self.ulost(skjult)
        proves = np.where(skjult & ~self.primaer_publisert & ~self.skjult_ellers, self.vekt, 0)
        form = proves.shape[1:]
        proves = proves.reshape(len(proves), form[0] * form[1])
        while (enheter := np.flatnonzero(proves.any(axis=1))).size:
            celle = proves[enheter].argmax(axis=1)
            proves[enheter, celle] = 0
            forsok = skjult[enheter]
            forsok[(np.arange(len(enheter)), *np.unravel_index(celle, form))] = False
            holder = ~(self.utvalg(enheter).ulost(forsok) & ~ulost[enheter]).any(axis=(1, 2))
            skjult[enheter[holder]] = forsok[holder]

    def skjulte_summer(self, skjult: np.ndarray) -> np.ndarray:
        """Return which sums of the months so far must be hidden, units by months by `publisert`.

        A move and its opposite change the sums from the first of their months up to the month before the other,
        so each case takes the nearest month that will do.
        """
        fri = self.egne_priser(skjult) == 0
        mot = self.motpriser(self.egne_priser(skjult)) == 0
        ror, verner, motgruppe = self.relasjoner.ror, self.relasjoner.verner, self.relasjoner.motgruppe
        ut = np.zeros_like(skjult[:, :-1])
        maaneder = ut.shape[1]
        for maaned in range(maaneder):
            alene = (fri[:, maaned] & ~ror.any(axis=1)) @ verner
            igjen = self.primaer[:, maaned] & ~alene
            # The sum of the year stands after the last month, and is the last resort.
            for annen in sorted(set(range(maaneder + 1)) - {maaned}, key=lambda nr: (nr == maaneder, abs(nr - maaned))):
                holder = fri[:, maaned] & mot[:, annen][:, motgruppe]
                enheter, hva = np.nonzero(igjen & (holder @ verner))
                flytt = (holder[enheter] & verner.T[hva]).argmax(axis=1)
                summer = np.zeros_like(ut[:, 0])
                np.logical_or.at(summer, enheter, ror[flytt])
                ut[:, min(maaned, annen) : max(maaned, annen)] |= summer[:, None]
                igjen[enheter, hva] = False
        return ut


def _skjul(skjult: np.ndarray, enheter: np.ndarray, perioder: np.ndarray, celler: np.ndarray) -> None:
    np.logical_or.at(skjult, (enheter, perioder), celler)
