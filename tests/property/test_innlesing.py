"""However a file is damaged, every line of it is accounted for and nothing stops; order and repetition mean nothing."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.settings import Mappe, Miljo
from tests.kostrafil import deltaker, duf, kontolinje, mottaker, poster, som_bytes
from tests.varehus import eget_miljo, filer, les, ny_mappe, sporr, tabeller

# Few examples with many files each: a run costs the same for one file as for ten.
FAA = settings(max_examples=5, deadline=None, derandomize=True)

MOTTAKERE = [
    mottaker(1),
    mottaker(2, SAKSBEHANDLER="Bjørn"),
    mottaker(3, PERSON_FODSELSNR="", PERSON_DUF=duf(3)),
    mottaker(4, PERSON_FODSELSNR="15068800100"),
    mottaker(1, PERSON_JOURNALNR="K9"),
    mottaker(5, BIDRAG="x"),
]
HELE = {
    "11F 2022": poster("11F", MOTTAKERE, 2022),
    "11F 2024": poster("11F", MOTTAKERE, 2024),
    "11F 2025": poster("11F", MOTTAKERE, 2025),
    "11CF 2023": poster("11CF", [deltaker(nummer) for nummer in range(1, 5)], 2023),
    "11CF 2026": poster("11CF", [deltaker(nummer) for nummer in range(1, 5)], 2026),
    "0A 2025": poster("0A", [kontolinje("281", str(art), art) for art in range(10, 16)], 2025),
}


@contextmanager
def installasjon() -> Iterator[tuple[Mappe, Miljo]]:
    with tempfile.TemporaryDirectory() as rot:
        yield ny_mappe(Path(rot) / "region"), eget_miljo(Path(rot) / "nokkel.key")


@st.composite
def skadet(draw) -> bytes:
    """A valid file of some form and year, damaged in one to three ways."""
    linjer = HELE[draw(st.sampled_from(sorted(HELE)))]
    innhold = som_bytes(linjer, draw(st.sampled_from([b"\r\n", b"\n"])))
    for _ in range(draw(st.integers(1, 3))):
        skade = draw(st.sampled_from(["byte", "fjernet", "doblet", "avkortet", "tom linje", "satt inn"]))
        sted = draw(st.integers(0, max(len(innhold) - 1, 0)))
        fysiske = innhold.splitlines(keepends=True) or [b""]
        linje = draw(st.integers(0, len(fysiske) - 1))
        if skade == "byte":
            innhold = innhold[:sted] + bytes([draw(st.integers(0, 255))]) + innhold[sted + 1 :]
        elif skade == "satt inn":
            innhold = innhold[:sted] + draw(st.binary(min_size=1, max_size=5)) + innhold[sted:]
        elif skade == "avkortet":
            innhold = innhold[:sted]
        else:
            nye = {"fjernet": [], "doblet": [fysiske[linje]] * 2, "tom linje": [b"\r\n", fysiske[linje]]}[skade]
            innhold = b"".join([*fysiske[:linje], *nye, *fysiske[linje + 1 :]])
    return innhold


def antall_linjer(innhold: bytes) -> int:
    return sum(bool(linje.strip(b"\r")) for linje in innhold.split(b"\n"))


@FAA
@given(st.lists(skadet(), min_size=10, max_size=20, unique=True))
def test_every_line_of_a_damaged_file_is_accepted_or_set_aside(innhold):
    with installasjon() as (mappe, miljo):
        for nummer, ett in enumerate(innhold):
            (mappe.innboks / f"{nummer}.dat").write_bytes(ett)
        resultat = les(mappe, miljo)

        funnet = {int(vurdering.innhold.sti.stem): vurdering for vurdering in resultat.vurderinger}
        ukjente = {int(sti.stem) for sti in resultat.ukjente}
        assert funnet.keys() | ukjente == set(range(len(innhold)))
        assert resultat.duplikater == []
        for nummer, vurdering in funnet.items():
            assert vurdering.rader_lest == vurdering.rader_godtatt + vurdering.rader_karantene
            linjer = 0 if vurdering.gjenkjent.er_uten_poster else antall_linjer(innhold[nummer])
            assert vurdering.rader_lest == linjer
            assert vurdering.rader_godtatt == 0 or vurdering.regel is None
            assert (vurdering.regel is None) == (vurdering.melding is None)
        assert [f"innboks/{nummer}.dat" for nummer in sorted(ukjente, key=str)] == [
            navn for navn in filer(mappe) if navn.startswith("innboks/")
        ]
        assert (
            sporr(
                mappe,
                """
            with rader as (
                select leveranse_id, linje, 'raw' as sted from raw.kostra_11f
                union all
                select leveranse_id, linje, 'raw' from raw.kostra_11cf
                union all
                select leveranse_id, linje, 'raw' from raw.kostra_0a
                union all
                select distinct leveranse_id, linje, 'karantene' from intern.karantene
            )

            select leveranse_id, linje from rader group by all having count(*) > 1
            """,
            )
            == []
        )


@FAA
@given(st.lists(st.permutations(MOTTAKERE), min_size=4, max_size=8))
def test_the_order_of_records_does_not_change_who_is_accepted(rekkefolger):
    with installasjon() as (mappe, miljo):
        for nummer, rader in enumerate([MOTTAKERE, *rekkefolger]):
            # A blank line more in each, so that no two files are the same.
            innhold = som_bytes([*poster("11F", rader, 2025), *[""] * nummer])
            (mappe.innboks / f"{nummer}.dat").write_bytes(innhold)
        antall = len(les(mappe, miljo).vurderinger)
        svar = sporr(mappe, "select list_sort(list(mottaker_id)) from raw.kostra_11f group by leveranse_id")
        assert antall == len(rekkefolger) + 1
        assert len(svar) == antall
        assert len({tuple(personer) for (personer,) in svar}) == 1


@FAA
@given(st.lists(skadet(), min_size=3, max_size=8, unique=True))
def test_files_delivered_again_change_nothing_but_the_history(innhold):
    with installasjon() as (mappe, miljo):
        hele = [som_bytes(linjer) for linjer in HELE.values()]
        for nummer, ett in enumerate(hele):
            (mappe.innboks / f"hel {nummer}.dat").write_bytes(ett)
        for nummer, ett in enumerate(innhold):
            (mappe.innboks / f"skadet {nummer}.dat").write_bytes(ett)
        godtatt = [v.innhold.sti.name for v in les(mappe, miljo).vurderinger if v.regel is None]
        assert len(godtatt) >= len(hele)
        for_, lagt = tabeller(mappe), filer(mappe)

        for nummer, ett in enumerate([*hele, *innhold]):
            gruppe, plass = ("hel", nummer) if nummer < len(hele) else ("skadet", nummer - len(hele))
            if f"{gruppe} {plass}.dat" in godtatt:
                (mappe.innboks / f"igjen {nummer}.dat").write_bytes(ett)
        resultat = les(mappe, miljo, dag=2)

        assert resultat.vurderinger == []
        assert len(resultat.duplikater) == len(godtatt)
        etter = tabeller(mappe)
        assert {navn for navn in for_ if for_[navn] != etter[navn]} == {"intern.leveranse_hendelse"}
        assert filer(mappe) == lagt
