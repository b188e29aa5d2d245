"""The front of the figures: one municipality's key figures and charts, which follow the municipality that is chosen.

The figures themselves stand as values in «Månedsserier» and «KOSTRA år for år»; «Figurtall» picks those of the choice
with formulas, and the charts are drawn from it. Every formula is written with its result, so that a program that does
not calculate shows the same. Where there is no figure the formula gives #N/A: a chart has a gap there, and never a 0.
"""

from datetime import date

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from dagster_project.arbeidsbok import oppsett
from dagster_project.arbeidsbok.oppsett import Figur, Serie
from dagster_project.arbeidsbok.side import FRA_RAD, LINJEHOYDE, skriv_liste, skriv_topp, utskrift
from dagster_project.arbeidsbok.stil import AKSENT, GRAA, SERIEFARGER, Formater, tallformat
from dagster_project.arbeidsbok.tall import DAG_NULL, Arktall, Innhold, dag
from dagster_project.kalender import flytt_maaned, forrige_maaned

NOKKELTALL, MAANEDSSERIER, KOSTRA_AAR, FIGURTALL, LISTER = (
    "Nøkkeltall",
    "Månedsserier",
    "KOSTRA år for år",
    "Figurtall",
    "Lister",
)
INGEN = "–"
MANGLER = "#N/A"
KOSTRA = "kostra"
FORSTE_INDIKATOR = "stonadslengde_snitt"
FLEST_I_FIGUREN = len(SERIEFARGER)
"""With more municipalities than colours, the KOSTRA chart has only the one that is chosen."""
VELG_KOMMUNE, VELG_INDIKATOR, SISTE_MAANED = "$C$3", "$C$4", "$C$5"
# A municipality's number, then the day as Excel counts it.
PLASS_TIL_DAGEN = 100_000
FIGURBREDDE, FIGURHOYDE, FIGURRADER = 472, 330, 17
NOKKELKOLONNER = (
    "Nøkkeltall",
    "Siste måned",
    "Måneden før",
    "Samme måned i fjor",
    "Endring siste år",
    "Snitt siste tolv måneder",
)
FORKLARING = (
    f"Velg kommune og KOSTRA-indikator i de gule cellene. {INGEN} er et tall som er skjult eller ukjent, aldri 0. "
    "I figurene er hvert punkt en måned med tall; en strek uten punkter går forbi måneder uten."
)


def _exceldag(dagen: date) -> int:
    return (dagen - DAG_NULL).days


class Nokkelark:
    """The sheets of key figures of one workbook."""

    def __init__(self, bok: xlsxwriter.Workbook, formater: Formater, innhold: Innhold, ark: Worksheet) -> None:
        self.bok = bok
        self.formater = formater
        self.innhold = innhold
        self.ark = ark
        self.serier = oppsett.serier()
        self.navn = dict(innhold.kommuner)
        har_tall = {nummer for nummer, *_ in innhold.maaneder}
        self.valgt = next((nummer for nummer, _ in innhold.kommuner if nummer in har_tall), innhold.kommuner[0][0])
        dager = [maaned for _, maaned, _, _ in innhold.maaneder]
        forste, siste = (dag(min(dager)), dag(max(dager))) if dager else (date.max, date.min)
        self.maaneder = []
        while siste >= forste:
            self.maaneder.append(siste)
            siste = forrige_maaned(siste)
        self.maaneder.reverse()
        self.verdier = {dag(maaned): verdier for nummer, maaned, verdier, _ in innhold.maaneder if nummer == self.valgt}
        self.indikatorer = list(dict.fromkeys((id_, navn) for _, id_, navn, *_ in innhold.kostra))
        self.indikator = next(
            (ett for ett in self.indikatorer if ett[0] == FORSTE_INDIKATOR), (self.indikatorer or [("", "")])[0]
        )

    def skriv_kostra(self) -> None:
        """Write a row per municipality and indicator, with the years beside each other."""
        innhold = self.innhold
        if not innhold.kostra:
            return
        ark = self.bok.add_worksheet(KOSTRA_AAR)
        bredder = [18, 16, 60, 12, *(12 for _ in innhold.aar), 32, 40]
        skriv_topp(ark, self.formater, innhold, KOSTRA_AAR, "KOSTRA-indikatorene, med ett år i hver kolonne.", bredder)
        tekst = self.formater.celle("tekst")
        for rad, (nummer, id_, navn, enhet, desimaler, verdier) in enumerate(innhold.kostra, start=FRA_RAD):
            for kolonne, verdi in enumerate((nummer, self.navn[nummer], navn, enhet)):
                ark.write_string(rad, kolonne, verdi, tekst)
            for kolonne, verdi in enumerate(verdier, start=4):
                if verdi is not None:
                    ark.write_number(rad, kolonne, verdi, self.formater.celle("tall", desimaler))
            ark.write_string(rad, 4 + len(verdier), id_, tekst)
            ark.write_string(rad, 5 + len(verdier), f"{nummer} {id_}", tekst)
        overskrifter = [
            "Kommunenummer",
            "Kommune",
            "Indikator",
            "Enhet",
            *map(str, innhold.aar),
            "Indikator-id",
            "Nøkkel",
        ]
        skriv_liste(ark, self.formater, "KostraAarForAar", overskrifter, len(innhold.kostra))
        ark.freeze_panes(FRA_RAD, 3)

    def skriv_maaneder(self) -> None:
        """Write a row per municipality and month, with the series beside each other."""
        innhold = self.innhold
        if not innhold.maaneder:
            return
        ark = self.bok.add_worksheet(MAANEDSSERIER)
        skriv_topp(
            ark,
            self.formater,
            innhold,
            MAANEDSSERIER,
            "Seriene bak figurene. Skjermet er sann når minst ett av tallene i raden er skjult. Arket Kilder sier hvor "
            "hver serie er hentet.",
            [18, 16, 12, *(16 for _ in self.serier), 10, 14],
        )
        celler = [self.formater.celle(serie.format) for serie in self.serier]
        tekst, maaned_, ja_nei = (self.formater.celle(ett) for ett in ("tekst", "maaned", "ja_nei"))
        for rad, (nummer, maaned, verdier, skjermet) in enumerate(innhold.maaneder, start=FRA_RAD):
            ark.write_string(rad, 0, nummer, tekst)
            ark.write_string(rad, 1, self.navn[nummer], tekst)
            ark.write_number(rad, 2, maaned, maaned_)
            for kolonne, (verdi, celle) in enumerate(zip(verdier, celler, strict=True), start=3):
                if verdi is not None:
                    ark.write_number(rad, kolonne, verdi, celle)
            ark.write_boolean(rad, 3 + len(celler), skjermet, ja_nei)
            ark.write_number(rad, 4 + len(celler), int(nummer) * PLASS_TIL_DAGEN + maaned, self.formater.celle("aar"))
        overskrifter = [
            "Kommunenummer",
            "Kommune",
            "Måned",
            *(serie.navn for serie in self.serier),
            "Skjermet",
            "Nøkkel",
        ]
        skriv_liste(ark, self.formater, "Maanedsserier", overskrifter, len(innhold.maaneder))
        ark.set_row(FRA_RAD - 1, 48)
        ark.freeze_panes(FRA_RAD, 3)

    def skriv_nokkeltall(self, funn: Arktall | None) -> None:
        """Write the key figures and the charts, and the sheets with what they are made from."""
        ark, formater, innhold = self.ark, self.formater, self.innhold
        ark.hide_gridlines(2)
        ark.set_column(0, 0, 2)
        ark.set_column(1, 1, 46)
        ark.set_column(2, 6, 17)
        utskrift(ark, innhold, NOKKELTALL)
        ark.fit_to_pages(1, 1)
        ark.set_portrait()
        ark.set_row(0, 28)
        ark.write_string(0, 1, "Nøkkeltall", formater.tittel)
        ark.merge_range(1, 1, 1, 6, FORKLARING, formater.forklaring)
        ark.set_row(1, 2 * LINJEHOYDE)
        if not self.maaneder:
            ark.write_string(2, 1, "Ingen måneder er publisert.", formater.undertittel)
            return
        self._skriv_figurtall()
        self._skriv_valg()
        rad = self._skriv_tabell()
        if funn is not None:
            rad = self._skriv_funn(funn, rad)
        self._skriv_figurer(rad + 1)

    def _skriv_valg(self) -> None:
        """Write the cells where municipality and indicator are chosen, and the newest month with figures."""
        ark, bok = self.ark, self.bok
        lister = bok.add_worksheet(LISTER)
        kommuner = [f"{nummer} {navn}" for nummer, navn in self.innhold.kommuner]
        for kolonne, verdier in enumerate(
            (kommuner, *zip(*((navn, id_) for id_, navn in self.indikatorer), strict=True))
        ):
            for rad, verdi in enumerate(verdier):
                lister.write_string(rad, kolonne, verdi)
        lister.hide()
        gul = self.formater.lag(bg_color="#FFF6CC", border=1, border_color=GRAA, bold=True)
        fet = self.formater.lag(bold=True)
        valg = [(2, "Kommune", f"{self.valgt} {self.navn[self.valgt]}", 0, len(kommuner))]
        if self.indikatorer:
            valg.append((3, "KOSTRA-indikator i figuren nederst", self.indikator[1], 1, len(self.indikatorer)))
        for rad, tekst, verdi, kolonne, antall in valg:
            ark.write_string(rad, 1, tekst, fet)
            ark.merge_range(rad, 2, rad, 6, "", gul)
            ark.write_string(rad, 2, verdi, gul)
            ark.data_validation(
                rad,
                2,
                rad,
                2,
                {
                    "validate": "list",
                    "source": f"='{LISTER}'!{xl_range_abs(0, kolonne, antall - 1, kolonne)}",
                    "error_title": "Ikke i listen",
                    "error_message": "Velg en av dem i listen.",
                },
            )
        ark.write_string(4, 1, "Siste måned med tall", fet)
        kontant, maaneder = self._omraade(2), self._omraade(0)
        ark.write_formula(
            4,
            2,
            f"=IF(COUNT({kontant})=0,NA(),LOOKUP(2,1/ISNUMBER({kontant}),{maaneder}))",
            self.formater.lag(num_format=tallformat("maaned"), align="left", bold=True),
            _exceldag(self.siste) if self.siste else MANGLER,
        )

    @property
    def siste(self) -> date | None:
        """Return the newest month the chosen municipality has payouts for."""
        return max((maaned for maaned, verdier in self.verdier.items() if verdier[0] is not None), default=None)

    def _omraade(self, kolonne: int) -> str:
        """Return where a column of «Figurtall» stands."""
        return f"'{FIGURTALL}'!{xl_range_abs(FRA_RAD, kolonne, FRA_RAD + len(self.maaneder) - 1, kolonne)}"

    def _skriv_figurtall(self) -> None:
        """Write the series of the municipality that is chosen, and the indicator by year."""
        ark = self.bok.add_worksheet(FIGURTALL)
        skriv_topp(
            ark,
            self.formater,
            self.innhold,
            FIGURTALL,
            f"Tallene bak figurene for kommunen som er valgt i arket {NOKKELTALL}. {MANGLER} er et tall som er skjult "
            "eller ukjent.",
            [12, *(16 for _ in self.serier), 16],
        )
        hode = self.formater.hode
        for kolonne, tekst in enumerate(["Måned", f"Rad i {MAANEDSSERIER}", *(serie.navn for serie in self.serier)]):
            ark.write_string(FRA_RAD - 1, kolonne, tekst, hode)
        ark.set_row(FRA_RAD - 1, 48)
        antall = len(self.innhold.maaneder)
        noklene = self._i_serier(4 + len(self.serier), antall)
        rad_i_serier = {
            (nummer, maaned): plass for plass, (nummer, maaned, _, _) in enumerate(self.innhold.maaneder, start=1)
        }
        for rad, maaned in enumerate(self.maaneder, start=FRA_RAD):
            ark.write_number(rad, 0, _exceldag(maaned), self.formater.celle("maaned"))
            plass = rad_i_serier.get((self.valgt, _exceldag(maaned)), 0)
            ark.write_formula(
                rad,
                1,
                f"=IFERROR(MATCH(VALUE(LEFT('{NOKKELTALL}'!{VELG_KOMMUNE},4))*{PLASS_TIL_DAGEN}+$A{rad + 1},"
                f"{noklene},0),0)",
                self.formater.celle("aar"),
                plass,
            )
            verdier = self.verdier.get(maaned, (None,) * len(self.serier))
            for kolonne, (serie, verdi) in enumerate(zip(self.serier, verdier, strict=True), start=2):
                celle = f"INDEX({self._i_serier(kolonne + 1, antall)},$B{rad + 1})"
                ark.write_formula(
                    rad,
                    kolonne,
                    f"=IF($B{rad + 1}=0,NA(),IF(ISNUMBER({celle}),{celle},NA()))",
                    self.formater.celle(serie.format),
                    MANGLER if verdi is None else verdi,
                )
        ark.conditional_format(
            FRA_RAD,
            2,
            FRA_RAD + len(self.maaneder) - 1,
            1 + len(self.serier),
            {"type": "formula", "criteria": f"=ISNA(C{FRA_RAD + 1})", "format": self._blek},
        )
        ark.freeze_panes(FRA_RAD, 1)
        if self.innhold.kostra:
            self._skriv_kostratall(ark)

    @property
    def _blek(self) -> xlsxwriter.format.Format:
        return self.bok.add_format({"font_color": "#A0A7AB"})

    @staticmethod
    def _i_serier(kolonne: int, antall: int) -> str:
        return f"'{MAANEDSSERIER}'!{xl_range_abs(FRA_RAD, kolonne, FRA_RAD + antall - 1, kolonne)}"

    @property
    def _kostrakolonne(self) -> int:
        return len(self.serier) + 3

    @property
    def _i_kostrafiguren(self) -> list[str]:
        """Return the municipalities of the chart; one, which follows the choice, when they are many."""
        alle = [nummer for nummer, _ in self.innhold.kommuner]
        return alle if len(alle) <= FLEST_I_FIGUREN else [self.valgt]

    def _skriv_kostratall(self, ark: Worksheet) -> None:
        forste, aar = self._kostrakolonne, self.innhold.aar
        hode = self.formater.hode
        kommuner = self._i_kostrafiguren
        verdier = {(nummer, id_): tall for nummer, id_, _, _, _, tall in self.innhold.kostra}
        siste_rad = FRA_RAD + len(self.innhold.kostra) - 1
        nokler = xl_range_abs(FRA_RAD, 5 + len(aar), siste_rad, 5 + len(aar))
        navn = f"'{LISTER}'!{xl_range_abs(0, 1, len(self.indikatorer) - 1, 1)}"
        ider = f"'{LISTER}'!{xl_range_abs(0, 2, len(self.indikatorer) - 1, 2)}"
        ark.set_column(forste, forste + len(kommuner), 16)
        ark.write_string(FRA_RAD - 1, forste, "År", hode)
        rad_med_plass = FRA_RAD + len(aar)
        ark.write_string(rad_med_plass, forste, f"Rad i {KOSTRA_AAR}", self.formater.forklaring)
        plasser = {(nummer, id_): plass for plass, (nummer, id_, *_) in enumerate(self.innhold.kostra, start=1)}
        for rad, ett in enumerate(aar, start=FRA_RAD):
            ark.write_number(rad, forste, ett, self.formater.celle("aar"))
        for kolonne, nummer in enumerate(kommuner, start=forste + 1):
            tekst = f"{nummer} {self.navn[nummer]}"
            if len(kommuner) == 1:
                ark.write_formula(FRA_RAD - 1, kolonne, f"='{NOKKELTALL}'!{VELG_KOMMUNE}", hode, tekst)
            else:
                ark.write_string(FRA_RAD - 1, kolonne, tekst, hode)
            overskrift = xl_rowcol_to_cell(FRA_RAD - 1, kolonne)
            ark.write_formula(
                rad_med_plass,
                kolonne,
                f'=IFERROR(MATCH(LEFT({overskrift},4)&" "&'
                f"INDEX({ider},MATCH('{NOKKELTALL}'!{VELG_INDIKATOR},{navn},0)),"
                f"'{KOSTRA_AAR}'!{nokler},0),0)",
                self.formater.forklaring,
                plasser.get((nummer, self.indikator[0]), 0),
            )
            plass = xl_rowcol_to_cell(rad_med_plass, kolonne, row_abs=True)
            tall = verdier.get((nummer, self.indikator[0]), (None,) * len(aar))
            for rad, (i, verdi) in enumerate(enumerate(tall), start=FRA_RAD):
                celle = f"INDEX('{KOSTRA_AAR}'!{xl_range_abs(FRA_RAD, 4 + i, siste_rad, 4 + i)},{plass})"
                ark.write_formula(
                    rad,
                    kolonne,
                    f"=IF({plass}=0,NA(),IF(ISNUMBER({celle}),{celle},NA()))",
                    self.formater.celle("desimal"),
                    MANGLER if verdi is None else verdi,
                )
        ark.conditional_format(
            FRA_RAD,
            forste + 1,
            FRA_RAD + len(aar) - 1,
            forste + len(kommuner),
            {
                "type": "formula",
                "criteria": f"=ISNA({xl_col_to_name(forste + 1)}{FRA_RAD + 1})",
                "format": self._blek,
            },
        )

    def _verdi(self, nummer: int, for_: int) -> float | None:
        """Return a series' figure so many months before the newest month."""
        if self.siste is None:
            return None
        return self.verdier.get(flytt_maaned(self.siste, -for_), (None,) * len(self.serier))[nummer]

    def _snitt(self, nummer: int) -> float | None:
        """Return the mean of the twelve months to the newest, when all of them are known."""
        siste_tolv = [self._verdi(nummer, for_) for for_ in range(12)]
        if None in siste_tolv:
            return None
        return sum(siste_tolv) / 12

    def _skriv_tabell(self) -> int:
        """Write the key figures, and return the row after them."""
        ark, formater = self.ark, self.formater
        for kolonne, tekst in enumerate(NOKKELKOLONNER, start=1):
            ark.write_string(6, kolonne, tekst, formater.hode)
        ark.set_row(6, 32)
        maaneder = self._omraade(0)
        rad = 7
        for plass, serie in enumerate(self.serier):
            if not serie.er_nokkeltall:
                continue
            self._skriv_rad(rad, serie, plass, maaneder)
            rad += 1
        return rad

    def _skriv_rad(self, rad: int, serie: Serie, plass: int, maaneder: str) -> None:
        ark = self.ark
        linje = {"bottom": 1, "bottom_color": "#D5DDE1"}
        tallet = self.formater.lag(num_format=tallformat(serie.format), align="right", **linje)
        kolonne = self._omraade(plass + 2)
        ark.write_string(rad, 1, serie.navn, self.formater.lag(**linje))
        for i, for_ in enumerate((0, 1, 12), start=2):
            dagen = SISTE_MAANED if for_ == 0 else f"EDATE({SISTE_MAANED},-{for_})"
            ark.write_formula(
                rad,
                i,
                f'=IFERROR(INDEX({kolonne},MATCH({dagen},{maaneder},0)),"{INGEN}")',
                tallet,
                _eller_strek(self._verdi(plass, for_)),
            )
        naa, i_fjor = self._verdi(plass, 0), self._verdi(plass, 12)
        ark.write_formula(
            rad,
            5,
            f"=IF(AND(ISNUMBER(C{rad + 1}),ISNUMBER(E{rad + 1})),"
            f'IF(E{rad + 1}>0,C{rad + 1}/E{rad + 1}-1,"{INGEN}"),"{INGEN}")',
            self.formater.lag(num_format=tallformat("endring"), align="right", **linje),
            naa / i_fjor - 1 if naa is not None and i_fjor is not None and i_fjor > 0 else INGEN,
        )
        fra_til = f'{maaneder},">"&EDATE({SISTE_MAANED},-12),{maaneder},"<="&{SISTE_MAANED}'
        ark.write_formula(
            rad,
            6,
            f'=IFERROR(IF(COUNTIFS({fra_til})<12,"{INGEN}",AVERAGEIFS({kolonne},{fra_til})),"{INGEN}")',
            tallet,
            _eller_strek(self._snitt(plass)),
        )

    def _skriv_funn(self, funn: Arktall, rad: int) -> int:
        """Write how many findings of the last twelve months nobody has accepted, and return the row after them."""
        plass = {kolonne.navn: nummer for nummer, kolonne in enumerate(funn.kolonner)}
        siste_rad = FRA_RAD + len(funn.rader) - 1

        def omraade(navn: str) -> str:
            return f"'{funn.ark.navn}'!{xl_range_abs(FRA_RAD, plass[navn], siste_rad, plass[navn])}"

        ark = self.ark
        ark.write_string(
            rad + 1, 1, f"Åpne funn siste tolv måneder (rader i arket {funn.ark.navn})", self.formater.undertittel
        )
        rad += 2
        fra = _exceldag(flytt_maaned(self.siste, -12)) if self.siste else 0
        for alvor in ("FEIL", "ADVARSEL"):
            antall = sum(
                ett[plass["kommunenummer"]] == self.valgt
                and ett[plass["alvor"]] == alvor
                and not ett[plass["kvittert"]]
                and ett[plass["maaned"]] > fra
                for ett in funn.rader
            )
            ark.write_string(rad, 1, alvor, self.formater.lag())
            ark.write_formula(
                rad,
                2,
                f'=SUMPRODUCT(({omraade("kommunenummer")}=LEFT({VELG_KOMMUNE},4))*({omraade("alvor")}="{alvor}")'
                f"*({omraade('kvittert')}=FALSE)*({omraade('maaned')}>EDATE({SISTE_MAANED},-12)))",
                self.formater.lag(num_format=tallformat("heltall"), align="right"),
                antall if self.siste else MANGLER,
            )
            rad += 1
        return rad

    def _skriv_figurer(self, fra_rad: int) -> None:
        """Place the charts two and two."""
        figurer = [figur for figur in oppsett.figurer() if figur.id != KOSTRA or self.innhold.kostra]
        for nummer, figur in enumerate(figurer):
            self.ark.insert_chart(
                fra_rad + nummer // 2 * FIGURRADER,
                1,
                self._kostrafigur(figur) if figur.id == KOSTRA else self._maanedsfigur(figur),
                {
                    "x_offset": nummer % 2 * (FIGURBREDDE + 10),
                    "description": figur.beskrivelse,
                    "object_position": 2,
                },
            )

    def _figur(self, figur: Figur, slag: str) -> Chart:
        diagram = self.bok.add_chart({"type": slag})
        diagram.set_title({"name": figur.tittel, "name_font": {"size": 12, "color": AKSENT}, "overlay": False})
        diagram.set_size({"width": FIGURBREDDE, "height": FIGURHOYDE})
        diagram.set_legend({"position": "bottom"})
        diagram.set_chartarea({"border": {"color": "#D5DDE1"}})
        # LibreOffice draws an error as 0 in a chart with gaps; a line across is no figure, for it has no points.
        diagram.show_blanks_as("span")
        diagram.show_na_as_empty_cell()
        diagram.set_y_axis(
            {
                "name": figur.y_tittel,
                "name_font": {"bold": False, "color": GRAA},
                "num_format": tallformat(figur.format),
                "major_gridlines": {"visible": True, "line": {"color": "#E3E8EA"}},
                "line": {"none": True},
            }
        )
        return diagram

    def _maanedsfigur(self, figur: Figur) -> Chart:
        diagram = self._figur(figur, "line")
        diagram.set_x_axis(
            {
                "date_axis": True,
                "num_format": "[$-414]mmm yy",
                "major_unit": 6,
                "major_unit_type": "months",
                "label_position": "low",
            }
        )
        egne = [(plass, serie) for plass, serie in enumerate(self.serier) if serie.figur == figur.id]
        siste = FRA_RAD + len(self.maaneder) - 1
        for farge, (plass, _) in zip(SERIEFARGER, egne, strict=False):
            diagram.add_series(
                {
                    "name": [FIGURTALL, FRA_RAD - 1, plass + 2],
                    "categories": [FIGURTALL, FRA_RAD, 0, siste, 0],
                    "values": [FIGURTALL, FRA_RAD, plass + 2, siste, plass + 2],
                    # What is kept in the file for those who only look; the library would keep a 0 for an error.
                    "categories_data": [_exceldag(maaned) for maaned in self.maaneder],
                    "values_data": [self.verdier.get(maaned, (None,) * (plass + 1))[plass] for maaned in self.maaneder],
                    "line": {"color": farge, "width": 1.75},
                    "marker": {"type": "circle", "size": 2, "fill": {"color": farge}, "border": {"color": farge}},
                }
            )
        return diagram

    def _kostrafigur(self, figur: Figur) -> Chart:
        diagram = self._figur(figur, "column")
        forste, siste = self._kostrakolonne, FRA_RAD + len(self.innhold.aar) - 1
        diagram.set_title({"name": f"='{NOKKELTALL}'!{VELG_INDIKATOR}", "name_font": {"size": 12, "color": AKSENT}})
        verdier = {nummer: tall for nummer, id_, *_, tall in self.innhold.kostra if id_ == self.indikator[0]}
        for kolonne, (farge, nummer) in enumerate(
            zip(SERIEFARGER, self._i_kostrafiguren, strict=False), start=forste + 1
        ):
            diagram.add_series(
                {
                    "name": [FIGURTALL, FRA_RAD - 1, kolonne],
                    "categories": [FIGURTALL, FRA_RAD, forste, siste, forste],
                    "values": [FIGURTALL, FRA_RAD, kolonne, siste, kolonne],
                    "categories_data": list(self.innhold.aar),
                    "values_data": list(verdier.get(nummer, (None,) * len(self.innhold.aar))),
                    "fill": {"color": farge},
                    "gap": 80,
                }
            )
        return diagram


def _eller_strek(verdi: float | None) -> float | str:
    return INGEN if verdi is None else verdi
