"""Register figures: what is written is what is read, and what cannot be read is never a figure."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.register.maaned import MAANEDER, tolk_maaned
from dagster_project.register.tekstfil import som_tekst
from dagster_project.seeds import read_seed
from tests.registerfil import Varehus, skriv

MARKERINGER = {rad["tekst"]: rad["markering"] for rad in read_seed("register_markering")}
MANGE = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def hus(tmp_path_factory):
    hus = Varehus(tmp_path_factory.mktemp("varehus"))
    yield hus
    hus.con.close()


def les(hus, variabel: str, tekster: list[str]):
    """Read one figure per municipality and return them in order."""
    hus.tom()
    rader = [f"2024-01;{nummer};{variabel};{tekst}" for nummer, tekst in enumerate(tekster, start=1101)]
    vurdering = hus.les(skriv(hus.rot / "r.csv", "\n".join(["maaned;kommunenummer;variabel;verdi", *rader])))
    funnet = {rad[0]: rad[1:] for rad in hus.tall("kommunenummer", "verdi", "markering")}
    assert vurdering.rader_lest == len(tekster)
    return [funnet.get(str(nummer)) for nummer, _ in enumerate(tekster, start=1101)]


@st.composite
def antall(draw) -> tuple[int, str]:
    """A count and one of the ways NAV writes it."""
    tall = draw(st.integers(0, 9_999_999))
    skille = draw(st.sampled_from(["", " ", ".", "\u00a0", "\u202f"]))
    return tall, draw(st.sampled_from(["", " "])) + f"{tall:,}".replace(",", skille)


@st.composite
def belop(draw) -> tuple[Decimal, str]:
    """An amount and one of the ways it is written with two decimals."""
    ore = draw(st.integers(-99_999_999_99, 99_999_999_99))
    skille = draw(st.sampled_from(["", " ", "."]))
    hele, rest = divmod(abs(ore), 100)
    return Decimal(ore) / 100, ("-" if ore < 0 else "") + f"{hele:,}".replace(",", skille) + f",{rest:02d}"


@given(st.lists(antall(), min_size=1, max_size=40))
@MANGE
def test_a_count_is_read_as_it_was_written(hus, tall):
    assert les(hus, "utleieboliger", [tekst for _, tekst in tall]) == [(Decimal(verdi), None) for verdi, _ in tall]


@given(st.lists(belop(), min_size=1, max_size=40))
@MANGE
def test_an_amount_is_read_as_it_was_written(hus, tall):
    assert les(hus, "aap_utbetaling", [tekst for _, tekst in tall]) == [(verdi, None) for verdi, _ in tall]


@given(st.lists(st.text("0123456789 .,-<*:%xæ", max_size=8), min_size=1, max_size=40))
@MANGE
def test_any_text_is_a_figure_or_a_mark_or_set_aside(hus, tekster):
    for tekst, lest in zip(tekster, les(hus, "helt_ledige", tekster), strict=True):
        if lest is not None:
            verdi, markering = lest
            assert (verdi is None) != (markering is None)
            assert markering is None or not any(siffer in tekst.replace(markering, "") for siffer in "0123456789")
            # A figure of 0 has a 0 in it: nothing hidden, empty or unreadable becomes one.
            assert verdi != 0 or "0" in tekst
        if tekst.strip() in MARKERINGER:
            assert lest == (None, MARKERINGER[tekst.strip()])


@given(st.text(st.characters(codec="cp1252", exclude_characters="\0"), max_size=200))
def test_text_is_the_same_in_either_encoding(tekst):
    assert som_tekst(tekst.encode("utf-8-sig")) == tekst
    raa = tekst.encode("cp1252")
    try:
        raa.decode("utf-8")
    except UnicodeDecodeError:
        assert som_tekst(raa) == tekst


@given(st.integers(1900, 2099), st.integers(1, 12))
def test_a_month_is_the_same_however_it_is_written(aar, nr):
    skal = f"{aar}-{nr:02d}"
    navn = MAANEDER[nr - 1]
    for tekst in (skal, f"{aar}{nr:02d}", f"{aar}M{nr:02d}", f"{navn} {aar}", f"{navn[:3].title()} {aar}"):
        assert tolk_maaned(tekst) == skal
    assert tolk_maaned(navn, aar) == skal


@given(st.text(max_size=12))
def test_no_text_but_a_month_is_a_month(tekst):
    maaned = tolk_maaned(tekst, 2024)
    assert maaned is None or 1 <= int(maaned[5:]) <= 12
