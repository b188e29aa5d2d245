"""The site in a real browser: it asks for nothing but its own files, says nothing, and can be used by everyone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from dagster_project.nettsted.bygg import bygg_nettsted
from tests import nettstedprove
from tests.nettleser.conftest import DESKTOP, TELEFON
from tests.rapportbase import NUMMER

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
RAPPORT = f"rapporter/rapport_{NUMMER}_2026-06.html"
EGNE = (
    "index.html",
    "indikatorer.html",
    "koble-til.html",
    "brukerveiledning.html",
    "ordliste.html",
    f"rapporter/kommune_{NUMMER}.html",
    RAPPORT,
)
LINEAGE = "dokumentasjon/index.html#!/model/model.stonadsvarehuset.ind_kostra?g_v=1&g_i=%2Bind_kostra"


@pytest.fixture(scope="module")
def sted(tmp_path_factory):
    mappe = nettstedprove.lag_mappe(tmp_path_factory.mktemp("nettsted"))
    bygg_nettsted(mappe, prosesser=1)
    return mappe.nettsted.resolve()


def utenfor(aapnet, sted) -> list[str]:
    """Return what was asked for that is not a file of the site."""
    return [url for url in aapnet.spurt if not url.startswith(("data:", "blob:", sted.as_uri()))]


@pytest.mark.parametrize("side", EGNE)
@pytest.mark.parametrize("storrelse", [DESKTOP, TELEFON], ids=["desktop", "telefon"])
def test_page_is_accessible_fits_and_is_silent(aapne, sted, side, storrelse):
    aapnet = aapne(sted / side, storrelse)
    if side == RAPPORT:
        aapnet.tegnet()
    aapnet.side.evaluate("document.querySelectorAll('details').forEach(del => { del.open = true; })")
    assert aapnet.side.evaluate("document.documentElement.scrollWidth") == storrelse["width"]
    # The checker asks for the styles itself, so what the page said and asked for is looked at first.
    assert aapnet.sagt == []
    assert utenfor(aapnet, sted) == []
    assert Axe().run(aapnet.side, options=AXE).response["violations"] == []


def test_documentation_of_dbt_asks_nobody_and_draws_the_lineage(aapne, sted):
    fil = sted / "dokumentasjon" / "index.html"
    aapnet = aapne(fil)
    aapnet.side.get_by_role("heading", name="Dokumentasjon av beregningene").wait_for()
    aapnet.side.goto("about:blank")
    aapnet.side.goto(f"{sted.as_uri()}/{LINEAGE}")
    aapnet.side.locator("#cy canvas, canvas").first.wait_for()
    aapnet.side.goto("about:blank")
    aapnet.side.goto(f"{fil.as_uri()}#!/model/model.stonadsvarehuset.ind_kostra")
    aapnet.side.get_by_text("kommunenummer", exact=True).first.wait_for()
    assert aapnet.side.get_by_text("varchar", exact=True).count() > 0
    assert aapnet.sagt == []
    assert {url.partition("#")[0] for url in aapnet.spurt if not url.startswith(("data:", "about:"))} == {fil.as_uri()}


def test_filter_finds_and_a_link_shows_what_it_hid(aapne, sted):
    side = aapne(sted / "indikatorer.html").side
    alle = side.locator(".definisjon").count()
    side.get_by_label("Finn en indikator").fill("mottakere bi.ind_maaned")
    assert side.locator(".definisjon:not([hidden])").count() == 1
    assert side.get_by_role("status").inner_text() == f"1 av {alle} passer"
    side.evaluate("location.hash = 'k-andel_innb'")
    side.locator("#k-andel_innb[open]").wait_for()
    assert side.locator(".definisjon:not([hidden])").count() == alle


def test_without_scripts_the_catalogue_is_whole_and_has_no_box(aapne, sted):
    side = aapne(sted / "indikatorer.html", java_script_enabled=False).side
    assert not side.locator("#filter").is_visible()
    assert side.locator(".definisjon:visible").count() == side.locator(".definisjon").count() > 5
