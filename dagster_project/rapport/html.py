"""A report as a page: one file that needs no other, or pages that share the style and Vega in a folder beside them."""

import base64
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
import vl_convert
from markupsafe import Markup, escape

from dagster_project.maler import json_i_skript, lag_miljo
from dagster_project.rapport import figur as tegning
from dagster_project.rapport.innhold import (
    HUSK,
    ORDFORKLARING,
    TALLSLAG,
    Definisjon,
    Figur,
    Kolonne,
    Lenke,
    Maalt,
    Rapport,
    Tabell,
    Tomt,
    Verdi,
    csv_fil,
    grupper,
    som_tekst,
    vist,
)

FILER = {"stil": "rapport.css", "skript": "rapport.js", "vega": "vega.js"}
"""What pages share, and what the files are called."""
LANG_TEKST = 60
"""Characters from which the text of a cell is a sentence, and is given room."""
LENGSTE_APNE_TABELL = 30
"""Rows a table may have and still stand open on the page."""


def lag_side(rapport: Rapport, felles: str | None = None, lenker: Sequence[Lenke] = ()) -> str:
    """Return the report as HTML.

    `felles` is the address of the folder `skriv_felles` made, as seen from the page; without it everything the page
    needs is inside it. `lenker` lead to other pages, and stand at the top.

    Raises:
        ValueError: if two things in the report have the same id, so that links would lead astray.
    """
    return tegn_side(
        "rapport.html.j2",
        felles,
        med_figurer=any(isinstance(blokk, Figur) for seksjon in rapport.seksjoner for blokk in seksjon.blokker),
        rapport=rapport,
        titler=_titler(rapport),
        lenker=lenker,
        spraak=Markup(json_i_skript({"formatLocale": tegning.TALLFORMAT, "timeFormatLocale": tegning.TIDSFORMAT})),
    )


def tegn_side(mal: str, felles: str | None, med_figurer: bool = False, **innhold: Any) -> str:
    """Return a page of one of the templates, with the style and scripts inside it or beside it."""
    inni = (
        {
            "stil": Markup(_mal("rapport.css")),
            "skript": Markup(_mal("rapport.js")),
            "vega": _vega() if med_figurer else "",
        }
        if felles is None
        else {}
    )
    return miljo().get_template(mal).render(felles=felles, filer=FILER, med_figurer=med_figurer, **inni, **innhold)


def skriv_felles(mappe: Path) -> None:
    """Write what pages with `felles` share."""
    mappe.mkdir(parents=True, exist_ok=True)
    for navn in (FILER["stil"], FILER["skript"]):
        (mappe / navn).write_text(_mal(navn), encoding="utf-8")
    (mappe / FILER["vega"]).write_text(_vega(), encoding="utf-8")


def _titler(rapport: Rapport) -> dict[str, str]:
    """Return what every id in the report is the id of."""
    par: list[tuple[str, str]] = []
    for seksjon in rapport.seksjoner:
        par.append((seksjon.id, seksjon.tittel))
        for blokk in seksjon.blokker:
            if isinstance(blokk, Figur | Tabell | Definisjon):
                par.append((blokk.id, blokk.tittel))
            if isinstance(blokk, Figur) and blokk.tabell.id != blokk.id:
                par.append((blokk.tabell.id, blokk.tabell.tittel))
    titler = dict(par)
    if len(titler) < len(par):
        like = sorted({id_ for id_, _ in par if sum(id_ == annen for annen, _ in par) > 1})
        raise ValueError(f"ids used more than once: {like}")
    return titler


def _rader(tabell: Tabell) -> Markup:
    # By hand: a report has thousands of cells, and the template language would take most of the time.
    return Markup("\n".join(_rad(tabell, rad) for rad in tabell.rader))


def _rad(tabell: Tabell, rad: Iterable[Verdi]) -> str:
    celler = []
    for nummer, (kolonne, verdi) in enumerate(zip(tabell.kolonner, rad, strict=True)):
        tekst = _trygg(vist(verdi, kolonne.slag, kolonne.desimaler))
        klasse = _klasse(kolonne, verdi, tekst)
        if isinstance(verdi, Lenke):
            tekst = f'<a href="#{escape(verdi.til)}">{tekst}</a>'
        celler.append(f"<td{klasse}>{tekst}</td>" if nummer else f'<th scope="row"{klasse}>{tekst}</th>')
    return f"<tr>{''.join(celler)}</tr>"


@lru_cache(maxsize=HUSK)
def _trygg(tekst: str) -> str:
    return str(escape(tekst))


def _klasse(kolonne: Kolonne, verdi: Verdi, tekst: str) -> str:
    if kolonne.slag in TALLSLAG or isinstance(verdi, Maalt):
        return ' class="tall tomt"' if verdi is Tomt.SKJULT else ' class="tall"'
    return ' class="lang"' if len(tekst) > LANG_TEKST else ""


def _csv_lenke(tabell: Tabell) -> str:
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(csv_fil(tabell).encode()).decode()


def _merker(figur: Figur) -> list[tuple[str, str]]:
    kolonne = figur.tabell.kolonner[figur.tabell.nummer(figur.x)]
    return [(som_tekst(hvor, kolonne.slag), tekst) for hvor, tekst in figur.merker]


@cache
def _vega() -> Markup:
    """Return Vega, Vega-Lite and vega-embed as a script that can stand inside a page."""
    skript = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=tegning.VEGA_LITE)
    return Markup(skript.replace("</script", "<\\/script").replace("<!--", "<\\!--"))


@cache
def _mal(navn: str) -> str:
    return (Path(__file__).parent / "maler" / navn).read_text(encoding="utf-8")


@cache
def miljo() -> jinja2.Environment:
    """Return the environment the pages are drawn in, with the filters their templates use."""
    env = lag_miljo("dagster_project.rapport")
    env.globals |= {
        "tallslag": TALLSLAG,
        "lengste_apne_tabell": LENGSTE_APNE_TABELL,
        "ordforklaring": ORDFORKLARING,
        "tittelhoyde": tegning.TITTELHOYDE,
    }
    env.filters |= {
        "rader": _rader,
        "csv_lenke": _csv_lenke,
        "vega_lite": tegning.vega_lite,
        "json": lambda innhold: Markup(json_i_skript(innhold)),
        "merker": _merker,
        "grupper": grupper,
        "blokkslag": lambda blokk: type(blokk).__name__,
        "vist": som_tekst,
    }
    return env
