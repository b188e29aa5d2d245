"""Whatever the order of the categories and the form of the values, what was written is what is read."""

import json
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.ssb.jsonstat import befolkning, tolk_jsonstat

SYMBOLER = [None, ":", "..", "...", ".", "-", "*"]
UTEN_TALL = {":", "..", "...", "."}


def stokket(koder):
    return st.lists(st.sampled_from(koder), min_size=1, max_size=4, unique=True)


@st.composite
def kuber(draw, med_kjonn: bool):
    """A cube with shuffled axes and categories: codes per dimension, value and status per position."""
    koder = {
        "Region": draw(stokket(["3403", "3411", "0301", "K-3103", "0", "EAK"])),
        "Alder": draw(stokket(["000", "018", "066", "104", "105+", "F018-024", "999A"])),
        "ContentsCode": draw(st.permutations(["Personer1", "Areal"])),
        "Tid": draw(stokket(["2022", "2023", "2024", "2024K1"])),
    }
    if med_kjonn:
        koder["Kjonn"] = draw(st.permutations(["1", "2"]))
    koder = {navn: koder[navn] for navn in draw(st.permutations(list(koder)))}
    antall = len(list(product(*koder.values())))
    verdier = draw(st.lists(st.none() | st.integers(0, 10_000), min_size=antall, max_size=antall))
    statuser = draw(st.lists(st.sampled_from(SYMBOLER), min_size=antall, max_size=antall))
    return koder, verdier, statuser


def skriv(koder, verdier, statuser, *, tynn: bool, indeks_som_liste: bool = False) -> bytes:
    def bare_fylte(liste):
        return {str(plass): verdi for plass, verdi in enumerate(liste) if verdi is not None}

    dimensjoner = {}
    for navn, rekke in koder.items():
        # Keys sorted by code, so that a reader going by the order in the file would be wrong.
        indeks = list(rekke) if indeks_som_liste else {kode: rekke.index(kode) for kode in sorted(rekke)}
        dimensjoner[navn] = {"category": {"index": indeks, "label": {kode: kode for kode in sorted(rekke)}}}
    return json.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "label": "11805: Befolkning",
            "id": list(koder),
            "size": [len(rekke) for rekke in koder.values()],
            "dimension": dimensjoner,
            "value": bare_fylte(verdier) if tynn else verdier,
            "status": bare_fylte(statuser) if tynn else statuser,
        }
    ).encode()


def forventet(koder, verdier, statuser) -> dict[tuple[str, int, int], int | None]:
    ventet: dict[tuple[str, int, int], int | None] = {}
    for celle, verdi, status in zip(product(*koder.values()), verdier, statuser, strict=True):
        kode = dict(zip(koder, celle, strict=True))
        if (
            kode["ContentsCode"] != "Personer1"
            or kode["Region"] in ("0", "EAK")
            or kode["Alder"] in ("F018-024", "999A")
            or kode["Tid"] == "2024K1"
        ):
            continue
        tall = None if status in UTEN_TALL else 0 if verdi is None and status == "-" else verdi
        nokkel = (kode["Region"].removeprefix("K-"), int(kode["Tid"]), int(kode["Alder"].rstrip("+")))
        forrige = ventet.get(nokkel, 0)
        ventet[nokkel] = None if tall is None or forrige is None else forrige + tall
    return ventet


def som_oppslag(tabell) -> dict[tuple[str, int, int], int | None]:
    rader = tabell.to_pylist()
    oppslag = {(r["kommunenummer"], r["rapporteringsaar"], r["alder"]): r["innbyggere"] for r in rader}
    assert len(oppslag) == len(rader)
    return oppslag


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(kube=st.booleans().flatmap(kuber), indeks_som_liste=st.booleans())
def test_what_is_written_is_read_back_and_dense_equals_sparse(kube, indeks_som_liste):
    tett = befolkning(tolk_jsonstat(skriv(*kube, tynn=False, indeks_som_liste=indeks_som_liste)))
    tynn = befolkning(tolk_jsonstat(skriv(*kube, tynn=True)))
    assert som_oppslag(tett.tabell) == forventet(*kube)
    assert tynn.tabell.equals(tett.tabell)
    assert tynn.utelatt == tett.utelatt


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(kube=st.booleans().flatmap(kuber))
def test_cells_used_and_left_out_are_all_cells(kube):
    resultat = befolkning(tolk_jsonstat(skriv(*kube, tynn=True)))
    assert resultat.celler_lest == len(kube[1])
    assert resultat.celler_lest == resultat.celler_brukt + sum(post.celler for post in resultat.utelatt)


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(kube=kuber(med_kjonn=False))
def test_celle_points_back_to_the_value_and_status_in_the_file(kube):
    _, verdier, statuser = kube
    for rad in befolkning(tolk_jsonstat(skriv(*kube, tynn=False))).tabell.to_pylist():
        assert rad["status"] == statuser[rad["celle"]]
        assert rad["innbyggere"] in (verdier[rad["celle"]], None, 0)
