"""The site's own pages: the front page, a page per municipality, the catalogue of indicators and the guides.

Everything is read from the published tables, but for how the last run went, which is given.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from dagster_project import formater
from dagster_project.arbeidsbok.oppsett import arbeidsboknavn
from dagster_project.kjoring import KJORESTATUS, tell_leveranser
from dagster_project.kvalitet.side import FIL as KVALITET
from dagster_project.nettsted import dokument
from dagster_project.nettsted.rapporter import ARBEIDSBOK, FELLES, RAPPORTER, kommuneside
from dagster_project.rapport import html
from dagster_project.rapport.innhold import Definisjon, rapportnavn
from dagster_project.rapport.seksjoner import periodisering
from dagster_project.rapport.seksjoner.definisjoner import KONFIDENS, lengdedefinisjon
from dagster_project.rapport.tall import Funn, Indikator, Publisert
from dagster_project.seeds import read_seed

FORSIDE, INDIKATORER, DOKUMENTASJON = "index.html", "indikatorer.html", "dokumentasjon/index.html"
MENY = (
    (FORSIDE, "Forsiden"),
    (KVALITET, "Kvaliteten på tallene"),
    (INDIKATORER, "Indikatorene"),
    ("brukerveiledning.html", "Brukerveiledning"),
    ("koble-til.html", "Koble til"),
    (DOKUMENTASJON, "Slik er tallene beregnet"),
    ("ordliste.html", "Ordliste"),
)
"""What every page leads to."""
MER = (
    (
        KVALITET,
        "Kvaliteten på tallene",
        "Hva som er kontrollert i hver måned, hva som er galt, og hva du gjør med det.",
    ),
    (INDIKATORER, "Indikatorene", "Hva hvert tall betyr, med formel, kilde og hva som ikke er med."),
    ("brukerveiledning.html", "Brukerveiledning", "Fra første fil til første rapport, og hva du gjør med hvert funn."),
    ("koble-til.html", "Koble til", "Hent tallene i Excel, Power BI, Python, R, Metabase eller Superset."),
    ("kontrakt.html", "Kontrakten", "Tabellene og kolonnene du kan stole på, og hva som er endret."),
    (DOKUMENTASJON, "Slik er tallene beregnet", "Hver tabell fra rå fil til ferdig tall, med SQL og slektstre."),
    ("personvern.html", "Personvern", "Hvem som finnes hvor, og hva som aldri lagres eller publiseres."),
    ("ordliste.html", "Ordliste", "Ordene som brukes, i én setning hver. På engelsk."),
)


ENHETER = {"maaneder": "måneder"}
"""Units that are not written as a reader writes them."""


@dataclass(frozen=True)
class SisteKjoring:
    """When the last run began (UTC), and how it went in Dagster's words."""

    tidspunkt: datetime
    status: str

    @property
    def feilet(self) -> bool:
        """Return whether it failed."""
        return self.status == "failure"

    @property
    def ord(self) -> str:
        """Return how it went."""
        return KJORESTATUS.get(self.status, self.status)


@dataclass(frozen=True)
class Utgave:
    """The publication the site is of. `karantene` is rows set aside, of all deliveries."""

    versjon: str
    publisert: datetime
    bygget_av: str
    datagrunnlag_til: datetime | None
    godtatt: int
    avvist: int
    karantene: int


@dataclass(frozen=True)
class Kommune:
    """What the front page says of one municipality. Findings are open unless it says otherwise."""

    nummer: str
    navn: str
    maaneder: tuple[date, ...]
    funn: Counter[str]
    """FEIL, ADVARSEL and kvittert, of all months."""
    siste_funn: Counter[str]
    """The same of the newest month."""
    holdt: dict[date, str]

    @property
    def siste(self) -> date | None:
        """Return the newest month there is a report of."""
        return self.maaneder[-1] if self.maaneder else None

    @property
    def rapport(self) -> str:
        """Return the name of the newest report's files, without an ending."""
        return rapportnavn(self.nummer, self.maaneder[-1])

    @property
    def side(self) -> str:
        """Return the name of the page with all the reports."""
        return kommuneside(self.nummer)

    @property
    def arbeidsbok(self) -> str:
        """Return the name of the workbook."""
        return arbeidsboknavn([self.nummer])

    @property
    def aar(self) -> list[tuple[int, list[date]]]:
        """Return the months of each year, the newest year first."""
        grupper = groupby(self.maaneder, key=lambda maaned: maaned.year)
        return [(aar, list(maaneder)) for aar, maaneder in grupper][::-1]


def les_utgave(database: Path) -> Utgave:
    """Read which publication it is, and how the deliveries behind it stand."""
    with duckdb.connect(str(database), read_only=True) as con:
        kontrakt = con.execute("select versjon, publisert, bygget_av, datagrunnlag_til from bi.kontrakt").fetchone()
        felt = *kontrakt, *tell_leveranser(con)
        return Utgave(*felt)


def kommuner(publisert: Publisert) -> tuple[Kommune, ...]:
    """Return the municipalities, in order."""
    return tuple(_kommune(publisert, nummer) for nummer in publisert.kommuner)


def _kommune(publisert: Publisert, nummer: str) -> Kommune:
    maaneder, funn = publisert.maaneder(nummer), publisert.funn(nummer)
    siste = [ett for ett in funn if maaneder and ett.maaned == maaneder[-1]]
    return Kommune(
        nummer,
        publisert.kommuner[nummer],
        maaneder,
        Counter(map(_slag, funn)),
        Counter(map(_slag, siste)),
        publisert.tilbakeholdt(nummer),
    )


def _slag(funn: Funn) -> str:
    return "kvittert" if funn.kvittert else funn.alvor


def skriv_sider(
    mappe: Path, publisert: Publisert, utgave: Utgave, siste_kjoring: SisteKjoring | None, har_kvalitet: bool
) -> None:
    """Write the pages into the folder of the site, with the pictures they show."""
    alle = kommuner(publisert)
    felles: dict[str, Any] = {
        "utgave": utgave,
        "meny": [(side, tittel) for side, tittel in MENY if side != KVALITET or har_kvalitet],
        "funnanker": periodisering.ID,
    }
    _skriv(
        mappe,
        FORSIDE,
        "forside.html.j2",
        felles,
        kommuner=alle,
        siste=siste_kjoring,
        holdt=[(kommune, maaned, tekst) for kommune in alle for maaned, tekst in kommune.holdt.items()],
        mer=[rad for rad in MER if rad[0] != KVALITET or har_kvalitet],
        rapporter=RAPPORTER,
        arbeidsbok=ARBEIDSBOK,
    )
    for kommune in alle:
        if kommune.maaneder:
            _skriv(
                mappe, f"{RAPPORTER}/{kommune.side}", "kommune.html.j2", felles, kommune=kommune, arbeidsbok=ARBEIDSBOK
            )
    _skriv(mappe, INDIKATORER, "indikatorer.html.j2", felles, grupper=list(katalog(publisert)))
    for guide in dokument.les_dokumenter():
        _skriv(mappe, guide.side, "dokument.html.j2", felles, dokument=guide)
        for bilde in guide.bilder:
            maal = mappe / bilde
            maal.parent.mkdir(exist_ok=True)
            maal.write_bytes((dokument.DOCS / bilde).read_bytes())


def skriv_felles(mappe: Path) -> None:
    """Write the style and the scripts the pages share."""
    html.skriv_felles(mappe / FELLES)
    for fil in ("nettsted.css", "nettsted.js"):
        (mappe / FELLES / fil).write_bytes((Path(__file__).parent / "maler" / fil).read_bytes())


def skriv_kvalitetsside(fra: Path, mappe: Path) -> None:
    """Copy the page on the quality of the figures, with a way home at its top."""
    side = fra.read_text(encoding="utf-8")
    hjem = f'<nav aria-label="Nettstedet"><a href="{FORSIDE}">Til forsiden</a></nav>'
    (mappe / KVALITET).write_text(side.replace("<main>", f"<main>\n{hjem}", 1), encoding="utf-8")


def katalog(publisert: Publisert) -> Iterator[tuple[str, str, str, list[Definisjon]]]:
    """Yield the groups of the catalogue: id, title, what they are, and their definitions."""
    yield (
        "maanedsindikatorer",
        "Per måned",
        "Tallene i bi.ind_maaned. De bygger på fagsystemets utbetalinger og mottakere.",
        [_definisjon("m-", en, "bi.ind_maaned") for en in publisert.maanedsindikatorer.values()],
    )
    yield (
        "stonadslengde",
        "Stønadslengde",
        "Fem måter å telle på, som gir ulike svar. Tallene i bi.ind_stonadslengde.",
        [
            lengdedefinisjon(
                f"l-{rad['definisjon']}", rad, ("Finnes i", f"bi.ind_stonadslengde, definisjon = {rad['definisjon']}")
            )
            for rad in read_seed("stonadslengde_definisjon")
        ],
    )
    yield (
        "kostra",
        "Per år (KOSTRA)",
        "Tallene i bi.ind_kostra. De bygger på filene kommunen leverer til SSB.",
        [_definisjon("k-", en, "bi.ind_kostra") for en in publisert.indikatorer.values()],
    )


def _definisjon(forled: str, indikator: Indikator, tabell: str) -> Definisjon:
    felt = (
        ("Formel", indikator.formel),
        ("Teller", indikator.teller),
        ("Nevner", indikator.nevner),
        ("Enhet", ENHETER.get(indikator.enhet, indikator.enhet)),
        ("Desimaler når det vises", str(indikator.desimaler)),
        ("Kilde", indikator.kilde),
        ("Hvor sikker definisjonen er", KONFIDENS.get(indikator.konfidens)),
        ("Finnes i", f"{tabell}, indikator_id = {indikator.indikator_id}"),
    )
    return Definisjon(
        forled + indikator.indikator_id,
        indikator.navn,
        indikator.merknad or "",
        tuple((ord_, tekst) for ord_, tekst in felt if tekst),
    )


def _skriv(mappe: Path, side: str, mal: str, felles: dict[str, Any], **innhold: Any) -> None:
    fil = mappe / side
    fil.parent.mkdir(exist_ok=True)
    rot = "../" * side.count("/")
    tekst = (
        _miljo()
        .get_template(mal)
        .render(felles=f"{rot}{FELLES}", filer=html.FILER, med_figurer=False, rot=rot, side=side, **felles, **innhold)
    )
    fil.write_text(tekst, encoding="utf-8")


@cache
def _miljo() -> jinja2.Environment:
    """Return the environment of the reports, with the templates of the site beside theirs."""
    fra = html.miljo()
    miljo = fra.overlay(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader("dagster_project.nettsted", "maler"), fra.loader])
    )
    miljo.filters |= {"maaned": formater.maaned, "tid": formater.tidspunkt, "tall": formater.norsk_tall}
    return miljo
