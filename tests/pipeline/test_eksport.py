"""Whole runs, and then every KOSTRA file out of the warehouse again: the bytes that came in."""

import re
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.demo.leveranser import DEMOFRO, FJORDREGIONEN, lag_leveranser
from dagster_project.ingestion.innlesing import les_inn
from dagster_project.kostra.eksport import Bestilling, eksporter
from dagster_project.settings import Miljo
from tests.pipeline.conftest import SHARED

SKJEMA = {"Sosial": "11F", "KVP": "11CF", "BEV": "0A"}
NAVN = re.compile(r"(Sosial|KVP|BEV)_(\d{4})00(?:_K([1-4]))?\.dat")


def bestillinger(kilde: Path, ut: Path) -> list[tuple[Path, Bestilling]]:
    """Return every KOSTRA file under a folder, with the order that should give it back."""
    funnet = []
    for sti in sorted(kilde.glob("*/kostra/*/*.dat")):
        navn = NAVN.fullmatch(sti.name)
        assert navn is not None, sti.name
        skjema, aar = SKJEMA[navn[1]], int(sti.parent.name)
        funnet.append((sti, Bestilling(skjema, aar, navn[2], ut / str(aar), kvartal=navn[3])))
    return funnet


def ulike(mappe, kilde: Path, ut: Path) -> tuple[dict[tuple, str], list[str]]:
    """Export every file that was delivered, and return the sha256 of each and which came out another."""
    skrevet, avvik = {}, []
    for levert, bestilling in bestillinger(kilde, ut):
        (fil,) = eksporter(mappe, Miljo(), bestilling)
        skrevet[bestilling.skjema, bestilling.kommunenummer, bestilling.aar, bestilling.kvartal] = fil.sha256
        if fil.sti.name != levert.name or fil.forskjell or fil.sti.read_bytes() != levert.read_bytes():
            avvik.append(str(levert.relative_to(kilde)))
    return skrevet, avvik


def test_every_shared_kostra_file_comes_out_as_it_came_in(leveranser, tmp_path):
    mappe, _ = leveranser
    skrevet, avvik = ulike(mappe, SHARED / "leveranser", tmp_path)
    assert (len(skrevet), avvik) == (48, [])
    # The files to SSB are chosen without dbt's help, and are those the figures are made of.
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        gjeldende = con.execute("""
            select
                gjeldende.objekt,
                gjeldende.kommunenummer,
                gjeldende.rapporteringsaar,
                gjeldende.kvartal,
                leveranse.sha256
            from intermediate.int_leveranse_gjeldende as gjeldende
            inner join intern.leveranse as leveranse using (leveranse_id)
        """).fetchall()
    assert {tuple(hva): sha256 for *hva, sha256 in gjeldende} == skrevet


@pytest.fixture(scope="module")
def demo(lag_mappe, tmp_path_factory):
    """The demo's own deliveries of three small municipalities and three layouts, records at fault and all."""
    kommuner = FJORDREGIONEN[2:]
    mappe = lag_mappe("eksport", {kommune.kommunenummer: kommune.navn for kommune in kommuner})
    kilde = tmp_path_factory.mktemp("levert")
    lag_leveranser(kilde, kommuner, (2022, 2024, 2026), DEMOFRO)
    for kommune in kommuner:
        shutil.copytree(kilde / kommune.kommunenummer, mappe.innboks / kommune.kommunenummer)
    les_inn(mappe, Miljo(), mappe.kommuner(), ("11F", "11CF", "0A"), datetime(2026, 11, 2, 6))
    return mappe, kilde


def test_every_file_of_the_demo_comes_out_as_it_came_in(demo, tmp_path):
    mappe, kilde = demo
    skrevet, avvik = ulike(mappe, kilde, tmp_path)
    assert (len(skrevet), avvik) == (36, [])
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        assert con.execute("select sum(rader_karantene) from intern.leveranse").fetchone() == (3,)
