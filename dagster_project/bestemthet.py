"""What a set of linear relations between whole numbers tells about each of them.

The question is asked in changes: a number is determined when 0 is the only change it can have while every
relation stays as it is. Nothing here knows what the numbers mean; `skjerming` does.
"""

import math
from dataclasses import dataclass, field

# Limits of the search, counted in steps and not in seconds, so that the answer is the same on any machine.
# What is not settled within them counts as determined, so the error is to hide too much.
MAKS_GJENNOMGANGER = 12
MAKS_STEG = 150
MAKS_DYBDE = 30
MAKS_NODER = 500

Rad = dict[int, int]
"""A weighted sum: weight by number of the cell, or by number of the relation."""


@dataclass
class System:
    """Whole-number changes `d` of the hidden cells that leave every relation as it is.

    A cell is determined when `d = 0` is the only change it can have, with `-slakk <= d <= tak` for each cell.
    """

    slakk: list[int]
    rader: list[Rad] = field(default_factory=list)
    opphav: list[int] = field(default_factory=list)
    tak: dict[int, int] = field(default_factory=dict)

    def legg_til(self, nummer: int, rad: Rad) -> None:
        """Add a relation, unless it says nothing new about the hidden cells."""
        if rad not in self.rader:
            self.rader.append(rad)
            self.opphav.append(nummer)

    def bestemte(self, sporsmaal: list[int], verdier: list[float]) -> tuple[dict[int, list[Rad]], list[dict[int, int]]]:
        """Return determined ones of the cells asked for, or the changes that show that all of them are free.

        The search ends at the first proof, because one determined cell is enough to go on with. A determined
        cell comes with the sums of relations that determine it; an empty list means that the solver found it.
        """
        if not self.tak and all(verdier[celle] > 0 for celle in sporsmaal) and self._kan_skaleres(verdier):
            return {}, []
        bestemt, lav, hoy = self._avgrens()
        if svar := {celle: bestemt[celle] for celle in sporsmaal if celle in bestemt}:
            return svar, []
        rader_med: list[list[tuple[int, int]]] = [[] for _ in range(len(self.slakk))]
        for nummer, rad in enumerate(self.rader):
            for celle, koeffisient in rad.items():
                rader_med[celle].append((nummer, koeffisient))
        fri: set[int] = set()
        endringer = []
        for celle in sporsmaal:
            if celle in fri:
                continue
            endring = (
                self._sok_endring(celle, 1, lav, hoy, rader_med)
                or self._sok_endring(celle, -1, lav, hoy, rader_med)
                or self._los(celle, lav, hoy)
            )
            if not endring:
                return {celle: []}, endringer
            fri.update(endring)
            endringer.append(endring)
        return {}, endringer

    def _kan_skaleres(self, verdier: list[float]) -> bool:
        """Say whether doubling every cell keeps all relations: then none is determined."""
        return min(verdier) >= 0 and all(
            sum(koeffisient * verdier[celle] for celle, koeffisient in rad.items()) == 0 for rad in self.rader
        )

    def _avgrens(self) -> tuple[dict[int, list[Rad]], list[int], list[float]]:
        """Tighten the bounds of each change through the relations and their sums until nothing moves.

        Returns the cells whose bounds meet, with the sums of relations that did it, and all bounds.
        """
        lav = [-slakk for slakk in self.slakk]
        hoy = [self.tak.get(celle, math.inf) for celle in range(len(self.slakk))]
        sist: dict[tuple[int, bool], int] = {}
        rader = [(rad, {opphav: 1}) for rad, opphav in zip(self.rader, self.opphav, strict=True)]
        rader += self._eliminer()
        for _ in range(MAKS_GJENNOMGANGER):
            endret = False
            for nummer, (rad, _vekter) in enumerate(rader):
                for celle, nedre, ovre in _grenser_i_rad(rad, lav, hoy):
                    if nedre is not None and nedre > lav[celle]:
                        lav[celle], sist[celle, False], endret = nedre, nummer, True
                    if ovre is not None and ovre < hoy[celle]:
                        hoy[celle], sist[celle, True], endret = ovre, nummer, True
            if not endret:
                break
        bestemt = {
            celle: [
                rader[nummer][1]
                for nummer in sorted({sist[celle, side] for side in (False, True) if (celle, side) in sist})
            ]
            for celle in range(len(self.slakk))
            if lav[celle] == hoy[celle]
        }
        return bestemt, lav, hoy

    def _eliminer(self) -> list[tuple[Rad, Rad]]:
        """Return the relations after Gauss-Jordan elimination, with their weights on the original ones."""
        igjen = [(dict(rad), {opphav: 1}) for rad, opphav in zip(self.rader, self.opphav, strict=True)]
        ferdig: list[tuple[Rad, Rad]] = []
        while igjen:
            igjen.sort(key=lambda par: len(par[0]))
            rad, vekter = igjen.pop(0)
            if not rad:
                continue
            pivot = min(rad)
            igjen, ferdig = (
                [_trekk_fra(par, (rad, vekter), pivot) if pivot in par[0] else par for par in rader]
                for rader in (igjen, ferdig)
            )
            ferdig.append((rad, vekter))
        return [(rad, vekter) for rad, vekter in ferdig if len(vekter) > 1]

    def _sok_endring(
        self,
        celle: int,
        retning: int,
        lav: list[int],
        hoy: list[float],
        rader_med: list[list[tuple[int, int]]],
    ) -> dict[int, int] | None:
        """Look for a small change that moves the cell one step, mending one relation at a time."""
        steg_igjen = MAKS_STEG
        endring: dict[int, int] = {}
        avvik: dict[int, int] = {}

        def flytt(hvem: int, steg: int) -> None:
            endring[hvem] = endring.get(hvem, 0) + steg
            for rad, koeffisient in rader_med[hvem]:
                avvik[rad] = avvik.get(rad, 0) + steg * koeffisient

        def mulige(rad: int) -> list[tuple[int, int, int]]:
            """Return the steps that mend the relation: cells in few relations and whole repairs first."""
            ut = []
            mangler = -avvik[rad]
            for hvem, koeffisient in self.rader[rad].items():
                fortegn = 1 if mangler * koeffisient > 0 else -1
                hel = mangler // koeffisient if mangler % koeffisient == 0 else fortegn
                na = endring.get(hvem, 0)
                if na * fortegn >= 0:
                    ut += [
                        (len(rader_med[hvem]), hvem, steg)
                        for steg in dict.fromkeys((hel, fortegn))
                        if lav[hvem] <= na + steg <= hoy[hvem]
                    ]
            return ut

        def reparer(dybde: int) -> bool:
            nonlocal steg_igjen
            valg = None
            for rad, storrelse in avvik.items():
                if storrelse:
                    muligheter = mulige(rad)
                    if valg is None or len(muligheter) < len(valg):
                        valg = muligheter
                        if len(valg) < 2:
                            break
            if valg is None:
                return True
            if len(valg) > 1:
                dybde -= 1
                if dybde < 0:
                    return False
            for _, hvem, steg in sorted(valg):
                if steg_igjen == 0:
                    return False
                steg_igjen -= 1
                flytt(hvem, steg)
                if reparer(dybde):
                    return True
                flytt(hvem, -steg)
            return False

        if not lav[celle] <= retning <= hoy[celle]:
            return None
        flytt(celle, retning)
        if reparer(MAKS_DYBDE):
            return {hvem: steg for hvem, steg in endring.items() if steg}
        return None

    def _los(self, celle: int, lav: list[int], hoy: list[float]) -> dict[int, int] | None:
        """Ask HiGHS for a change of the cell; None when there is none, or none was found within the limit."""
        # Imported here because it takes longer than most units do, and few units need it.
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrise = np.zeros((len(self.rader), len(self.slakk)))
        for nummer, rad in enumerate(self.rader):
            for kolonne, koeffisient in rad.items():
                matrise[nummer, kolonne] = koeffisient
        for retning in (1, -1):
            nedre, ovre = np.array(lav, dtype=float), np.array(hoy, dtype=float)
            if retning == 1:
                nedre[celle] = max(1, nedre[celle])
            else:
                ovre[celle] = min(-1, ovre[celle])
            if nedre[celle] > ovre[celle]:
                continue
            svar = milp(
                c=np.zeros(len(self.slakk)),
                integrality=np.ones(len(self.slakk)),
                bounds=Bounds(nedre, ovre),
                constraints=LinearConstraint(matrise, 0, 0),
                options={"node_limit": MAKS_NODER},
            )
            if svar.x is None:
                continue
            endring = {kolonne: round(verdi) for kolonne, verdi in enumerate(svar.x) if round(verdi)}
            if celle in endring and self._holder(endring, lav, hoy):
                return endring
        return None

    def _holder(self, endring: dict[int, int], lav: list[int], hoy: list[float]) -> bool:
        """Check a change from the solver exactly, since it works with rounded numbers."""
        return all(lav[celle] <= steg <= hoy[celle] for celle, steg in endring.items()) and all(
            sum(koeffisient * endring.get(celle, 0) for celle, koeffisient in rad.items()) == 0 for rad in self.rader
        )


def _grenser_i_rad(rad: Rad, lav: list[int], hoy: list[float]) -> list[tuple[int, int | None, int | None]]:
    """Return the lower and upper bound one relation gives each of its cells; None where it gives none.

    The lower bounds `lav` are finite; an upper bound in `hoy` may be infinite. Infinite terms are counted
    apart, so that all sums stay exact whole numbers.
    """
    minst = storst = apne_minst = apne_storst = 0
    for celle, k in rad.items():
        ovre = hoy[celle]
        if ovre == math.inf:
            minst, apne_minst = (minst, apne_minst + 1) if k < 0 else (minst + k * lav[celle], apne_minst)
            storst, apne_storst = (storst, apne_storst + 1) if k > 0 else (storst + k * lav[celle], apne_storst)
        elif k > 0:
            minst += k * lav[celle]
            storst += k * ovre
        else:
            minst += k * ovre
            storst += k * lav[celle]
    ut = []
    for celle, k in rad.items():
        apen = hoy[celle] == math.inf
        egen_minst = (0 if apen else k * hoy[celle]) if k < 0 else k * lav[celle]
        egen_storst = (0 if apen else k * hoy[celle]) if k > 0 else k * lav[celle]
        # k * d equals minus the sum of the other terms, so it lies between these two.
        minst_mulig = -(storst - egen_storst) if apne_storst == (apen and k > 0) else None
        storst_mulig = -(minst - egen_minst) if apne_minst == (apen and k < 0) else None
        nedre, ovre = (minst_mulig, storst_mulig) if k > 0 else (storst_mulig, minst_mulig)
        ut.append(
            (
                celle,
                None if nedre is None else -(-nedre // k),
                None if ovre is None else ovre // k,
            )
        )
    return ut


def _trekk_fra(fra: tuple[Rad, Rad], pivotrad: tuple[Rad, Rad], pivot: int) -> tuple[Rad, Rad]:
    """Remove the pivot cell from a relation, and do the same to its weights."""
    rad, vekter = fra
    faktor_fra, faktor_pivot = pivotrad[0][pivot], rad[pivot]
    ny_rad = _kombiner(rad, faktor_fra, pivotrad[0], faktor_pivot)
    nye_vekter = _kombiner(vekter, faktor_fra, pivotrad[1], faktor_pivot)
    felles = math.gcd(*ny_rad.values(), *nye_vekter.values()) or 1
    return (
        {celle: verdi // felles for celle, verdi in ny_rad.items()},
        {celle: verdi // felles for celle, verdi in nye_vekter.items()},
    )


def _kombiner(a: Rad, faktor_a: int, b: Rad, faktor_b: int) -> Rad:
    """Return `faktor_a * a - faktor_b * b` without its zeros."""
    ut = {celle: faktor_a * verdi for celle, verdi in a.items()}
    for celle, verdi in b.items():
        ut[celle] = ut.get(celle, 0) - faktor_b * verdi
    return {celle: verdi for celle, verdi in ut.items() if verdi}
