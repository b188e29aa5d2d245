"""A small folder with a published database, and what a site must be: whole, and of itself alone."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dagster_project.settings import Mappe
from tests.rapportbase import NUMMER, definisjon, indikator, lag_base, utbetalt

FORSTE, SISTE = 3, 6
"""Months of 2026 there are reports of."""
OPPSETT = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "use": "xlink:href"}
"""What a page loads by itself, by the element that does it."""


def lag_mappe(rot: Path, holdt: str = "I juli 2026 er <mye> uforklart.") -> Mappe:
    """Make the folder: one municipality with four months and a month held back, one with none."""
    mappe = Mappe(rot)
    mappe.publisert.mkdir(parents=True)
    maaneder = [date(2026, maaned, 1) for maaned in range(FORSTE, SISTE + 1)]
    funn = {"kommunenummer": NUMMER, "serie": "fagsystem", "aarsak": "forskudd", "forklaring": "Noe er på forskudd."}
    lag_base(
        mappe.publisert / "stonad.duckdb",
        ind_utbetaling_per_mottaker=[rad for maaned in maaneder for rad in utbetalt(maaned, 100_000)],
        ind_maaned=[indikator(maaned, "mottakere", 10) for maaned in maaneder],
        maanedsindikator=[definisjon("mottakere")],
        indikator=[definisjon("andel_innb", "prosent", 1)],
        avvik_periodisering=[
            funn | {"maaned": maaneder[0], "alvor": "FEIL", "belop_nok": 5},
            funn | {"maaned": maaneder[-1], "alvor": "FEIL", "belop_nok": 7},
            funn | {"maaned": maaneder[-1], "alvor": "ADVARSEL", "belop_nok": 9},
            funn | {"maaned": maaneder[-1], "alvor": "FEIL", "belop_nok": 9, "kvittert": True},
            funn | {"maaned": maaneder[-1], "alvor": "INFO", "belop_nok": 9},
        ],
        tilbakeholdt=[{"kommunenummer": NUMMER, "maaned": date(2026, 7, 1), "forklaring": holdt}],
        leveranse=[
            {"leveranse_id": str(nummer), "kommunenummer": NUMMER, "status": status, "rader_karantene": 2}
            | {"kilde": "fagsystem", "objekt": "utbetaling", "filnavn": "u.csv", "mottatt": maaneder[0]}
            for nummer, status in enumerate(("godtatt", "godtatt", "avvist"))
        ],
    )
    (mappe.publisert / "kvalitet.html").write_text(
        '<!doctype html><html lang="nb"><head><title>K</title></head>'
        "<body><main>\n<h1>Kvalitet</h1></main></body></html>",
        encoding="utf-8",
    )
    return mappe


class Side(HTMLParser):
    """What a page leads to, loads, and can be led to in."""

    def __init__(self, fil: Path) -> None:
        super().__init__()
        self.lenker: list[str] = []
        self.lastet: list[str] = []
        self.ider: list[str] = []
        self.tekst = ""
        self.spraak: str | None = None
        self._i_skript = False
        self.feed(fil.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        egenskaper = dict(attrs)
        self._i_skript = tag in {"script", "style"}
        if tag == "html":
            self.spraak = egenskaper.get("lang")
        if egenskaper.get("id"):
            self.ider.append(egenskaper["id"])
        if tag == "a" and egenskaper.get("href"):
            self.lenker.append(egenskaper["href"])
        if OPPSETT.get(tag) in egenskaper:
            self.lastet.append(egenskaper[OPPSETT[tag]] or "")
        self.lastet += re.findall(r"url\(([^)]*)\)", egenskaper.get("style") or "")

    def handle_endtag(self, tag):
        self._i_skript = False

    def handle_data(self, data):
        if not self._i_skript:
            self.tekst += data


def sider(sted: Path) -> dict[Path, Side]:
    """Return all pages of the site but dbt's, which is one program."""
    return {fil: Side(fil) for fil in sorted(sted.rglob("*.html")) if fil.relative_to(sted).parts[0] != "dokumentasjon"}


def brutte_lenker(sted: Path) -> list[str]:
    """Return the links inside the site that lead nowhere, or out of it."""
    alle = sider(sted)
    brutt = []
    for fil, side in alle.items():
        for lenke in side.lenker:
            del_ = urlsplit(lenke)
            if del_.scheme:
                continue
            maal = (fil.parent / unquote(del_.path)).resolve() if del_.path else fil
            inne = maal.is_file() and maal.is_relative_to(sted.resolve())
            anker = unquote(del_.fragment)
            if not inne or (anker and maal in alle and anker not in alle[maal].ider):
                brutt.append(f"{fil.relative_to(sted)}: {lenke}")
    return brutt
