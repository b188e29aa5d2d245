"""The model of one monthly series: a drifting level, a season, noise, and the few movements that explain the rest.

All of it is one normal distribution. The level is a random walk, the season a random effect per calendar month, per
month of the quarter and for December, and every movement a pattern with an unknown size, which adds its own term to the
covariance. So the evidence for a movement is a ratio of two likelihoods in closed form, with its size integrated out,
and a movement that explains no more than chance would does not outweigh how rare it is declared to be.

Where recipients are known, they are a second row of the same model: they share the level and its fluctuations with the
amounts, so a month with fewer recipients is expected to cost less. A movement may touch them too, or leave them alone.

Amounts are relative to the median of the series throughout; `serie.py` turns them into kroner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist

import numpy as np
from scipy.optimize import minimize

BETALINGSDAG, FORSKYVNING, ENKELTTOPP, NIVAASKIFT = ("helgeforskyvning", "forskyvning", "enkelttopp", "nivaaskift")
LENGSTE_BYTTE = 4
STOYLEDD = ("stoy_belop", "stoy_felles", "stoy_mottakere")
# Keeps the covariance positive definite where a component is driven towards 0.
NUGGET = 1e-8


@dataclass(frozen=True)
class Serie:
    """One series: kroner and recipients per month, in order and without holes.

    `maaneder` count as year * 12 + month - 1. `mottakere` is nan where they are not known. `treff` has for each payday
    that is tried a yes/no per month, and one for the month after the last: is what is due then paid the month before?
    """

    maaneder: np.ndarray
    belop: np.ndarray
    mottakere: np.ndarray
    treff: Mapping[int, np.ndarray]

    @property
    def antall(self) -> int:
        """Return the number of months."""
        return len(self.maaneder)

    @property
    def har_mottakere(self) -> bool:
        """Say whether any month's recipients are known."""
        return bool(np.isfinite(self.mottakere).any())

    @cached_property
    def enhet(self) -> float:
        """Return the kroner that count as 1: the median month."""
        return float(np.median(self.belop))


@dataclass(frozen=True)
class Bevegelse:
    """Something that may have happened: money in month `maaned` that belongs in `motparter` (places in the series).

    `monster` is what one unit of it does to the amounts, `storrelse` how many units to expect (standard deviation), and
    `sjanse` the log of how often it is expected per month.
    """

    art: str
    maaned: int
    motparter: tuple[int, ...]
    monster: np.ndarray
    storrelse: float
    sjanse: float
    bare_inn: bool = False
    ror_mottakere: bool = False

    @property
    def steder(self) -> tuple[int, ...]:
        """Return the months it makes wrong."""
        return (self.maaned, *self.motparter)


class Kandidater:
    """Movements with their patterns stacked by width, so that all are tried at once.

    `u` are the unknown sizes' patterns (one column each) and `v` their variances, for amounts and recipients.
    """

    def __init__(self, bevegelser: Sequence[Bevegelse], u: Sequence[np.ndarray], v: Sequence[np.ndarray]) -> None:
        self.bevegelser = tuple(bevegelser)
        self._u, self._v = tuple(u), tuple(v)
        bredde = np.array([ett.shape[1] for ett in u])
        self._grupper = [
            (her, np.stack([u[i] for i in her]), np.stack([np.sqrt(v[i]) for i in her]))
            for her in (np.flatnonzero(bredde == b) for b in sorted(set(bredde.tolist())))
        ]
        self.sjanse = np.array([ett.sjanse for ett in bevegelser])
        self.bare_inn = np.array([ett.bare_inn for ett in bevegelser])
        self.maaned = np.array([ett.maaned for ett in bevegelser])
        self.steder = np.zeros((len(bevegelser), len(bevegelser[0].monster)), bool)
        for nr, ett in enumerate(bevegelser):
            if ett.art != NIVAASKIFT:
                self.steder[nr, list(ett.steder)] = True

    def kovarians(self, nr: int) -> np.ndarray:
        """Return what a movement adds to the covariance."""
        return (self._u[nr] * self._v[nr]) @ self._u[nr].T

    def storrelse(self, nr: int, vekt: np.ndarray) -> float:
        """Return the expected size of a movement, given the weighted residuals of the whole model."""
        return float(self._v[nr][0] * (self._u[nr][:, 0] @ vekt))

    def gevinst(self, presisjon: np.ndarray, rest: np.ndarray, blant: np.ndarray | None = None) -> np.ndarray:
        """Return log odds for adding each movement: the gain in log likelihood plus its log chance.

        Minus infinity for those not in `blant` (yes/no), and for a gathering that would take money out.
        """
        svar = np.full(len(self.bevegelser), -np.inf)
        vekt = presisjon @ rest
        for her, u, rot in self._grupper:
            if blant is not None:
                valgt = blant[her]
                her, u, rot = her[valgt], u[valgt], rot[valgt]
            if not len(her):
                continue
            g = np.matmul(u.transpose(0, 2, 1), np.matmul(presisjon, u))
            g = g * rot[:, :, None] * rot[:, None, :] + np.eye(u.shape[2])
            b = np.matmul(u.transpose(0, 2, 1), vekt) * rot
            losning = np.linalg.solve(g, b[:, :, None])[:, :, 0]
            gevinst = 0.5 * (b * losning).sum(axis=1) - 0.5 * np.linalg.slogdet(g)[1] + self.sjanse[her]
            svar[her] = np.where(self.bare_inn[her] & (losning[:, 0] <= 0), -np.inf, gevinst)
        return svar


@dataclass(frozen=True)
class Betalingsdag:
    """The routine that a payday on a day off is paid before it: where it strikes, and what it does to the series.

    `u` has one column for the routine, one for Januaries, one for each month it strikes (`maaneder`), for amounts and,
    where they are known, again for recipients.
    """

    dag: int
    maaneder: np.ndarray
    u: np.ndarray
    v: np.ndarray


@dataclass(frozen=True)
class Losning:
    """What was chosen: numbers of candidates, the payday routine, and the size of the noise (logs)."""

    maal: float
    valgt: tuple[int, ...]
    kandidater: Kandidater
    betalingsdag: Betalingsdag | None
    stoy: Mapping[str, float]


@dataclass(frozen=True)
class Funn:
    """A movement that was found, its size relative to the median month, and how sure each of its months is."""

    bevegelse: Bevegelse
    storrelse: float
    sikkerhet: Mapping[int, float]


@dataclass(frozen=True)
class Flytting:
    """A payday moved from month `fra` (the last may lie after the end) to the month before; the median month is 1."""

    fra: int
    storrelse: float
    sikkerhet: float


@dataclass(frozen=True)
class Tolkning:
    """What the model makes of a series; `nivaa` is the level of each month and `feil` how likely each is wrong."""

    funn: tuple[Funn, ...]
    flyttinger: tuple[Flytting, ...]
    nivaa: np.ndarray
    feil: np.ndarray
    stoy: Mapping[str, float]


class Modell:
    """The model of one series, with the parameters of `seeds/serie_parameter.csv`."""

    def __init__(self, serie: Serie, parametre: Mapping[str, float]) -> None:
        self.serie, self.p = serie, parametre
        self.n = serie.antall
        self.med_mottakere = serie.har_mottakere
        observert = serie.belop / serie.enhet
        mottakere = self.p["mottakere_ukjent"]
        if self.med_mottakere:
            mottakere = float(np.nanmedian(serie.mottakere))
            observert = np.append(observert, serie.mottakere / mottakere)
        self.kjent = np.isfinite(observert)
        self.rest = np.where(self.kjent, observert - 1, 0)
        self.ledd = self._ledd()
        self.fast = self._fast()
        self.ventet = self._ventet_stoy(mottakere)
        usikkerhet = self.p["usikker_stoy" if self.med_mottakere else "usikker_stoy_uten_mottakere"]
        self.usikkerhet = dict.fromkeys(self.ledd, usikkerhet)

    def tolk(self) -> Tolkning:
        """Return the best explanation of the series that the search finds, and how sure it is."""
        nivaa = np.ones(self.n)
        losninger = []
        for dag in self._betalingsdager(nivaa):
            treff = self.serie.treff[dag] if dag else None
            kandidater = self._kandidater(treff)
            # A noisy series looks clean when its noise is called movements, and a clean one noisy when its movements
            # are called noise. So the search starts from several sizes of noise, and the likeliest whole wins.
            losninger += [
                self._sok(kandidater, dag, self.p[f"startpunkt_{nr}"], nivaa)
                for nr in range(1, int(self.p["startpunkter"]) + 1)
            ]
        return self._tolkning(max(losninger, key=lambda ett: ett.maal))

    # The parts of the covariance

    def _blokk(self, belop: np.ndarray, begge: np.ndarray, mottakere: np.ndarray) -> np.ndarray:
        return np.block([[belop, begge], [begge, mottakere]]) if self.med_mottakere else belop

    def _ledd(self) -> dict[str, np.ndarray]:
        """Return the parts whose size is learnt from the series."""
        n = self.n
        ingen, hver = np.zeros((n, n)), np.eye(n)
        drift = np.minimum.outer(np.arange(n), np.arange(n)).astype(float)
        kalendermaaned = np.equal.outer(self.serie.maaneder % 12, self.serie.maaneder % 12).astype(float)
        ledd = {
            "stoy_belop": self._blokk(hver, ingen, ingen),
            "drift_nivaa": self._blokk(drift, drift, drift),
            "sesong_maaned": self._blokk(kalendermaaned, ingen, ingen),
        }
        if self.med_mottakere:
            ledd["stoy_felles"] = self._blokk(hver, hver, hver)
            ledd["stoy_mottakere"] = self._blokk(ingen, ingen, hver)
            ledd["drift_per_mottaker"] = self._blokk(drift, ingen, ingen)
        return ledd

    def _fast(self) -> np.ndarray:
        """Return the parts whose size is declared: the unknown level, the quarter and December."""
        n, maaned = self.n, self.serie.maaneder
        ingen, alle = np.zeros((n, n)), np.ones((n, n))
        kvartal = np.equal.outer(maaned % 3, maaned % 3).astype(float)
        desember = np.outer(maaned % 12 == 11, maaned % 12 == 11).astype(float)
        sesong = self.p["sesong_kvartal"] ** 2 * kvartal + self.p["sesong_desember"] ** 2 * desember
        fast = self._blokk(alle + sesong, ingen, alle)
        return fast + NUGGET * np.eye(len(fast))

    def _ventet_stoy(self, mottakere: float) -> dict[str, float]:
        """Return the log of each part's expected size: the fewer recipients, the more a month varies by itself."""

        def per_rot(navn: str) -> float:
            return float(np.hypot(self.p["stoy_gulv"], self.p[navn] / np.sqrt(max(mottakere, 1))))

        ventet = {
            "stoy_belop": per_rot("stoy_belop"),
            "drift_nivaa": per_rot("drift_nivaa"),
            "sesong_maaned": self.p["sesong_maaned"],
        }
        if self.med_mottakere:
            ventet |= {navn: per_rot(navn) for navn in ("stoy_felles", "stoy_mottakere")}
            ventet["drift_per_mottaker"] = self.p["drift_per_mottaker"]
        else:
            ventet["stoy_belop"] = float(np.hypot(ventet["stoy_belop"], per_rot("stoy_felles")))
        return {navn: float(np.log(verdi)) for navn, verdi in ventet.items()}

    def _grunn(self, stoy: Mapping[str, float]) -> np.ndarray:
        return self.fast + sum(np.exp(2 * stoy[navn]) * del_ for navn, del_ in self.ledd.items())

    def _presisjon(self, kovarians: np.ndarray) -> np.ndarray:
        """Return the inverse over what is known, and 0 elsewhere."""
        svar = np.zeros_like(kovarians)
        kjent = np.ix_(self.kjent, self.kjent)
        svar[kjent] = np.linalg.inv(kovarians[kjent])
        return svar

    def _log_rimelighet(self, kovarians: np.ndarray) -> float:
        kjent = np.ix_(self.kjent, self.kjent)
        rot = np.linalg.cholesky(kovarians[kjent])
        hvit = np.linalg.solve(rot, self.rest[self.kjent])
        return float(-0.5 * hvit @ hvit - np.log(np.diag(rot)).sum())

    def _laer_stoy(self, bevegelser: np.ndarray, stoy: Mapping[str, float]) -> dict[str, float]:
        """Return the sizes of the noise that make the series likeliest, held near the expected ones."""
        navn = list(self.ledd)
        kjent = np.ix_(self.kjent, self.kjent)
        ledd = [self.ledd[ett][kjent] for ett in navn]
        fast, rest = (self.fast + bevegelser)[kjent], self.rest[self.kjent]
        ventet, usikkerhet = (np.array([kilde[ett] for ett in navn]) for kilde in (self.ventet, self.usikkerhet))

        def tap(logg: np.ndarray) -> tuple[float, np.ndarray]:
            varians = np.exp(2 * logg)
            kovarians = fast + sum(v * del_ for v, del_ in zip(varians, ledd, strict=True))
            rot = np.linalg.cholesky(kovarians)
            presisjon = np.linalg.inv(kovarians)
            vekt = presisjon @ rest
            avstand = (logg - ventet) / usikkerhet
            verdi = 0.5 * rest @ vekt + np.log(np.diag(rot)).sum() + 0.5 * avstand @ avstand
            stigning = [
                v * (np.vdot(presisjon, del_) - vekt @ del_ @ vekt) for v, del_ in zip(varians, ledd, strict=True)
            ]
            return verdi, np.array(stigning) + avstand / usikkerhet

        start = np.array([stoy[ett] for ett in navn])
        grenser = [(verdi - 1.5, verdi + 2) for verdi in ventet]
        svar = minimize(tap, start, jac=True, method="L-BFGS-B", bounds=grenser, options={"maxiter": 15})
        return dict(zip(navn, svar.x.tolist(), strict=True))

    # What may have happened

    def _kandidater(self, treff: np.ndarray | None) -> Kandidater:
        """Return every movement that could be; with `treff`, of a municipality with that payday routine."""
        bevegelser = []
        for ett in self._mulige(treff):
            if not self.med_mottakere or ett.art == NIVAASKIFT:
                bevegelser.append(ett)
            else:
                halv = ett.sjanse - np.log(2)
                bevegelser += [replace(ett, sjanse=halv, ror_mottakere=ror) for ror in (False, True)]
        return Kandidater(bevegelser, *zip(*(self._ukjente(ett) for ett in bevegelser), strict=True))

    def _mulige(self, treff: np.ndarray | None) -> list[Bevegelse]:
        def i_maaned(sted: int) -> np.ndarray:
            enhet = np.zeros(self.n)
            if sted >= 0:
                enhet[sted] = 1
            return enhet

        def mangler(sted: int) -> np.ndarray:
            """Where the ordinary payment for a month is missed: the month before, where the payday struck it."""
            if treff is None or not treff[sted]:
                return i_maaned(sted)
            andel = self.p["andel_paa_betalingsdag"]
            return (1 - andel) * i_maaned(sted) + andel * i_maaned(sted - 1)

        storrelse = self.p["storrelse_bevegelse"]
        mulige = []
        for til in range(self.n):
            sjanse = np.log(self.p["sjanse_enkelttopp"])
            mulige.append(Bevegelse(ENKELTTOPP, til, (), i_maaned(til), storrelse, sjanse))
            for tilbake in range(1, min(int(self.p["lengste_forskyvning"]), til) + 1):
                sjanse, fra = np.log(self.p[f"sjanse_forskyvning_{tilbake}"]), til - tilbake
                par = Bevegelse(FORSKYVNING, til, (fra,), i_maaned(til) - i_maaned(fra), storrelse, sjanse)
                mulige.append(par)
                if treff is not None and treff[fra] and fra > 0:
                    mulige.append(replace(par, monster=i_maaned(til) - mangler(fra), bare_inn=True))
            for antall in range(2, min(int(self.p["lengste_samling"]), til) + 1):
                samlet = tuple(range(til - antall, til))
                monster = i_maaned(til) - sum(mangler(sted) for sted in samlet) / antall
                sjanse = np.log(self.p[f"sjanse_samling_{antall}"])
                mulige.append(Bevegelse(FORSKYVNING, til, samlet, monster, storrelse, sjanse, bare_inn=True))
        # Of the first two months and the last, a change of level could not be told from a single month.
        for fra_og_med in range(2, self.n - 1):
            varig = (np.arange(self.n) >= fra_og_med).astype(float)
            sjanse = np.log(self.p["sjanse_nivaaskift"])
            mulige.append(Bevegelse(NIVAASKIFT, fra_og_med, (), varig, self.p["storrelse_nivaaskift"], sjanse))
        return mulige

    def _ukjente(self, ett: Bevegelse) -> tuple[np.ndarray, np.ndarray]:
        """Return the patterns and variances of what is unknown about a movement."""
        belop, ingen = ett.monster, np.zeros(self.n)
        if not self.med_mottakere:
            return belop[:, None], np.array([ett.storrelse**2])
        if ett.art == NIVAASKIFT:
            kolonner = [np.append(belop, belop), np.append(belop, ingen)]
            spredning = [ett.storrelse, self.p["storrelse_nivaaskift_per_mottaker"]]
        else:
            kolonner, spredning = [np.append(belop, ingen)], [ett.storrelse]
            if ett.ror_mottakere:
                retninger = [np.where(belop > 0, belop, 0), np.where(belop < 0, belop, 0)]
                retninger = [retning for retning in retninger if retning.any()]
                kolonner += [np.append(ingen, retning) for retning in retninger]
                spredning += [self.p["storrelse_mottakere"]] * len(retninger)
        return np.stack(kolonner, axis=1), np.square(spredning)

    def _betalingsdag(self, dag: int, nivaa: np.ndarray) -> Betalingsdag:
        """Return the routine of a payday, for a series with that level."""
        treff = np.flatnonzero(self.serie.treff[dag])
        nivaa = np.append(nivaa, nivaa[-1])
        flyttet = np.zeros((len(treff), self.n + 1))
        flyttet[np.arange(len(treff)), treff] = -nivaa[treff]
        flyttet[treff > 0, treff[treff > 0] - 1] += nivaa[treff[treff > 0]]
        flyttet = flyttet[:, : self.n]
        januar = ((self.serie.maaneder[0] + treff) % 12 == 0) @ flyttet
        u = np.stack([flyttet.sum(axis=0), januar, *flyttet], axis=1)
        # What was moved over the edges of the series follows the routine or not; nobody can see.
        kant = (treff == 0) | (treff == self.n)
        hver = np.where(kant, self.p["betalingsdag_kant"], self.p["betalingsdag_avvik"])
        v = np.square([self.p["storrelse_betalingsdag"], self.p["betalingsdag_januar"], *hver])
        if self.med_mottakere:
            ingen = np.zeros_like(u)
            u, v = np.block([[u, ingen], [ingen, u]]), np.append(v, v)
        return Betalingsdag(dag, treff, u, v)

    def _betalingsdager(self, nivaa: np.ndarray) -> list[int]:
        """Return the paydays worth a search of their own; 0 is none."""
        stoy = {navn: verdi + (1 if navn in STOYLEDD else 0) for navn, verdi in self.ventet.items()}
        presisjon = self._presisjon(self._grunn(stoy))
        gevinst = {}
        for dag in self.serie.treff:
            rutine = self._betalingsdag(dag, nivaa)
            som_bevegelse = Bevegelse(BETALINGSDAG, 0, (), rutine.u[: self.n, 0], 0, 0, bare_inn=True)
            gevinst[dag] = float(Kandidater([som_bevegelse], [rutine.u], [rutine.v]).gevinst(presisjon, self.rest)[0])
        beste = max(gevinst, key=gevinst.__getitem__, default=0)
        if not beste or gevinst[beste] + np.log(self.p["sjanse_betalingsdag"]) <= 0:
            return [0]
        return [beste] if gevinst[beste] > self.p["betalingsdag_sikker"] else [0, beste]

    # The search

    def _sok(self, kandidater: Kandidater, dag: int, start: float, nivaa: np.ndarray) -> Losning:
        stoy = {navn: verdi + (np.log(start) if navn in STOYLEDD else 0) for navn, verdi in self.ventet.items()}
        rutine = self._betalingsdag(dag, nivaa) if dag else None
        valgt: list[int] = []
        for _ in range(int(self.p["runder"])):
            valgt = self._velg(kandidater, valgt, self._grunn(stoy) + self._av_rutine(rutine))
            stoy = self._laer_stoy(self._av(kandidater, valgt, rutine), stoy)
            if dag:
                kovarians = self._grunn(stoy) + self._av(kandidater, valgt, rutine)
                rutine = self._betalingsdag(dag, self._nivaa(kandidater, valgt, stoy, kovarians))
        valgt = self._velg(kandidater, valgt, self._grunn(stoy) + self._av_rutine(rutine))
        maal = self._log_rimelighet(self._grunn(stoy) + self._av(kandidater, valgt, rutine))
        maal += sum(kandidater.sjanse[valgt]) + (np.log(self.p["sjanse_betalingsdag"]) if dag else 0)
        maal -= 0.5 * sum(((stoy[navn] - self.ventet[navn]) / self.usikkerhet[navn]) ** 2 for navn in self.ledd)
        return Losning(float(maal), tuple(valgt), kandidater, rutine, stoy)

    def _av_rutine(self, rutine: Betalingsdag | None) -> np.ndarray | float:
        return 0.0 if rutine is None else (rutine.u * rutine.v) @ rutine.u.T

    def _av(self, kandidater: Kandidater, valgt: Sequence[int], rutine: Betalingsdag | None) -> np.ndarray:
        return sum((kandidater.kovarians(nr) for nr in valgt), np.zeros_like(self.fast)) + self._av_rutine(rutine)

    def _velg(self, kandidater: Kandidater, valgt: Sequence[int], grunn: np.ndarray) -> list[int]:
        """Add the best movement until none pays for itself; after each, see whether its neighbours could be better."""
        valgt = list(valgt)
        kovarians = grunn + self._av(kandidater, valgt, None)
        valgt, kovarians = self._bytt(kandidater, valgt, kovarians, range(self.n))
        while len(valgt) < self.p["storste_antall"]:
            gevinst = kandidater.gevinst(self._presisjon(kovarians), self.rest)
            beste = int(gevinst.argmax())
            if gevinst[beste] <= 0:
                break
            valgt.append(beste)
            kovarians = kovarians + kandidater.kovarians(beste)
            sted = kandidater.bevegelser[beste].maaned
            naere = range(sted - 2 * LENGSTE_BYTTE, sted + 2 * LENGSTE_BYTTE + 1)
            valgt, kovarians = self._bytt(kandidater, valgt, kovarians, naere)
        return valgt

    def _bytt(
        self, kandidater: Kandidater, valgt: list[int], kovarians: np.ndarray, naere: range
    ) -> tuple[list[int], np.ndarray]:
        """Replace each chosen movement in those months by the best one near it, or by none."""
        ut = []
        for nr in valgt:
            sted = kandidater.bevegelser[nr].maaned
            if sted not in naere:
                ut.append(nr)
                continue
            kovarians = kovarians - kandidater.kovarians(nr)
            blant = np.abs(kandidater.maaned - sted) <= LENGSTE_BYTTE
            gevinst = kandidater.gevinst(self._presisjon(kovarians), self.rest, blant)
            beste = int(gevinst.argmax())
            if gevinst[beste] > 0:
                ut.append(beste)
                kovarians = kovarians + kandidater.kovarians(beste)
        return ut, kovarians

    def _nivaa(
        self, kandidater: Kandidater, valgt: Sequence[int], stoy: Mapping[str, float], kovarians: np.ndarray
    ) -> np.ndarray:
        """Return the level of each month: what is left when season, movements and noise are taken away."""
        nivaa = self._blokk(np.ones((self.n, self.n)), *(np.zeros((self.n, self.n)),) * 2)
        for navn in ("drift_nivaa", "drift_per_mottaker"):
            if navn in self.ledd:
                nivaa = nivaa + np.exp(2 * stoy[navn]) * self.ledd[navn]
        for nr in valgt:
            if kandidater.bevegelser[nr].art == NIVAASKIFT:
                nivaa = nivaa + kandidater.kovarians(nr)
        return 1 + (nivaa @ self._presisjon(kovarians) @ self.rest)[: self.n]

    # How sure it is

    def _tolkning(self, losning: Losning) -> Tolkning:
        kandidater, valgt = losning.kandidater, losning.valgt
        kovarians = self._grunn(losning.stoy) + self._av(kandidater, valgt, losning.betalingsdag)
        presisjon = self._presisjon(kovarians)
        vekt = presisjon @ self.rest
        nivaa = self._nivaa(kandidater, valgt, losning.stoy, kovarians)
        funn, riktig = [], np.ones(self.n)
        for nr in valgt:
            sikkerhet, varig = self._sikkerhet(kandidater, nr, kovarians - kandidater.kovarians(nr))
            bevegelse = kandidater.bevegelser[nr]
            riktig *= 1 - sikkerhet
            steder = {sted: float(sikkerhet[sted]) for sted in bevegelse.steder}
            if bevegelse.art == NIVAASKIFT:
                steder = {bevegelse.maaned: varig}
            funn.append(Funn(bevegelse, kandidater.storrelse(nr, vekt), steder))
        # What did not pay for itself adds up too: many weak explanations of one month.
        odds = np.exp(np.minimum(kandidater.gevinst(presisjon, self.rest), 0)) @ kandidater.steder
        riktig *= 1 / (1 + odds)
        flyttinger = self._flyttinger(losning.betalingsdag, vekt, presisjon, nivaa) if losning.betalingsdag else ()
        for flytting in flyttinger:
            for sted in (flytting.fra - 1, flytting.fra):
                if 0 <= sted < self.n:
                    riktig[sted] *= 1 - flytting.sikkerhet
        return Tolkning(tuple(funn), flyttinger, nivaa, 1 - riktig, losning.stoy)

    def _sikkerhet(self, kandidater: Kandidater, nr: int, uten: np.ndarray) -> tuple[np.ndarray, float]:
        """Weigh all that could stand in the place of a movement, and nothing at all, given the rest.

        Returns how likely each month is wrong, and how likely it is that the level changed in the movement's month.
        """
        bevegelse = kandidater.bevegelser[nr]
        blant = kandidater.steder[:, list(bevegelse.steder)].any(axis=1)
        blant |= np.isin(kandidater.maaned, bevegelse.steder) & ~kandidater.steder.any(axis=1)
        gevinst = kandidater.gevinst(self._presisjon(uten), self.rest, blant)
        topp = max(0.0, float(gevinst.max()))
        vekter = np.exp(gevinst - topp)
        vekter /= vekter.sum() + np.exp(-topp)
        varig = vekter[~kandidater.steder.any(axis=1)].sum()
        return vekter @ kandidater.steder, float(varig)

    def _flyttinger(
        self, rutine: Betalingsdag, vekt: np.ndarray, presisjon: np.ndarray, nivaa: np.ndarray
    ) -> tuple[Flytting, ...]:
        """Return what the payday routine moved, month by month; what came in before the first month is not known."""
        bredde = 2 + len(rutine.maaneder)
        u, v = rutine.u[:, :bredde], rutine.v[:bredde]
        ventet = v * (u.T @ vekt)
        spredning = np.diag(v) - (v[:, None] * (u.T @ presisjon @ u)) * v
        nivaa = np.append(nivaa, nivaa[-1])
        ut = []
        for plass, fra in enumerate(rutine.maaneder.tolist()):
            if fra == 0:
                continue
            sum_ = np.zeros(bredde)
            sum_[[0, 2 + plass]] = 1
            sum_[1] = (self.serie.maaneder[0] + fra) % 12 == 0
            andel, usikker = float(sum_ @ ventet), float(np.sqrt(max(sum_ @ spredning @ sum_, NUGGET)))
            sikkerhet = 1 - NormalDist(andel, usikker).cdf(self.p["minste_andel"])
            ut.append(Flytting(fra, andel * float(nivaa[fra]), sikkerhet))
        return tuple(ut)
