"""Whatever the bytes, the controls answer: a severity for every file and lines that are in it."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.kostra.kontroll import Kontrollfil, kontroller
from dagster_project.kostra.kontroll.rapport import antall_per_alvor, funn_som_json, les_punkter, skriv_excel
from dagster_project.kostra.kontroll.regel import ALVORSGRADER, UTGAVER
from tests.kontrollprove import fil
from tests.unit.test_kontrollregler_0a import REGNSKAP

GRUNNLAG = {
    "11F": fil("11F", [{}, {"PERSON_JOURNALNR": "K2"}], "030105").innhold,
    "11CF": fil("11CF", [{}, {"PERSON_JOURNALNR": "K2"}], "341100").innhold,
    "0A": fil("0A", REGNSKAP, "341100").innhold,
}
BITER = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\t", b"\x00", b"\x1a", b"\x85", b"\xa0", b"\xff", b"+", b"-", b"\xb2"]
)


@st.composite
def odelagt(draw) -> Kontrollfil:
    """A file in order, with bytes put in, taken out and changed; most keep their length and reach the rules."""
    skjema = draw(st.sampled_from(sorted(GRUNNLAG)))
    innhold = bytearray(GRUNNLAG[skjema])
    for _ in range(draw(st.integers(0, 12))):
        sted = draw(st.integers(0, len(innhold)))
        nye = draw(BITER | st.binary(max_size=4))
        innhold[sted : sted + (len(nye) if draw(st.integers(0, 4)) else draw(st.integers(0, 3)))] = nye
    return Kontrollfil(
        skjema=skjema,
        aar=draw(st.sampled_from([2025, 2026, 1, 9999])),
        region=draw(st.sampled_from(["030105", "341100", "03", ""])),
        innhold=bytes(innhold) if draw(st.booleans()) else draw(st.binary(max_size=400)),
        orgnr=draw(st.sampled_from([" " * 9, "312236479"])),
        har_vedlegg=draw(st.booleans()),
    )


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        yield con


@settings(max_examples=15, deadline=None, derandomize=True)
@given(filer=st.lists(odelagt(), min_size=1, max_size=40), utgave=st.sampled_from(UTGAVER))
def test_any_bytes_get_an_answer(con, filer, utgave):
    svar = kontroller(con, filer, utgave)
    assert len(svar.filer) == len(filer)
    assert all(ett.alvor in ALVORSGRADER for ett in svar.filer)
    linjer = {ett.fil_id: ett.linjer for ett in svar.filer}
    funn = svar.funn.project("fil_id, rekkefolge, alvor, linjer, melding").fetchall()
    verste = {}
    for plass, (fil_id, rekkefolge, alvor, funnet, melding) in enumerate(funn):
        assert rekkefolge == 1 + sum(tidligere[0] == fil_id for tidligere in funn[:plass])
        assert all(1 <= linje <= linjer[fil_id] for linje in funnet)
        assert melding
        verste[fil_id] = max(verste.get(fil_id, 0), ALVORSGRADER.index(alvor))
    for ett in svar.filer:
        if ett.kontroller:
            assert ett.alvor == ALVORSGRADER[verste.get(ett.fil_id, 0)]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(ett=odelagt(), utgave=st.sampled_from(UTGAVER))
def test_any_answer_can_be_shown(con, tmp_path_factory, ett, utgave):
    svar = kontroller(con, [ett], utgave)
    punkter, _ = les_punkter(svar, 50)
    funn, utelatt = funn_som_json(svar)
    assert sum(antall_per_alvor(svar).values()) == len(funn) + utelatt == svar.filer[0].funn
    skriv_excel(punkter, tmp_path_factory.mktemp("rapport") / "ut.xlsx")
