"""How well wrong months are found from monthly sums alone, against three peers, on made-up worlds with a known truth.

Usage: python bench/periodisering.py [--ovelse]        (needs the extra «bench»: scikit-learn and statsmodels)

Each world is five municipalities over 46 months, with a case system's series (amounts and recipients by month paid) and
a ledger's (amounts by period posted). Nothing is written or loaded: the sums are added up from the generator. In the
ordinary worlds nearly three of four months are wrong, so worlds with a third of the events stand beside them. Where
../shared/leveranser is there, its four municipalities are a world more, made by another generator.

A month is wrong where a fault of at least 3 % of its normal sum (what is for that month) stands in it, or belongs in
it. The ledger posts what was paid, so it has the case system's faults besides its own, though not its missing files.

The peers get the best of their settings for each series type **on the very worlds that are reported**, by F1. Ours are
those of seeds/serie_parameter.csv, set on the worlds of --ovelse. All see the same series; IsolationForest also sees
recipients, the calendar month and the neighbours. A month without a row is wrong to all of them. MCC is Matthews'
correlation: 1 is all right, 0 no better than chance, such as to report every month.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import IsolationForest
from statsmodels.tsa.seasonal import STL

from dagster_project.demo.avvik import Avviksplan
from dagster_project.demo.fasit import del_paa_maaneder, lag_fasit
from dagster_project.demo.hovedbok import AVDRAG, REFUSJON, TJENESTE_STONAD, lag_hovedbok
from dagster_project.demo.leveranser import FJORDREGIONEN
from dagster_project.demo.levering import lag_levering
from dagster_project.demo.region import lag_region
from dagster_project.demo.verden import maaned_av
from dagster_project.periodisering.serie import FEIL, finn_avvik

AARENE = (2023, 2024, 2025, 2026)
VANLIG = Avviksplan(manglende_leveranse=1, halv_leveranse=1)
ROLIG = Avviksplan(
    etterslep=1,
    restanse=1,
    forskudd=1,
    tilbakeforing=1,
    feil_periode=1,
    dobbeltforing=1,
    andel_balanseforing=0.3,
    manglende_leveranse=1,
)
RAPPORT = (("vanlige verdener", VANLIG, range(1, 11)), ("rolige verdener", ROLIG, range(11, 19)))
OVELSE = (("vanlige øvingsverdener", VANLIG, range(101, 107)), ("rolige øvingsverdener", ROLIG, range(111, 114)))
GRENSE = 0.03
FAGSYSTEM, REGNSKAP = SERIER = ("fagsystem", "regnskap")
UTGIFT_FUNKSJON = "281"
# Season and a real change of level are no faults.
INGEN_FEIL = ("strom_kvartal", "hoytidstillegg", "nivaaskift")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "leveranser"
VAAR = "Varehuset"
ALT = "Alle måneder er feil"
GRENSER = (0.49, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
NOKKEL = ["kommunenummer", "serie", "maaned"]


@dataclass(frozen=True)
class Verden:
    """One world: its series, and what is wrong with it.

    `serier`: kommunenummer, serie, maaned, belop_nok, mottaker_antall. `avvik`: kommunenummer, serie, maaned,
    motpart_maaned, aarsak, belop_nok. `normal`: kommunenummer, maaned, belop_nok, what is for the month.
    """

    navn: str
    serier: pd.DataFrame
    avvik: pd.DataFrame
    normal: pd.DataFrame


def lag_demoverden(fro: int, plan: Avviksplan) -> Verden:
    """Draw a world and add up its months."""
    region = lag_region(FJORDREGIONEN, AARENE, fro, plan)
    levering = lag_levering(region, med_feil=False)
    ingen = {(nr, aar): {} for nr in range(len(FJORDREGIONEN)) for aar in AARENE}
    bok, avvik = lag_hovedbok(region, {}, ingen)
    alle = region.utbetalinger.ta(region.utbetalinger.er_utgift)
    levert = region.utbetalinger.ta(region.utbetalinger.er_utgift & levering.er_levert)
    rad, gjelder, ore = del_paa_maaneder(alle)
    nummer = np.array(region.verden.nummer)
    betalt = pd.DataFrame(
        {
            "kommunenummer": nummer[levert.kommune],
            "maaned": maaned_av(levert.utbetalt),
            "person": levert.person,
            "belop_nok": levert.ore / 100,
        }
    )
    per_person = betalt.groupby(["kommunenummer", "maaned", "person"], as_index=False)["belop_nok"].sum()
    fagsystem = per_person.groupby(["kommunenummer", "maaned"], as_index=False).agg(
        belop_nok=("belop_nok", "sum"), mottaker_antall=("belop_nok", lambda belop: int((belop > 0).sum()))
    )
    # Underspending carried between years stands among the support, overspending does not.
    er_stonad = (bok.tjeneste == TJENESTE_STONAD) & ~np.isin(bok.konto, [REFUSJON, AVDRAG])
    bokfort = pd.DataFrame({"kommunenummer": nummer[bok.kommune], "maaned": bok.periode, "belop_nok": bok.ore / 100})
    regnskap = bokfort[er_stonad].groupby(["kommunenummer", "maaned"], as_index=False).sum()
    normal = pd.DataFrame({"kommunenummer": nummer[alle.kommune[rad]], "maaned": gjelder, "belop_nok": ore / 100})
    fasit = lag_fasit(region, levering, avvik).avvik.to_pandas().rename(columns={"belop": "belop_nok"})
    fasit["maaned"], fasit["motpart_maaned"] = nummer_av(fasit["maaned"]), nummer_av(fasit["motpart_maaned"])
    return Verden(
        f"demo {fro}",
        pd.concat([fagsystem.assign(serie=FAGSYSTEM), regnskap.assign(serie=REGNSKAP)], ignore_index=True),
        fasit.assign(belop_nok=fasit["belop_nok"].astype(float)),
        normal.groupby(["kommunenummer", "maaned"], as_index=False).sum(),
    )


def les_delt_verden() -> Verden:
    """Read the shared deliveries: the case system's sums from the truth beside them, the ledger's from its files."""
    fasit = json.loads((SHARED / "fasit.json").read_text(encoding="utf-8"))
    serier, normal, avvik = [], [], []
    for kommune, tall in fasit["maaneder"].items():
        for grunnlag, ut in (("kontant", serier), ("periodisert", normal)):
            summer: dict[int, float] = {}
            for nokkel, belop in tall[grunnlag].items():
                summer[_nummer(nokkel[:7])] = summer.get(_nummer(nokkel[:7]), 0) + belop
            ut += [{"kommunenummer": kommune, "maaned": maaned, "belop_nok": sum_} for maaned, sum_ in summer.items()]
        mottakere = {_nummer(maaned): antall for maaned, antall in tall["mottakere_kontant"].items()}
        for rad in serier:
            if rad["kommunenummer"] == kommune:
                rad |= {"serie": FAGSYSTEM, "mottaker_antall": mottakere.get(rad["maaned"])}
    for ett in fasit["avvik"]:
        motparter = ett["motpart"] if isinstance(ett["motpart"], dict) else {ett["motpart"]: ett["belop"]}
        avvik += [
            {
                "kommunenummer": ett["kommunenr"],
                "serie": ett["serie"],
                "maaned": _nummer(ett["maaned"]),
                "motpart_maaned": _nummer(motpart) if motpart else np.nan,
                "aarsak": ett["aarsak"],
                "belop_nok": belop,
            }
            for motpart, belop in motparter.items()
        ]
    with duckdb.connect() as con:
        hovedbok = con.execute(
            """
            select
                regexp_extract(filename, 'hovedbok_([0-9]{4})_', 1) as kommunenummer,
                cast("Regnskapsår" as integer) * 12 + cast("Periode" as integer) % 100 - 1 as maaned,
                sum(cast(replace("Beløp", ',', '.') as double)) as belop_nok
            from read_csv(?, delim = ';', header = true, all_varchar = true, encoding = 'latin-1', filename = true)
            where starts_with("Tjeneste", ?) and left("Art", 5) not in (?, ?)
            group by all
            order by all
            """,
            [str(SHARED / "34*" / "*" / "okonomi_hovedbok_*.csv"), UTGIFT_FUNKSJON, REFUSJON, AVDRAG],
        ).df()
    return Verden(
        "delt region",
        pd.concat([pd.DataFrame(serier), hovedbok.assign(serie=REGNSKAP)], ignore_index=True),
        pd.DataFrame(avvik),
        pd.DataFrame(normal),
    )


def nummer_av(dato: pd.Series) -> pd.Series:
    """Count months as year * 12 + month - 1."""
    dato = pd.to_datetime(dato)
    return dato.dt.year * 12 + dato.dt.month - 1


def _nummer(maaned: str) -> int:
    return int(maaned[:4]) * 12 + int(maaned[5:7]) - 1


def finn_sannhet(verden: Verden) -> pd.DataFrame:
    """Return the wrong months and why: kommunenummer, serie, maaned, aarsak, netto.

    `netto` says whether what should not be there and what is missing differ by the limit: the rest cannot be seen in a
    sum at all, only be known from the calendar.
    """
    feil = verden.avvik[~verden.avvik["aarsak"].isin(INGEN_FEIL)]
    arvet = feil[(feil["serie"] == FAGSYSTEM) & (feil["aarsak"] != "manglende_leveranse")]
    feil = pd.concat([feil, arvet.assign(serie=REGNSKAP)], ignore_index=True)
    normal = verden.normal.set_index(["kommunenummer", "maaned"])["belop_nok"]

    def over(rader: pd.DataFrame) -> pd.Series:
        grense = normal.reindex(pd.MultiIndex.from_frame(rader[["kommunenummer", "maaned"]])).to_numpy() * GRENSE
        return rader["belop_nok"].abs() >= grense

    sum_ = feil.groupby([*NOKKEL, "aarsak"], as_index=False)["belop_nok"].sum()
    feil_her = sum_[over(sum_)]
    ut = feil.dropna(subset=["motpart_maaned"]).merge(feil_her[[*NOKKEL, "aarsak"]])
    ut = ut.assign(maaned=ut["motpart_maaned"].astype(int))
    sann = pd.concat([feil_her, ut[over(ut)]])[[*NOKKEL, "aarsak"]].drop_duplicates()
    inn = pd.concat([feil, feil.dropna(subset=["motpart_maaned"]).pipe(_snu)])
    netto = inn.groupby(NOKKEL, as_index=False)["belop_nok"].sum()
    netto = netto[over(netto)][NOKKEL].assign(netto=True)
    return sann.merge(netto, how="outer").fillna({"netto": False, "aarsak": "bare sum"})


def _snu(rader: pd.DataFrame) -> pd.DataFrame:
    return rader.assign(maaned=rader["motpart_maaned"].astype(int), belop_nok=-rader["belop_nok"])


@dataclass(frozen=True)
class Enserie:
    """One series for a peer: months without holes, where those without a row are nan."""

    verden: str
    kommunenummer: str
    serie: str
    maaneder: np.ndarray
    belop: np.ndarray
    mottakere: np.ndarray

    @property
    def fylt(self) -> np.ndarray:
        """The amounts, with those that are not there drawn between their neighbours."""
        return pd.Series(self.belop).interpolate(limit_direction="both").to_numpy()

    def rader(self, feil: np.ndarray) -> set[tuple]:
        """Return the keys of the months that are wrong; a month without a row always is."""
        return {
            (self.verden, self.kommunenummer, self.serie, int(m)) for m in self.maaneder[feil | np.isnan(self.belop)]
        }


def enkeltserier(verden: Verden) -> Iterator[Enserie]:
    """Yield the series of a world."""
    for (kommunenummer, serie), rader in verden.serier.groupby(["kommunenummer", "serie"]):
        maaneder = np.arange(rader["maaned"].min(), rader["maaned"].max() + 1)
        ordnet = rader.set_index("maaned").reindex(maaneder)
        kolonner = (ordnet[navn].to_numpy(float) for navn in ("belop_nok", "mottaker_antall"))
        yield Enserie(verden.navn, kommunenummer, serie, maaneder, *kolonner)


# The peers: each gives a score per month (higher is more wrong) for a setting, and is cut at a level.


def mad(verdier: np.ndarray) -> np.ndarray:
    """Return the distance from the median in robust standard deviations."""
    avstand = np.abs(verdier - np.median(verdier))
    return avstand / (1.4826 * np.median(avstand) + 1e-12)


def stl(serie: Enserie, sesong: int, logg: bool) -> np.ndarray:
    """Return the residuals of a robust STL in MADs."""
    verdier = np.log(np.maximum(serie.fylt, 1)) if logg else serie.fylt
    return mad(STL(verdier, period=12, seasonal=sesong, robust=True).fit().resid)


def isolasjonsskog(serie: Enserie, vindu: int) -> np.ndarray:
    """Return the scores of an IsolationForest on the amount, its neighbours, the month and the recipients."""
    belop = pd.Series(serie.fylt)
    vanlig = belop.rolling(vindu, center=True, min_periods=vindu // 2).median()
    trekk = {
        "andel": belop / vanlig,
        "fra_forrige": belop.diff().fillna(0) / vanlig,
        "til_neste": belop.diff(-1).fillna(0) / vanlig,
        "maaned": pd.Series(serie.maaneder % 12),
    }
    if np.isfinite(serie.mottakere).any():
        mottakere = pd.Series(serie.mottakere).interpolate(limit_direction="both")
        trekk["mottakere"] = mottakere / mottakere.rolling(vindu, center=True, min_periods=vindu // 2).median()
        trekk["per_mottaker"] = belop / mottakere.clip(lower=1) / (belop / mottakere.clip(lower=1)).median()
    skog = IsolationForest(n_estimators=200, random_state=0)
    return -skog.fit(pd.DataFrame(trekk)).score_samples(pd.DataFrame(trekk))


def z_per_kalendermaaned(serie: Enserie, justert: bool) -> np.ndarray:
    """Return the z-score among the same calendar month of all years, after dividing by the year's mean or not."""
    ramme = pd.DataFrame({"belop": serie.fylt, "maaned": serie.maaneder % 12, "aar": serie.maaneder // 12})
    if justert:
        ramme["belop"] /= ramme.groupby("aar")["belop"].transform("mean")
    gruppe = ramme.groupby("maaned")["belop"]
    return ((ramme["belop"] - gruppe.transform("mean")).abs() / (gruppe.transform("std") + 1e-12)).to_numpy()


KONKURRENTER: dict[str, tuple[list[partial[np.ndarray]], np.ndarray]] = {
    "STL og MAD": (
        [partial(stl, sesong=sesong, logg=logg) for sesong, logg in product((7, 13, 35), (False, True))],
        np.arange(0.25, 6.01, 0.25),
    ),
    "IsolationForest": ([partial(isolasjonsskog, vindu=vindu) for vindu in (7, 13)], np.arange(0.36, 0.70, 0.01)),
    "z per kalendermåned": (
        [partial(z_per_kalendermaaned, justert=justert) for justert in (False, True)],
        np.arange(0.1, 1.51, 0.05),
    ),
}


@dataclass(frozen=True)
class Treff:
    """Right, wrongly reported and missed months, and those that are rightly not reported."""

    rette: int
    falske: int
    tapte: int
    tause: int

    @property
    def presisjon(self) -> float:
        return self.rette / max(self.rette + self.falske, 1)

    @property
    def gjenfinning(self) -> float:
        return self.rette / max(self.rette + self.tapte, 1)

    @property
    def f1(self) -> float:
        return 2 * self.rette / max(2 * self.rette + self.falske + self.tapte, 1)

    @property
    def mcc(self) -> float:
        a, b, c, d = self.rette, self.falske, self.tapte, self.tause
        return (a * d - b * c) / max(np.sqrt(float((a + b) * (a + c) * (d + b) * (d + c))), 1)


def tell(funnet: set[tuple], sanne: set[tuple], alle: set[tuple]) -> Treff:
    """Hold what was found against what is true, among some months."""
    funnet, sanne = funnet & alle, sanne & alle
    return Treff(len(funnet & sanne), len(funnet - sanne), len(sanne - funnet), len(alle - funnet - sanne))


def beste_konkurrent(navn: str, serier: list[Enserie], sanne: set[tuple]) -> tuple[set[tuple], str]:
    """Return what a peer finds with the setting and the cut that give the highest F1, and which they were."""
    varianter, nivaaer = KONKURRENTER[navn]
    best: tuple[float, set[tuple], str] = (-1, set(), "")
    for variant in varianter:
        score = [(serie, variant(serie)) for serie in serier]
        for nivaa in nivaaer:
            funnet = set().union(*(serie.rader(verdi >= nivaa) for serie, verdi in score))
            f1 = tell(funnet, sanne, funnet | sanne).f1
            if f1 > best[0]:
                best = f1, funnet, f"{variant.keywords}, grense {nivaa:.2f}"
    return best[1], best[2]


def vaare_funn(verden: Verden) -> tuple[set[tuple], pd.DataFrame]:
    """Return the wrong months that our method reports, and its rows of faults."""
    maaned = pd.to_datetime(
        {"year": verden.serier["maaned"] // 12, "month": verden.serier["maaned"] % 12 + 1, "day": 1}
    )
    avvik = finn_avvik(verden.serier.assign(maaned=maaned)).avvik
    rader = avvik[avvik["type"].isin(FEIL)].assign(
        verden=verden.navn, maaned=lambda r: nummer_av(r["maaned"]), motpart=lambda r: nummer_av(r["motpart_maaned"])
    )
    maanedene = pd.concat([rader, rader.dropna(subset=["motpart"]).assign(maaned=lambda r: r["motpart"].astype(int))])
    funnet = set(maanedene[["verden", *NOKKEL]].itertuples(index=False, name=None))
    kjente = {
        (verden.navn, serie.kommunenummer, serie.serie, int(maaned))
        for serie in enkeltserier(verden)
        for maaned in serie.maaneder
    }
    return funnet & kjente, rader


def tabell(tittel: str, rader: list[tuple[str, Treff, float]]) -> Table:
    """Return a table of how good each method is."""
    ut = Table(title=tittel)
    for kolonne in ("Metode", "Rette", "Falske", "Tapte", "Presisjon", "Gjenfinning", "F1", "MCC", "Sekunder"):
        ut.add_column(kolonne, justify="left" if kolonne == "Metode" else "right")
    for navn, treff, sekunder in rader:
        andeler = (
            f"{verdi:.3f}".replace(".", ",") for verdi in (treff.presisjon, treff.gjenfinning, treff.f1, treff.mcc)
        )
        tid = f"{sekunder:.1f}".replace(".", ",") if sekunder else ""
        ut.add_row(navn, str(treff.rette), str(treff.falske), str(treff.tapte), *andeler, tid)
    return ut


def kalibrering(rader: pd.DataFrame, sanne: set[tuple], alle: set[tuple]) -> Table:
    """Return how many of the rows are true, by how sure they are.

    A row is true when each of its months is wrong; of a month after the end of the series nothing is known.
    """
    steder = [
        {(rad.verden, rad.kommunenummer, rad.serie, maaned) for maaned in (rad.maaned, rad.motpart)} & alle
        for rad in rader.itertuples()
    ]
    rader = rader.assign(
        sann=[sted <= sanne for sted in steder],
        klasse=pd.cut(rader["tillit"], GRENSER, labels=[f"{fra:.2f}–{til:.2f}" for fra, til in pairwise(GRENSER)]),
    )
    ut = Table(title="Tillit: andelen rader som er sanne")
    for kolonne in ("Tillit", "Rader", "Ventet", "Sanne"):
        ut.add_column(kolonne, justify="right")
    for klasse, gruppe in rader.groupby("klasse", observed=True):
        tall = (f"{gruppe[navn].mean():.3f}".replace(".", ",") for navn in ("tillit", "sann"))
        ut.add_row(str(klasse), str(len(gruppe)), *tall)
    return ut


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ovelse", action="store_true", help="the worlds the parameters were set on")
    valg = parser.parse_args()
    konsoll = Console(width=120)
    for hva, plan, fro in OVELSE if valg.ovelse else RAPPORT:
        vis(konsoll, hva, [lag_demoverden(ett, plan) for ett in fro])
    if valg.ovelse:
        return
    if SHARED.exists():
        vis(konsoll, "delt region", [les_delt_verden()])
    else:
        sys.stderr.write("Finner ikke ../shared/leveranser; bare demoverdenene er med.\n")


def vis(konsoll: Console, hva: str, verdener: list[Verden]) -> None:
    """Run all four on the same series, and print how they did."""
    fasit = pd.concat([finn_sannhet(verden).assign(verden=verden.navn) for verden in verdener], ignore_index=True)
    serier = [serie for verden in verdener for serie in enkeltserier(verden)]
    alle = set().union(*(serie.rader(np.ones(len(serie.maaneder), bool)) for serie in serier))
    fasit = fasit[[n in alle for n in fasit[["verden", *NOKKEL]].itertuples(index=False, name=None)]]
    brutto = _nokler(fasit[fasit["aarsak"] != "bare sum"])
    start = time.perf_counter()
    vaare = [vaare_funn(verden) for verden in verdener]
    tid = {VAAR: time.perf_counter() - start}
    funnet, innstilling = {VAAR: set().union(*(ett for ett, _ in vaare)), ALT: alle}, {}
    for navn in KONKURRENTER:
        start = time.perf_counter()
        funnet[navn] = set()
        for type_ in SERIER:
            ett, innstilling[navn, type_] = beste_konkurrent(
                navn, [serie for serie in serier if serie.serie == type_], {n for n in brutto if n[2] == type_}
            )
            funnet[navn] |= ett
        tid[navn] = time.perf_counter() - start
    metoder = (VAAR, *KONKURRENTER, ALT)
    smaa = {kommune.kommunenummer for kommune in FJORDREGIONEN if kommune.innbyggere < 5_000}
    utsnitt: dict[str, Callable[[tuple], bool]] = {"alle serier": lambda _: True}
    utsnitt |= {f"serie {type_}": lambda n, type_=type_: n[2] == type_ for type_ in SERIER}
    if smaa & {n[1] for n in alle}:
        utsnitt["uten den minste kommunen"] = lambda n: n[1] not in smaa
    for navn, med in utsnitt.items():
        her = {n for n in alle if med(n)}
        konsoll.print(tabell(f"{hva}, {navn}", [(m, tell(funnet[m], brutto, her), tid.get(m, 0)) for m in metoder]))
    netto = _nokler(fasit[fasit["netto"]])
    konsoll.print(tabell(f"{hva}, netto", [(m, tell(funnet[m], netto, alle), 0) for m in metoder]))
    per_verden = Table(title=f"{hva}: F1 per verden")
    for kolonne in ("Verden", *metoder):
        per_verden.add_column(kolonne, justify="right")
    for verden in verdener:
        her = {n for n in alle if n[0] == verden.navn}
        f1 = [tell(funnet[m], brutto, her).f1 for m in metoder]
        per_verden.add_row(verden.navn, *(f"{verdi:.3f}".replace(".", ",") for verdi in f1))
    konsoll.print(per_verden)
    per_aarsak = Table(title=f"{hva}: andel av månedene som er funnet, etter årsak")
    for kolonne in ("Årsak", "Måneder", *metoder[:-1]):
        per_aarsak.add_column(kolonne, justify="right")
    for aarsak, rader in fasit[fasit["aarsak"] != "bare sum"].groupby("aarsak"):
        nokler = _nokler(rader)
        andeler = (len(funnet[m] & nokler) / len(nokler) for m in metoder[:-1])
        per_aarsak.add_row(aarsak, str(len(nokler)), *(f"{verdi:.2f}".replace(".", ",") for verdi in andeler))
    konsoll.print(per_aarsak)
    konsoll.print(kalibrering(pd.concat([rader for _, rader in vaare], ignore_index=True), brutto, alle))
    for (navn, type_), tekst in innstilling.items():
        konsoll.print(f"{navn}, {type_}: {tekst}")


def _nokler(rader: pd.DataFrame) -> set[tuple]:
    return set(rader[["verden", *NOKKEL]].itertuples(index=False, name=None))


if __name__ == "__main__":
    main()
