"""Whatever stands in the records of a file that is taken in, and however its lines end, it can be written again."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.kostra.eksport import Bestilling, eksporter
from dagster_project.kostra.layout import layouts
from tests.kostrafil import deltaker, kontolinje, mottaker, poster
from tests.varehus import eget_miljo, les, ny_mappe

# One file of each layout in every example: a run costs the same for one file as for ten.
FAA = settings(max_examples=4, deadline=None, derandomize=True)
GRUNNLAG = {
    "11F": [mottaker(nummer) for nummer in range(1, 5)],
    "11CF": [deltaker(nummer) for nummer in range(1, 5)],
    "0A": [kontolinje("281", str(art), art) for art in (100, 470, 520)],
}
# Municipality, year, quarter and district say what the file is.
HODE = {"11F": 8, "11CF": 8, "0A": 13}
TEGN = st.characters(max_codepoint=0xFF, exclude_characters=[*map(chr, [*range(0x1A), *range(0x1B, 0x20), 0x7F]), ";"])


@st.composite
def filinnhold(draw, skjema: str, aar: int) -> tuple[bytes, bytes]:
    """Records with anything written across their fields: as delivered, and in SSB's form."""
    linjer = []
    for linje in poster(skjema, GRUNNLAG[skjema], aar):
        tekst = draw(st.text(TEGN, max_size=30))
        fra = draw(st.integers(HODE[skjema], len(linje) - len(tekst)))
        linjer.append((linje[:fra] + tekst + linje[fra + len(tekst) :]).encode("latin-1"))
    slutt = draw(st.sampled_from([b"\r\n", b"\n"]))
    tomme = st.integers(0, 2)
    levert = slutt * draw(tomme) + linjer[0]
    for linje in linjer[1:]:
        levert += slutt * (1 + draw(tomme)) + linje
    levert += slutt * draw(tomme)
    ssbs_form = b"".join(linje + b"\r\n" for linje in linjer)
    return levert, levert if slutt == b"\r\n" else ssbs_form


FILER = st.tuples(*(filinnhold(layout.skjema, layout.fra_aar) for layout in layouts()))


@FAA
@given(FILER)
def test_a_file_written_is_the_file_delivered_or_ssbs_form_of_it(filer):
    with tempfile.TemporaryDirectory() as rot:
        mappe, miljo = ny_mappe(Path(rot) / "region"), eget_miljo(Path(rot) / "nokkel.key")
        for nummer, (levert, _) in enumerate(filer):
            (mappe.innboks / f"{nummer}.dat").write_bytes(levert)
        assert [vurdering.melding for vurdering in les(mappe, miljo).vurderinger if vurdering.regel] == []

        for layout, (levert, ventet) in zip(layouts(), filer, strict=True):
            bestilling = Bestilling(layout.skjema, layout.fra_aar, "3411", Path(rot) / "ut", overskriv=True)
            (fil,) = eksporter(mappe, miljo, bestilling)
            assert fil.sti.read_bytes() == ventet
            assert (fil.forskjell is None) == (levert == ventet)
