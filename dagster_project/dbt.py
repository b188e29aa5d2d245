"""Where the dbt project is, and its manifest, parsed again only when one of its files is newer."""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject
from packaging.version import Version

from dagster_project.feil import Kjoringsfeil
from dagster_project.seeds import ROOT, SEEDS

PROSJEKT = ROOT / "dbt_project"
TARGET = PROSJEKT / "target"
MANIFEST = TARGET / "manifest.json"
# Outside an activated environment it is not on the path, but it stands beside the interpreter.
DBT = Path(sys.executable).with_name("stonad-dbt")
VAREHUS_VARIABEL = "DBT_ENV_SECRET_VAREHUS"
# What every warehouse is called: dbt names the database after it, and parsing opens none.
ET_VAREHUS = "varehus.duckdb"
MILJO = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_LOG_FORMAT_FILE": "text",
    "DBT_LOG_LEVEL_FILE": "none",
}


def prosjektfiler() -> Iterator[Path]:
    """Yield every file the manifest is made of."""
    for mappe in ("models", "macros", "tests"):
        yield from (sti for sti in (PROSJEKT / mappe).rglob("*") if sti.suffix in (".sql", ".yml", ".py"))
    yield from PROSJEKT.glob("*.yml")
    yield from SEEDS.glob("*.csv")


def sikre_manifest() -> Path:
    """Return the manifest, parsed anew if a project file is newer.

    Raises:
        Kjoringsfeil: if dbt cannot parse the project.
    """
    if MANIFEST.exists():
        laget = MANIFEST.stat().st_mtime
        if all(sti.stat().st_mtime <= laget for sti in prosjektfiler()):
            return MANIFEST
    svar = subprocess.run(
        [DBT, "--quiet", "parse", "--project-dir", PROSJEKT, "--profiles-dir", PROSJEKT],
        env=os.environ | MILJO | {VAREHUS_VARIABEL: ET_VAREHUS},
        capture_output=True,
        text=True,
        check=False,
    )
    if svar.returncode or not MANIFEST.exists():
        raise Kjoringsfeil(f"dbt kan ikke lese prosjektet:\n{svar.stdout}{svar.stderr}")
    # Parsing may leave the file untouched when nothing that counts has changed.
    MANIFEST.touch()
    return MANIFEST


class Dbt(DbtCliResource):
    """dbt's command line, without its question to the network about newer versions before the first command."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))


def dbt_prosjekt() -> DbtProject:
    """Return the project as dagster-dbt wants it."""
    return DbtProject(project_dir=PROSJEKT, profiles_dir=PROSJEKT)


def dbt_ressurs() -> Dbt:
    """Return the command line as a Dagster resource."""
    return Dbt(project_dir=str(PROSJEKT), profiles_dir=str(PROSJEKT), dbt_executable=str(DBT))
