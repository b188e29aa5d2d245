"""Run dbt models straight in DuckDB, without dbt: `ref` and `source` become names of tables in the same database."""

from functools import cache
from pathlib import Path

import duckdb
import jinja2
import pyarrow as pa
import yaml

from dagster_project.seeds import read_seed

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "dbt_project" / "models"
MACROS = ROOT / "dbt_project" / "macros"


@cache
def seed_config() -> dict:
    """Return what dbt_project.yml says of the seeds, by name."""
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["seeds"]["stonadsvarehuset"]


def load_seed(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load `seeds/<name>.csv` as a table with its types from dbt_project.yml; an empty cell is null."""
    types = seed_config()[name]["+column_types"]
    columns = ", ".join(f"{column} {type_}" for column, type_ in types.items())
    con.execute(f"create or replace table {name} ({columns})")
    rows = read_seed(name)
    con.register("seed_rows", pa.table({column: pa.array([row[column] or None for row in rows]) for column in types}))
    con.execute(f"insert into {name} by name from seed_rows")
    con.unregister("seed_rows")


def model_sql(path: str, schema: str = "") -> str:
    """Return the SQL of a model, given by its path below dbt_project/models without `.sql`.

    With `schema`, the models it refers to are looked for there, and not where the statement is run.
    """
    prefix = f"{schema}." if schema else ""
    macros = "".join(macro.read_text(encoding="utf-8") for macro in sorted(MACROS.glob("*.sql")))
    model = (MODELS / f"{path}.sql").read_text(encoding="utf-8")
    return (
        jinja2.Environment(extensions=["jinja2.ext.do"])
        .from_string(macros + model)
        .render(ref=lambda name: prefix + name, source=lambda schema, table: f"{schema}.{table}", config=lambda **_: "")
    )


def run_model(con: duckdb.DuckDBPyConnection, path: str) -> None:
    """Build one model, given by its path below dbt_project/models without `.sql`, as a table of its name."""
    con.execute(f"create or replace table {Path(path).name} as\n{model_sql(path)}")
