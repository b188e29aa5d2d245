"""The recipes of docs/bi.md, run as they stand by a process of their own against a published database."""

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
import yaml

from dagster_project.kalender import neste_maaned, virkedager
from dagster_project.publisering import publiser
from dagster_project.settings import Miljo
from tests.dbt_sql import MODELS, ROOT

SIDE = ROOT / "docs" / "bi.md"
BLOKK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KOMMUNER = {"9901": "Bøfjord", "9902": "Ås «ny»"}
AAR = (2024, 2025)
SPRAAK = {"python": [sys.executable, "-c"], "sh": ["sh", "-e", "-c"]}
PROGRAM = {"DuckDB på kommandolinjen": "duckdb", "LibreOffice": "soffice"}
"""What a recipe needs besides Python, where it is not always there."""
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def oppskrifter() -> dict[str, tuple[str, str]]:
    """Return language and text of each recipe that is said to be tried, by its heading."""
    provd = SIDE.read_text(encoding="utf-8").split("\n## Prøvd\n")[1].split("\n## ")[0]
    avsnitt = (del_.split("\n", 1) for del_ in provd.split("\n### ")[1:])
    return {overskrift: BLOKK.search(tekst).groups() for overskrift, tekst in avsnitt}


def lag_tabell(con: duckdb.DuckDBPyConnection, navn: str) -> None:
    """Make an empty published table as the contract has it."""
    (fil,) = (MODELS / "marts" / "bi").glob(f"{'' if navn.startswith('ind_') else 'bi_'}{navn}.yml")
    (modell,) = yaml.safe_load(fil.read_text(encoding="utf-8"))["models"]
    kolonner = ", ".join(f"{kolonne['name']} {kolonne['data_type']}" for kolonne in modell["columns"])
    con.execute(f"create table bi.{navn} ({kolonner})")


@pytest.fixture(scope="module")
def mappe(tmp_path_factory) -> Path:
    """A folder with a publication: two municipalities over two years, a hidden month, and one without recipients."""
    mappe = tmp_path_factory.mktemp("bi")
    varehus = mappe / "varehus.duckdb"
    maaneder = [date(AAR[0], 1, 1)]
    while len(maaneder) < 24:
        maaneder.append(neste_maaned(maaneder[-1]))
    with duckdb.connect(str(varehus)) as con:
        con.execute("create schema bi")
        con.execute("create schema intern")
        con.execute("create table intern.tilbakeholdt (kommunenummer varchar, maaned date)")
        for tabell in ("kommune", "maaned", "ind_utbetaling_per_mottaker"):
            lag_tabell(con, tabell)
        for nummer, navn in KOMMUNER.items():
            con.execute("insert into bi.kommune by name select ? as kommunenummer, ? as kommunenavn", [nummer, navn])
        for nr, maaned in enumerate(maaneder):
            con.execute(
                "insert into bi.maaned by name select ? as maaned, ? as aar, ? as antall_virkedager",
                [maaned, maaned.year, len(virkedager(maaned))],
            )
            for plass, nummer in enumerate(KOMMUNER):
                for grunnlag, populasjon in (("periodisert", "alle"), ("kontant", "alle"), ("periodisert", "18_24")):
                    antall = 0 if nr == 3 else 40 + 10 * plass + nr + len(populasjon)
                    con.execute(
                        """
                        insert into bi.ind_utbetaling_per_mottaker by name
                        select
                            $nummer as kommunenummer, $maaned as maaned, $grunnlag as grunnlag,
                            $populasjon as populasjon, $skjermet as skjermet,
                            if($skjermet, null, $antall * 12345.67) as belop_nok,
                            if($skjermet, null, $antall) as mottaker_antall
                        """,
                        {
                            "nummer": nummer,
                            "maaned": maaned,
                            "grunnlag": grunnlag,
                            "populasjon": populasjon,
                            "skjermet": nr == 5 and plass == 0,
                            "antall": antall,
                        },
                    )
    publiser(varehus, mappe / "publisert", "a", Miljo())
    varehus.unlink()
    return mappe


def fasit(mappe: Path) -> list[list]:
    """Return the figure told in docs/bi.md, counted row by row: municipality, year, kroner, recipient months, mean."""
    with duckdb.connect(str(mappe / "publisert" / "stonad.duckdb"), read_only=True) as con:
        rader = con.execute(
            "select kommunenummer, year(maaned), belop_nok, mottaker_antall from bi.ind_utbetaling_per_mottaker "
            "where grunnlag = 'periodisert' and populasjon = 'alle' and not skjermet"
        ).fetchall()
    svar = []
    for nummer, navn in sorted(KOMMUNER.items(), key=lambda kommune: kommune[1]):
        for aar in AAR:
            her = [rad for rad in rader if rad[:2] == (nummer, aar)]
            belop, antall = float(sum(rad[2] for rad in her)), sum(rad[3] for rad in her)
            svar.append([navn, aar, belop, antall, round(belop / antall)])
    return svar


def kjor(mappe: Path, overskrift: str) -> None:
    """Run a recipe in the folder, as a newcomer would."""
    program = PROGRAM.get(overskrift)
    bane = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if program and shutil.which(program, path=bane) is None:
        pytest.skip(f"{program} er ikke installert her, så oppskriften «{overskrift}» er ikke prøvd.")
    spraak, tekst = oppskrifter()[overskrift]
    # A profile of its own: an office suite that is open already would answer otherwise.
    miljo = os.environ | {"PATH": bane, "HOME": str(mappe)}
    kjoring = subprocess.run([*SPRAAK[spraak], tekst], cwd=mappe, env=miljo, capture_output=True, text=True)
    assert kjoring.returncode == 0, kjoring.stderr


def les_csv(fil: Path) -> list[list]:
    with fil.open(encoding="utf-8", newline="") as innhold:
        overskrift, *rader = csv.reader(innhold)
    assert overskrift == ["kommunenavn", "aar", "utbetalt_nok", "mottakermaaneder", "per_mottaker_nok"]
    return [[rad[0], *map(float, rad[1:])] for rad in rader]


def test_the_page_tells_which_recipes_are_tried():
    assert set(PROGRAM) < set(oppskrifter())
    assert {spraak for spraak, _ in oppskrifter().values()} == set(SPRAAK)
    assert len(oppskrifter()) == 5


@pytest.mark.parametrize("overskrift", [ett for ett in oppskrifter() if ett != "LibreOffice"])
def test_a_recipe_gives_the_figure(mappe, overskrift):
    (mappe / "tall.csv").unlink(missing_ok=True)
    kjor(mappe, overskrift)
    assert les_csv(mappe / "tall.csv") == fasit(mappe)


def test_libreoffice_opens_the_figure_with_numbers_as_numbers(mappe):
    kjor(mappe, "Python og DuckDB")
    kjor(mappe, "LibreOffice")
    with zipfile.ZipFile(mappe / "tall.ods") as ods:
        ark = ElementTree.fromstring(ods.read("content.xml")).find(f".//{TABELL}table")
    rader = [
        [celle.get(f"{OFFICE}value") or "".join(celle.itertext()) for celle in rad.iter(f"{TABELL}table-cell")]
        for rad in ark.iter(f"{TABELL}table-row")
    ]
    typer = {celle.get(f"{OFFICE}value-type") for celle in list(ark.iter(f"{TABELL}table-row"))[1]}
    assert typer == {"string", "float"}
    assert [[rad[0], *map(float, rad[1:])] for rad in rader[1 : 1 + len(fasit(mappe))]] == fasit(mappe)


def test_the_query_on_the_page_is_the_one_in_the_recipes(mappe):
    tekst = SIDE.read_text(encoding="utf-8")
    (sporring, sok) = (blokk[1] for blokk in BLOKK.findall(tekst) if blokk[0] == "sql")
    with duckdb.connect(str(mappe / "publisert" / "stonad.duckdb"), read_only=True) as con:
        assert [[rad[0], *map(float, rad[1:])] for rad in con.execute(sporring).fetchall()] == fasit(mappe)
    uten_luft = " ".join(sporring.split())
    for overskrift in ("DuckDB på kommandolinjen", "Python og DuckDB", "Python og SQLAlchemy"):
        assert uten_luft in " ".join(oppskrifter()[overskrift][1].split())
    assert "bi.kolonne" in sok


def test_the_address_for_superset_is_read_only_too():
    tekst = SIDE.read_text(encoding="utf-8")
    adresser = re.findall(r"duckdb:///\S+stonad\.duckdb\S*", tekst)
    assert len(adresser) == 2
    assert all(adresse.rstrip('")').endswith("?access_mode=read_only") for adresse in adresser)
