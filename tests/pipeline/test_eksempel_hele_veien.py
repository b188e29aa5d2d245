"""The hand-worked municipality through the whole pipeline, as real fixed-width files of two years' layouts.

`tests/pipeline/test_indikator_eksempel.py` holds the generated SQL to the same examples without the pipeline, so a
fault shows which of the two it is in.
"""

import csv
import json

import duckdb
import pyarrow as pa
import pytest

from dagster_project.kjoring import kjor
from dagster_project.kostra.layout import find_layout
from dagster_project.kostra.skriv import skriv_poster
from dagster_project.seeds import SEEDS
from dagster_project.settings import Miljo
from tests.eksempelkommune import golden_rows
from tests.pipeline.conftest import TIDSPUNKT

FILNAVN = {"11F": "Sosial", "11CF": "KVP", "0A": "BEV"}


def aar_av(skjema, rad):
    return int(rad["aargang"]) if skjema == "0A" else 2000 + int(rad["VERSION"])


def skriv_skjema(con, skjema, rader, aar, sti):
    """Write golden rows by the layout of their year; fields the year does not have are left out."""
    layout = find_layout(skjema, aar)
    felter = [felt for felt in layout.felter if any(felt.navn in rad for rad in rader)]
    kolonner = {felt.navn: [rad[felt.navn] or None for rad in rader] for felt in felter}
    for felt in felter:
        if felt.type == "heltall":
            kolonner[felt.navn] = [None if verdi is None else int(verdi) for verdi in kolonner[felt.navn]]
        elif felt.type == "dato" and felt.lengde == 6:
            kolonner[felt.navn] = [verdi and verdi[:4] + verdi[6:] for verdi in kolonner[felt.navn]]
    con.register("golden", pa.table({**kolonner, "nr": list(range(len(rader)))}))
    skriv_poster(con, "select * from golden", layout, sti, sorter_etter="nr")


def befolkning_json(rader):
    """Return the golden population as SSB's table 11805 in json-stat2."""
    kommuner, aar, aldre = (
        sorted({rad[navn] for rad in rader}) for navn in ("kommunenummer", "rapporteringsaar", "alder")
    )
    aldre = sorted(aldre, key=int)
    tall = {(rad["kommunenummer"], rad["alder"], rad["rapporteringsaar"]): int(rad["innbyggere"]) for rad in rader}

    def akse(koder):
        return {
            "category": {"index": {kode: nr for nr, kode in enumerate(koder)}, "label": {kode: kode for kode in koder}}
        }

    return {
        "version": "2.0",
        "class": "dataset",
        "label": "11805: Befolkning per 31.12.",
        "id": ["KOKkommuneregion0000", "Alder", "ContentsCode", "Tid"],
        "size": [len(kommuner), len(aldre), 1, len(aar)],
        "dimension": {
            "KOKkommuneregion0000": akse(kommuner),
            "Alder": akse([f"{int(alder):03d}" for alder in aldre]),
            "ContentsCode": akse(["Personer1"]),
            "Tid": akse(aar),
        },
        "value": [tall.get((k, alder, a)) for k in kommuner for alder in aldre for a in aar],
        "role": {"time": ["Tid"], "geo": ["KOKkommuneregion0000"], "metric": ["ContentsCode"]},
        "extension": {"px": {"tableid": "11805"}},
    }


@pytest.fixture(scope="module")
def eksempel(lag_mappe):
    mappe = lag_mappe("eksempel", {"9901": "Eksempelvik"})
    con = duckdb.connect()
    for skjema, navn in FILNAVN.items():
        rader = golden_rows(skjema)
        for aar in sorted({aar_av(skjema, rad) for rad in rader}):
            av_aaret = [rad for rad in rader if aar_av(skjema, rad) == aar]
            skriv_skjema(con, skjema, av_aaret, aar, mappe.innboks / str(aar) / f"{navn}_990100.dat")
    con.close()
    (mappe.innboks / "befolkning.json").write_text(
        json.dumps(befolkning_json(golden_rows("befolkning"))), encoding="utf-8"
    )
    sammendrag = kjor(mappe, Miljo(), TIDSPUNKT)
    assert sammendrag.rader_karantene == 0
    return mappe


with (SEEDS / "indikator_eksempel.csv").open(encoding="utf-8", newline="") as fil:
    EKSEMPLER = list(csv.DictReader(fil))


@pytest.fixture(scope="module")
def regnet(eksempel):
    con = duckdb.connect(str(eksempel.varehus), read_only=True)
    try:
        tall = con.execute(
            "select indikator_id, '', verdi from intermediate.int_indikator where rapporteringsaar = 2025"
        ).fetchall()
        fordelt = con.execute(
            "select indikator_id, kategori_kode, verdi from intermediate.int_fordeling where rapporteringsaar = 2025"
        ).fetchall()
    finally:
        con.close()
    return {(indikator, kategori): verdi for indikator, kategori, verdi in tall + fordelt}


@pytest.mark.parametrize(
    "eksempel_",
    EKSEMPLER,
    ids=lambda rad: rad["indikator_id"] + (":" + rad["kategori_kode"] if rad["kategori_kode"] else ""),
)
def test_pipeline_gives_what_was_worked_out_by_hand(regnet, eksempel_):
    verdi = regnet[eksempel_["indikator_id"], eksempel_["kategori_kode"]]
    assert float(verdi) == pytest.approx(float(eksempel_["verdi"]), abs=5e-5)
