"""Run dbt models straight in DuckDB, without dbt: `ref` becomes the name of a table in the same database."""

import re
from pathlib import Path

import duckdb
import yaml

from dagster_project.seeds import read_seed

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "dbt_project" / "models"

REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")


def load_seed(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load `seeds/<name>.csv` as a table with its types from dbt_project.yml; an empty cell is null."""
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    types = project["seeds"]["stonadsvarehuset"][name]["+column_types"]
    columns = ", ".join(f"{column} {type_}" for column, type_ in types.items())
    con.execute(f"create or replace table {name} ({columns})")
    rows = [tuple(row[column] or None for column in types) for row in read_seed(name)]
    con.executemany(f"insert into {name} values ({', '.join('?' * len(types))})", rows)


def run_model(con: duckdb.DuckDBPyConnection, path: str) -> None:
    """Build one model, given by its path below dbt_project/models without `.sql`, as a table of its name."""
    sql = REF.sub(r"\1", (MODELS / f"{path}.sql").read_text(encoding="utf-8"))
    con.execute(f"create or replace table {Path(path).name} as\n{sql}")
