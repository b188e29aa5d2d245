"""dbt parses the project once, not once for each folder a warehouse is in."""

import os
import shutil
import subprocess

import pytest

from dagster_project.dbt import DBT, MILJO, PROSJEKT, TARGET, VAREHUS_VARIABEL, sikre_manifest

UENDRET = "no changes found, skipping parsing"


def les_prosjektet(mappe, varehus, minne):
    """Parse in a target folder of its own, beginning with what was parsed for the project, and return what dbt says."""
    sikre_manifest()
    maal = mappe / "target"
    maal.mkdir()
    shutil.copy(TARGET / "partial_parse.msgpack", maal)
    kommando = [DBT, "--no-use-colors", "--log-level", "debug", "parse", "--project-dir", PROSJEKT, "--profiles-dir"]
    svar = subprocess.run(
        [*kommando, PROSJEKT, "--target-path", maal],
        env=os.environ | MILJO | {VAREHUS_VARIABEL: str(varehus), "STONAD_MINNE": minne},
        capture_output=True,
        text=True,
        check=True,
    )
    return svar.stdout


@pytest.mark.parametrize("minne", ["1GB", "3GB"])
def test_another_folder_and_another_limit_are_the_same_project(tmp_path, minne):
    assert UENDRET in les_prosjektet(tmp_path, tmp_path / "et sted" / "varehus.duckdb", minne)


def test_a_database_of_another_name_is_parsed_for(tmp_path):
    """The name of the database stands in every relation."""
    assert UENDRET not in les_prosjektet(tmp_path, tmp_path / "per_2026-01-31.duckdb", "1GB")
