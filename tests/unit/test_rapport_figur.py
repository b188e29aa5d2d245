import json
from dataclasses import replace

import pytest

from dagster_project.rapport import figur as tegning
from dagster_project.rapport.innhold import Figurslag, Tomt, som_tekst
from tests import rapportprove

HVIT = (1.0, 1.0, 1.0)


def lysstyrke(farge: str | tuple[float, ...]) -> float:
    """Relative luminance by WCAG 2."""
    deler = farge if isinstance(farge, tuple) else tuple(int(farge[plass : plass + 2], 16) / 255 for plass in (1, 3, 5))
    rod, gronn, blaa = (del_ / 12.92 if del_ <= 0.04045 else ((del_ + 0.055) / 1.055) ** 2.4 for del_ in deler)
    return 0.2126 * rod + 0.7152 * gronn + 0.0722 * blaa


@pytest.mark.parametrize("farge", tegning.FARGER)
def test_every_colour_is_seen_against_white(farge):
    assert (lysstyrke(HVIT) + 0.05) / (lysstyrke(farge) + 0.05) >= 3


def test_no_two_series_look_the_same():
    assert len(set(zip(tegning.FARGER, tegning.STREKER, strict=True))) == len(tegning.FARGER)
    assert len(set(tegning.FARGER)) == len(tegning.FARGER)


@pytest.mark.parametrize("figur", rapportprove.FIGURER, ids=lambda figur: figur.id)
def test_chart_has_the_table_and_nothing_from_elsewhere(figur):
    spesifikasjon = tegning.vega_lite(figur)
    kolonne = figur.tabell.kolonner[figur.tabell.nummer(figur.y)]
    verdier = [rad[figur.tabell.nummer(figur.y)] for rad in figur.tabell.rader]
    rader = spesifikasjon["datasets"]["tabell"]
    assert [rad["y"] for rad in rader] == [None if isinstance(verdi, Tomt) else float(verdi) for verdi in verdier]
    assert [rad["vist"] for rad in rader] == [som_tekst(verdi, kolonne.slag, kolonne.desimaler) for verdi in verdier]
    assert '"url"' not in json.dumps(spesifikasjon)
    assert spesifikasjon["width"] == "container"
    assert figur.beskrivelse in spesifikasjon["description"]


def test_hidden_and_unknown_month_are_gaps_not_zeros():
    rader = tegning.vega_lite(rapportprove.LINJE)["datasets"]["tabell"]
    assert [rad["y"] for rad in rader if rad["vist"] in {"skjult", "–"}] == [None, None]
    svg = tegning.svg(rapportprove.LINJE, 640, 210, "serif")
    # Two series, each cut once, are four strokes.
    assert sum(del_.count("M") for del_ in stier(svg)) == 4


def stier(svg: str) -> list[str]:
    """Return the paths of the lines; those beside the series' names are short."""
    linjer = [bit.split('d="')[1].split('"')[0] for bit in svg.split("<path")[1:] if 'stroke-width="2.25"' in bit]
    return [linje for linje in linjer if len(linje) > 30]


def test_picture_is_in_norwegian():
    svg = tegning.svg(rapportprove.LINJE, 640, 210, "serif")
    assert "1,4\N{NO-BREAK SPACE}mill." in svg
    assert "Kroner per måned" in svg
    maaneder = {navn for navn in tegning.TIDSFORMAT["shortMonths"] if f">{navn} 20" in svg}
    assert maaneder == {"jan", "jul"}


def test_marks_and_reference_are_in_the_chart():
    datasett = tegning.vega_lite(rapportprove.LINJE)["datasets"]
    assert [rad["x"] for rad in datasett["merker"]] == ["2024-06-01", "2026-03-01"]
    assert datasett["merker"][0]["vist"] == "Etterbetaling ført i feil måned"
    assert datasett["referanse"] == [{"y": 1_500_000}]
    assert tegning.vega_lite(rapportprove.SOYLE)["datasets"]["referanse"] == []


@pytest.mark.parametrize("figur", rapportprove.FIGURER, ids=lambda figur: figur.id)
def test_same_figure_gives_the_same_chart(figur):
    forste = json.dumps(tegning.vega_lite(figur))
    tegning._tegn.cache_clear()
    assert json.dumps(tegning.vega_lite(figur)) == forste


def test_a_chart_is_not_changed_by_the_next_one_of_the_same_form():
    forste = tegning.vega_lite(rapportprove.LINJE)
    tegning.vega_lite(replace(rapportprove.LINJE, tabell=rapportprove.serietabell(), tittel="En annen"))
    assert forste["description"].startswith(rapportprove.LINJE.tittel)


def test_only_a_line_may_begin_elsewhere_than_at_zero():
    def nuller(figur) -> set[bool]:
        tekst = json.dumps(tegning.vega_lite(replace(figur, fra_null=False)))
        return {svar for svar in (True, False) if f'"zero": {str(svar).lower()}' in tekst}

    assert nuller(rapportprove.LINJE) == {False}
    assert nuller(rapportprove.STABLET) == {True}


def test_hidden_bar_says_so_in_the_picture():
    svg = tegning.svg(rapportprove.LIGGENDE, 640, 210, "serif")
    assert ">skjult<" in svg
    assert ">322<" in svg


def test_bars_that_lie_down_make_the_picture_as_high_as_they_need():
    faa = replace(rapportprove.LIGGENDE.tabell, rader=rapportprove.LIGGENDE.tabell.rader[:2])
    lav = tegning.vega_lite(replace(rapportprove.LIGGENDE, tabell=faa))
    assert lav["height"] < tegning.vega_lite(rapportprove.LIGGENDE)["height"]


def test_figure_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(KeyError, match="finnes_ikke"):
        tegning.vega_lite(replace(rapportprove.LINJE, y="finnes_ikke"))


@pytest.mark.parametrize("slag", list(Figurslag))
def test_figure_without_rows_is_drawn_empty(slag):
    figur = {figur.slag: figur for figur in rapportprove.FIGURER}[slag]
    tom = replace(figur, tabell=replace(figur.tabell, rader=()), merker=())
    assert tegning.svg(tom, 640, 210, "serif").startswith("<svg")
