"""What is written and then cut by the layout is what was written, for any values that fit."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.kostra.layout import Layout, layouts
from dagster_project.kostra.skriv import skriv_poster

TEGN = st.characters(codec="iso-8859-1", exclude_categories=("Cc",))


def verdi(felt) -> st.SearchStrategy:
    """Values that fit the field; text has no blanks at the end, because the format cannot keep them."""
    if felt.type == "heltall":
        ferdig = st.integers(-(10 ** (felt.lengde - 1)) + 1, 10**felt.lengde - 1)
    elif felt.type == "dato":
        # Two digits give one century only: 1969-2068 as the C library reads them.
        grenser = (date(1969, 1, 1), date(2068, 12, 31)) if felt.lengde == 6 else (date(1900, 1, 1), date(2099, 12, 31))
        ferdig = st.dates(*grenser)
    else:
        ferdig = st.text(TEGN, max_size=felt.lengde).map(lambda tekst: tekst.rstrip(" "))
    return st.none() | ferdig


@st.composite
def layout_og_poster(draw) -> tuple[Layout, list[dict]]:
    layout = draw(st.sampled_from(layouts()))
    post = st.fixed_dictionaries({felt.navn: verdi(felt) for felt in layout.felter})
    return layout, draw(st.lists(post, min_size=1, max_size=3))


def klipp(linje: str, felt):
    tekst = linje[felt.fra - 1 : felt.fra - 1 + felt.lengde]
    if felt.type == "tekst":
        return tekst.rstrip(" ") or None
    if not tekst.strip(" "):
        return None
    if felt.type == "heltall":
        return int(tekst)
    dag, maaned, aar = int(tekst[:2]), int(tekst[2:4]), int(tekst[4:])
    if felt.lengde == 6:
        aar += 2000 if aar < 69 else 1900
    return date(aar, maaned, dag)


TYPER = {"tekst": pa.string(), "heltall": pa.int64(), "dato": pa.date32()}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(layout_og_poster())
def test_written_then_cut_gives_the_values_back(eksempel):
    layout, poster = eksempel
    kolonner = {felt.navn: pa.array([post[felt.navn] for post in poster], TYPER[felt.type]) for felt in layout.felter}
    tabell = pa.table(kolonner | {"nr": range(len(poster))})
    with TemporaryDirectory() as mappe, duckdb.connect() as con:
        sti = Path(mappe) / "poster.dat"
        con.register("poster", tabell)
        skriv_poster(con, "poster", layout, sti, sorter_etter="nr")
        linjer = sti.read_bytes().decode("iso-8859-1").split("\r\n")
    assert linjer.pop() == ""
    assert [len(linje) for linje in linjer] == [layout.postlengde] * len(poster)
    lest = [{felt.navn: klipp(linje, felt) for felt in layout.felter} for linje in linjer]
    skrevet = [{navn: verdi if verdi != "" else None for navn, verdi in post.items()} for post in poster]
    assert lest == skrevet
