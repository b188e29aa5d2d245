"""The monthly report in a real browser: what it draws, what it asks for, and who can use it."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from dagster_project.rapport import html
from dagster_project.rapport.innhold import csv_fil
from tests import rapportprove
from tests.nettleser.conftest import DESKTOP, TELEFON

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
A4_BREDDE = 210 / 25.4 * 96 - 2 * 15 / 25.4 * 96


@pytest.fixture(scope="module")
def fil(tmp_path_factory):
    sti = tmp_path_factory.mktemp("side") / "rapport.html"
    sti.write_text(html.lag_side(rapportprove.rapport(med_intern=True)), encoding="utf-8")
    return sti


def test_page_says_nothing_asks_for_nothing_and_draws_every_chart(aapne, fil):
    aapnet = aapne(fil)
    side = aapnet.tegnet()
    assert aapnet.sagt == []
    assert [url for url in aapnet.spurt if not url.startswith("data:")] == [fil.as_uri()]
    for figur in rapportprove.FIGURER:
        merker = side.locator(f"#{figur.id} svg .mark-line path, #{figur.id} svg .mark-rect path")
        assert merker.count() >= 2, figur.id
        assert side.locator(f"#{figur.id} .tegning[aria-label*='{figur.beskrivelse[:20]}']").count() == 1
    assert side.locator("#utbetaling svg").get_by_text("1,4\N{NO-BREAK SPACE}mill.").count() == 1


@pytest.mark.parametrize("storrelse", [DESKTOP, TELEFON, {"width": 320, "height": 600}], ids=lambda s: s["width"])
def test_page_is_no_wider_than_the_window_and_nothing_sticks_out(aapne, fil, storrelse):
    side = aapne(fil, storrelse).tegnet()
    assert side.evaluate("document.documentElement.scrollWidth") == storrelse["width"]
    bredder = side.evaluate(
        "[...document.querySelectorAll('.tegning svg')].map(svg => svg.getBoundingClientRect().right)"
    )
    assert len(bredder) == len(rapportprove.FIGURER)
    assert max(bredder) <= storrelse["width"]


@pytest.mark.parametrize("storrelse", [DESKTOP, TELEFON], ids=["desktop", "telefon"])
def test_page_is_accessible_with_everything_unfolded(aapne, fil, storrelse):
    side = aapne(fil, storrelse).tegnet()
    side.evaluate("document.querySelectorAll('details').forEach(del => { del.open = true; })")
    assert Axe().run(side, options=AXE).response["violations"] == []


def test_table_is_opened_and_scrolled_with_the_keyboard(aapne, fil):
    side = aapne(fil, TELEFON).tegnet()
    tabell = side.locator("#alder_tabell table")
    assert not tabell.is_visible()
    side.locator("#alder_tabell summary").focus()
    side.keyboard.press("Enter")
    assert tabell.is_visible()
    side.keyboard.press("Tab")
    assert side.evaluate("document.activeElement.className") == "rull"
    assert tabell.locator("tbody tr").count() == len(rapportprove.SOYLE.tabell.rader)


def test_first_stop_of_the_keyboard_leads_past_the_menu(aapne, fil):
    side = aapne(fil).tegnet()
    side.keyboard.press("Tab")
    assert side.evaluate("document.activeElement.textContent") == "Hopp til innholdet"
    side.keyboard.press("Enter")
    assert side.evaluate("document.activeElement.id") == "innhold"


def test_definition_is_opened_by_its_link_and_by_the_address(aapne, fil):
    side = aapne(fil).tegnet()
    definisjon = side.locator("#def_stonadslengde")
    assert definisjon.get_attribute("open") is None
    side.get_by_role("link", name="Stønadslengde").click()
    assert definisjon.get_attribute("open") is not None
    assert definisjon.get_by_text("sum av måneder").is_visible()
    annen = aapne(fil).side
    annen.goto(f"{fil.as_uri()}#utbetaling_tabell")
    assert annen.locator("#utbetaling_tabell table").is_visible()


def test_csv_is_downloaded_and_is_the_table(aapne, fil):
    side = aapne(fil).tegnet()
    side.locator("#utbetaling_tabell summary").click()
    with side.expect_download() as nedlasting:
        side.locator("#utbetaling_tabell a[download]").click()
    assert nedlasting.value.suggested_filename == "utbetaling_tabell.csv"
    assert nedlasting.value.path().read_bytes().decode() == csv_fil(rapportprove.serietabell())


def test_pointing_at_a_bar_tells_what_the_table_has(aapne, fil):
    side = aapne(fil).tegnet()
    side.locator("#alder svg .mark-rect path").first.hover()
    tips = side.locator("#vg-tooltip-element")
    assert re.sub(r"\s+", " ", tips.inner_text()) == "Alder 18–24 år År 2025 Mottakere 310"


def test_without_scripts_the_tables_are_there(aapne, fil):
    side = aapne(fil, java_script_enabled=False).side
    tabeller = side.locator("main table")
    assert tabeller.count() == 5
    assert all(tabeller.nth(nummer).is_visible() for nummer in range(5))


def test_on_paper_charts_keep_inside_the_page_and_tables_behind_them_are_left_out(aapne, fil):
    side = aapne(fil).tegnet()
    innhold = " ".join(
        " ".join(ark.extract_text().split()) for ark in PdfReader(io.BytesIO(side.pdf(prefer_css_page_size=True))).pages
    )
    assert "Vis tabellen" not in innhold
    assert "1 666 291 kr" in innhold
    side.emulate_media(media="print")
    side.set_viewport_size({"width": round(A4_BREDDE), "height": 900})
    kanter = side.evaluate(
        "[...document.querySelectorAll('.tegning svg')].map(svg => svg.getBoundingClientRect().right)"
    )
    assert max(kanter) <= round(A4_BREDDE)
    assert side.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"


def test_pages_of_a_site_draw_with_the_shared_files(aapne, tmp_path):
    html.skriv_felles(tmp_path / "felles")
    sti = tmp_path / "side.html"
    sti.write_text(html.lag_side(rapportprove.rapport(), felles="felles"), encoding="utf-8")
    aapnet = aapne(sti)
    assert aapnet.tegnet().locator(".tegning svg").count() == len(rapportprove.FIGURER)
    assert aapnet.sagt == []
    assert {url.rsplit("/", 1)[1] for url in aapnet.spurt if url.startswith("file:")} == {
        "side.html",
        *html.FILER.values(),
    }
