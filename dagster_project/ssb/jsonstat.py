"""SSB's json-stat2 files: recognising them, reading the cube, and taking population by age out of it.

What belongs here is the format and the choice of cells. Comparing the population with other sources, and
loading it, belong to whoever calls. Source: PxWebApi's json-stat2; tables 11805 and 07459.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, FailFast, FiniteFloat, TypeAdapter, ValidationError

# SSB answers with at most 800 000 cells; the limit stops a small file from claiming an enormous sparse cube.
MAKS_CELLER = 5_000_000
MAKS_INNBYGGERE = 100_000_000
# An open class such as 105+ holds so few that it may stand for one age; 67+ may not.
LAVESTE_AAPNE_ALDER = 100
# Years from Tid to the reporting year: 31.12 is counted in the year itself, 1.1 closes the year before.
AARSFORSKYVNING = {"11805": 0, "07459": -1}
# Most telling first: the status a sum gets when its parts differ.
STATUS_UTEN_TALL = (":", "..", "...", ".")
_HELT_AAR = re.compile("[0-9]{4}")

BEFOLKNING_SKJEMA = pa.schema(
    [
        pa.field("kommunenummer", pa.string(), nullable=False),
        pa.field("rapporteringsaar", pa.int32(), nullable=False),
        pa.field("alder", pa.int32(), nullable=False),
        pa.field("innbyggere", pa.int64()),
        pa.field("status", pa.string()),
        pa.field("celle", pa.int64(), nullable=False),
    ]
)


class JsonstatFeil(ValueError):
    """The file is not one we can read; the message is Norwegian and written for the controller."""


class _Del(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Kategori(_Del):
    index: dict[str, int] | list[str] | None = None
    label: dict[str, str] = {}


class _Dimensjon(_Del):
    category: _Kategori
    label: str = ""
    extension: dict[str, Any] = {}


class _Fil(_Del):
    id: list[str]
    size: list[int]
    dimension: dict[str, _Dimensjon]
    value: dict[str, Any] | list[Any]
    status: dict[str, str | None] | list[str | None] | str | None = None
    label: str = ""
    updated: str | None = None
    role: dict[str, list[str]] = {}
    extension: dict[str, Any] = {}


_TALL = TypeAdapter(Annotated[list[FiniteFloat | None], FailFast()], config=ConfigDict(strict=True))


class Dimensjon(NamedTuple):
    """One axis of the cube; `koder` and `etiketter` stand in the order of `category.index`."""

    navn: str
    etikett: str
    koder: tuple[str, ...]
    etiketter: tuple[str, ...]
    referansetid: dict[str, str]
    """Contents code to SSB's `refperiod`, such as `31.12.`; empty where the file has none."""


@dataclass(frozen=True, eq=False)
class Datasett:
    """A validated cube. `verdi` and `status` are flat, row-major over `dimensjoner`, one element per cell."""

    tabell: str | None
    """SSB's five-digit table number, None where the file does not tell."""
    tittel: str
    oppdatert: str | None
    """`updated` as written in the file, UTC."""
    dimensjoner: tuple[Dimensjon, ...]
    rolle: dict[str, list[str]]
    verdi: np.ndarray
    """float64; NaN is null."""
    status: np.ndarray
    """Text or None."""

    @property
    def storrelse(self) -> tuple[int, ...]:
        """Number of categories per dimension."""
        return tuple(len(dimensjon.koder) for dimensjon in self.dimensjoner)


class Utelatt(NamedTuple):
    """A code whose cells were not used; a cell two codes would leave out is counted under one of them."""

    kode: str
    celler: int
    grunn: str


class Befolkning(NamedTuple):
    """The population of a file; celler_lest = celler_brukt + the sum of the cells in utelatt."""

    tabell: pa.Table
    utelatt: list[Utelatt]
    celler_lest: int
    celler_brukt: int


def er_jsonstat(innhold: bytes | str) -> bool:
    """Say whether the beginning of a file looks like json-stat; the file may still fail in `les_jsonstat`."""
    if isinstance(innhold, bytes):
        innhold = innhold.decode(json.detect_encoding(innhold), errors="ignore")
    tekst = innhold.lstrip("\ufeff \t\r\n")
    if not tekst.startswith("{"):
        return False
    return bool(re.search(r'"class"\s*:\s*"dataset"', tekst)) or all(
        re.search(rf'"{navn}"\s*:', tekst) for navn in ("id", "size", "dimension")
    )


def les_jsonstat(path: Path) -> Datasett:
    """Read and validate a json-stat2 file; see `tolk_jsonstat`.

    Raises:
        JsonstatFeil: if the content is not a json-stat2 dataset we can read.
        OSError: if the file cannot be opened.
    """
    return tolk_jsonstat(path.read_bytes())


def tolk_jsonstat(innhold: bytes) -> Datasett:
    """Return the cube in `innhold`, dense or sparse, every cell present (null where the file has none).

    Raises:
        JsonstatFeil: if it is not JSON, not a json-stat2 dataset, or its parts do not agree with each other.
    """
    try:
        raa = json.loads(innhold, object_pairs_hook=_uten_dubletter)
    except JsonstatFeil:
        raise
    except (ValueError, RecursionError):
        raise JsonstatFeil("Filen er ikke gyldig JSON. Hent den på nytt fra SSB som json-stat2.") from None
    if not isinstance(raa, dict) or raa.get("class") != "dataset":
        raise JsonstatFeil("Filen er JSON, men ikke et json-stat2-datasett (class er ikke «dataset»). Velg json-stat2.")
    if not str(raa.get("version", "2")).startswith("2"):
        raise JsonstatFeil(f"Filen er json-stat versjon {raa['version']}. Vi leser versjon 2 (json-stat2).")
    try:
        fil = _Fil.model_validate(raa)
    except ValidationError as feil:
        detalj = feil.errors(include_url=False, include_input=False)[0]
        sti = ".".join(str(ledd) for ledd in detalj["loc"])
        hva = "mangler" if detalj["type"] == "missing" else "har en form vi ikke kan lese"
        raise JsonstatFeil(f"Filen er ikke et gyldig json-stat2-datasett: feltet {sti} {hva}.") from None
    dimensjoner = _les_dimensjoner(fil)
    antall = math.prod(fil.size)
    if antall > MAKS_CELLER:
        raise JsonstatFeil(f"Filen oppgir {antall} celler, og vi leser høyst {MAKS_CELLER}. Hent et utvalg.")
    px = fil.extension.get("px")
    tabell = str(px.get("tableid") or "") if isinstance(px, dict) else ""
    nummer_i_tittel = re.match(r"\s*([0-9]{5})\s*:", fil.label)
    return Datasett(
        tabell=tabell or (nummer_i_tittel[1] if nummer_i_tittel else None),
        tittel=fil.label,
        oppdatert=fil.updated,
        dimensjoner=dimensjoner,
        rolle=fil.role,
        verdi=_les_verdier(fil.value, antall),
        status=_les_status(fil.status, antall),
    )


def befolkning(datasett: Datasett) -> Befolkning:
    """Take inhabitants by municipality, reporting year and one-year age out of table 11805 or 07459.

    Shape: one row per kommunenummer, rapporteringsaar and alder, in the order of the cells. `celle` is the
        row's position in `Datasett.verdi`; where men and women are added it is the first of the two.
    Units: whole persons on 31.12 of rapporteringsaar; a 1.1 table belongs to the year before its Tid.
    Null: stays null, except that '-' (nil) without a value is 0. A cell with '.', '..', '...' or ':' is null
        even where it carries a number, since the status says there is none. '*' (provisional) keeps it.
    Kjonn: the total is used where there is one, otherwise 1 and 2 are added; one of them null gives null, and
        the row gets the most telling status of the two.
    Left alone: missing municipalities and ages, and whether a municipality existed that year. A file where
        every cell is left out gives an empty table.

    Raises:
        JsonstatFeil: if region, age, time or contents is missing, if there is a further dimension, if persons
            or the reference date cannot be told, or if a number used is not a whole number of persons.
    """
    navn = _finn_dimensjoner(datasett)
    akse = {rolle: [d.navn for d in datasett.dimensjoner].index(dim) for rolle, dim in navn.items()}
    dim = {rolle: datasett.dimensjoner[nummer] for rolle, nummer in akse.items()}
    person_kode = _velg_personer(dim["innhold"])
    forskyvning = _velg_forskyvning(datasett, dim["innhold"].referansetid.get(person_kode, ""))

    grunner: dict[str, Callable[[str], str | None]] = {
        "innhold": lambda kode: None if kode == person_kode else "Statistikkvariabelen er ikke personer.",
        "region": _regionregel(dim["region"]),
        "tid": lambda kode: None if _HELT_AAR.fullmatch(kode) else "Tidspunktet er ikke et helt år.",
        "alder": _aldersregel(dim["alder"]),
    }
    if "kjonn" in dim:
        grunner["kjonn"] = _kjonnsregel(dim["kjonn"])

    # Axis by axis, so that a cell left out by both its region and its age is counted once.
    beholdt = [np.arange(antall) for antall in datasett.storrelse]
    utelatt: list[Utelatt] = []
    for rolle, regel in grunner.items():
        grunn_per_kode = [regel(kode) for kode in dim[rolle].koder]
        celler_per_kode = math.prod(len(plasser) for nr, plasser in enumerate(beholdt) if nr != akse[rolle])
        utelatt += [
            Utelatt(kode, celler_per_kode, grunn)
            for kode, grunn in zip(dim[rolle].koder, grunn_per_kode, strict=True)
            if grunn is not None and celler_per_kode
        ]
        beholdt[akse[rolle]] = np.flatnonzero([grunn is None for grunn in grunn_per_kode])

    celler = np.arange(datasett.verdi.size).reshape(datasett.storrelse)[np.ix_(*beholdt)]
    if "kjonn" in dim:
        celler = np.moveaxis(celler, akse["kjonn"], -1)
        deler = celler.reshape(-1, celler.shape[-1])
    else:
        deler = celler.reshape(-1, 1)
    innbyggere, status = _legg_sammen(datasett, deler)

    plass = np.unravel_index(deler[:, 0], datasett.storrelse)
    kommuner = pa.array([kode.removeprefix("K-") for kode in dim["region"].koder], pa.string())
    # Codes that were left out are never looked up; they get 0 only to keep their place.
    aar = np.array([int(k) + forskyvning if _HELT_AAR.fullmatch(k) else 0 for k in dim["tid"].koder], "int32")
    aldre = np.array([int(k[:3]) if k[:3].isdecimal() else 0 for k in dim["alder"].koder], "int32")
    tabell = pa.Table.from_arrays(
        [
            kommuner.take(pa.array(plass[akse["region"]])),
            pa.array(aar[plass[akse["tid"]]]),
            pa.array(aldre[plass[akse["alder"]]]),
            innbyggere,
            status,
            pa.array(deler[:, 0]),
        ],
        schema=BEFOLKNING_SKJEMA,
    )
    return Befolkning(tabell, utelatt, datasett.verdi.size, deler.size)


def _uten_dubletter(par: list[tuple[str, Any]]) -> dict[str, Any]:
    # json keeps the last of two equal keys; in a sparse value that would lose a cell without a word.
    innhold = dict(par)
    if len(innhold) != len(par):
        dobbel = Counter(nokkel for nokkel, _ in par).most_common(1)[0][0]
        raise JsonstatFeil(f"Filen har nøkkelen «{dobbel[:40]}» to ganger. Hent den på nytt fra SSB.")
    return innhold


def _les_dimensjoner(fil: _Fil) -> tuple[Dimensjon, ...]:
    if len(fil.size) != len(fil.id) or len(set(fil.id)) != len(fil.id):
        raise JsonstatFeil(f"Filen oppgir dimensjonene {_liste(fil.id)}, men size har {len(fil.size)} tall.")
    dimensjoner = []
    for navn, antall in zip(fil.id, fil.size, strict=True):
        if navn not in fil.dimension:
            raise JsonstatFeil(f"Filen mangler dimensjonen {navn}: den er nevnt i id, men ikke beskrevet.")
        beskrivelse = fil.dimension[navn]
        indeks, etiketter = beskrivelse.category.index, beskrivelse.category.label
        if indeks is None:
            if len(etiketter) != 1:
                raise JsonstatFeil(f"Dimensjonen {navn} mangler rekkefølgen på kategoriene (category.index).")
            indeks = list(etiketter)
        if isinstance(indeks, dict):
            koder = sorted(indeks, key=indeks.__getitem__)
            gyldig = [indeks[kode] for kode in koder] == list(range(len(koder)))
        else:
            koder = indeks
            gyldig = len(set(koder)) == len(koder)
        if len(koder) != antall:
            raise JsonstatFeil(f"Dimensjonen {navn} har {len(koder)} kategorier, men size sier {antall}.")
        if not gyldig:
            raise JsonstatFeil(f"Dimensjonen {navn} har kategorier med samme plass eller hull i rekkefølgen.")
        tid = beskrivelse.extension.get("refperiod")
        dimensjoner.append(
            Dimensjon(
                navn,
                beskrivelse.label or navn,
                tuple(koder),
                tuple(etiketter.get(kode, kode) for kode in koder),
                {kode: str(verdi) for kode, verdi in tid.items()} if isinstance(tid, dict) else {},
            )
        )
    return tuple(dimensjoner)


def _les_verdier(value: dict[str, Any] | list[Any], antall: int) -> np.ndarray:
    if isinstance(value, list) and len(value) != antall:
        raise JsonstatFeil(f"Filen har {len(value)} verdier, men dimensjonene gir {antall} celler.")
    plasser = _plasser(value, antall, "value") if isinstance(value, dict) else np.arange(antall)
    try:
        tall = _TALL.validate_python(list(value.values()) if isinstance(value, dict) else value)
    except ValidationError as feil:
        detalj = feil.errors(include_url=False)[0]
        celle = int(plasser[detalj["loc"][0]])
        vist = str(detalj["input"])[:40]
        raise JsonstatFeil(f"Verdien i celle {celle} er ikke et tall: «{vist}».") from None
    verdi = np.full(antall, np.nan)
    verdi[plasser] = np.array(tall, dtype="float64")
    return verdi


def _les_status(status: dict[str, str | None] | list[str | None] | str | None, antall: int) -> np.ndarray:
    ut = np.full(antall, None, dtype=object)
    if isinstance(status, dict):
        ut[_plasser(status, antall, "status")] = np.array(list(status.values()), dtype=object)
    # A list of one element means the same status for every cell, as the one-string form does.
    elif isinstance(status, list) and len(status) not in (1, antall):
        raise JsonstatFeil(f"Filen har {len(status)} statuskoder, men dimensjonene gir {antall} celler.")
    else:
        ut[:] = status
    ut[ut == ""] = None
    return ut


def _plasser(celler: dict[str, Any], antall: int, felt: str) -> np.ndarray:
    nokler = np.array(list(celler), dtype=str)
    # Longer keys cannot be positions, and would not fit in an int64.
    feil = np.char.str_len(nokler) > 9
    tall = np.where(np.char.isdecimal(nokler) & ~feil, nokler, "-1").astype("int64")
    feil = feil | (tall < 0) | (tall >= antall) | (tall.astype(str) != nokler)
    if feil.any():
        vist = str(nokler[feil][0])[:40]
        raise JsonstatFeil(f"Feltet {felt} har nøkkelen «{vist}», som ikke er plassen til en av {antall} celler.")
    return tall


def _finn_dimensjoner(datasett: Datasett) -> dict[str, str]:
    # The file's own role first; names are wrapped in KOSTRA tables (KOKkommuneregion0000).
    kjennetegn = {
        "region": ("Region", "region", "geo"),
        "alder": ("Alder", "alder", ""),
        "tid": ("Tid", "tid", "time"),
        "innhold": ("ContentsCode", "contentscode", "metric"),
        "kjonn": ("Kjonn", "kjonn", ""),
    }
    ledige = [dimensjon.navn for dimensjon in datasett.dimensjoner]
    alle = _liste(ledige)
    funnet = {}
    for rolle, (vist, ord_i_navn, json_rolle) in kjennetegn.items():
        treff = [navn for navn in datasett.rolle.get(json_rolle, []) if navn in ledige]
        treff = treff or [navn for navn in ledige if ord_i_navn in navn.casefold().replace("ø", "o")]
        if treff:
            funnet[rolle] = treff[0]
            ledige.remove(treff[0])
        elif rolle != "kjonn":
            raise JsonstatFeil(
                f"Filen mangler dimensjonen {vist}. Den har {alle}. "
                "Hent befolkning etter region, ettårig alder og år fra tabell 11805 eller 07459."
            )
    if ledige:
        raise JsonstatFeil(f"Filen er også delt etter {_liste(ledige)}. Hent befolkningen uten den inndelingen.")
    return funnet


def _velg_personer(innhold: Dimensjon) -> str:
    if "Personer1" in innhold.koder:
        return "Personer1"
    par = list(zip(innhold.koder, innhold.etiketter, strict=True))
    treff = [kode for kode, etikett in par if etikett.casefold().startswith(("personer", "befolkning"))]
    if len(treff) != 1:
        raise JsonstatFeil(
            "Filen sier ikke hvilken statistikkvariabel som er antall personer. Den har "
            + _liste([f"{kode} ({etikett})" for kode, etikett in par])
            + "."
        )
    return treff[0]


def _velg_forskyvning(datasett: Datasett, referansetid: str) -> int:
    dato = re.match(r"\s*(1\.\s*(?:1\.|januar)|31\.\s*(?:12\.|desember))", referansetid + ".")
    fra_dato = None if dato is None else 0 if dato[1].startswith("31") else -1
    svar = {AARSFORSKYVNING.get(datasett.tabell or ""), fra_dato} - {None}
    if len(svar) != 1:
        raise JsonstatFeil(
            f"Filen (tabell {datasett.tabell or 'uten nummer'}) sier ikke entydig om innbyggerne er talt "
            "1.1. eller 31.12. Bruk tabell 11805 eller 07459."
        )
    return svar.pop()


def _regionregel(region: Dimensjon) -> Callable[[str], str | None]:
    def grunn(kode: str) -> str | None:
        if not re.fullmatch("(K-)?[0-9]{4}", kode):
            return "Regionen er ikke en kommune med firesifret nummer."
        if kode.startswith("K-") and kode.removeprefix("K-") in region.koder:
            return "Kommunen finnes også med sitt eget nummer i filen."
        return None

    return grunn


def _aldersregel(alder: Dimensjon) -> Callable[[str], str | None]:
    ettaarige = [int(kode) for kode in alder.koder if re.fullmatch("[0-9]{3}", kode)]
    aapne = sorted(int(kode[:3]) for kode in alder.koder if re.fullmatch(r"[0-9]{3}\+", kode))
    hoyeste = max(ettaarige, default=-1)
    # An open class below an age that is listed, or above a lower open class, would count people twice.
    brukt = next((nedre for nedre in aapne if nedre > max(hoyeste, LAVESTE_AAPNE_ALDER - 1)), None)

    def grunn(kode: str) -> str | None:
        if re.fullmatch("[0-9]{3}", kode):
            return None
        if not re.fullmatch(r"[0-9]{3}\+", kode):
            return "Alderen er ikke ettårig."
        if int(kode[:3]) != brukt:
            return "Den åpne aldersklassen overlapper andre aldre eller er for vid."
        return None

    return grunn


def _kjonnsregel(kjonn: Dimensjon) -> Callable[[str], str | None]:
    par = zip(kjonn.koder, kjonn.etiketter, strict=True)
    totaler = [k for k, navn in par if k == "0" or navn.casefold().startswith(("begge", "i alt", "alle"))]
    if not totaler and set(kjonn.koder) != {"1", "2"}:
        raise JsonstatFeil(f"Filen har kjønn {_liste(list(kjonn.koder))}, men må ha både 1 og 2, summen eller ingen.")
    brukt = totaler[:1] or ["1", "2"]
    return lambda kode: None if kode in brukt else "Kjønnet inngår i summen for begge kjønn."


def _legg_sammen(datasett: Datasett, deler: np.ndarray) -> tuple[pa.Array, pa.Array]:
    verdi, status = datasett.verdi[deler], datasett.status[deler]
    verdi = np.where(np.isnan(verdi) & (status == "-"), 0, verdi)
    for symbol in STATUS_UTEN_TALL:
        verdi[status == symbol] = np.nan
    ugyldig = ~np.isnan(verdi) & ((verdi < 0) | (verdi > MAKS_INNBYGGERE) | (verdi != np.floor(verdi)))
    if ugyldig.any():
        celle, tall = deler[ugyldig][0], verdi[ugyldig][0]
        raise JsonstatFeil(f"Verdien i celle {celle} er {tall:g}, som ikke er et mulig antall personer.")
    summer = verdi.sum(axis=1)
    mangler = np.isnan(summer)

    # A sum is nil only where every part is; any other status of a part is the sum's.
    ut = np.where((status == "-").all(axis=1), "-", None)
    symboler = set(status.ravel()) - {None, "-"}
    for symbol in (*sorted(symboler - set(STATUS_UTEN_TALL)), *reversed(STATUS_UTEN_TALL)):
        ut[(status == symbol).any(axis=1)] = symbol
    return pa.array(np.where(mangler, 0, summer).astype("int64"), mask=mangler), pa.array(ut, pa.string())


def _liste(ord_: list[str]) -> str:
    # 07459 without a selection has a thousand regions; a message with all of them helps nobody.
    vist = ord_ if len(ord_) <= 12 else [*ord_[:12], f"{len(ord_) - 12} til"]
    return " og ".join([", ".join(vist[:-1]), vist[-1]] if len(vist) > 1 else vist)
