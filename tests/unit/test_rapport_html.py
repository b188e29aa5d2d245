import base64
import csv
import io
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.rapport import html
from dagster_project.rapport.innhold import Avsnitt, Kolonne, Lenke, Rapport, Seksjon, Slag, Tabell, csv_fil
from tests import rapportprove

UTEN_SLUTT = {"meta", "link", "br"}


class Side(HTMLParser):
    """A page taken apart: every element with its attributes, and the text of the page without scripts and style."""

    def __init__(self, tekst: str) -> None:
        super().__init__()
        self.elementer: list[tuple[str, dict[str, str | None]]] = []
        self.apne: list[str] = []
        self.tekst: list[str] = []
        self.feed(tekst)

    def handle_starttag(self, tag, attrs):
        self.elementer.append((tag, dict(attrs)))
        if tag not in UTEN_SLUTT:
            self.apne.append(tag)

    def handle_endtag(self, tag):
        assert self.apne.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.apne):
            self.tekst.append(data)

    def alle(self, *navn: str) -> list[dict[str, str | None]]:
        """Return the attributes of the elements with these names."""
        return [attrs for tag, attrs in self.elementer if tag in navn]


@pytest.fixture(scope="module")
def tekst() -> str:
    return html.lag_side(rapportprove.rapport())


@pytest.fixture(scope="module")
def side(tekst) -> Side:
    return Side(tekst)


def test_page_needs_no_other_file(side):
    adresser = [attrs[navn] for _, attrs in side.elementer for navn in ("src", "href") if navn in attrs]
    assert adresser
    assert all(adresse.startswith(("#", "data:")) for adresse in adresser)
    assert not side.apne


def test_page_is_norwegian_and_says_what_it_is(side):
    assert side.alle("html")[0]["lang"] == "nb"
    assert rapportprove.rapport().tittel in side.tekst
    assert "INTERN" not in "".join(side.tekst)


def test_headings_go_one_level_at_a_time(side):
    nivaaer = [int(tag[1]) for tag, _ in side.elementer if tag in {"h1", "h2", "h3", "h4"}]
    assert nivaaer[0] == 1
    assert nivaaer.count(1) == 1
    assert all(neste <= naa + 1 for naa, neste in pairwise(nivaaer))


def test_every_link_leads_somewhere_and_every_id_is_used_once(side):
    ider = Counter(attrs["id"] for _, attrs in side.elementer if "id" in attrs)
    assert set(ider.values()) == {1}
    maal = {attrs["href"][1:] for attrs in side.alle("a") if attrs["href"].startswith("#")}
    assert {"def_stonadslengde", "utbetaling", "innhold"} <= maal <= ider.keys()


def test_page_has_landmarks_and_a_way_past_the_menu(side):
    for landemerke in ("header", "nav", "main", "footer"):
        assert side.alle(landemerke), landemerke
    assert side.alle("a")[0]["href"] == f"#{side.alle('main')[0]['id']}"


def test_tables_say_what_they_are(side):
    tabeller = len(side.alle("table"))
    assert len(side.alle("caption")) == tabeller == 5
    assert all(attrs.get("scope") in {"row", "col"} for attrs in side.alle("th"))
    rullere = [attrs for attrs in side.alle("div") if attrs.get("class") == "rull"]
    assert [attrs["tabindex"] for attrs in rullere] == ["0"] * tabeller


def test_text_of_a_report_cannot_become_markup(tekst, side):
    assert "Andel <b>unge</b> & </script>" in side.tekst
    assert not side.alle("b")
    assert tekst.count("<script") == tekst.count("</script>")


def test_csv_behind_a_table_is_the_table(side):
    lenker = {attrs["download"]: attrs["href"] for attrs in side.alle("a") if "download" in attrs}
    assert len(lenker) == 5
    raa = base64.b64decode(lenker["utbetaling_tabell.csv"].split(",")[1]).decode("utf-8-sig")
    rader = list(csv.DictReader(io.StringIO(raa), delimiter=";"))
    tabell = rapportprove.serietabell()
    assert len(rader) == len(tabell.rader)
    assert rader[0] == {"maaned": "2023-01", "grunnlag": "kontant", "belop_nok": "1250001"}
    assert rader[41]["belop_nok"] == ""


def test_csv_has_byte_order_mark_semicolons_and_decimal_comma():
    linjer = csv_fil(rapportprove.INDIKATORER).split("\r\n")
    assert linjer[0] == "\ufeffindikator;i_aar;endring_pst;maalt_dato;er_endelig"
    assert linjer[1] == "Stønadslengde;4,9;-2,3;2026-11-03;ja"
    assert linjer[3] == "Andel <b>unge</b> & </script>;;;2026-11-03;nei"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1))
def test_any_text_comes_back_out_of_the_csv(tekster):
    tabell = Tabell("t", "T", (Kolonne("tekst", "Tekst"),), tuple((tekst,) for tekst in tekster), "bi.t")
    rader = list(csv.reader(io.StringIO(csv_fil(tabell).removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [rad[0] if rad else "" for rad in rader[1:]] == tekster


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_stays_text_on_the_page(tekst):
    side = Side(html.lag_side(_med(Avsnitt(tekst)), felles="felles"))
    assert tekst in side.tekst
    assert not side.apne


def _med(*blokker) -> Rapport:
    return replace(rapportprove.rapport(), seksjoner=(Seksjon("s", "S", blokker),))


def test_hidden_number_is_a_word_and_never_zero():
    tabell = replace(rapportprove.INDIKATORER, rader=rapportprove.INDIKATORER.rader[2:])
    tekst = "".join(Side(html.lag_side(_med(tabell), felles="felles")).tekst)
    assert "skjult" in tekst.split("Kilde:")[0]
    assert "0" not in tekst.split("Andel")[1].split("Kilde:")[0].replace("2026", "")


def test_numbers_stand_to_the_right_in_header_and_cells():
    tabell = Tabell("t", "T", (Kolonne("a", "A"), Kolonne("b", "B", Slag.ANTALL)), (("x", 1), ("y", 2)), "bi.t")
    side = Side(html.lag_side(_med(tabell), felles="felles"))
    assert [attrs.get("class") for attrs in side.alle("th", "td")] == [None, "tall", None, "tall", None, "tall"]


@pytest.mark.parametrize(("rader", "foldet"), [(html.LENGSTE_APNE_TABELL, False), (html.LENGSTE_APNE_TABELL + 1, True)])
def test_long_table_is_folded(rader, foldet):
    tabell = Tabell("t", "T", (Kolonne("a", "A", Slag.ANTALL),), tuple((tall,) for tall in range(rader)), "bi.t")
    side = Side(html.lag_side(_med(tabell), felles="felles"))
    assert any(attrs.get("id") == "t" for attrs in side.alle("details")) == foldet


def test_without_script_every_table_stands_open(side):
    assert all("open" in attrs for attrs in side.alle("details") if attrs.get("class") == "bak")


def test_two_things_with_one_id_are_refused():
    with pytest.raises(ValueError, match="utbetaling"):
        html.lag_side(_med(rapportprove.LINJE, rapportprove.LINJE))


def test_intern_report_says_so_on_top_and_in_the_section():
    side = Side(html.lag_side(rapportprove.rapport(med_intern=True), felles="felles"))
    assert side.tekst.count("INTERN – skal ikke deles.") == 2
    assert next(tekst for tekst in side.tekst if "Fjordvik" in tekst).startswith("INTERN – ")


def test_pages_of_a_site_share_style_and_scripts(tmp_path):
    html.skriv_felles(tmp_path / "felles")
    side = html.lag_side(rapportprove.rapport(), felles="../felles", lenker=(Lenke("Forsiden", "../index.html"),))
    delt = Side(side)
    brukt = {attrs[navn] for _, attrs in delt.elementer for navn in ("src", "href") if "felles" in attrs.get(navn, "")}
    assert brukt == {f"../felles/{fil.name}" for fil in (tmp_path / "felles").iterdir()}
    assert "../index.html" in [attrs["href"] for attrs in delt.alle("a")]
    assert len(side) < 100_000


def test_report_without_figures_has_no_chart_library():
    assert len(html.lag_side(_med(Avsnitt("Ingen figurer.")))) < 30_000
