"""What all sections share: the report's months, arithmetic on published numbers, and tables and figures of series.

Nothing is computed of a hidden number. A difference, a mean or a share of one is hidden, and percent of one is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, cached_property

from dagster_project import formater
from dagster_project.kalender import flytt_maaned, forrige_maaned
from dagster_project.rapport.innhold import (
    Figur,
    Figurslag,
    Kolonne,
    Lenke,
    Maalt,
    Slag,
    Tabell,
    Tomt,
    Verdi,
    som_tekst,
)
from dagster_project.rapport.tall import BELOP, Indikator, Publisert, Serie, Tall, synlig
from dagster_project.seeds import kodenavn, read_seed

MELLOMROM = formater.MELLOMROM
KRONER = (Slag.KRONER, 0)
ANTALL = (Slag.ANTALL, 0)
MAANEDER = (Slag.TALL, 1)
"""Months of benefit are shown with one decimal (docs/bi_kontrakt.md)."""

_SLAG = {"antall": Slag.ANTALL, "prosent": Slag.PROSENT, "kr": Slag.KRONER}


@cache
def parameter(navn: str) -> int:
    """Return a limit of seeds/rapport_parameter.csv.

    Raises:
        KeyError: when there is no such limit.
    """
    return {rad["parameter"]: int(rad["verdi"]) for rad in read_seed("rapport_parameter")}[navn]


@dataclass(frozen=True)
class Kontekst:
    """One report: whose it is, its month, and the published numbers."""

    publisert: Publisert
    nummer: str
    maaned: date
    vindu: tuple[date, ...] = field(init=False)
    """The months of the figures, from the first published month."""

    def __post_init__(self) -> None:
        start = max(flytt_maaned(self.maaned, 1 - parameter("figur_maaneder")), self.maaneder[0])
        maaneder = (self.maaned.year - start.year) * 12 + self.maaned.month - start.month
        object.__setattr__(self, "vindu", tuple(flytt_maaned(start, nummer) for nummer in range(maaneder + 1)))

    @property
    def navn(self) -> str:
        """Return the municipality's name."""
        return self.publisert.kommuner[self.nummer]

    @property
    def maaneder(self) -> tuple[date, ...]:
        """Return the published months of the municipality."""
        return self.publisert.maaneder(self.nummer)

    @property
    def forrige(self) -> date:
        """Return the month before."""
        return forrige_maaned(self.maaned)

    @property
    def i_fjor(self) -> date:
        """Return the same month last year."""
        return flytt_maaned(self.maaned, -12)

    @property
    def siste_hele_aar(self) -> int:
        """Return the last year that was over when the month was."""
        return self.maaned.year if self.maaned.month == 12 else self.maaned.year - 1

    @cached_property
    def er_umoden(self) -> bool:
        """Return whether late decisions can still change the periodised month."""
        return self.maaned in self.maaneder[-parameter("umodne_maaneder") :]

    def tall(self, indikator_id: str, populasjon: str = "alle") -> Serie:
        """Return one monthly indicator."""
        return self.publisert.maanedstall(self.nummer, indikator_id, populasjon)

    def per_mottaker(self, grunnlag: str, hva: str, populasjon: str = "alle") -> Serie:
        """Return a number of bi.ind_utbetaling_per_mottaker."""
        return self.publisert.per_mottaker(self.nummer, grunnlag, populasjon, hva)

    def utgift(self, grunnlag: str, stonadsart: str, stonadsform: str = "BIDRAG") -> Serie:
        """Return kroner of an art, where a published month without a row has none of it."""
        serie = self.publisert.utgift(self.nummer, grunnlag, stonadsart, stonadsform)
        return {**dict.fromkeys(self.leverte(grunnlag), Decimal(0)), **serie} if serie else serie

    def leverte(self, grunnlag: str) -> Iterable[date]:
        """Return the months there are published amounts of."""
        if grunnlag in {"kontant", "periodisert"}:
            return self.per_mottaker(grunnlag, BELOP)
        return self.regnskap

    @cached_property
    def regnskap(self) -> Serie:
        """Return what is booked as benefits each month, as the reconciliation has it."""
        return self.publisert.avstemming(self.nummer, "fagsystem", "hovedbok", "ALLE", "til")

    def lengde(self, definisjon: str, populasjon: str = "alle") -> Serie:
        """Return months of benefit per month, by one definition."""
        return self.publisert.lengde(self.nummer, "maaned", definisjon, populasjon)


def av(serie: Serie, maaned: date) -> Tall | Tomt:
    """Return the number of the month; not known when there is none."""
    return serie.get(maaned, Tomt.UKJENT)


def _tomme(*verdier: Tall | Tomt) -> Tomt | None:
    tomme = [verdi for verdi in verdier if isinstance(verdi, Tomt)]
    if not tomme:
        return None
    return Tomt.SKJULT if Tomt.SKJULT in tomme else Tomt.UKJENT


def _eksakt(verdi: Tall) -> Decimal:
    return verdi if isinstance(verdi, Decimal) else Decimal(str(verdi))


def sum_av(verdier: Iterable[Tall | Tomt]) -> Decimal | Tomt:
    """Return the sum; hidden when one is hidden, else unknown when one is unknown."""
    liste = list(verdier)
    return _tomme(*liste) or sum((_eksakt(verdi) for verdi in liste), Decimal(0))


def differanse(ny: Tall | Tomt, gammel: Tall | Tomt) -> Decimal | Tomt:
    """Return `ny` minus `gammel`; hidden when one is hidden."""
    return _tomme(ny, gammel) or _eksakt(ny) - _eksakt(gammel)


def endring_pst(ny: Tall | Tomt, gammel: Tall | Tomt) -> Decimal | Tomt:
    """Return the change in percent; not known when one is not shown, or there was nothing to grow from."""
    if _tomme(ny, gammel) or gammel <= 0:
        return Tomt.UKJENT
    return (_eksakt(ny) - _eksakt(gammel)) / _eksakt(gammel) * 100


def andel_pst(del_: Tall | Tomt, hele: Tall | Tomt) -> Decimal | Tomt:
    """Return a share in percent; not known when one is not shown, or the whole is not over 0."""
    if _tomme(del_, hele) or hele <= 0:
        return Tomt.UKJENT
    return _eksakt(del_) / _eksakt(hele) * 100


def snitt(serie: Serie, maaneder: Iterable[date]) -> dict[date, Decimal | Tomt]:
    """Return the mean of each month and those before, of whole sets of months only."""
    antall = parameter("snitt_maaneder")
    summer = {
        maaned: sum_av(av(serie, flytt_maaned(maaned, -nummer)) for nummer in range(antall)) for maaned in maaneder
    }
    return {maaned: verdi if isinstance(verdi, Tomt) else verdi / antall for maaned, verdi in summer.items()}


def indeks(serie: Serie, start: date) -> dict[date, Decimal | Tomt]:
    """Return the series in percent of what it was at the start."""
    grunn = av(serie, start)
    return {maaned: andel_pst(verdi, grunn) for maaned, verdi in serie.items()}


def maalt(verdi: Tall | Tomt, slag: Slag, desimaler: int = 0) -> Maalt | Tomt:
    """Return the number with its kind, or why there is none."""
    return verdi if isinstance(verdi, Tomt) else Maalt(verdi, slag, desimaler)


def vist(verdi: Tall | Tomt, slag: Slag, desimaler: int = 0) -> str:
    """Return a number for a sentence; large amounts in millions."""
    if isinstance(verdi, Tomt):
        return "skjult" if verdi is Tomt.SKJULT else "ikke kjent"
    return formater.runde_kroner(verdi) if slag is Slag.KRONER else som_tekst(verdi, slag, desimaler)


def slag_av(indikator: Indikator) -> tuple[Slag, int]:
    """Return how an indicator is written."""
    slag = _SLAG.get(indikator.enhet, Slag.TALL)
    return (
        (Slag.TALL, indikator.desimaler) if slag is Slag.ANTALL and indikator.desimaler else (slag, indikator.desimaler)
    )


def er_endring(pst: Tall | Tomt) -> bool:
    """Return whether a change in percent is large enough to be called one."""
    return synlig(pst) and abs(pst) >= parameter("endring_pst")


def mer_enn(pst: Tall, mot: str, ord_: tuple[str, str] = ("mer", "mindre")) -> str:
    """Return a change in percent for a sentence: `3,2 % mer enn i oktober 2025`."""
    if formater.avrund(pst, 1) == 0:
        return f"om lag det samme som i {mot}"
    return f"{formater.prosent(abs(pst))} {ord_[0] if pst > 0 else ord_[1]} enn i {mot}"


def mot_maaned(pst: Tall, mot: date, ord_: tuple[str, str] = ("mer", "mindre")) -> str:
    """Return a change in percent from a month for a sentence."""
    return mer_enn(pst, formater.maaned(mot), ord_)


def endringsord(ny: Tall | Tomt, gammel: Tall | Tomt, mot: date) -> str:
    """Return a change in a few words: `+3,2 % fra oktober 2025`."""
    pst = endring_pst(ny, gammel)
    if synlig(pst):
        return f"{formater.endring(pst)} fra {formater.maaned(mot)}"
    if isinstance(gammel, Tomt):
        return f"{vist(gammel, Slag.TALL)} i {formater.maaned(mot)}"
    return f"0 i {formater.maaned(mot)}" if gammel == 0 else ""


@dataclass(frozen=True)
class Linje:
    """One series of a table or figure, and its name."""

    navn: str
    serie: Serie


def tidstabell(
    id_: str,
    tittel: str,
    linjer: Sequence[Linje],
    maaneder: Sequence[date],
    slag: tuple[Slag, int],
    kilde: str,
    forklaring: str = "",
) -> Tabell:
    """Return series as a table: one row per month and series, with a row also where there is no number."""
    return Tabell(
        id_,
        tittel,
        (
            Kolonne("maaned", "Måned", Slag.MAANED),
            Kolonne("serie", "Serie"),
            Kolonne("verdi", "Tall", *slag),
        ),
        tuple((maaned, linje.navn, av(linje.serie, maaned)) for linje in linjer for maaned in maaneder),
        kilde,
        forklaring,
    )


def tidsfigur(
    tabell: Tabell,
    y_tittel: str,
    slag: Figurslag = Figurslag.LINJE,
    referanse: float | None = None,
    merker: tuple[tuple[date, str], ...] = (),
    fra_null: bool = True,
    innledning: str = "",
) -> Figur:
    """Return the picture of a table of series, with a sentence about each of them."""
    return Figur(
        f"figur-{tabell.id}",
        tabell.tittel,
        " ".join(filter(None, (innledning, *beskriv(tabell)))),
        tabell,
        slag,
        "maaned",
        "verdi",
        "serie",
        y_tittel,
        referanse,
        merker,
        fra_null,
    )


def beskriv(tabell: Tabell) -> list[str]:
    """Return a sentence for each series: where it begins, ends and is highest."""
    kolonne = tabell.kolonner[tabell.nummer("verdi")]
    serier: dict[str, list[tuple[date, Verdi]]] = {}
    for maaned, serie, verdi in tabell.rader:
        serier.setdefault(serie, []).append((maaned, verdi))
    return [_beskriv(navn, punkter, kolonne) for navn, punkter in serier.items()]


def _beskriv(navn: str, punkter: list[tuple[date, Verdi]], kolonne: Kolonne) -> str:
    kjente = [(maaned, verdi) for maaned, verdi in punkter if synlig(verdi)]
    if not kjente:
        return f"{navn}: ingen tall."
    vis = lambda punkt: f"{vist(punkt[1], kolonne.slag, kolonne.desimaler)} i {formater.maaned(punkt[0])}"  # noqa: E731
    hoyest = max(kjente, key=lambda punkt: punkt[1])
    if len(kjente) == 1:
        return f"{navn}: {vis(kjente[0])}."
    uten = len(punkter) - len(kjente)
    mangler = f" {uten} {'måned' if uten == 1 else 'måneder'} har ikke noe tall." if uten else ""
    return f"{navn}: {vis(kjente[0])}, {vis(kjente[-1])}, høyest {vis(hoyest)}.{mangler}"


@dataclass(frozen=True)
class Rad:
    """One row of a table of the month: what it is, its series, how it is written."""

    navn: str | Lenke
    serie: Serie
    slag: Slag
    desimaler: int = 0


def maanedstabell(k: Kontekst, id_: str, tittel: str, rader: Iterable[Rad], kilde: str, forklaring: str = "") -> Tabell:
    """Return the month against the month before and the same month last year, one row per number.

    A change is in the number's own unit, percentage points for a share; percent is of the month last year.
    """
    return Tabell(
        id_,
        tittel,
        (
            Kolonne("tall", "Tall"),
            Kolonne("denne", formater.maaned(k.maaned).capitalize(), Slag.TALL),
            Kolonne("forrige", formater.maaned(k.forrige).capitalize(), Slag.TALL),
            Kolonne("endring_forrige", "Endring", Slag.TALL),
            Kolonne("i_fjor", formater.maaned(k.i_fjor).capitalize(), Slag.TALL),
            Kolonne("endring_i_fjor", "Endring på ett år", Slag.TALL),
            Kolonne("endring_i_fjor_pst", "Endring på ett år i prosent", Slag.PROSENT, 1),
        ),
        tuple(_sammenlign(k, rad) for rad in rader),
        kilde,
        forklaring,
    )


def _sammenlign(k: Kontekst, rad: Rad) -> tuple[Verdi, ...]:
    ny, for_, fjor = (av(rad.serie, maaned) for maaned in (k.maaned, k.forrige, k.i_fjor))
    er_andel = rad.slag is Slag.PROSENT
    endring = (Slag.TALL, rad.desimaler) if er_andel else (rad.slag, rad.desimaler)
    return (
        rad.navn,
        maalt(ny, rad.slag, rad.desimaler),
        maalt(for_, rad.slag, rad.desimaler),
        maalt(differanse(ny, for_), *endring),
        maalt(fjor, rad.slag, rad.desimaler),
        maalt(differanse(ny, fjor), *endring),
        Tomt.UKJENT if er_andel else endring_pst(ny, fjor),
    )


def indikatorrader(k: Kontekst, utvalg: Iterable[tuple[str, str]]) -> list[Rad]:
    """Return rows of monthly indicators and populations, each leading to its definition.

    What is not known in any of the three months is left out.
    """
    rader = []
    for indikator_id, populasjon in utvalg:
        serie = k.tall(indikator_id, populasjon)
        indikator = k.publisert.maanedsindikatorer.get(indikator_id)
        if indikator is None or not ikke_bare_ukjent(serie, (k.maaned, k.forrige, k.i_fjor)):
            continue
        hvem = "" if populasjon == "alle" else f", {liten(kodenavn('POPULASJON')[populasjon])}"
        rader.append(Rad(Lenke(indikator.navn + hvem, f"def-m-{indikator_id}"), serie, *slag_av(indikator)))
    return rader


def liten(tekst: str) -> str:
    """Return the text for the middle of a sentence, with a small first letter unless it is an abbreviation."""
    return tekst if tekst[1:2].isupper() else tekst[:1].lower() + tekst[1:]


def begrep(navn: str, tekst: str | None = None) -> Lenke:
    """Return a link to the definition of a word of seeds/rapport_begrep.csv."""
    return Lenke(tekst or begreper()[navn]["tittel"], f"def-b-{navn}")


@cache
def begreper() -> Mapping[str, dict[str, str]]:
    """Return the words the reports explain."""
    return {rad["begrep"]: rad for rad in read_seed("rapport_begrep")}


def har_tall(serie: Serie, maaneder: Iterable[date]) -> bool:
    """Return whether the series has a row for any of the months, shown or not."""
    return any(maaned in serie for maaned in maaneder)


def ikke_bare_ukjent(serie: Serie, maaneder: Iterable[date]) -> bool:
    """Return whether the series has anything known for any of the months; a hidden number is known."""
    return any(av(serie, maaned) is not Tomt.UKJENT for maaned in maaneder)


def flertall(antall: int, en: str, flere: str) -> str:
    """Return a number of things in words: `1 fil`, `2 filer`."""
    return f"{formater.norsk_tall(antall)}{MELLOMROM}{en if antall == 1 else flere}"
