"""The seeds of the monthly indicators fit together, and what is wrong with them is told all at once."""

from collections.abc import Callable

import pytest

from dagster_project.katalog import maaned
from dagster_project.katalog.definisjoner import KatalogFeil, les_katalog
from dagster_project.katalog.skriving import MAANEDSSIDE, generer
from dagster_project.seeds import ROOT, read_seed

Rader = dict[str, list[dict[str, str]]]


@pytest.fixture
def rader() -> Rader:
    """The rows of the seeds, copied so that a test may spoil them."""
    return {navn: [dict(rad) for rad in read_seed(navn)] for navn in maaned.SEEDS}


def sett(seed: str, id_: str, **verdier: str) -> Callable[[Rader], object]:
    nokkel = "tall_id" if seed == "maanedstall" else "indikator_id"
    return lambda rader: next(rad for rad in rader[seed] if rad[nokkel] == id_).update(verdier)


def test_the_monthly_catalogue_is_valid() -> None:
    assert len(maaned.les_maanedskatalog()["maanedsindikator"]) > 30


@pytest.mark.parametrize(
    ("endring", "melding"),
    [
        (
            lambda rader: rader["maanedsindikator"].append(rader["maanedsindikator"][0]),
            "månedsindikator mottakere er oppført 2 ganger.",
        ),
        (
            sett("maanedsindikator", "barn", teller="unger"),
            "månedsindikator barn: teller eller nevner finnes ikke i seeds/maanedstall.csv.",
        ),
        (
            sett("maanedsindikator", "barn", populasjoner="alle ~25_29"),
            "månedsindikator barn: populasjonene «alle ~25_29» finnes ikke alle.",
        ),
        (
            sett("maanedsindikator", "barn", gruppe="annet"),
            "månedsindikator barn: gruppe «annet» er ikke blant " + ", ".join(maaned.GRUPPER) + ".",
        ),
        (
            sett("maanedsindikator", "mottakere_tilbake", merknad=""),
            "månedsindikator mottakere_tilbake: merknaden skal si at formelen er utledet.",
        ),
        (
            sett("maanedsindikator", "barn", indikator_id="ant_barn"),
            "månedsindikator ant_barn har samme id som en indikator for året.",
        ),
        (
            lambda rader: rader["maanedsindikator_eksempel"].pop(0),
            "månedsindikator mottakere mangler eksempel.",
        ),
        (
            sett("maanedstall", "forste_gang", folger="nye_mottakere"),
            "månedstall forste_gang: folger skal ha med nye_mottakere og alt det følger.",
        ),
        (
            sett("maanedstall", "tilbake", resten=""),
            "månedstall forste_gang og tilbake skal være resten av hverandre.",
        ),
        (
            sett("maanedstall", "barn", krever="barn vær"),
            "månedstall barn: krever vær, som ikke finnes.",
        ),
        (
            sett("maanedstall", "barn", folger="unger mottakere"),
            "månedstall barn viser til unger, som ikke finnes.",
        ),
        (
            lambda rader: rader["maanedsindikator_rapport"].append(
                {"rapporttabell": "Tabell 9", "rad": "Alt", "dekket_av": "", "begrunnelse": ""}
            ),
            "Tabell 9, Alt er ikke dekket, og mangler begrunnelse.",
        ),
    ],
)
def test_contradiction_is_told(rader: Rader, endring: Callable[[Rader], object], melding: str) -> None:
    endring(rader)
    with pytest.raises(KatalogFeil) as feil:
        maaned.sjekk_maanedskatalog(rader)
    assert melding in feil.value.feil


def test_page_is_as_the_seeds_say() -> None:
    assert (ROOT / MAANEDSSIDE).read_text(encoding="utf-8") == generer(les_katalog())[MAANEDSSIDE]


def test_page_tells_every_indicator_and_every_table_of_the_reports() -> None:
    side = (ROOT / MAANEDSSIDE).read_text(encoding="utf-8")
    mangler = [
        rad["indikator_id"] for rad in read_seed("maanedsindikator") if f"| `{rad['indikator_id']}` |" not in side
    ]
    mangler += [rad["rad"] for rad in read_seed("maanedsindikator_rapport") if f"| {rad['rad']} |" not in side]
    assert mangler == []


def test_worked_example_of_stonadslengde_stands_in_the_guide() -> None:
    side = (ROOT / "docs" / "stonadslengde.md").read_text(encoding="utf-8")
    for rad in read_seed("stonadslengde_eksempel"):
        assert f"| {rad['utregning']} | {rad['verdi']} |" in side
    for rad in read_seed("stonadslengde_definisjon"):
        assert f"| `{rad['definisjon']}` |" in side
