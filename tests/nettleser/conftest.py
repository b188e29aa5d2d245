"""The installed Chromium, started once; tests that need it are skipped, saying so, where there is none."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DESKTOP, TELEFON = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def nettleser() -> Iterator[Browser]:
    """The browser."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as spiller:
        nettleser = spiller.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield nettleser
        nettleser.close()


class Aapnet:
    """A page that is open, with everything it said and asked for."""

    def __init__(self, side: Page, fil: Path) -> None:
        self.side = side
        self.sagt: list[str] = []
        self.spurt: list[str] = []
        side.on("console", lambda melding: self.sagt.append(f"{melding.type}: {melding.text}"))
        side.on("pageerror", lambda feil: self.sagt.append(str(feil)))
        side.on("request", lambda foresporsel: self.spurt.append(foresporsel.url))
        side.goto(fil.as_uri())

    def tegnet(self) -> Page:
        """Wait until every chart is drawn."""
        self.side.wait_for_selector("html[data-figurer=tegnet]", state="attached")
        return self.side


@pytest.fixture
def aapne(nettleser) -> Iterator[Callable[..., Aapnet]]:
    """Open a file in a window of its own, wide or narrow, with or without scripts."""
    vinduer = []

    def aapne(fil: Path, storrelse: dict[str, int] = DESKTOP, **valg: object) -> Aapnet:
        vindu = nettleser.new_context(viewport=storrelse, **valg)
        vinduer.append(vindu)
        return Aapnet(vindu.new_page(), fil)

    yield aapne
    for vindu in vinduer:
        vindu.close()
