"""The workbook shows what is published and nothing else, and opens where people open it."""

import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from pypdf import PdfReader
from typer.testing import CliRunner

from dagster_project import cli, formater
from dagster_project.arbeidsbok import oppsett
from dagster_project.arbeidsbok.bok import skriv_arbeidsbok
from dagster_project.arbeidsbok.kommando import filnavn
from dagster_project.arbeidsbok.nokkeltall import NOKKELTALL
from dagster_project.arbeidsbok.tall import OVER_TABELLEN, RADER_I_EXCEL, kontroller_plass, les_innhold
from dagster_project.feil import Brukerfeil
from tests.arbeidsbokprove import HODERAD, hoder, rader, tall_i_figurtall, ulikheter
from tests.publisert import HAR_IKKE_LEVERT, MAANEDER, OSLO, PUBLISERT, RINGSAKER, SKJULT, lag_publisert, tabeller

KONTANT, LOPENDE = "Utbetalt (kontant)", "Stønadslengde, løpende forløp"
ALLTID_REGN_UT = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    return lag_publisert(tmp_path_factory.mktemp("publisert") / "stonad.duckdb")


@pytest.fixture(scope="module")
def fil(database, tmp_path_factory) -> Path:
    sti = tmp_path_factory.mktemp("bok") / "arbeidsbok.xlsx"
    skriv_arbeidsbok(les_innhold(database), sti)
    return sti


@pytest.fixture(scope="module")
def bok(fil):
    return openpyxl.load_workbook(fil)


def kolonne(ark, overskrift: str) -> list:
    """Return the cells of a column, by its heading."""
    plass = hoder(ark).index(overskrift) + 1
    return [ark.cell(rad, plass) for rad in range(HODERAD + 1, ark.max_row + 1)]


def test_every_row_is_the_published_row(database, fil):
    assert ulikheter(database, fil) == {}


def test_a_choice_of_municipalities_has_their_rows_and_those_of_none(database, tmp_path):
    sti = tmp_path / "en.xlsx"
    skriv_arbeidsbok(les_innhold(database, [RINGSAKER]), sti)
    assert ulikheter(database, sti, [RINGSAKER]) == {}
    bok = openpyxl.load_workbook(sti)
    assert {rad[0] for rad in rader(bok["Utgift"])} == {RINGSAKER}
    assert {rad[1] for rad in rader(bok["Leveranser"])} == {RINGSAKER, None}
    assert "Funn" not in bok.sheetnames
    assert any(celle.value == "Bare 3411" for celle in kolonne(bok["Kilder"], "Utvalg"))


def test_values_have_the_types_and_formats_of_what_they_are(bok):
    utgift = bok["Utgift"]
    assert {celle.value for celle in kolonne(utgift, "Kommunenummer")} == {OSLO, RINGSAKER}
    assert all(celle.is_date and celle.number_format == "[$-414]mmm yyyy" for celle in kolonne(utgift, "Måned"))
    belop = [celle for celle in kolonne(utgift, "Beløp") if celle.value is not None]
    assert {celle.data_type for celle in belop} == {"n"}
    assert {celle.number_format for celle in belop} == {"[$-414]#,##0"}
    assert {type(celle.value) for celle in kolonne(utgift, "Skjermet")} == {bool}
    andel = [celle for celle in kolonne(bok["KOSTRA"], "Verdi") if celle.value is not None]
    assert {celle.number_format for celle in andel} == {"[$-414]#,##0.0"}
    assert {celle.number_format for celle in kolonne(bok["Månedsindikatorer"], "Verdi") if celle.value is not None} == {
        "[$-414]#,##0"
    }


def test_a_code_is_shown_by_its_name(bok):
    assert {celle.value for celle in kolonne(bok["Utgift"], "Stønadsart")} == {"Boutgifter"}
    assert {celle.value for celle in kolonne(bok["Funn"], "Årsak")} == {
        "Betalt på forskudd",
        "Leveranse mangler eller er kuttet",
        "Årsaken er ikke funnet",
    }


@pytest.mark.parametrize(
    ("ark", "tallene"),
    [("Utgift", ("Beløp", "Mottakere")), ("Månedsindikatorer", ("Teller", "Verdi")), ("KOSTRA", ("Verdi",))],
)
def test_a_hidden_figure_is_an_empty_cell_and_never_0(bok, ark, tallene):
    skjermet = [celle.value for celle in kolonne(bok[ark], "Skjermet")]
    assert any(skjermet)
    for overskrift in tallene:
        for skjult, celle in zip(skjermet, kolonne(bok[ark], overskrift), strict=True):
            assert (celle.value is None) == skjult
            assert celle.value != 0


def test_what_has_no_figure_is_an_error_in_the_charts_rows_and_left_out_of_what_they_keep(fil):
    tall = tall_i_figurtall(fil)
    assert tall[MAANEDER[0], KONTANT] == 1_000_000.25
    assert tall[SKJULT, KONTANT] is None
    assert 0 not in tall.values()
    with zipfile.ZipFile(fil) as arkiv:
        diagrammer = [arkiv.read(navn).decode() for navn in arkiv.namelist() if "charts/chart" in navn]
    assert len(diagrammer) == len(oppsett.figurer())
    for diagram in diagrammer:
        assert "<c:v>0</c:v>" not in diagram
        assert 'dispBlanksAs val="span"' in diagram


def test_tables_are_valid_and_cover_their_rows(bok):
    navn = [tabell.name for ark in bok for tabell in ark.tables.values()]
    assert len(navn) == len(set(navn)) > 8
    assert all(
        re.fullmatch(r"[A-Za-z][A-Za-z0-9]{3,}", ett) and not re.fullmatch(r"[A-Z]{1,3}\d+", ett) for ett in navn
    )
    for ark in bok:
        for tabell in ark.tables.values():
            fra_kolonne, fra_rad, til_kolonne, til_rad = range_boundaries(tabell.ref)
            assert (fra_kolonne, fra_rad, til_rad) == (1, HODERAD, ark.max_row)
            overskrifter = hoder(ark)
            assert len(overskrifter) == til_kolonne == len({tekst.casefold() for tekst in overskrifter})
            assert tabell.autoFilter.ref == tabell.ref
            assert ark.freeze_panes.endswith(str(HODERAD + 1))


def test_text_never_starts_a_formula(bok):
    assert [celle.value for celle in kolonne(bok["Funn"], "Kommune")] == ["=Oslo"] * 3
    tekster = [celle for celle in kolonne(bok["Funn"], "Funn") if celle.value.startswith(("=", "+"))]
    assert len(tekster) == 2
    med_formler = {ark.title for ark in bok for rad in ark.iter_rows() for celle in rad if celle.data_type == "f"}
    assert med_formler == {NOKKELTALL, "Figurtall"}


def test_every_sheet_is_listed_with_its_source_and_every_column_with_its_meaning(bok):
    kilder = {rad[0]: rad for rad in rader(bok["Kilder"])}
    for ark in oppsett.ark():
        assert kilder[ark.navn][1] == f"bi.{ark.tabell}"
        assert (ark.navn in bok.sheetnames) == (kilder[ark.navn][3] > 0)
    assert kilder["Utgift"][4] == "utbetaling: 3 filer"
    assert kilder["Utgift"][5] == formater.tidspunkt(PUBLISERT)
    beskrevet = {(rad[0], rad[1]) for rad in rader(bok["Kolonner"]) if rad[4]}
    for ark in oppsett.ark():
        if ark.navn in bok.sheetnames:
            assert {(ark.navn, tekst) for tekst in hoder(bok[ark.navn])} <= beskrevet
    synlige = {ark.title for ark in bok if ark.sheet_state == "visible"}
    assert {celle.value for celle in bok["Om"]["A"]} >= synlige - {"Om"}


def test_the_seeds_name_what_is_published():
    publisert = {navn: {kolonne["name"] for kolonne in modell["columns"]} for navn, modell in tabeller().items()}
    for ark in oppsett.ark():
        kolonner = oppsett.kolonner(ark.tabell, publisert[ark.tabell])
        assert {navn for navn, _ in ark.sortering} <= publisert[ark.tabell]
        assert all(set(ett.nokkel) <= publisert[ark.tabell] for ett in kolonner)
        overskrifter = [ett.overskrift for ett in kolonner]
        assert len(overskrifter) == len(set(overskrifter))
    for serie in oppsett.serier():
        assert {serie.kolonne, *(navn for navn, _ in serie.utvalg)} <= publisert[serie.tabell]
        assert serie.figur in {figur.id for figur in oppsett.figurer()} | {""}


def test_the_same_publication_gives_the_same_bytes(database, fil, tmp_path):
    skriv_arbeidsbok(les_innhold(database), tmp_path / "igjen.xlsx")
    assert (tmp_path / "igjen.xlsx").read_bytes() == fil.read_bytes()
    with zipfile.ZipFile(fil) as arkiv:
        assert b"2025-04-10T06:30:00Z" in arkiv.read("docProps/core.xml")


def test_a_book_that_cannot_be_written_leaves_the_old_one_and_nothing_else(database, tmp_path):
    opptatt = tmp_path / "arbeidsbok.xlsx"
    opptatt.mkdir()
    with pytest.raises(Brukerfeil, match="Kan ikke skrive"):
        skriv_arbeidsbok(les_innhold(database), opptatt)
    assert list(tmp_path.iterdir()) == [opptatt]


def test_before_the_first_publication_there_is_a_sentence(tmp_path):
    with pytest.raises(Brukerfeil, match="Ingenting er publisert ennå"):
        les_innhold(tmp_path / "stonad.duckdb")


def test_an_unknown_municipality_is_refused_with_those_there_are(database):
    with pytest.raises(Brukerfeil, match=r"9999 er ikke med i det som er publisert\. Der er 0301 og 3411"):
        les_innhold(database, [RINGSAKER, "9999"])


def test_a_database_of_an_older_contract_is_refused(tmp_path):
    sti = lag_publisert(tmp_path / "stonad.duckdb")
    with duckdb.connect(str(sti)) as con:
        con.execute("drop table bi.avstemming")
    with pytest.raises(Brukerfeil, match="eldre utgave"):
        les_innhold(sti)


def test_a_table_that_does_not_fit_in_a_sheet_is_refused():
    kontroller_plass({"ind_maaned": RADER_I_EXCEL - OVER_TABELLEN})
    with pytest.raises(Brukerfeil, match=r"bi.ind_maaned har 1.048.573 rader.*--kommune"):
        kontroller_plass({"ind_maaned": RADER_I_EXCEL - OVER_TABELLEN + 1})


@pytest.mark.parametrize(
    ("til", "kommuner", "ventet"),
    [
        ("rapporter", [], "rapporter/arbeidsbok.xlsx"),
        ("rapporter", ["3411", "0301"], "rapporter/arbeidsbok_3411_0301.xlsx"),
        ("min.XLSX", ["3411"], "min.XLSX"),
    ],
)
def test_the_file_has_the_name_that_is_given_or_one_of_its_own(til, kommuner, ventet):
    assert filnavn(Path(til), kommuner) == Path(ventet)


def test_the_command_writes_where_reports_are_kept(mappe):
    lag_publisert(mappe.publisert / "stonad.duckdb")
    svar = CliRunner().invoke(cli.app, ["arbeidsbok", "--kommune", RINGSAKER, "--mappe", str(mappe.rot)])
    assert svar.exit_code == 0, svar.output
    assert (mappe.rot / "rapporter" / "arbeidsbok_3411.xlsx").exists()
    assert "1 kommune," in svar.output


def test_with_nothing_published_but_definitions_there_is_still_a_book(tmp_path):
    sti = lag_publisert(tmp_path / "stonad.duckdb")
    with duckdb.connect(str(sti)) as con:
        for ark in oppsett.ark():
            if ark.tabell != "kommune":
                con.execute(f"delete from bi.{ark.tabell}")
    skriv_arbeidsbok(les_innhold(sti), tmp_path / "tom.xlsx")
    bok = openpyxl.load_workbook(tmp_path / "tom.xlsx")
    assert bok[NOKKELTALL]["B3"].value == "Ingen måneder er publisert."
    assert "Figurtall" not in bok.sheetnames


# Every sheet as it is shown: comma, quotes, UTF-8, from the first line.
SOM_VIST = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1"


def regn_ut(fil: Path, mappe: Path, til: str = "xlsx") -> Path:
    """Return what LibreOffice makes of a workbook when it works every formula out anew."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice finnes ikke her; at den regner ut det samme er ikke prøvd.")
    profil = mappe / "profil"
    (profil / "user").mkdir(parents=True, exist_ok=True)
    (profil / "user" / "registrymodifications.xcu").write_text(ALLTID_REGN_UT, encoding="utf-8")
    svar = subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={profil.as_uri()}", "--headless"),
            *("--convert-to", til, "--outdir", str(mappe / "ut"), str(fil)),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    # Debian's LibreOffice says on every start that it has no Java; that is no word on the file.
    sagt = [linje for linje in svar.stderr.splitlines() if "javaldx" not in linje]
    assert sagt == []
    return mappe / "ut" / f"{fil.stem}.{til.partition(':')[0]}"


# openpyxl does not read all of a chart that LibreOffice has written.
@pytest.mark.filterwarnings("ignore:Unable to read chart")
def test_libreoffice_works_out_the_same(database, fil, tmp_path):
    regnet = regn_ut(fil, tmp_path)
    # LibreOffice writes fifteen digits.
    assert ulikheter(database, regnet, sifre=15) == {}
    assert tall_i_figurtall(regnet) == tall_i_figurtall(fil)
    skrevet, lest = (openpyxl.load_workbook(sti, data_only=True)[NOKKELTALL] for sti in (fil, regnet))
    verdier = [[[celle.value for celle in rad] for rad in ark["B3:G22"]] for ark in (skrevet, lest)]
    for skrevet_rad, lest_rad in zip(*verdier, strict=True):
        for en, to in zip(skrevet_rad, lest_rad, strict=True):
            assert to == (pytest.approx(en) if isinstance(en, float) else en)
    # The newest month of the choice, and the share it has grown from the year before.
    tabell = {rad[0]: rad[1:] for rad in verdier[1]}
    assert tabell["Siste måned med tall"][0].date() == MAANEDER[-1]
    assert tabell[KONTANT][0] == 1_014_000.25
    assert tabell[KONTANT][3] == pytest.approx(1_014_000.25 / 1_002_000.25 - 1)
    assert tabell["FEIL"][0] == 1


@pytest.mark.filterwarnings("ignore:Unable to read chart")
def test_the_figures_follow_the_municipality_that_is_chosen(fil, tmp_path):
    valgt = tmp_path / "valgt.xlsx"
    bok = openpyxl.load_workbook(fil)
    bok[NOKKELTALL]["C3"] = f"{RINGSAKER} Ringsaker"
    bok.save(valgt)
    tall = tall_i_figurtall(regn_ut(valgt, tmp_path))
    assert tall[HAR_IKKE_LEVERT, KONTANT] is None
    assert tall[SKJULT, KONTANT] == 1_000_000.25 + 1000 * (len(MAANEDER) + MAANEDER.index(SKJULT))
    assert {verdi for (_, navn), verdi in tall.items() if navn == LOPENDE} == {None}
    assert all(isinstance(maaned, date) for maaned, _ in tall)


def test_a_reader_sees_norwegian_numbers_and_months_whatever_the_program_speaks(fil, tmp_path):
    regn_ut(fil, tmp_path, SOM_VIST)
    linjer = (tmp_path / "ut" / "arbeidsbok-Utgift.csv").read_text(encoding="utf-8").splitlines()
    assert linjer[HODERAD].replace(formater.MELLOMROM, " ") == (
        "0301,=Oslo,jan. 2024,Kontant,Boutgifter,Bidrag,1 000 000,100,nei"
    )
    kostra = (tmp_path / "ut" / "arbeidsbok-KOSTRA år for år.csv").read_text(encoding="utf-8").splitlines()
    assert kostra[HODERAD] == '0301,=Oslo,Andel_Innb,prosent,"3,0",,andel_innb,0301 andel_innb'


def test_it_can_be_printed(fil, tmp_path):
    pdf = regn_ut(fil, tmp_path, "pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
    # Every sheet's foot has its name, and the key figures are on a page of their own.
    sider = [side.extract_text() for side in PdfReader(pdf).pages]
    for ark in openpyxl.load_workbook(fil):
        assert any(ark.title in tekst for tekst in sider) == (ark.sheet_state == "visible")
    assert sum("Snitt siste tolv" in tekst and "Andel_Innb" in tekst for tekst in sider) == 1
