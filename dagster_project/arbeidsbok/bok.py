"""Write the workbook: one sheet for each published table, and those that explain them.

The same publication gives the same bytes: the times in the file are the publication's, not the clock's. Text is never
read as a formula, whatever it begins with.
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from dagster_project import formater
from dagster_project.arbeidsbok import oppsett
from dagster_project.arbeidsbok.nokkeltall import FIGURTALL, KOSTRA_AAR, MAANEDSSERIER, NOKKELTALL, Nokkelark
from dagster_project.arbeidsbok.side import (
    FRA_RAD,
    LINJEHOYDE,
    OM,
    linjer,
    skriv_celler,
    skriv_liste,
    skriv_topp,
    utskrift,
)
from dagster_project.arbeidsbok.stil import ALVORSFARGE, Formater
from dagster_project.arbeidsbok.tall import DEFINISJONSFELT, Arktall, Innhold, dag
from dagster_project.feil import Brukerfeil, trygt_navn
from dagster_project.ny_fil import ny_fil

DEFINISJONER, KOLONNER, KILDER = "Definisjoner", "Kolonner", "Kilder"
FUNN, LEVERANSER = "Funn", "Leveranser"
BOKVALG = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

LESEHJELP = (
    "En tom celle er et tall som er skjult eller ukjent, aldri 0. Kolonnen «Skjermet» sier når det er skjult.",
    "Et tall som bygger på 1 eller 2 personer er skjult, og det er også det som kunne vist et slikt tall.",
    "En måned er datoen for den første dagen. En måned som ikke er levert, har ingen rad.",
    "Tallene er ikke avrundet, bare vist med færre desimaler.",
    "Antall mottakere kan ikke legges sammen på tvers av måneder, stønadsarter eller populasjoner. Snitt og andeler "
    "kan ikke legges sammen i det hele tatt: Legg sammen teller for seg og nevner for seg før du deler.",
    "Hvert ark med tall er en Excel-tabell: Velg en celle i den, og så Sett inn, Pivottabell.",
)
BREDDER_OM = (26, 110)
DEFINISJONSBREDDER = (18, 34, 52, 12, 60, 44, 44, 40, 10, 70)


def skriv_arbeidsbok(innhold: Innhold, fil: Path) -> None:
    """Write the workbook to a file beside it and move it into place.

    Raises:
        Brukerfeil: if it cannot be written there.
    """
    try:
        with ny_fil(fil) as ny, _uten_opprydding(), xlsxwriter.Workbook(str(ny), BOKVALG) as bok:
            _Bok(bok, innhold).skriv()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as feil:
        raise Brukerfeil(
            f"Kan ikke skrive {trygt_navn(str(fil))}: "
            f"{getattr(feil, 'strerror', None) or 'mappen kan ikke skrives i'}. "
            "Er den åpen i Excel, så lukk den først."
        ) from None


@contextmanager
def _uten_opprydding() -> Iterator[None]:
    """Keep Python from looking for garbage among half a million cells, all of them in use: a third of the time."""
    var_paa = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if var_paa:
            gc.enable()


class _Bok:
    """One workbook being written."""

    def __init__(self, bok: xlsxwriter.Workbook, innhold: Innhold) -> None:
        self.bok = bok
        self.innhold = innhold
        self.formater = Formater(bok)
        self.ark = {ett.ark.navn: ett for ett in innhold.ark}

    def skriv(self) -> None:
        bok, innhold = self.bok, self.innhold
        bok.set_properties(
            {
                "title": "Økonomisk sosialhjelp: arbeidsbok",
                "subject": ", ".join(f"{nummer} {navn}" for nummer, navn in innhold.kommuner),
                "author": innhold.bygget_av,
                "comments": f"Kontrakt {innhold.versjon}",
                "created": innhold.publisert,
            }
        )
        # The order they are added is the order of the tabs.
        om = bok.add_worksheet(OM)
        nokkeltall = bok.add_worksheet(NOKKELTALL)
        if FUNN in self.ark:
            self._tabellark(self.ark[FUNN])
        nokkel = Nokkelark(bok, self.formater, innhold, nokkeltall)
        nokkel.skriv_kostra()
        nokkel.skriv_maaneder()
        for ett in innhold.ark:
            if ett.ark.navn not in (FUNN, LEVERANSER):
                self._tabellark(ett)
        self._definisjoner()
        self._kolonner()
        self._kilder()
        if LEVERANSER in self.ark:
            self._tabellark(self.ark[LEVERANSER])
        nokkel.skriv_nokkeltall(self.ark.get(FUNN))
        self._om(om)
        om.activate()

    def _tabellark(self, tall: Arktall) -> None:
        ark = self.bok.add_worksheet(tall.ark.navn)
        bredder = [kolonne.bredde for kolonne in tall.kolonner]
        skriv_topp(ark, self.formater, self.innhold, tall.ark.navn, tall.beskrivelse, bredder)
        skriv_celler(ark, tall, self.formater)
        skriv_liste(
            ark,
            self.formater,
            tall.ark.listeobjekt,
            [kolonne.overskrift for kolonne in tall.kolonner],
            len(tall.rader),
        )
        ark.freeze_panes(FRA_RAD, faste_kolonner(tall))
        alvor = next((nummer for nummer, kolonne in enumerate(tall.kolonner) if kolonne.navn == "alvor"), None)
        if alvor is not None:
            siste = FRA_RAD + len(tall.rader) - 1
            for verdi, farge in ALVORSFARGE.items():
                ark.conditional_format(
                    FRA_RAD,
                    alvor,
                    siste,
                    alvor,
                    {
                        "type": "cell",
                        "criteria": "==",
                        "value": f'"{verdi}"',
                        "format": self.bok.add_format({"bg_color": farge}),
                    },
                )

    def _tekstark(
        self, navn: str, liste: str, beskrivelse: str, felt: Sequence[str], bredder: Sequence[int], rader: Sequence[Any]
    ) -> None:
        ark = self.bok.add_worksheet(navn)
        skriv_topp(ark, self.formater, self.innhold, navn, beskrivelse, bredder)
        for nummer, rad in enumerate(rader, start=FRA_RAD):
            tekster = [(verdi, bredde) for verdi, bredde in zip(rad, bredder, strict=True) if isinstance(verdi, str)]
            ark.set_row(nummer, LINJEHOYDE * max(linjer(verdi, bredde) for verdi, bredde in tekster))
            for plass, verdi in enumerate(rad):
                if isinstance(verdi, str):
                    if verdi:
                        ark.write_string(nummer, plass, verdi, self.formater.brutt)
                elif verdi is not None:
                    ark.write_number(nummer, plass, verdi, self.formater.celle("heltall"))
        skriv_liste(ark, self.formater, liste, felt, len(rader))
        ark.freeze_panes(FRA_RAD, 1)

    def _definisjoner(self) -> None:
        self._tekstark(
            DEFINISJONER,
            "Definisjoner",
            "Hva hvert tall er, hvordan det regnes, og hvor definisjonen kommer fra. Konfidens: S er oppgitt av "
            "kilden, A er bekreftet ved regning, I er utledet.",
            DEFINISJONSFELT,
            DEFINISJONSBREDDER,
            self.innhold.definisjoner,
        )

    def _kolonner(self) -> None:
        rader = [
            (
                ett.ark.navn,
                kolonne.overskrift,
                f"bi.{ett.ark.tabell}.{kolonne.navn}" if type_ else "",
                type_,
                beskrivelse or "Navnet på koden, lagt til i arbeidsboken",
            )
            for ett in self.innhold.ark
            for kolonne, type_, beskrivelse in zip(ett.kolonner, ett.typer, ett.beskrivelser, strict=True)
        ]
        self._tekstark(
            KOLONNER,
            "Kolonner",
            "Kolonnene i hvert ark, og kolonnen i den publiserte databasen de kommer fra.",
            ("Ark", "Overskrift", "Kolonne", "Type", "Innhold"),
            (20, 28, 48, 15, 110),
            rader,
        )

    def _kilder(self) -> None:
        """Say for each sheet the table, the rows, the deliveries behind and the publication."""
        innhold = self.innhold
        utvalg = "Alle kommuner"
        if innhold.er_utvalg:
            utvalg = "Bare " + formater.oppramsing(nummer for nummer, _ in innhold.kommuner)
        publisert = (formater.tidspunkt(innhold.publisert), innhold.versjon)
        rader = [
            (
                ett.ark.navn,
                f"bi.{ett.ark.tabell}",
                self._utvalg(ett, utvalg),
                len(ett.rader),
                self._leveranser(ett.ark.objekter),
                *publisert,
                ett.beskrivelse,
            )
            for ett in innhold.ark
        ]
        rader += [
            (ark.navn, f"bi.{ark.tabell}", "Ingen rader; arket er ikke med", 0, "", *publisert, "")
            for ark in innhold.tomme
        ]
        rader += [
            (MAANEDSSERIER, "bi." + serie.tabell, serie.kilde, None, "", *publisert, f"Kolonnen «{serie.navn}»")
            for serie in oppsett.serier()
        ]
        if innhold.kostra:
            rader.append(
                (
                    KOSTRA_AAR,
                    "bi.ind_kostra",
                    "Kolonnen verdi, ett rapporteringsår i hver kolonne",
                    len(innhold.kostra),
                    "",
                    *publisert,
                    "Det samme som i arket KOSTRA",
                )
            )
        rader.append(
            (
                f"{NOKKELTALL} og {FIGURTALL}",
                "",
                f"Formler mot {MAANEDSSERIER} og {KOSTRA_AAR}",
                None,
                "",
                *publisert,
                f"Tallene for kommunen som er valgt i arket {NOKKELTALL}",
            )
        )
        rader.append(
            (
                DEFINISJONER,
                "bi.indikator og bi.maanedsindikator",
                "Alle, og definisjonene av stønadslengde (docs/stonadslengde.md)",
                len(innhold.definisjoner),
                "",
                *publisert,
                "Hva hvert tall er",
            )
        )
        self._tekstark(
            KILDER,
            "Kilder",
            "Hvor tallene i hvert ark kommer fra. Filene bak står i arket Leveranser.",
            ("Ark", "Tabell", "Utvalg", "Rader", "Bygger på", "Publisert", "Kontrakt", "Hva det er"),
            (20, 34, 60, 10, 50, 22, 10, 100),
            rader,
        )

    def _utvalg(self, ett: Arktall, utvalg: str) -> str:
        if not any(kolonne.navn == "kommunenummer" for kolonne in ett.kolonner):
            return "Alle rader"
        if ett.ark.navn == LEVERANSER and self.innhold.er_utvalg:
            return f"{utvalg}, og filer som gjelder flere kommuner"
        return utvalg

    def _leveranser(self, objekter: Sequence[str]) -> str:
        """Return how many accepted files of each kind are behind: `utbetaling 184, mottaker 184`."""
        leveranser = self.ark.get(LEVERANSER)
        if leveranser is None:
            return ""
        plass = {kolonne.navn: nummer for nummer, kolonne in enumerate(leveranser.kolonner)}
        godtatt = [rad[plass["objekt"]] for rad in leveranser.rader if rad[plass["status"]] == "godtatt"]
        antall = {objekt: godtatt.count(objekt) for objekt in objekter}
        return ", ".join(f"{objekt}: {formater.norsk_tall(tall)} filer" for objekt, tall in antall.items() if tall)

    def _om(self, ark: Worksheet) -> None:
        """Write the front: what the book is, how it is read, and links to every sheet."""
        innhold, formater_ = self.innhold, self.formater
        ark.hide_gridlines(2)
        for nummer, bredde in enumerate(BREDDER_OM):
            ark.set_column(nummer, nummer, bredde)
        utskrift(ark, innhold, OM)
        ark.set_row(0, 28)
        ark.write_string(0, 0, "Økonomisk sosialhjelp: arbeidsbok", formater_.tittel)
        opplysninger = [
            ("Kommuner", ", ".join(f"{nummer} {navn}" for nummer, navn in innhold.kommuner)),
            (
                "Publisert",
                f"{formater.tidspunkt(innhold.publisert)} av {innhold.bygget_av}, kontrakt {innhold.versjon}",
            ),
            (
                "Siste leveranse",
                formater.tidspunkt(innhold.datagrunnlag_til) if innhold.datagrunnlag_til else "Ikke kjent",
            ),
            ("Måneder", self._maaneder()),
            ("Kilde", "Skjema bi i publisert/stonad.duckdb. Arket Kilder sier hvor hvert ark kommer fra."),
        ]
        rad = 2
        for navn, tekst in opplysninger:
            ark.write_string(rad, 0, navn, formater_.lag(bold=True))
            ark.write_string(rad, 1, tekst, formater_.brutt)
            rad += 1
        rad = self._avsnitt(ark, rad + 1, "Slik leses tallene")
        for setning in LESEHJELP:
            ark.merge_range(rad, 0, rad, 1, "", formater_.brutt)
            ark.write_string(rad, 0, setning, formater_.brutt)
            ark.set_row(rad, LINJEHOYDE * linjer(setning, BREDDER_OM[0] + BREDDER_OM[1]))
            rad += 1
        rad = self._avsnitt(ark, rad + 1, "Innhold")
        beskrivelser = {ett.ark.navn: ett.beskrivelse for ett in innhold.ark} | {
            NOKKELTALL: "Nøkkeltall og figurer for kommunen du velger i den gule cellen.",
            KOSTRA_AAR: "KOSTRA-indikatorene med ett år i hver kolonne.",
            MAANEDSSERIER: "Seriene bak figurene, én rad per kommune og måned.",
            FIGURTALL: "Tallene bak figurene for kommunen som er valgt.",
            DEFINISJONER: "Hva hvert tall er, formelen, og hvor definisjonen kommer fra.",
            KOLONNER: "Hva hver kolonne er.",
            KILDER: "Hvor tallene i hvert ark kommer fra, og filene bak.",
        }
        for navn in [side.get_name() for side in self.bok.worksheets()][1:]:
            if navn in beskrivelser:
                ark.write_url(rad, 0, f"internal:'{navn}'!A1", formater_.lenke, navn)
                ark.write_string(rad, 1, forste_setning(beskrivelser[navn]), formater_.brutt)
                rad += 1

    def _avsnitt(self, ark: Worksheet, rad: int, tittel: str) -> int:
        ark.write_string(rad, 0, tittel, self.formater.undertittel)
        return rad + 1

    def _maaneder(self) -> str:
        dager = [maaned for _, maaned, _, _ in self.innhold.maaneder]
        if not dager:
            return "Ingen måneder er publisert"
        return f"{formater.maaned(dag(min(dager)))} til {formater.maaned(dag(max(dager)))}"


def forste_setning(tekst: str) -> str:
    """Return a description up to the end of its first sentence."""
    return re.split(r"(?<=\.)\s", tekst, maxsplit=1)[0]


def faste_kolonner(tall: Arktall) -> int:
    """Return how many columns stay when the sheet is moved sideways: those that tell the municipality."""
    return 2 if [kolonne.navn for kolonne in tall.kolonner[:2]] == ["kommunenummer", "kommunenavn"] else 1
