"""A report as PDF, made by Typst from the same blocks as the page: tagged, so that a screen reader can read it too.

Only the typefaces inside Typst are used, so a report looks the same on every machine.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst

from dagster_project import formater
from dagster_project.rapport import figur as tegning
from dagster_project.rapport.innhold import (
    ORDFORKLARING,
    TALLSLAG,
    Avsnitt,
    Blokk,
    Definisjon,
    Figur,
    Kolonne,
    Lenke,
    Nokkeltall,
    NokkeltallRad,
    Punkt,
    Punkter,
    Rapport,
    Seksjon,
    Tabell,
    Verdi,
    grupper,
    som_tekst,
)

STANDARD = "ua-1"
"""PDF/UA, for those who use a screen reader; Typst refuses to write a file that does not keep it."""
SKRIFT = "Libertinus Serif"
FIGURBREDDE, FIGURHOYDE = 640, 210
LENGSTE_FIGURTABELL = 12
"""Rows of a figure's table that are shown under the picture on paper; longer ones are on the page and in the CSV."""
SMALESTE_KOLONNE, BREDESTE_KOLONNE = 6, 40
"""Characters a column has room for at least, and at most before its text is folded."""
LENGSTE_TABELL = 60
"""Rows of any other table that are shown on paper."""


def lag_pdf(rapport: Rapport) -> bytes:
    """Return the report as PDF/UA. The same report gives the same bytes.

    A figure's table stands under it when it is short; a longer table is told of, and is on the page.
    """
    return typst.compile(
        (Path(__file__).parent / "maler" / "rapport.typ").read_bytes(),
        format="pdf",
        sys_inputs={"rapport": json.dumps(_rapport(rapport), ensure_ascii=False)},
        font_paths=_skrifter(),
        pdf_standards=[STANDARD],
        timestamp=0,
    )


@cache
def _skrifter() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _rapport(rapport: Rapport) -> dict[str, Any]:
    maal = _maal(rapport)
    return {
        "tittel": rapport.tittel,
        "topptekst": f"{rapport.kommunenavn} · {formater.maaned(rapport.maaned)}",
        "publisert": rapport.publisert,
        "intern": rapport.er_intern,
        "ordforklaring": ORDFORKLARING,
        "seksjoner": [_seksjon(seksjon, maal) for seksjon in rapport.seksjoner],
    }


def _maal(rapport: Rapport) -> dict[str, tuple[str, str]]:
    """Return, for every id in the report, the id on paper that links lead to, and its title."""
    maal: dict[str, tuple[str, str]] = {}
    for seksjon in rapport.seksjoner:
        maal[seksjon.id] = (seksjon.id, seksjon.tittel)
        for blokk in seksjon.blokker:
            if isinstance(blokk, Figur):
                # The table is under the picture, or not on paper at all.
                maal[blokk.tabell.id] = (blokk.id, blokk.tittel)
            if isinstance(blokk, Figur | Tabell | Definisjon):
                maal[blokk.id] = (blokk.id, blokk.tittel)
    return maal


def _seksjon(seksjon: Seksjon, maal: dict[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": seksjon.id,
        "tittel": seksjon.tittel,
        "intern": seksjon.intern,
        "blokker": [
            _definisjoner(gruppe) if isinstance(gruppe[0], Definisjon) else _blokk(gruppe[0], maal)
            for gruppe in grupper(seksjon.blokker)
        ],
    }


def _definisjoner(definisjoner: Sequence[Definisjon]) -> dict[str, Any]:
    return {
        "slag": "definisjoner",
        "definisjoner": [{"id": en.id, "tittel": en.tittel, "tekst": en.tekst, "felt": en.felt} for en in definisjoner],
    }


def _blokk(blokk: Blokk, maal: dict[str, tuple[str, str]]) -> dict[str, Any]:
    match blokk:
        case Avsnitt():
            return {"slag": "avsnitt", "tekst": blokk.tekst}
        case Punkter():
            return {"slag": "punkter", "punkter": [_punkt(punkt, maal) for punkt in blokk.punkter]}
        case NokkeltallRad():
            return {"slag": "kort", "tall": [_nokkeltall(tall, maal) for tall in blokk.tall]}
        case Figur():
            return _figur(blokk, maal)
        case Tabell():
            return {"slag": "tabell", "id": blokk.id, **_tabell(blokk, maal, LENGSTE_TABELL), "vis_tittel": True}
        case _:
            raise TypeError(f"A report has no block of the kind {type(blokk).__name__}.")


def _punkt(punkt: Punkt, maal: dict[str, tuple[str, str]]) -> dict[str, Any]:
    til, tittel = maal.get(punkt.til or "", (None, ""))
    return {"tekst": punkt.tekst, "alvor": punkt.alvor, "til": til, "til_tekst": tittel}


def _nokkeltall(tall: Nokkeltall, maal: dict[str, tuple[str, str]]) -> dict[str, Any]:
    til, _ = maal.get(tall.til or "", (None, ""))
    return {"tittel": tall.tittel, "verdi": som_tekst(tall.verdi), "endring": tall.endring, "til": til}


def _figur(figur: Figur, maal: dict[str, tuple[str, str]]) -> dict[str, Any]:
    kolonne = figur.tabell.kolonner[figur.tabell.nummer(figur.x)]
    kort = len(figur.tabell.rader) <= LENGSTE_FIGURTABELL
    return {
        "slag": "figur",
        "id": figur.id,
        "tittel": figur.tittel,
        "alt": f"{figur.tittel}. {figur.beskrivelse}",
        "svg": tegning.svg(figur, FIGURBREDDE, FIGURHOYDE, SKRIFT),
        "merker": [f"{som_tekst(hvor, kolonne.slag)}: {tekst}" for hvor, tekst in figur.merker],
        "tabell": {**_tabell(figur.tabell, maal, LENGSTE_FIGURTABELL), "vis_tittel": False} if kort else None,
    }


def _tabell(tabell: Tabell, maal: dict[str, tuple[str, str]], lengste: int) -> dict[str, Any]:
    return {
        "tittel": tabell.tittel,
        "hode": [kolonne.tittel for kolonne in tabell.kolonner],
        "tall": [kolonne.slag in TALLSLAG for kolonne in tabell.kolonner],
        "bredder": _bredder(tabell),
        "rader": [
            [_celle(verdi, kolonne, maal) for verdi, kolonne in zip(rad, tabell.kolonner, strict=True)]
            for rad in tabell.rader[:lengste]
        ],
        "forklaring": " ".join(filter(None, [tabell.forklaring, _hva_mangler(tabell, lengste)])),
        "kilde": tabell.kilde,
    }


def _hva_mangler(tabell: Tabell, lengste: int) -> str:
    if len(tabell.rader) <= lengste:
        return ""
    return f"Tabellen har {formater.norsk_tall(len(tabell.rader))} rader; resten står på nettsiden."


def _bredder(tabell: Tabell) -> list[int]:
    """Return each column's share of the width: its longest value, or the longest word of its heading."""
    return [
        min(
            max(
                # A month has a space that does not break.
                *(len(ord_) + 1 for ord_ in kolonne.tittel.split(" ")),
                *(len(som_tekst(rad[nummer], kolonne.slag, kolonne.desimaler)) for rad in tabell.rader),
                SMALESTE_KOLONNE,
            ),
            BREDESTE_KOLONNE,
        )
        for nummer, kolonne in enumerate(tabell.kolonner)
    ]


def _celle(verdi: Verdi, kolonne: Kolonne, maal: dict[str, tuple[str, str]]) -> dict[str, str | None]:
    til, _ = maal.get(verdi.til, (None, "")) if isinstance(verdi, Lenke) else (None, "")
    return {"tekst": som_tekst(verdi, kolonne.slag, kolonne.desimaler), "til": til}
