"""The one place that knows Great Expectations, and what must be mended in it (see pyproject.toml for its version)."""

import contextlib
import importlib
import os
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project.feil import Kjoringsfeil
from dagster_project.kvalitet.suiter import ERROR, Suite

# Read when the library is imported. It would tell its makers of every run, over the network.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

NOKKEL = ["kommunenummer", "maaned"]
# Asked for all, the library still gives twenty of them.
ALLE = 2**31 - 1


def varm_opp() -> None:
    """Begin to import the library, which takes seconds, while somebody else does the work."""
    threading.Thread(target=importlib.import_module, args=("great_expectations",), daemon=True).start()


class _Dialekt(str):
    """A name that looks like one of the library's own dialects."""

    __slots__ = ()
    value = property(str)


def hold_forbindelsen_aapen() -> None:
    """Make the library fetch before it closes: with DuckDB it closes the connection and finds no rows.

    The name is the library's own and private, so the library is pinned, and a test tells when the name is gone.
    """
    import great_expectations.execution_engine.sqlalchemy_execution_engine as motor

    if not any(dialekt == "duckdb" for dialekt in motor._PERSISTED_CONNECTION_DIALECTS):
        motor._PERSISTED_CONNECTION_DIALECTS += (_Dialekt("duckdb"),)


def _kontekst() -> Any:
    """Return a context that lives in memory alone; left to itself it makes a folder for pages nobody asked for."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )


@contextlib.contextmanager
def _kilde(kontekst: Any, database: Path) -> Iterator[Any]:
    """Give the database as a source, read only, and let go of it afterwards: the library would keep the file locked."""
    kilde = kontekst.data_sources.add_sql(
        "varehus",
        connection_string=f"duckdb:///{database}?access_mode=read_only",
        create_temp_table=False,
    )
    try:
        yield kilde
    finally:
        motor = kilde.get_execution_engine()
        motor.close()
        motor.engine.dispose()
        kilde.get_engine().dispose()


def finn_brudd(database: Path, sporring: str, suiter: Sequence[Suite]) -> dict[str, set[tuple[str, date]]]:
    """Judge the rows of a query, one per kommunenummer and maaned, by every suite.

    Shape: for each expectation's id the months that break it. A null is not judged.

    Raises:
        Kjoringsfeil: if an expectation could not be judged.
    """
    import great_expectations as gx

    hold_forbindelsen_aapen()
    kontekst = _kontekst()
    brudd: dict[str, set[tuple[str, date]]] = {}
    with _kilde(kontekst, database) as kilde:
        maaneder = kilde.add_query_asset("maaneder", query=sporring).add_batch_definition_whole_table("alle")
        for suite in suiter:
            validering = kontekst.validation_definitions.add(
                gx.ValidationDefinition(name=suite.suite, data=maaneder, suite=kontekst.suites.add(_som_gx(suite)))
            )
            svar = validering.run(
                result_format={
                    "result_format": "COMPLETE",
                    "partial_unexpected_count": ALLE,
                    "unexpected_index_column_names": NOKKEL,
                    "include_unexpected_rows": False,
                }
            )
            for resultat in svar.results:
                id_ = resultat.expectation_config.meta["id"]
                if resultat.exception_info.get("raised_exception", True):
                    raise Kjoringsfeil(f"Forventningen {id_} i suiten {suite.suite} kunne ikke prøves.")
                brudd[id_] = {
                    (rad["kommunenummer"], rad["maaned"]) for rad in resultat.result.get("unexpected_index_list") or ()
                }
    return brudd


def _som_gx(suite: Suite) -> Any:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    return gx.ExpectationSuite(
        name=suite.suite,
        expectations=[
            getattr(gxe, forventning.type)(
                **forventning.verdier,
                severity="critical" if forventning.alvor == ERROR else "warning",
                meta={"id": forventning.id, "tall_fra": forventning.tall_fra} | forventning.meta.model_dump(),
            )
            for forventning in suite.forventninger
        ],
    )
