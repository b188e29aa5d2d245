"""SSB's tables other than population by age: population by quarter, consumer prices, and KOSTRA's own figures.

The cube is read by `dagster_project/ssb/jsonstat.py`; here is which cells are used, and what they are called.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dagster_project.register.lest import Feil, Lest, RegisterFeil, Utelatt, liste
from dagster_project.register.maaned import tolk_maaned
from dagster_project.register.tekstfil import les_tekstfil
from dagster_project.ssb.jsonstat import STATUS_UTEN_TALL, Datasett, Dimensjon, JsonstatFeil, les_jsonstat

# The base of the tables whose labels do not tell it.
KPI_BASIS = {"03013": "2015=100", "14700": "2025=100"}
KPI_KILDE_EGEN = "Egen fil med konsumprisindeks"
KPI_TOTAL = ("TOTAL", "00")
_BASIS = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*=\s*100")
_INDEKS = re.compile(r"\d{1,4}([.,]\d{1,4})?")
_KVARTAL = re.compile(r"(\d{4})K([1-4])")
_AAR = re.compile(r"\d{4}")
_KOMMUNE = re.compile(r"(?:K-)?(\d{4})")
# KOSTRA's regions besides municipalities: the country with and without Oslo, counties, KOSTRA groups.
_KOSTRA_REGION = re.compile(r"\d{4}|EAK|EAKUO|EKA\d{2}|EKG\d{2}")
IKKE_KOMMUNE = "Regionen er ikke en kommune med firesifret nummer."

_Regel = Callable[[str], str | None]


class _Utvalg(NamedTuple):
    """The cells used, flat: their place in the cube, figure and status, and their code on every axis."""

    celle: np.ndarray
    verdi: np.ndarray
    status: np.ndarray
    koder: dict[str, np.ndarray]
    etiketter: dict[str, np.ndarray]
    utelatt: list[Utelatt]


def les_ssb(sti: Path) -> Datasett:
    """Read a json-stat2 file.

    Raises:
        RegisterFeil: if it is none, or has codes that are no text.
    """
    try:
        datasett = les_jsonstat(sti)
        for dimensjon in datasett.dimensjoner:
            "".join(dimensjon.koder + dimensjon.etiketter).encode()
    except JsonstatFeil as feil:
        raise RegisterFeil(str(feil).encode(errors="replace").decode()) from None
    except UnicodeEncodeError:
        raise RegisterFeil("Filen har koder med tegn som ikke finnes. Hent den på nytt fra SSB.") from None
    return datasett


def les_befolkning_kvartal(sti: Path) -> Lest:
    """Read inhabitants by municipality and quarter (table 01222) into `raw.ssb_befolkning_kvartal`.

    Shape: one row per kommunenummer and dato, the first day of the quarter the figure opens. A figure at the end of a
    quarter is that of the next one's first day; where a file has both, the end of the quarter is used.
    Null: withheld and missing figures are null with their status; `-` is 0.

    Raises:
        RegisterFeil: if a dimension is missing or there is another one, or the contents do not tell the date.
    """
    datasett = les_ssb(sti)
    region, tid, innhold = _krev(datasett, "Region", "geo"), _krev(datasett, "Tid", "time"), _innhold(datasett)
    andre = [d.navn for d in datasett.dimensjoner if d.navn not in (region.navn, tid.navn, innhold.navn)]
    if andre:
        raise RegisterFeil(f"Filen er også delt etter {liste(andre)}. Hent folketallet uten den inndelingen.")
    brukt, forskyvning = _folketall(innhold)
    utvalg = _velg(
        datasett,
        {
            innhold.navn: lambda kode: None if kode == brukt else "Statistikkvariabelen er ikke folketallet.",
            region.navn: _kommuneregel(region),
            tid.navn: lambda kode: None if _KVARTAL.fullmatch(kode) else "Tidspunktet er ikke et kvartal.",
        },
    )
    innbyggere = _uten_status(utvalg)
    feil = ~np.isnan(innbyggere) & ((innbyggere < 0) | (innbyggere != np.floor(innbyggere)))
    if feil.any():
        raise RegisterFeil(
            f"Verdien i celle {utvalg.celle[feil][0]} er {innbyggere[feil][0]:g}, som ikke er et antall."
        )
    datoer = {kode: _kvartalsdag(kode, forskyvning) for kode in set(utvalg.koder[tid.navn].tolist())}
    koder = utvalg.koder[region.navn].tolist()
    return _lest(
        "raw.ssb_befolkning_kvartal",
        datasett,
        utvalg,
        pa.table(
            {
                "linje": pa.array(utvalg.celle, pa.int32()),
                "tabell": pa.array([datasett.tabell or ""] * len(koder), pa.string()),
                "kommunenummer": pa.array([kode.removeprefix("K-") for kode in koder], pa.string()),
                "dato": pa.array([datoer[kode] for kode in utvalg.koder[tid.navn].tolist()], pa.date32()),
                "innbyggere": pa.array(np.nan_to_num(innbyggere).astype("int64"), mask=np.isnan(innbyggere)),
                "status": pa.array(utvalg.status, pa.string()),
                "inndeling": pa.array(["dagens" if k.startswith("K-") else "samtidig" for k in koder], pa.string()),
            }
        ),
        {dato.year for dato in datoer.values()},
    )


def les_kpi(sti: Path, er_json: bool) -> Lest:
    """Read consumer prices into `raw.ssb_kpi`, from table 03013 or 14700 or a CSV with maaned, indeks, basis, kilde.

    Shape: one row per maaned and basis. Null: a month without an index has null and its status.

    Raises:
        RegisterFeil: if the total index, its months or its base cannot be told.
    """
    return _les_kpi_json(sti) if er_json else _les_kpi_csv(sti)


def _les_kpi_json(sti: Path) -> Lest:
    datasett = les_ssb(sti)
    tid, innhold = _krev(datasett, "Tid", "time"), _innhold(datasett)
    brukt = _indeks(innhold)
    regler: dict[str, _Regel] = {
        tid.navn: lambda kode: None if tolk_maaned(kode) else "Tidspunktet er ikke en måned.",
        innhold.navn: lambda kode: None if kode == brukt else "Statistikkvariabelen er ikke indeksen.",
    }
    for dimensjon in datasett.dimensjoner:
        if dimensjon.navn not in regler:
            regler[dimensjon.navn] = _totalregel(dimensjon)
    utvalg = _velg(datasett, regler)
    basis = _basis(datasett, innhold, brukt)
    indeks = _uten_status(utvalg)
    feil = ~np.isnan(indeks) & (indeks <= 0)
    if feil.any():
        raise RegisterFeil(
            f"Verdien i celle {utvalg.celle[feil][0]} er {indeks[feil][0]:g}, som ikke er en prisindeks."
        )
    maaneder = [_forste_dag(kode) for kode in utvalg.koder[tid.navn].tolist()]
    antall = len(maaneder)
    return _lest(
        "raw.ssb_kpi",
        datasett,
        utvalg,
        pa.table(
            {
                "linje": pa.array(utvalg.celle, pa.int32()),
                "maaned": pa.array(maaneder, pa.date32()),
                "basis": pa.array([basis] * antall, pa.string()),
                "indeks": pa.array(indeks, pa.float64(), mask=np.isnan(indeks)),
                "status": pa.array(utvalg.status, pa.string()),
                "kilde": pa.array([f"SSB tabell {datasett.tabell or 'uten nummer'}"] * antall, pa.string()),
            }
        ),
        {maaned.year for maaned in maaneder},
    )


def _les_kpi_csv(sti: Path) -> Lest:
    fil = les_tekstfil(sti)
    plass = [fil.krev((navn,), navn) for navn in ("maaned", "indeks", "basis")]
    kilde = fil.finn(("kilde",))
    rader, feil = [], list(fil.feil)
    for linje, rad in zip(fil.linjer, fil.verdier, strict=True):
        tekst, indeks, basis = (rad[nr].strip() for nr in plass)
        maaned = tolk_maaned(tekst)
        if maaned is None:
            feil.append(Feil(linje, "ugyldig_maaned", f"linje {linje}", tekst))
        elif not _INDEKS.fullmatch(indeks) or float(indeks.replace(",", ".")) == 0:
            feil.append(Feil(linje, "registerverdi", f"linje {linje}, indeks", indeks))
        elif not _BASIS.fullmatch(basis):
            feil.append(Feil(linje, "registerverdi", f"linje {linje}, basis", basis))
        else:
            navn = (rad[kilde].strip() if kilde is not None else "") or KPI_KILDE_EGEN
            rader.append((linje, _forste_dag(maaned), basis, Decimal(indeks.replace(",", ".")), None, navn))
    skjema = pa.schema(
        [
            ("linje", pa.int32()),
            ("maaned", pa.date32()),
            ("basis", pa.string()),
            ("indeks", pa.decimal128(12, 4)),
            ("status", pa.string()),
            ("kilde", pa.string()),
        ]
    )
    kolonner = zip(*rader, strict=True) if rader else ([] for _ in skjema)
    return Lest(
        tabell="raw.ssb_kpi",
        rader=pa.Table.from_pydict(dict(zip(skjema.names, map(list, kolonner), strict=True)), schema=skjema),
        lest=len(fil.linjer) + len(fil.feil),
        feil=feil,
        aar=frozenset(rad[1].year for rad in rader),
    )


def les_kostra_tabell(sti: Path) -> Lest:
    """Read a KOSTRA table into `raw.ssb_kostra_tabell`, for comparison.

    Shape: one row per region_kode, rapporteringsaar and variabel. Axes other than region, contents and time become part
    of variabel: their codes follow the contents' code after a slash. Districts are left out.
    Null: withheld and missing figures are null with their status; `-` is 0.

    Raises:
        RegisterFeil: if region, time or contents is missing.
    """
    datasett = les_ssb(sti)
    region, tid, innhold = _krev(datasett, "Region", "geo"), _krev(datasett, "Tid", "time"), _innhold(datasett)
    andre = [d for d in datasett.dimensjoner if d.navn not in (region.navn, tid.navn, innhold.navn)]
    utvalg = _velg(
        datasett,
        {
            region.navn: lambda kode: (
                None
                if _KOSTRA_REGION.fullmatch(kode)
                else "Regionen er en bydel eller et område vi ikke sammenligner med."
            ),
            tid.navn: lambda kode: None if _AAR.fullmatch(kode) else "Tidspunktet er ikke et år.",
        },
    )
    verdi = _uten_status(utvalg)
    aar = utvalg.koder[tid.navn].astype("int32") if len(verdi) else np.array([], "int32")
    return _lest(
        "raw.ssb_kostra_tabell",
        datasett,
        utvalg,
        pa.table(
            {
                "linje": pa.array(utvalg.celle, pa.int32()),
                "tabell": pa.array([datasett.tabell or ""] * len(verdi), pa.string()),
                "region_kode": pa.array(utvalg.koder[region.navn], pa.string()),
                "region_navn": pa.array(utvalg.etiketter[region.navn], pa.string()),
                "rapporteringsaar": pa.array(aar),
                "variabel": _sammen(utvalg.koder, [innhold, *andre], "/"),
                "variabel_navn": _sammen(utvalg.etiketter, [innhold, *andre], ", "),
                "verdi": pa.array(verdi, pa.float64(), mask=np.isnan(verdi)),
                "status": pa.array(utvalg.status, pa.string()),
            }
        ),
        set(aar.tolist()),
    )


def _lest(tabell: str, datasett: Datasett, utvalg: _Utvalg, rader: pa.Table, aar: set[int]) -> Lest:
    if not rader.num_rows:
        grunner = list(dict.fromkeys(utelatt.grunn for utelatt in utvalg.utelatt))
        raise RegisterFeil(f"Filen har ingen tall som kan brukes. {' '.join(grunner)}")
    return Lest(tabell, rader, datasett.verdi.size, utvalg.utelatt, aar=frozenset(aar))


def _velg(datasett: Datasett, regler: Mapping[str, _Regel]) -> _Utvalg:
    """Return the cells no rule leaves out. A cell two rules would leave out is counted under the first axis of them."""
    beholdt: list[np.ndarray] = [np.arange(antall) for antall in datasett.storrelse]
    utelatt: list[Utelatt] = []
    for nr, dimensjon in enumerate(datasett.dimensjoner):
        if dimensjon.navn not in regler:
            continue
        grunner = [regler[dimensjon.navn](kode) for kode in dimensjon.koder]
        celler = math.prod(len(plasser) for akse, plasser in enumerate(beholdt) if akse != nr)
        utelatt += [
            Utelatt(kode, celler, grunn)
            for kode, grunn in zip(dimensjon.koder, grunner, strict=True)
            if grunn is not None and celler
        ]
        beholdt[nr] = np.flatnonzero([grunn is None for grunn in grunner])
    celle = np.arange(datasett.verdi.size).reshape(datasett.storrelse)[np.ix_(*beholdt)].ravel()
    plasser = np.unravel_index(celle, datasett.storrelse)
    return _Utvalg(
        celle=celle,
        verdi=datasett.verdi[celle],
        status=datasett.status[celle],
        koder={d.navn: np.array(d.koder, object)[plasser[nr]] for nr, d in enumerate(datasett.dimensjoner)},
        etiketter={d.navn: np.array(d.etiketter, object)[plasser[nr]] for nr, d in enumerate(datasett.dimensjoner)},
        utelatt=utelatt,
    )


def _uten_status(utvalg: _Utvalg) -> np.ndarray:
    """Return the figures: none where the status says there is none, 0 where it says nil and no figure stands there."""
    verdi = np.where(np.isnan(utvalg.verdi) & (utvalg.status == "-"), 0, utvalg.verdi)
    verdi[np.isin(utvalg.status.astype(str), STATUS_UTEN_TALL)] = np.nan
    return verdi


def _krev(datasett: Datasett, vist: str, rolle: str) -> Dimensjon:
    egne = datasett.rolle.get(rolle, [])
    funnet = [d for d in datasett.dimensjoner if d.navn in egne] or [
        d for d in datasett.dimensjoner if vist.casefold() in d.navn.casefold()
    ]
    if not funnet:
        raise RegisterFeil(
            f"Filen mangler dimensjonen {vist}. Den har {liste([d.navn for d in datasett.dimensjoner])}."
        )
    return funnet[0]


def _innhold(datasett: Datasett) -> Dimensjon:
    return _krev(datasett, "ContentsCode", "metric")


def _sammen(per_akse: dict[str, np.ndarray], dimensjoner: list[Dimensjon], skille: str) -> pa.Array:
    deler = [per_akse[dimensjon.navn].tolist() for dimensjon in dimensjoner]
    return pa.array([skille.join(del_) for del_ in zip(*deler, strict=True)], pa.string())


def _kommuneregel(region: Dimensjon) -> _Regel:
    def grunn(kode: str) -> str | None:
        if not _KOMMUNE.fullmatch(kode) or kode == "9999":
            return IKKE_KOMMUNE
        if kode.startswith("K-") and kode.removeprefix("K-") in region.koder:
            return "Kommunen finnes også med sitt eget nummer i filen."
        return None

    return grunn


def _totalregel(dimensjon: Dimensjon) -> _Regel:
    total = next((kode for kode in KPI_TOTAL if kode in dimensjon.koder), None)
    if total is None:
        raise RegisterFeil(
            f"Dimensjonen {dimensjon.navn} mangler totalindeksen ({' eller '.join(KPI_TOTAL)}). "
            f"Den har {liste(list(dimensjon.koder))}."
        )
    return lambda kode: None if kode == total else "Indeksen gjelder ikke alle varer og tjenester."


def _folketall(innhold: Dimensjon) -> tuple[str, int]:
    """Return the contents to use, and how many quarters on the figure opens: 1 for the end of a quarter."""
    for ord_, forskyvning in (("utgangen", 1), ("inngangen", 0)):
        for kode, etikett in zip(innhold.koder, innhold.etiketter, strict=True):
            if ord_ in etikett.casefold() and re.search("befolkning|folketal", etikett.casefold()):
                return kode, forskyvning
    raise RegisterFeil(
        "Filen sier ikke om folketallet er ved inngangen eller utgangen av kvartalet. "
        f"Den har {liste(list(innhold.etiketter))}. Hent tabell 01222."
    )


def _kvartalsdag(kode: str, forskyvning: int) -> date:
    aar, kvartal = map(int, _KVARTAL.fullmatch(kode).groups())
    nummer = aar * 4 + kvartal - 1 + forskyvning
    return date(nummer // 4, nummer % 4 * 3 + 1, 1)


def _forste_dag(maaned: str) -> date:
    return date.fromisoformat(f"{tolk_maaned(maaned)}-01")


def _indeks(innhold: Dimensjon) -> str:
    if "KpiIndMnd" in innhold.koder:
        return "KpiIndMnd"
    par = zip(innhold.koder, innhold.etiketter, strict=True)
    treff = [kode for kode, etikett in par if "indeks" in etikett.casefold() and "endring" not in etikett.casefold()]
    if len(treff) != 1:
        raise RegisterFeil(
            f"Filen sier ikke hvilken statistikkvariabel som er indeksen. Den har {liste([*innhold.koder])}."
        )
    return treff[0]


def _basis(datasett: Datasett, innhold: Dimensjon, brukt: str) -> str:
    etikett = innhold.etiketter[innhold.koder.index(brukt)]
    treff = _BASIS.search(etikett) or _BASIS.search(datasett.tittel)
    basis = f"{treff[1]}=100" if treff else KPI_BASIS.get(datasett.tabell or "")
    if basis is None:
        raise RegisterFeil("Filen sier ikke hvilket år indeksen er 100. Hent tabell 03013 eller 14700.")
    return basis
