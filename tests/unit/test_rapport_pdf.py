import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from dagster_project.rapport import pdf
from dagster_project.rapport.innhold import Avsnitt, Kolonne, Seksjon, Slag, Tabell
from tests import rapportprove


@pytest.fixture(scope="module")
def fil() -> bytes:
    return pdf.lag_pdf(rapportprove.rapport())


@pytest.fixture(scope="module")
def leser(fil) -> PdfReader:
    return PdfReader(io.BytesIO(fil))


def tekst(leser: PdfReader) -> str:
    """Return all text, with every kind of space as one."""
    return " ".join(" ".join(side.extract_text() for side in leser.pages).split())


def test_pdf_has_the_numbers_and_the_norwegian_letters(leser):
    innhold = tekst(leser)
    for forventet in (
        "Økonomisk sosialhjelp i Fjordvik, oktober 2026",
        "1 666 291 kr",
        "+3,2 % fra oktober 2025",
        "−4 fra oktober 2025",
        "−2,3 %",
        "skjult",
        "Hovedboken mangler 41 000 kr i mars 2026.",
        "Stønadslengde",
        "Andel <b>unge</b> & </script>",
        "Kilde: bi.ind_kostra",
        "Side 1 av",
    ):
        assert forventet in innhold, forventet


def test_pdf_is_tagged_norwegian_and_has_a_title(leser):
    rot = leser.trailer["/Root"]
    assert leser.metadata.title == rapportprove.rapport().tittel
    assert str(rot["/Lang"]).lower().startswith("nb")
    assert rot["/MarkInfo"]["/Marked"]
    assert rot["/StructTreeRoot"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in rot["/Metadata"].get_data()


def test_pictures_have_alternative_text(leser):
    alt = []

    def gaa(node) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for barn in node:
                gaa(barn)
        elif isinstance(node, dict):
            if "/Alt" in node:
                alt.append(str(node["/Alt"]))
            if "/K" in node:
                gaa(node["/K"])

    gaa(leser.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert alt == [f"{figur.tittel}. {figur.beskrivelse}" for figur in rapportprove.FIGURER]


def test_fonts_are_inside(leser):
    skrifter = {
        str(skrift.get_object()["/BaseFont"]) for side in leser.pages for skrift in side["/Resources"]["/Font"].values()
    }
    assert any("Libertinus" in skrift for skrift in skrifter)
    assert all("+" in skrift for skrift in skrifter), "a subset that is inside has a prefix"


def test_same_report_gives_the_same_bytes(fil):
    assert pdf.lag_pdf(rapportprove.rapport()) == fil


def test_intern_report_says_so_on_every_page():
    leser = PdfReader(io.BytesIO(pdf.lag_pdf(rapportprove.rapport(med_intern=True))))
    assert all("INTERN – skal ikke deles" in " ".join(side.extract_text().split()) for side in leser.pages)


def _tabell(rader: int) -> Tabell:
    kolonner = (Kolonne("a", "A", Slag.ANTALL), Kolonne("b", "B"))
    return Tabell("t", "T", kolonner, tuple((nummer, f"rad{nummer};") for nummer in range(rader)), "bi.t")


@pytest.mark.parametrize("over", [0, 1])
def test_table_is_cut_at_the_limit_and_says_so(over):
    rapport = replace(
        rapportprove.rapport(), seksjoner=(Seksjon("s", "S", (_tabell(pdf.LENGSTE_TABELL + over), Avsnitt("Slutt."))),)
    )
    innhold = tekst(PdfReader(io.BytesIO(pdf.lag_pdf(rapport))))
    assert f"rad{pdf.LENGSTE_TABELL - 1};" in innhold
    assert f"rad{pdf.LENGSTE_TABELL};" not in innhold
    assert (f"Tabellen har {pdf.LENGSTE_TABELL + 1} rader; resten står på nettsiden." in innhold) == bool(over)


def test_short_table_of_a_figure_is_shown_and_a_long_one_is_not(leser):
    innhold = tekst(leser)
    assert "bi.ind_kostra_fordeling, indikator_id = mottakere_alder" in innhold
    assert "bi.ind_utbetaling_per_mottaker" not in innhold
