"""A figure of a report as a Vega-Lite chart, made by altair; how charts look is decided here and nowhere else.

The page draws the chart in the browser and the PDF has it as SVG, both from the same specification. What a chart shows
when it is pointed at is the text the table has, so that a number is rounded in one place.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from dagster_project.formater import MAANEDER, MELLOMROM, MILLION, MINUS
from dagster_project.rapport.innhold import Figur, Figurslag, Kolonne, Maalt, Slag, Tomt, Verdi, vist

VEGA_LITE = "6.4"
"""The version altair writes."""

FARGER = ("#0067a5", "#c2410c", "#00785a", "#8f3f8f", "#7a5c00", "#3d4656", "#b0245c", "#2f6f9f")
"""The series' colours in order: told apart by the colour-blind, and at least 3:1 against white."""
STREKER = ((1, 0), (7, 3), (2, 2), (10, 3, 2, 3), (5, 5), (1, 3), (12, 3), (4, 2))
"""The lines' dashes in the same order, for those who cannot use the colours."""
TEKSTFARGE, DEMPET, STREK = "#1d2433", "#5a6375", "#dde2ea"
SKRIFT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
HOYDE = 260
RADHOYDE, LINJEHOYDE, LUFT = 20, 15, 8
"""Pixels of a bar that lies down, of a line of its name, and between the bars."""
TITTELHOYDE = 60
"""About how many pixels the title and the series' names take above the picture."""
LENGST = "lengst"
"""The chart's parameter with the largest of its numbers."""
BREDESTE_NAVN = 24
"""Characters of a category's name on one line, where the bars lie down."""
TEGN_I_BREDDEN = 46
"""Characters that stand side by side under a picture on a phone."""
FLESTE_TALL = 24
"""Bars a picture may have and still carry its numbers."""
TALLBREDDE = 72
"""Pixels for the number at the end of a bar."""
KORT_SERIE, HALVAARLIG = 14, 30
"""Months a picture has at most before it names every third, and every sixth."""

TALLFORMAT = {
    "decimal": ",",
    "thousands": MELLOMROM,
    "grouping": [3],
    "currency": ["", f"{MELLOMROM}kr"],
    "minus": MINUS,
    "percent": f"{MELLOMROM}%",
}
"""How d3 writes numbers, as `formater` does."""
TIDSFORMAT = {
    "dateTime": "%-d. %B %Y %H.%M",
    "date": "%d.%m.%Y",
    "time": "%H.%M",
    "periods": ["", ""],
    "days": ["søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"],
    "shortDays": ["søn", "man", "tir", "ons", "tor", "fre", "lør"],
    "months": list(MAANEDER),
    "shortMonths": [navn[:3] for navn in MAANEDER],
}

LEGENDE_KOLONNER = "width < 380 ? 1 : width < 620 ? 2 : 4"
AKSETEKST = {
    "millioner": f"datum.value ? format(datum.value / {MILLION}, ',.2~f') + '{MELLOMROM}mill.' : '0'",
    Slag.PROSENT: f"format(datum.value, ',.2~f') + '{MELLOMROM}%'",
}
AKSETEKST_ELLERS = "format(datum.value, ',.2~f')"

TEMA = {
    "background": "transparent",
    "font": SKRIFT,
    "view": {"stroke": None},
    "title": {"anchor": "start", "color": DEMPET, "fontSize": 12, "fontWeight": "normal", "offset": 8},
    "axis": {
        "labelColor": DEMPET,
        "labelFontSize": 12,
        "domainColor": DEMPET,
        "tickColor": STREK,
        "gridColor": STREK,
        "title": None,
    },
    "legend": {"title": None, "orient": "top", "labelColor": TEKSTFARGE, "labelFontSize": 12, "labelLimit": 0},
    "line": {"strokeWidth": 2.25},
}


@dataclass(frozen=True)
class _Form:
    """Everything about a chart that is not its numbers, so that reports with the same figure share the drawing."""

    slag: Figurslag
    enhet: str
    serier: tuple[str, ...]
    kategorier: tuple[str, ...]
    tittel: str
    x_tittel: str
    serie_tittel: str
    y_tittel: str
    har_referanse: bool
    har_merker: bool
    fra_null: bool
    med_tall: bool
    maanedsteg: int


def vega_lite(figur: Figur) -> dict[str, Any]:
    """Return the chart as a Vega-Lite specification, as wide as what it stands in, with its numbers inside.

    Shape: the dataset `tabell` has one row per row of the figure's table; a value that is hidden or unknown is null,
    and a line has a gap there. `merker` has the marks, `referanse` the line across.

    Raises:
        KeyError: if the figure names a column its table does not have.
    """
    tabell = figur.tabell
    x, y = tabell.nummer(figur.x), tabell.nummer(figur.y)
    serie = tabell.nummer(figur.serie) if figur.serie else None
    er_tid = tabell.kolonner[x].slag is Slag.MAANED
    rader = [
        {
            "x": _plass(rad[x], tabell.kolonner[x], figur.slag),
            "y": _tall(rad[y]),
            "serie": "" if serie is None else _tekst(rad[serie], tabell.kolonner[serie]),
            "navn": _tekst(rad[x], tabell.kolonner[x]),
            "vist": _tekst(rad[y], tabell.kolonner[y]),
        }
        for rad in tabell.rader
    ]
    kategorier = () if er_tid else _i_rekkefolge(rad["x"] for rad in rader)
    form = _Form(
        slag=figur.slag,
        enhet=_enhet(tabell.kolonner[y], [rad["y"] for rad in rader]),
        serier=() if serie is None else _i_rekkefolge(rad["serie"] for rad in rader),
        kategorier=kategorier,
        tittel=figur.y_tittel or tabell.kolonner[y].tittel,
        x_tittel=tabell.kolonner[x].tittel,
        serie_tittel="" if serie is None else tabell.kolonner[serie].tittel,
        y_tittel=tabell.kolonner[y].tittel,
        har_referanse=figur.referanse is not None,
        har_merker=bool(figur.merker),
        fra_null=figur.fra_null or figur.slag is not Figurslag.LINJE,
        med_tall=figur.slag is Figurslag.LIGGENDE and len(rader) <= FLESTE_TALL,
        maanedsteg=_maanedsteg(len({rad["x"] for rad in rader})),
    )
    # What the charts of one form share is not to be changed by any of them.
    lengst = max((rad["y"] for rad in rader if rad["y"] is not None), default=0)
    tegnet = _tegn(form)
    return tegnet | {
        "description": f"{figur.tittel}. {figur.beskrivelse}",
        "params": [{**en, "value": lengst} if en["name"] == LENGST else en for en in tegnet["params"]],
        "datasets": {
            "tabell": rader,
            "merker": [
                {
                    "x": _plass(hvor, tabell.kolonner[x], figur.slag),
                    "navn": _tekst(hvor, tabell.kolonner[x]),
                    "vist": tekst,
                }
                for hvor, tekst in figur.merker
            ],
            "referanse": [] if figur.referanse is None else [{"y": figur.referanse}],
        },
    }


def svg(figur: Figur, bredde: int, hoyde: int, skrift: str) -> str:
    """Return the chart as an SVG picture of so many pixels, with its texts in the given typeface.

    Bars that lie down are as high as they are many.
    """
    spesifikasjon = vega_lite(figur) | {"width": bredde}
    if figur.slag is not Figurslag.LIGGENDE:
        spesifikasjon["height"] = hoyde
    spesifikasjon["config"] = spesifikasjon["config"] | {"font": skrift}
    return vl_convert.vegalite_to_svg(
        spesifikasjon, vl_version=VEGA_LITE, format_locale=TALLFORMAT, time_format_locale=TIDSFORMAT
    )


def _tekst(verdi: Verdi, kolonne: Kolonne) -> str:
    return vist(verdi, kolonne.slag, kolonne.desimaler)


def _tall(verdi: Verdi) -> float | None:
    if isinstance(verdi, Tomt):
        return None
    return float(verdi.verdi if isinstance(verdi, Maalt) else verdi)


def _plass(verdi: Verdi, kolonne: Kolonne, slag: Figurslag) -> str:
    """Return where a value stands along the picture: a day that browsers read, or a name folded to the room it has."""
    if isinstance(verdi, date):
        return verdi.isoformat()
    tekst = _tekst(verdi, kolonne)
    return _brett(tekst, BREDESTE_NAVN) if slag is Figurslag.LIGGENDE else tekst


def _brett(tekst: str, tegn: int) -> str:
    return "\n".join(textwrap.wrap(tekst, tegn, break_long_words=False))


def _maanedsteg(antall: int) -> int:
    return 1 if antall <= KORT_SERIE else 3 if antall <= HALVAARLIG else 6


def _i_rekkefolge(verdier: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(verdier))


def _enhet(kolonne: Kolonne, tall: list[float | None]) -> str:
    storste = max((abs(verdi) for verdi in tall if verdi is not None), default=0)
    return "millioner" if kolonne.slag is Slag.KRONER and storste >= MILLION else kolonne.slag


@lru_cache(maxsize=256)
def _tegn(form: _Form) -> dict[str, Any]:
    grunn = alt.Chart(alt.NamedData("tabell"))
    match form.slag:
        case Figurslag.LINJE:
            lag = _linjer(grunn, form)
        case Figurslag.STABLET:
            lag = [_stabler(grunn, form)]
        case Figurslag.SOYLE | Figurslag.LIGGENDE:
            lag = _soyler(grunn, form)
    if form.har_referanse:
        lag.append(_referanse(form))
    if form.har_merker:
        lag += _merker(form)
    figur = alt.LayerChart(
        layer=lag,
        width="container",
        height=_hoyde(form),
        title=form.tittel,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    ).to_dict()
    # What is the same in every chart is put in at the end: altair copies all of a chart each time it is added to.
    return figur | {"config": TEMA, "params": [{"name": LENGST, "value": 0}, *figur.get("params", [])]}


def _hoyde(form: _Form) -> int:
    if form.slag is not Figurslag.LIGGENDE:
        return HOYDE
    linjer = max((navn.count("\n") + 1 for navn in form.kategorier), default=1)
    rad = max(RADHOYDE * max(len(form.serier), 1), LINJEHOYDE * linjer) + LUFT
    return LUFT + rad * len(form.kategorier)


def _tallakse(form: _Form, retning: type[alt.X] | type[alt.Y], **mer: object) -> alt.X | alt.Y:
    if form.med_tall:
        # The bars carry their numbers, so there is no axis, but there is room for the numbers.
        ende = alt.ExprRef(f"{LENGST} * width / max(width - {TALLBREDDE}, {TALLBREDDE})")
        return retning("y:Q", scale=alt.Scale(domainMax=ende, nice=False), axis=None, **mer)
    return retning(
        "y:Q",
        scale=alt.Scale(zero=form.fra_null, nice=True),
        axis=alt.Axis(
            labelExpr=AKSETEKST.get(form.enhet, AKSETEKST_ELLERS),
            tickCount=5,
            domain=False,
            ticks=False,
            # A number of persons or kroner has no axis between two whole ones.
            tickMinStep=1 if form.enhet in {Slag.ANTALL, Slag.KRONER} else alt.Undefined,
        ),
        **mer,
    )


def _maaneder(form: _Form) -> alt.X:
    return alt.X(
        "x:T",
        timeUnit="utcyearmonth" if form.slag is Figurslag.STABLET else alt.Undefined,
        # UTC, or the first of the month is the month before in some time zones.
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            format="%b %Y",
            tickCount=alt.TimeIntervalStep(interval="month", step=form.maanedsteg),
            grid=False,
            labelOverlap="greedy",
            labelSeparation=6,
        ),
    )


def _kategorier(form: _Form) -> alt.X | alt.Y:
    felles = {"sort": list(form.kategorier), "scale": alt.Scale(paddingInner=0.25, paddingOuter=0.1)}
    if form.slag is Figurslag.LIGGENDE:
        akse = alt.Axis(labelExpr="split(datum.label, '\\n')", labelLimit=0, ticks=False, labelPadding=6)
        return alt.Y("x:N", axis=akse, **felles)
    tegn = TEGN_I_BREDDEN // max(len(form.kategorier), 1)
    er_kort = all(len(ord_) <= tegn for navn in form.kategorier for ord_ in navn.split())
    akse = alt.Axis(
        labelAngle=0 if er_kort else -35,
        labelExpr=" : ".join(
            [*(f"datum.value == {navn!r} ? {_brett(navn, tegn).splitlines()}" for navn in form.kategorier), "''"]
        )
        if er_kort
        else alt.Undefined,
        labelLimit=0 if er_kort else 120,
        labelOverlap=False,
        ticks=False,
        labelPadding=6,
    )
    return alt.X("x:N", axis=akse, **felles)


def _farge(form: _Form) -> alt.Color | alt.ColorValue:
    if not form.serier:
        return alt.value(FARGER[0])
    return alt.Color(
        "serie:N",
        scale=alt.Scale(domain=list(form.serier), range=_gjenta(FARGER, len(form.serier))),
        legend=_legende(form),
    )


def _legende(form: _Form) -> alt.Legend | None:
    if len(form.serier) < 2:
        return None
    strek = {"symbolType": "stroke", "symbolSize": 400} if form.slag is Figurslag.LINJE else {}
    return alt.Legend(columns=alt.ExprRef(LEGENDE_KOLONNER), **strek)


def _gjenta(verdier: tuple, antall: int) -> list:
    return [verdier[nummer % len(verdier)] for nummer in range(antall)]


def _pekt_paa(form: _Form) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("navn:N", title=form.x_tittel),
        *([alt.Tooltip("serie:N", title=form.serie_tittel)] if form.serier else []),
        alt.Tooltip("vist:N", title=form.y_tittel),
    ]


def _linjer(grunn: alt.Chart, form: _Form) -> list[alt.Chart]:
    kodet = grunn.encode(x=_maaneder(form), y=_tallakse(form, alt.Y), color=_farge(form))
    streker = kodet.mark_line(invalid="break-paths-show-domains")
    if form.serier:
        streker = streker.encode(
            strokeDash=alt.StrokeDash(
                "serie:N",
                scale=alt.Scale(
                    domain=list(form.serier), range=[list(strek) for strek in _gjenta(STREKER, len(form.serier))]
                ),
                legend=_legende(form),
            )
        )
    # A month between two gaps has no line to show it.
    punkter = kodet.mark_point(filled=True, size=12, opacity=1, invalid="filter")
    peker = alt.selection_point(
        name="peker", on="pointerover", nearest=True, clear="pointerout", fields=["x", "serie"], empty=False
    )
    flater = (
        kodet.mark_point(filled=True, size=90, invalid="filter")
        .encode(opacity=alt.condition(peker, alt.value(1), alt.value(0)), tooltip=_pekt_paa(form))
        .add_params(peker)
    )
    return [streker, punkter, flater]


def _stabler(grunn: alt.Chart, form: _Form) -> alt.Chart:
    return (
        grunn.mark_bar(binSpacing=1)
        .encode(
            x=_maaneder(form),
            y=_tallakse(form, alt.Y, stack="zero"),
            color=_farge(form),
            order=alt.Order("nummer:Q"),
            tooltip=_pekt_paa(form),
        )
        .transform_calculate(nummer=f"indexof({list(form.serier)}, datum.serie)")
    )


def _soyler(grunn: alt.Chart, form: _Form) -> list[alt.Chart]:
    liggende = form.slag is Figurslag.LIGGENDE
    langs, tall, ved_siden = ("y", "x", "yOffset") if liggende else ("x", "y", "xOffset")
    koder = {
        langs: _kategorier(form),
        tall: _tallakse(form, alt.X if liggende else alt.Y),
    }
    if form.serier:
        forskyvning = alt.YOffset if liggende else alt.XOffset
        koder[ved_siden] = forskyvning("serie:N", sort=list(form.serier))
    kodet = grunn.encode(**koder)
    lag = [kodet.mark_bar().encode(color=_farge(form), tooltip=_pekt_paa(form))]
    if form.med_tall:
        lag.append(
            kodet.transform_calculate(y="isValid(datum.y) ? datum.y : 0")
            .mark_text(
                align=alt.ExprRef("datum.y < 0 ? 'right' : 'left'"),
                dx=alt.ExprRef("datum.y < 0 ? -4 : 4"),
                baseline="middle",
                color=TEKSTFARGE,
                fontSize=12,
            )
            .encode(text="vist:N")
        )
    return lag


def _referanse(form: _Form) -> alt.Chart:
    grunn = alt.Chart(alt.NamedData("referanse"))
    strek = grunn.mark_rule(color=DEMPET, strokeWidth=1.5, strokeDash=[4, 3])
    return strek.encode(x="y:Q") if form.slag is Figurslag.LIGGENDE else strek.encode(y="y:Q")


def _merker(form: _Form) -> list[alt.Chart]:
    """Return a dashed line and an arrowhead at each mark; the page has their texts beside the picture too."""
    grunn = alt.Chart(alt.NamedData("merker"))
    if form.slag is Figurslag.LIGGENDE:
        koder, spiss = {"y": _kategorier(form)}, {"x": alt.value(0)}
    else:
        tid = form.slag in {Figurslag.LINJE, Figurslag.STABLET}
        koder = {"x": _maaneder(form) if tid else _kategorier(form)}
        spiss = {"y": alt.value(0)}
    pekt = [alt.Tooltip("navn:N", title=form.x_tittel), alt.Tooltip("vist:N", title="Merk")]
    return [
        grunn.mark_rule(color=FARGER[1], strokeDash=[2, 3], opacity=0.7).encode(**koder),
        grunn.mark_point(shape="triangle-down", filled=True, size=110, color=FARGER[1], opacity=1).encode(
            **koder, **spiss, tooltip=pekt
        ),
    ]
