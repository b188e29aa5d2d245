"""What the reports read of a published database: one set-based query per subject, for all municipalities and months.

A report is then made by looking up, so a whole set of reports costs one reading. The file is opened read-only and
closed again: a reader never holds up the run that publishes the next one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import duckdb

from dagster_project import formater
from dagster_project.feil import Brukerfeil
from dagster_project.rapport.innhold import Tomt

T = TypeVar("T")
Tall = int | float | Decimal
Serie = Mapping[date, Tall | Tomt]
"""A number for each month (or year, as its first day) there is a row of. A month without a row is not known."""

INGEN: Serie = {}
"""The series of what is never published."""

BELOP = "belop"
ANTALL = "antall"
PER_MOTTAKER = "per_mottaker"
PER_MOTTAKER_FAST = "per_mottaker_fast"


@dataclass(frozen=True)
class Indikator:
    """A definition, from bi.indikator or bi.maanedsindikator."""

    indikator_id: str
    navn: str
    enhet: str
    formel: str
    teller: str | None
    nevner: str | None
    kilde: str
    desimaler: int
    konfidens: str
    merknad: str | None


@dataclass(frozen=True)
class Funn:
    """One row of bi.avvik_periodisering; `belop` is None when nobody knows how much is missing."""

    maaned: date
    serie: str
    aarsak: str
    motpart: date | None
    belop: Decimal | None
    andel: float | None
    alvor: str
    forklaring: str
    kvittert: bool
    kvittert_av: str | None
    kvittert_tekst: str | None


@dataclass(frozen=True)
class Budsjett:
    """One row of bi.budsjett_maaned. Kroner, and percent from bi."""

    regnskap_hittil: Decimal | None
    budsjett_hittil: Decimal | None
    avvik_hittil: float | None
    budsjett_aar: Decimal | None
    prognose: Decimal | None
    prognose_lav: Decimal | None
    prognose_hoy: Decimal | None
    avvik_prognose: float | None


@dataclass(frozen=True)
class Leveranse:
    """One row of bi.leveranse."""

    leveranse_id: str
    kilde: str
    objekt: str
    filnavn: str
    fra: date | None
    til: date | None
    mottatt: datetime
    lest: int | None
    godtatt: int | None
    karantene: int | None
    sumlinje: int | None
    status: str
    erstatter: str | None


@dataclass(frozen=True)
class Kontrollert:
    """How many of SSB's controls the files of a form and a year have been through.

    `feiler_uansett` where SSB's program gives them an error whatever anybody does.
    """

    kontroller: int
    feiler_uansett: bool


@dataclass(frozen=True)
class Kontroll:
    """A control that found something in the files of a form and a year. `antall` is of findings."""

    skjema: str
    regel: str
    tittel: str
    alvor: str
    antall: Tall | Tomt
    gjor: str


@dataclass(frozen=True)
class Sammenligning:
    """One row of bi.kostra_sammenligning: a number SSB has published."""

    region: str
    region_type: str
    aar: int
    tabell: str
    variabel: str
    navn: str
    verdi: Tall | Tomt


def synlig(verdi: object) -> bool:
    """Return whether there is a number."""
    return verdi is not None and not isinstance(verdi, Tomt)


class Publisert:
    """The figures of a published database, read once.

    With `kommuner` only theirs are read, and the KOSTRA figures of all, which they are compared with.

    Raises:
        Brukerfeil: when there is no published database, or it is not one.
    """

    def __init__(self, fil: Path, kommuner: Collection[str] | None = None) -> None:
        if not fil.is_file():
            raise Brukerfeil(f"Det er ikke publisert noe ennå: {fil.name} finnes ikke. Kjør «stonad kjor» først.")
        try:
            with duckdb.connect(str(fil), read_only=True) as con:
                self._les(con, sorted(kommuner) if kommuner is not None else None)
        except duckdb.CatalogException as feil:
            raise Brukerfeil(
                f"{fil.name} har ikke tabellene rapporten leser. Kjør «stonad kjor», så blir den publisert på nytt."
            ) from feil
        except duckdb.IOException as feil:
            raise Brukerfeil(f"{fil.name} kan ikke leses som en publisert database.") from feil

    def _les(self, con: duckdb.DuckDBPyConnection, kommuner: list[str] | None) -> None:
        les = _Leser(con, kommuner)
        self.kommuner = dict(con.execute("select kommunenummer, kommunenavn from bi.kommune order by 1").fetchall())
        (self.publisert, self.datagrunnlag_til) = con.execute(
            "select publisert, datagrunnlag_til from bi.kontrakt"
        ).fetchone()
        self.indikatorer = les.indikatorer("bi.indikator")
        self.maanedsindikatorer = les.indikatorer("bi.maanedsindikator")
        self._maanedstall = les.serier("bi.ind_maaned", "kommunenummer, indikator_id, populasjon", "maaned", "verdi")
        arter = "kommunenummer, grunnlag, stonadsart, stonadsform"
        self._utgift = les.serier("bi.fct_utgift_maaned", arter, "maaned", "belop_nok")
        self._per_mottaker = {
            (*nokkel, navn): serie
            for navn, kolonne in (
                (BELOP, "belop_nok"),
                (ANTALL, "mottaker_antall"),
                (PER_MOTTAKER, "utbetaling_per_mottaker_nok"),
                (PER_MOTTAKER_FAST, "utbetaling_per_mottaker_fast_nok"),
            )
            for nokkel, serie in les.serier(
                "bi.ind_utbetaling_per_mottaker", "kommunenummer, grunnlag, populasjon", "maaned", kolonne
            ).items()
        }
        self._lengde = les.serier(
            "bi.ind_stonadslengde",
            "kommunenummer, periode_type, definisjon, populasjon",
            "periode",
            "verdi_maaneder",
        )
        self._avstemming = les.serier(
            "bi.avstemming",
            "kommunenummer, fra_kilde, til_kilde, stonadsform, aarsak",
            "maaned",
            "belop_nok",
            skjermet="false",
        )
        self.kostra, self.kostra_status = _kostra(con)
        self._funn = les.rader("bi.avvik_periodisering", Funn, _FUNN, "maaned, serie, aarsak, motpart_maaned")
        self._leveranser = les.rader("bi.leveranse", Leveranse, _LEVERANSE, "objekt, fra, mottatt, leveranse_id")
        self._budsjett = les.oppslag("bi.budsjett_maaned", ("maaned", "omraade"), Budsjett, _BUDSJETT)
        self._kontrollert = les.oppslag(
            _KONTROLLERT, ("rapporteringsaar", "skjema"), Kontrollert, "antall, feiler_uansett"
        )
        self._kontrollfunn = les.rader(_KONTROLLFUNN, _kontrollfunn, _KONTROLL, "rapporteringsaar, skjema, rekkefolge")
        self._tilbakeholdt = les.oppslag("bi.tilbakeholdt", ("maaned",), str, "forklaring")
        self._maal = les.oppslag("bi.periodisering_maal", ("grunnlag", "utvalg"), _verdi_eller_ukjent, "korrelasjon")
        self.kpi = dict(con.execute("select maaned, faktor from bi.kpi where faktor is not null").fetchall())
        basis = con.execute("select max(basismaaned) from bi.kpi where faktor is not null").fetchone()
        self.basismaaned: date | None = basis[0]
        self.sammenligning = _sammenligning(con)
        self._maaneder = _maaneder(con)

    def maaneder(self, kommunenummer: str) -> tuple[date, ...]:
        """Return the months there can be a report of, in order.

        They are the months with published figures; of a municipality with KOSTRA figures only, December of each year.
        """
        maaneder = self._maaneder.get(kommunenummer, ())
        if maaneder:
            return maaneder
        return tuple(date(aar, 12, 1) for aar in sorted(self.kostra.get(kommunenummer, {})))

    def med_rapport(self) -> tuple[str, ...]:
        """Return the municipalities there can be a report of, in order."""
        return tuple(nummer for nummer in self.kommuner if self.maaneder(nummer))

    def maanedstall(self, kommunenummer: str, indikator_id: str, populasjon: str = "alle") -> Serie:
        """Return one monthly indicator of bi.ind_maaned."""
        return self._maanedstall.get((kommunenummer, indikator_id, populasjon), INGEN)

    def utgift(self, kommunenummer: str, grunnlag: str, stonadsart: str, stonadsform: str) -> Serie:
        """Return kroner of bi.fct_utgift_maaned. A month without a row has none of the kind, if it is delivered."""
        return self._utgift.get((kommunenummer, grunnlag, stonadsart, stonadsform), INGEN)

    def per_mottaker(self, kommunenummer: str, grunnlag: str, populasjon: str, hva: str) -> Serie:
        """Return a number of bi.ind_utbetaling_per_mottaker; `hva` is BELOP, ANTALL, PER_MOTTAKER or the fixed one."""
        return self._per_mottaker.get((kommunenummer, grunnlag, populasjon, hva), INGEN)

    def lengde(self, kommunenummer: str, periode_type: str, definisjon: str, populasjon: str = "alle") -> Serie:
        """Return months of bi.ind_stonadslengde, by the first day of the period."""
        return self._lengde.get((kommunenummer, periode_type, definisjon, populasjon), INGEN)

    def avstemming(self, kommunenummer: str, fra: str, til: str, form: str, aarsak: str) -> Serie:
        """Return kroner of bi.avstemming for one cause, or `fra`, `til` and `uforklart`."""
        return self._avstemming.get((kommunenummer, fra, til, form, aarsak), INGEN)

    def funn(self, kommunenummer: str) -> tuple[Funn, ...]:
        """Return the municipality's rows of bi.avvik_periodisering, by month."""
        return self._funn.get(kommunenummer, ())

    def leveranser(self, kommunenummer: str) -> tuple[Leveranse, ...]:
        """Return the municipality's rows of bi.leveranse."""
        return self._leveranser.get(kommunenummer, ())

    def kontrollert(self, kommunenummer: str) -> dict[tuple[int, str], Kontrollert]:
        """Return what SSB's controls have been through, by year and form; what has not been is not there."""
        return self._kontrollert.get(kommunenummer, {})

    def kontrollfunn(self, kommunenummer: str, aar: int) -> tuple[Kontroll, ...]:
        """Return the controls that found something in the files of a year, by form in the order of SSB's program."""
        return tuple(funn for ett, funn in self._kontrollfunn.get(kommunenummer, ()) if ett == aar)

    def budsjett(self, kommunenummer: str, maaned: date, omraade: str) -> Budsjett | None:
        """Return the row of bi.budsjett_maaned, if there is one."""
        return self._budsjett.get(kommunenummer, {}).get((maaned, omraade))

    def tilbakeholdt(self, kommunenummer: str) -> dict[date, str]:
        """Return the months that are held back, and why."""
        return {maaned: tekst for (maaned,), tekst in sorted(self._tilbakeholdt.get(kommunenummer, {}).items())}

    def maal(self, kommunenummer: str, grunnlag: str, utvalg: str) -> Tall | Tomt:
        """Return the correlation of bi.periodisering_maal, from -1 to 1."""
        return self._maal.get(kommunenummer, {}).get((grunnlag, utvalg), Tomt.UKJENT)

    def kostra_verdi(self, kommunenummer: str, aar: int, indikator_id: str) -> Tall | Tomt:
        """Return a KOSTRA indicator of bi.ind_kostra."""
        return self.kostra.get(kommunenummer, {}).get(aar, {}).get(indikator_id, Tomt.UKJENT)

    def i_faste_priser(self, serie: Serie) -> Serie:
        """Return kroner of the months in kroner of bi.kpi's base month; a month without a price index is unknown."""
        return {
            maaned: _fast(belop, self.kpi.get(maaned)) if not isinstance(belop, Tomt) else belop
            for maaned, belop in serie.items()
        }

    def krev(self, kommunenummer: str, maaned: date) -> None:
        """Make sure that there can be a report.

        Raises:
            Brukerfeil: when there cannot, with what there is instead.
        """
        if kommunenummer not in self.kommuner:
            kjente = formater.oppramsing(f"{navn} ({nummer})" for nummer, navn in self.kommuner.items())
            raise Brukerfeil(f"Kommune {kommunenummer} er ikke i varehuset. Det har {kjente or 'ingen kommuner'}.")
        navn = f"{self.kommuner[kommunenummer]} ({kommunenummer})"
        maaneder = self.maaneder(kommunenummer)
        finnes = _finnes(maaneder)
        grunn = self.tilbakeholdt(kommunenummer).get(maaned)
        if grunn is not None:
            raise Brukerfeil(
                f"{formater.maaned(maaned).capitalize()} er holdt tilbake for {navn}. {grunn} Rett leveransen, eller "
                f"kvitter ut funnet med «stonad kvitter», og kjør «stonad kjor» på nytt. {finnes}"
            )
        if maaned not in maaneder:
            raise Brukerfeil(f"Det er ikke publisert noen tall for {navn} i {formater.maaned(maaned)}. {finnes}")


_NEVNES = 6
"""So many months are listed one by one."""


def _finnes(maaneder: tuple[date, ...]) -> str:
    if not maaneder:
        return "Kommunen har ingen publiserte måneder."
    if len(maaneder) <= _NEVNES:
        return f"Det finnes rapport for {formater.oppramsing(map(formater.maaned, maaneder))}."
    return f"Det finnes rapport for måneder fra {formater.maaned(maaneder[0])} til {formater.maaned(maaneder[-1])}."


_FUNN = (
    "maaned, serie, aarsak, motpart_maaned, belop_nok, andel_av_maaned_pst, alvor, forklaring, kvittert, kvittert_av, "
    "kvittert_tekst"
)
_LEVERANSE = (
    "leveranse_id, kilde, objekt, filnavn, fra, til, mottatt, rader_lest, rader_godtatt, rader_karantene, "
    "rader_sumlinje, status, erstatter_leveranse_id"
)
# A form may be delivered in parts, of a district or a quarter.
_KONTROLLERT = """(
    select
        kommunenummer,
        rapporteringsaar,
        skjema,
        count(distinct regel) as antall,
        bool_or(gis_uansett) as feiler_uansett
    from bi.kostra_kontroll
    group by kommunenummer, rapporteringsaar, skjema
)"""
_KONTROLLFUNN = """(
    select
        kommunenummer,
        rapporteringsaar,
        skjema,
        regel,
        rekkefolge,
        tittel,
        alvor,
        gjor,
        sum(antall_funn)::bigint as antall,
        bool_or(skjermet) as skjermet
    from bi.kostra_kontroll
    where har_funn
    group by all
)"""
_KONTROLL = "rapporteringsaar, skjema, regel, tittel, alvor, antall, skjermet, gjor"
_BUDSJETT = (
    "regnskap_hittil_nok, budsjett_hittil_nok, avvik_hittil_pst, budsjett_aar_nok, prognose_aar_nok, "
    "prognose_lav_nok, prognose_hoy_nok, avvik_prognose_pst"
)


@dataclass(frozen=True)
class _Leser:
    """Reads tables of `bi`, of all municipalities or of some."""

    con: duckdb.DuckDBPyConnection
    kommuner: list[str] | None

    def _spor(self, sql: str) -> list[tuple]:
        return self.con.execute(sql, {"kommuner": self.kommuner}).fetchall()

    @property
    def _utvalg(self) -> str:
        return "($kommuner is null or list_contains($kommuner::varchar[], kommunenummer))"

    def serier(
        self, tabell: str, nokler: str, periode: str, verdi: str, skjermet: str = "skjermet"
    ) -> dict[tuple[str, ...], Serie]:
        """Return one series per key: one row and two lists are read, and nothing is looped over cell by cell."""
        antall = nokler.count(",") + 1
        rader = self._spor(
            f"select {nokler}, list({periode} order by {periode}), list({verdi} order by {periode}), "
            f"list({periode} order by {periode}) filter ({verdi} is null and {skjermet}), "
            f"list({periode} order by {periode}) filter ({verdi} is null and not {skjermet}) "
            f"from {tabell} where {self._utvalg} group by {nokler} order by {nokler}"
        )
        return {
            rad[:antall]: {
                **dict(zip(rad[antall], rad[antall + 1], strict=True)),
                **dict.fromkeys(rad[antall + 2] or (), Tomt.SKJULT),
                **dict.fromkeys(rad[antall + 3] or (), Tomt.UKJENT),
            }
            for rad in rader
        }

    def rader(self, tabell: str, lag: Callable[..., T], kolonner: str, rekkefolge: str) -> dict[str, tuple[T, ...]]:
        """Return the rows of each municipality, in order."""
        rader = self._spor(
            f"select kommunenummer, {kolonner} from {tabell} where kommunenummer is not null and {self._utvalg} "
            f"order by kommunenummer, {rekkefolge}"
        )
        samlet: dict[str, list[T]] = {}
        for nummer, *verdier in rader:
            samlet.setdefault(nummer, []).append(lag(*verdier))
        return {nummer: tuple(liste) for nummer, liste in samlet.items()}

    def oppslag(
        self, tabell: str, nokler: tuple[str, ...], lag: Callable[..., T], kolonner: str
    ) -> dict[str, dict[tuple, T]]:
        """Return the rows of each municipality by their key."""
        rader = self._spor(f"select kommunenummer, {', '.join(nokler)}, {kolonner} from {tabell} where {self._utvalg}")
        samlet: dict[str, dict[tuple, T]] = {}
        for nummer, *verdier in rader:
            samlet.setdefault(nummer, {})[tuple(verdier[: len(nokler)])] = lag(*verdier[len(nokler) :])
        return samlet

    def indikatorer(self, tabell: str) -> dict[str, Indikator]:
        """Return the definitions by id."""
        rader = self.con.execute(
            "select indikator_id, navn, enhet, formel, teller_tekst, nevner_tekst, kilde, desimaler, konfidens, "
            f"merknad from {tabell} order by indikator_id"
        ).fetchall()
        return {rad[0]: Indikator(*rad) for rad in rader}


def _verdi_eller_ukjent(verdi: float | None) -> Tall | Tomt:
    return Tomt.UKJENT if verdi is None else verdi


def _kontrollfunn(
    aar: int, skjema: str, regel: str, tittel: str, alvor: str, antall: int | None, skjermet: bool, gjor: str
) -> tuple[int, Kontroll]:
    return aar, Kontroll(skjema, regel, tittel, alvor, _tomt(antall, skjermet), gjor)


def _tomt(verdi: Tall | None, skjermet: bool) -> Tall | Tomt:
    if verdi is not None:
        return verdi
    return Tomt.SKJULT if skjermet else Tomt.UKJENT


def _kostra(
    con: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, dict[int, dict[str, Tall | Tomt]]], dict[tuple[str, int], str]]:
    verdier: dict[str, dict[int, dict[str, Tall | Tomt]]] = {}
    status: dict[tuple[str, int], str] = {}
    for nummer, aar, hvilken, indikatorer, tall, skjermet in con.execute(
        "select kommunenummer, rapporteringsaar, min(status), list(indikator_id order by indikator_id), "
        "list(verdi order by indikator_id), list(skjermet order by indikator_id) from bi.ind_kostra group by all"
    ).fetchall():
        verdier.setdefault(nummer, {})[aar] = dict(zip(indikatorer, map(_tomt, tall, skjermet), strict=True))
        status[nummer, aar] = hvilken
    return verdier, status


def _sammenligning(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[Sammenligning, ...]]:
    """Return SSB's rows by municipality number, and the other regions under ""."""
    samlet: dict[str, list[Sammenligning]] = {}
    for nummer, region, type_, aar, tabell, variabel, navn, verdi, skjermet in con.execute(
        "select coalesce(kommunenummer, ''), region_navn, region_type, rapporteringsaar, tabell, variabel, "
        "variabel_navn, verdi, skjermet from bi.kostra_sammenligning order by region_kode, rapporteringsaar, tabell, "
        "variabel"
    ).fetchall():
        samlet.setdefault(nummer, []).append(
            Sammenligning(region, type_, aar, tabell, variabel, navn, _tomt(verdi, skjermet))
        )
    return {nummer: tuple(rader) for nummer, rader in samlet.items()}


def _maaneder(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[date, ...]]:
    rader = con.execute(
        "select kommunenummer, list(maaned order by maaned) from ("
        "select kommunenummer, maaned from bi.fct_utgift_maaned "
        "union select kommunenummer, maaned from bi.ind_utbetaling_per_mottaker) group by kommunenummer"
    ).fetchall()
    return {nummer: tuple(maaneder) for nummer, maaneder in rader}


def _fast(belop: Tall, faktor: float | None) -> Decimal | Tomt:
    return Tomt.UKJENT if faktor is None else Decimal(str(belop)) * Decimal(str(faktor))
