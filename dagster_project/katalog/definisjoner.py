"""The catalogue as data: what the seeds declare, typed, and checked as a whole before anything uses it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from dagster_project.seeds import read_seed

Rader = Sequence[Mapping[str, str]]

KILDETABELL = {
    "11F": "int_mottaker_aar",
    "11CF": "int_kvp_deltaker_aar",
    "0A": "int_regnskap_begrep",
    "befolkning": "int_befolkning",
}
"""The dbt model each kind of source is counted from."""

KILDETEKST = {"11F": "KOSTRA 11F", "11CF": "KOSTRA 11CF", "0A": "KOSTRA 0A", "befolkning": "SSB 11805"}
KONSTANT = "konstant"
PERSONKILDER = ("11F", "11CF")
"""Sources with one record a person: their figures must say how many persons are behind them."""

GRUPPER = {
    "mottakere": "Mottakere",
    "befolkning": "Mottakere i forhold til befolkningen",
    "stonadslengde": "Stønadslengde",
    "livssituasjon": "Inntekt, bolig og livssituasjon",
    "familie": "Familie og barn",
    "belop": "Beløp",
    "vilkaar": "Vilkår og sanksjoner",
    "kvp": "Kvalifiseringsprogrammet",
    "regnskap": "Regnskap",
}
ENHETER = ("antall", "prosent", "maaneder", "kr", "per 1000")
KONFIDENS = ("S", "A", "I")
TALL, FORDELING = "tall", "fordeling"
KATEGORI = "{kategori}"
"""Stands for the category's code in the denominator of a distribution that has one per category."""
UOPPGITT, UKJENT = "uoppgitt", "ukjent"

_ID = re.compile(r"[a-z][a-z0-9_]*")


class KatalogFeil(ValueError):
    """The seeds contradict themselves; `feil` holds every fault, in Norwegian, one line each."""

    def __init__(self, feil: Sequence[str]) -> None:
        self.feil = tuple(feil)
        super().__init__("Indikatorkatalogen har feil:\n" + "\n".join(f"- {linje}" for linje in self.feil))


@dataclass(frozen=True)
class Grunntall:
    """A base figure per kommunenummer and rapporteringsaar: one aggregate over one source.

    `personer_uttrykk` counts the persons behind the figure, and is empty for public figures. Expressions over a form
    meet a single row of nulls where there was nothing to report, so they count `linje` and not rows.
    """

    grunntall_id: str
    kilde: str
    uttrykk: str
    personer_uttrykk: str
    enhet: str
    tekst: str


@dataclass(frozen=True)
class Indikator:
    """One indicator, of type `tall` (faktor * teller / nevner) or `fordeling` (only a `Fordeling`).

    An indicator of type `tall` may have a `Fordeling` as well, under the same id.
    """

    indikator_id: str
    navn: str
    gruppe: str
    type: str
    formel: str
    teller: str
    nevner: str
    faktor: int
    teller_tekst: str
    nevner_tekst: str
    enhet: str
    desimaler: int
    kilde: str
    konfidens: str
    gyldig_fra_aar: int
    gyldig_til_aar: int | None
    merknad: str


@dataclass(frozen=True)
class Fordeling:
    """One distribution per kommunenummer and rapporteringsaar over the codes of a kodeliste.

    `kategori_uttrykk` is evaluated per record (`unnest` where a person may be in several categories);
    `kode_uttrykk` turns its result, `kategori`, into the code of the list.
    Units: `enhet` is that of the figure itself, a count or kroner, not of its share of `nevner`.
    """

    indikator_id: str
    kilde: str
    kategori_uttrykk: str
    kode_uttrykk: str
    filter: str
    verdi_uttrykk: str
    personer_uttrykk: str
    nevner: str
    liste: str
    flere_per_person: str
    enhet: str
    merknad: str


@dataclass(frozen=True)
class Kode:
    """One category of a kodeliste, with the reporting years its wording is valid for."""

    liste: str
    kode: str
    navn: str
    gyldig_fra_aar: int
    gyldig_til_aar: int | None
    sortering: int

    def gjelder(self, aar: int) -> bool:
        """Tell whether the code may be used in that reporting year."""
        return self.gyldig_fra_aar <= aar <= (self.gyldig_til_aar or aar)


@dataclass(frozen=True)
class IkkeMulig:
    """An indicator our sources cannot give, and what it would take."""

    indikator_id: str
    navn: str
    krever: str
    begrunnelse: str


@dataclass(frozen=True)
class AnnenTabell:
    """An indicator with a table of its own, and not among those of `bi.ind_kostra`."""

    indikator_id: str
    navn: str
    tabell: str
    formel: str
    enhet: str
    kilde: str
    konfidens: str
    eksempel: str


@dataclass(frozen=True)
class Eksempel:
    """A figure of the example municipality in tests/golden/eksempelkommune, worked out by hand.

    Units: `verdi` is rounded to four decimals, half away from zero.
    """

    indikator_id: str
    kategori_kode: str
    utregning: str
    teller: Decimal
    nevner: Decimal | None
    verdi: Decimal


@dataclass(frozen=True)
class Katalog:
    """Everything the seeds declare about indicators, in the order of the seeds."""

    grunntall: tuple[Grunntall, ...]
    indikatorer: tuple[Indikator, ...]
    fordelinger: tuple[Fordeling, ...]
    koder: tuple[Kode, ...]
    ikke_mulige: tuple[IkkeMulig, ...]
    i_andre_tabeller: tuple[AnnenTabell, ...]
    eksempler: tuple[Eksempel, ...]

    def finn_grunntall(self, grunntall_id: str) -> Grunntall | None:
        """Return the base figure with that id, or None."""
        return next((item for item in self.grunntall if item.grunntall_id == grunntall_id), None)

    def finn_fordeling(self, indikator_id: str) -> Fordeling | None:
        """Return the distribution of that indicator, or None where it has none."""
        return next((item for item in self.fordelinger if item.indikator_id == indikator_id), None)

    def kategorier(self, liste: str, aar: int) -> tuple[Kode, ...]:
        """Return the categories of a list that are valid in a reporting year, in their order."""
        koder = (kode for kode in self.koder if kode.liste == liste and kode.gjelder(aar))
        return tuple(sorted(koder, key=lambda kode: kode.sortering))

    def eksempler_for(self, indikator_id: str) -> tuple[Eksempel, ...]:
        """Return the worked examples of an indicator; the figure itself first, then its categories."""
        eksempler = [item for item in self.eksempler if item.indikator_id == indikator_id]
        return tuple(sorted(eksempler, key=lambda item: item.kategori_kode != ""))


SEEDS = {
    "grunntall": Grunntall,
    "indikator": Indikator,
    "fordeling": Fordeling,
    "kodeliste": Kode,
    "indikator_ikke_mulig": IkkeMulig,
    "indikator_annen_tabell": AnnenTabell,
    "indikator_eksempel": Eksempel,
}
"""The seeds of the catalogue, and what a row of each becomes."""


def les_katalog() -> Katalog:
    """Read and check the catalogue in `seeds/`.

    Raises:
        KatalogFeil: if the seeds contradict themselves; all faults at once.
    """
    return bygg_katalog({navn: read_seed(navn) for navn in SEEDS})


def bygg_katalog(rader: Mapping[str, Rader]) -> Katalog:
    """Build the catalogue from the rows of the seeds named in SEEDS, all values as text.

    Raises:
        KatalogFeil: if a number cannot be read, or the parts do not fit together; all faults at once.
    """
    if feil := _feil_i_form(rader):
        raise KatalogFeil(feil)
    leser = _Leser()
    katalog = Katalog(
        tuple(Grunntall(**rad) for rad in rader["grunntall"]),
        tuple(leser.indikator(rad) for rad in rader["indikator"]),
        tuple(Fordeling(**rad) for rad in rader["fordeling"]),
        tuple(leser.kode(rad) for rad in rader["kodeliste"]),
        tuple(IkkeMulig(**rad) for rad in rader["indikator_ikke_mulig"]),
        tuple(AnnenTabell(**rad) for rad in rader["indikator_annen_tabell"]),
        tuple(leser.eksempel(rad) for rad in rader["indikator_eksempel"]),
    )
    feil = [
        *leser.feil,
        *_feil_i_grunntall(katalog),
        *_feil_i_indikatorer(katalog),
        *_feil_i_fordelinger(katalog),
        *_feil_i_kodelister(katalog),
        *_feil_i_eksempler(katalog),
    ]
    if feil:
        raise KatalogFeil(feil)
    return katalog


def _feil_i_form(rader: Mapping[str, Rader]) -> list[str]:
    """Find rows with other columns than the seed should have; a comma without quotes makes one too many."""
    feil = []
    for navn, klasse in SEEDS.items():
        kolonner = {felt.name for felt in fields(klasse)}
        for nummer, rad in enumerate(rader[navn], 2):
            if not (set(rad) - {None} >= kolonner and None not in rad and None not in rad.values()):
                feil.append(
                    f"seeds/{navn}.csv, linje {nummer}: raden har ikke kolonnene {', '.join(sorted(kolonner))}."
                )
    return feil


class _Leser:
    """Read typed values and gather what could not be read instead of stopping at the first."""

    def __init__(self) -> None:
        self.feil: list[str] = []

    def _heltall(self, rad: Mapping[str, str], felt: str, hvem: str) -> int:
        if re.fullmatch(r"\d+", rad[felt]):
            return int(rad[felt])
        self.feil.append(f"{hvem}: {felt} er «{rad[felt]}», skal være et helt tall.")
        return 0

    def _aar_eller_tomt(self, rad: Mapping[str, str], felt: str, hvem: str) -> int | None:
        return self._heltall(rad, felt, hvem) if rad[felt] else None

    def _desimaltall(self, rad: Mapping[str, str], felt: str, hvem: str) -> Decimal:
        try:
            return Decimal(rad[felt])
        except InvalidOperation:
            self.feil.append(f"{hvem}: {felt} er «{rad[felt]}», skal være et tall med desimalpunktum.")
            return Decimal(0)

    def indikator(self, rad: Mapping[str, str]) -> Indikator:
        hvem = f"indikator {rad['indikator_id']}"
        tall = {felt: self._heltall(rad, felt, hvem) for felt in ("faktor", "desimaler", "gyldig_fra_aar")}
        til = self._aar_eller_tomt(rad, "gyldig_til_aar", hvem)
        return Indikator(**{**rad, **tall, "gyldig_til_aar": til})

    def kode(self, rad: Mapping[str, str]) -> Kode:
        hvem = f"kodeliste {rad['liste']}, kode {rad['kode']}"
        return Kode(
            rad["liste"],
            rad["kode"],
            rad["navn"],
            self._heltall(rad, "gyldig_fra_aar", hvem),
            self._aar_eller_tomt(rad, "gyldig_til_aar", hvem),
            self._heltall(rad, "sortering", hvem),
        )

    def eksempel(self, rad: Mapping[str, str]) -> Eksempel:
        hvem = f"eksempel for {rad['indikator_id']}"
        return Eksempel(
            rad["indikator_id"],
            rad["kategori_kode"],
            rad["utregning"],
            self._desimaltall(rad, "teller", hvem),
            self._desimaltall(rad, "nevner", hvem) if rad["nevner"] else None,
            self._desimaltall(rad, "verdi", hvem),
        )


def _feil_i_ider(hva: str, ider: Iterable[str]) -> list[str]:
    antall = Counter(ider)
    return [
        *(f"{hva} {navn} er oppført {ganger} ganger." for navn, ganger in antall.items() if ganger > 1),
        *(
            f"{hva} «{navn}»: id-en skal ha små bokstaver, sifre og understrek."
            for navn in antall
            if not _ID.fullmatch(navn)
        ),
    ]


def _utenfor(hvem: str, felt: str, verdi: str, lovlige: Iterable[str]) -> list[str]:
    lovlige = tuple(lovlige)
    return [] if verdi in lovlige else [f"{hvem}: {felt} «{verdi}» er ikke blant {', '.join(lovlige)}."]


def _feil_i_grunntall(katalog: Katalog) -> list[str]:
    feil = _feil_i_ider("grunntall", (item.grunntall_id for item in katalog.grunntall))
    brukt = {item.teller for item in katalog.indikatorer} | {item.nevner for item in katalog.indikatorer}
    brukt |= {nevner for item in katalog.fordelinger for nevner in _nevnere(katalog, item)}
    for item in katalog.grunntall:
        hvem = f"grunntall {item.grunntall_id}"
        if item.kilde in PERSONKILDER and re.search(r"count\(\*\)(?! filter)", item.uttrykk + item.personer_uttrykk):
            feil.append(f"{hvem}: bruk count(linje) i stedet for count(*) uten filter, ellers telles tomme skjema.")
        feil += _utenfor(hvem, "kilde", item.kilde, (*KILDETABELL, KONSTANT))
        feil += _utenfor(hvem, "enhet", item.enhet, ENHETER)
        if not item.uttrykk or not item.tekst:
            feil.append(f"{hvem}: uttrykk og tekst må fylles ut.")
        if (item.kilde in PERSONKILDER) != bool(item.personer_uttrykk):
            skal = "skal fylles ut" if item.kilde in PERSONKILDER else "skal være tomt"
            feil.append(f"{hvem}: personer_uttrykk {skal} når kilden er {item.kilde}.")
        if item.grunntall_id not in brukt:
            feil.append(f"{hvem} brukes ikke av noen indikator.")
    return feil


def _feil_i_indikatorer(katalog: Katalog) -> list[str]:
    umulige = {item.indikator_id for item in katalog.ikke_mulige}
    feil = _feil_i_ider("indikator", (item.indikator_id for item in katalog.indikatorer))
    feil += _feil_i_ider("ikke mulig indikator", (item.indikator_id for item in katalog.ikke_mulige))
    for annen in katalog.i_andre_tabeller:
        hvem = f"indikator {annen.indikator_id}"
        feil += _utenfor(hvem, "enhet", annen.enhet, ENHETER)
        feil += _utenfor(hvem, "konfidens", annen.konfidens, KONFIDENS)
        if annen.indikator_id in umulige | {item.indikator_id for item in katalog.indikatorer}:
            feil.append(f"{hvem} er oppført to steder.")
    for item in katalog.indikatorer:
        hvem = f"indikator {item.indikator_id}"
        feil += _utenfor(hvem, "gruppe", item.gruppe, GRUPPER)
        feil += _utenfor(hvem, "type", item.type, (TALL, FORDELING))
        feil += _utenfor(hvem, "enhet", item.enhet, ENHETER)
        feil += _utenfor(hvem, "konfidens", item.konfidens, KONFIDENS)
        if item.indikator_id in umulige:
            feil.append(f"{hvem} er også oppført som ikke mulig.")
        tomme = [felt for felt in ("navn", "formel", "teller_tekst", "kilde") if not getattr(item, felt)]
        if tomme:
            feil.append(f"{hvem}: {', '.join(tomme)} må fylles ut.")
        if item.faktor < 1:
            feil.append(f"{hvem}: faktor skal være 1 eller mer.")
        if item.gyldig_til_aar is not None and item.gyldig_til_aar < item.gyldig_fra_aar:
            feil.append(f"{hvem}: gyldig_til_aar {item.gyldig_til_aar} er før gyldig_fra_aar {item.gyldig_fra_aar}.")
        feil += _feil_i_tall(katalog, item) if item.type == TALL else _feil_i_fordelt(katalog, item)
    return feil


def _feil_i_tall(katalog: Katalog, item: Indikator) -> list[str]:
    hvem = f"indikator {item.indikator_id}"
    feil = []
    ider = [item.teller, item.nevner] if item.nevner else [item.teller]
    funnet = [katalog.finn_grunntall(navn) for navn in ider]
    feil += [
        f"{hvem}: grunntallet «{navn}» finnes ikke."
        for navn, grunntall in zip(ider, funnet, strict=True)
        if grunntall is None
    ]
    if bool(item.nevner) != bool(item.nevner_tekst):
        feil.append(f"{hvem}: nevner og nevner_tekst skal enten begge fylles ut eller begge være tomme.")
    if not item.nevner and item.faktor != 1:
        feil.append(f"{hvem}: faktor skal være 1 når indikatoren ikke har nevner.")
    if None not in funnet:
        kilder = dict.fromkeys(KILDETEKST[g.kilde] for g in funnet if g is not None and g.kilde in KILDETEKST)
        if item.kilde != "; ".join(kilder):
            feil.append(f"{hvem}: kilde er «{item.kilde}», men teller og nevner kommer fra {'; '.join(kilder)}.")
    return feil


def _feil_i_fordelt(katalog: Katalog, item: Indikator) -> list[str]:
    hvem = f"indikator {item.indikator_id}"
    feil = []
    if item.teller or item.nevner:
        feil.append(f"{hvem}: teller og nevner til en fordeling står i seeds/fordeling.csv, ikke her.")
    if katalog.finn_fordeling(item.indikator_id) is None:
        feil.append(f"{hvem} er en fordeling, men mangler i seeds/fordeling.csv.")
    return feil


def _nevnere(katalog: Katalog, fordeling: Fordeling) -> set[str]:
    """Return the base figures a distribution may be divided by.

    Where there is one per category, a category may lack it: nobody can say how many inhabitants have no age.
    """
    if KATEGORI not in fordeling.nevner:
        return {fordeling.nevner} if fordeling.nevner else set()
    koder = {kode.kode for kode in katalog.koder if kode.liste == fordeling.liste}
    mulige = {fordeling.nevner.replace(KATEGORI, kode) for kode in koder}
    return {item.grunntall_id for item in katalog.grunntall} & mulige


def _feil_i_fordelinger(katalog: Katalog) -> list[str]:
    feil = _feil_i_ider("fordeling", (item.indikator_id for item in katalog.fordelinger))
    indikatorer = {item.indikator_id for item in katalog.indikatorer}
    lister = {kode.liste for kode in katalog.koder}
    for item in katalog.fordelinger:
        hvem = f"fordeling {item.indikator_id}"
        feil += _utenfor(hvem, "kilde", item.kilde, PERSONKILDER)
        feil += _utenfor(hvem, "enhet", item.enhet, ENHETER)
        feil += _utenfor(hvem, "flere_per_person", item.flere_per_person, ("ja", "nei"))
        if item.indikator_id not in indikatorer:
            feil.append(f"{hvem} mangler i seeds/indikator.csv.")
        if item.liste not in lister:
            feil.append(f"{hvem}: kodelisten «{item.liste}» finnes ikke.")
        felter = ("kategori_uttrykk", "kode_uttrykk", "verdi_uttrykk", "personer_uttrykk")
        tomme = [felt for felt in felter if not getattr(item, felt)]
        if tomme:
            feil.append(f"{hvem}: {', '.join(tomme)} må fylles ut.")
        nevnere = _nevnere(katalog, item)
        if item.nevner and (not nevnere or not all(map(katalog.finn_grunntall, nevnere))):
            feil.append(f"{hvem}: nevneren «{item.nevner}» finnes ikke blant grunntallene.")
    return feil


def _feil_i_kodelister(katalog: Katalog) -> list[str]:
    """Find codes of the lists in use whose years overlap: a record would be counted once for each."""
    i_bruk = {item.liste for item in katalog.fordelinger}
    feil = []
    perioder: dict[tuple[str, str], list[Kode]] = {}
    for kode in katalog.koder:
        if kode.liste in i_bruk:
            perioder.setdefault((kode.liste, kode.kode), []).append(kode)
    for (liste, kode), like in perioder.items():
        like.sort(key=lambda item: item.gyldig_fra_aar)
        for forste, neste in pairwise(like):
            if forste.gjelder(neste.gyldig_fra_aar):
                feil.append(f"kodeliste {liste}, kode {kode} gjelder to ganger i {neste.gyldig_fra_aar}.")
        if kode == UKJENT:
            feil.append(f"kodeliste {liste}: koden {UKJENT} er forbeholdt koder som ikke står i listen.")
    return feil


def _feil_i_eksempler(katalog: Katalog) -> list[str]:
    feil = []
    indikatorer = {item.indikator_id: item for item in katalog.indikatorer}
    sett = Counter((item.indikator_id, item.kategori_kode) for item in katalog.eksempler)
    feil += [f"eksempel for {' '.join(nokkel).strip()} er oppført {n} ganger." for nokkel, n in sett.items() if n > 1]
    feil += [
        f"indikator {item.indikator_id} mangler eksempel."
        for item in katalog.indikatorer
        if item.type == TALL and (item.indikator_id, "") not in sett
    ]
    fordelt = {indikator_id for indikator_id, kategori in sett if kategori}
    feil += [
        f"fordeling {item.indikator_id} mangler eksempel på en kategori."
        for item in katalog.fordelinger
        if item.indikator_id not in fordelt
    ]
    for item in katalog.eksempler:
        hvem = f"eksempel for {item.indikator_id}"
        fordeling = katalog.finn_fordeling(item.indikator_id)
        if item.indikator_id not in indikatorer:
            feil.append(f"{hvem}: indikatoren finnes ikke.")
        elif item.kategori_kode and fordeling is None:
            feil.append(f"{hvem}: indikatoren har ingen fordeling.")
        elif fordeling is not None and item.kategori_kode:
            koder = {kode.kode for kode in katalog.koder if kode.liste == fordeling.liste}
            if item.kategori_kode not in koder:
                feil.append(f"{hvem}: kategorien «{item.kategori_kode}» står ikke i {fordeling.liste}.")
        if not item.utregning:
            feil.append(f"{hvem}: utregning må fylles ut.")
    return feil
