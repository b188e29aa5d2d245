"""Dagster's event log with its databases kept open holds what Dagster's own would."""

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from dagster_project.hendelseslogg import MAKS_AAPNE, Hendelseslogg
from dagster_project.kjoring import klargjor_dagster
from dagster_project.settings import Mappe


@dg.asset
def utbetaling() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rader": 3})


@pytest.fixture
def mappe(tmp_path):
    mappe = Mappe(tmp_path)
    mappe.lag()
    klargjor_dagster(mappe)
    return mappe


def test_a_folder_uses_it_and_dagsters_own_reads_the_same(mappe):
    with dg.DagsterInstance.from_config(str(mappe.dagster)) as instans:
        assert isinstance(instans.event_log_storage, Hendelseslogg)
        resultat = dg.materialize([utbetaling], instance=instans)
        antall = len(instans.all_logs(resultat.run_id))
    egen = SqliteEventLogStorage(str(mappe.dagster / "history" / "runs"))
    assert len(egen.get_logs_for_run(resultat.run_id)) == antall > 5
    assert dg.AssetKey("utbetaling") in egen.all_asset_keys()


def test_no_more_databases_are_open_than_declared_and_none_afterwards(mappe):
    with dg.DagsterInstance.from_config(str(mappe.dagster)) as instans:
        kjoringer = [dg.materialize([utbetaling], instance=instans).run_id for _ in range(MAKS_AAPNE + 1)]
        logg = instans.event_log_storage
        assert len(logg._motorer) == MAKS_AAPNE
        assert "index" in logg._motorer
        # A run whose database has been closed is opened again.
        assert instans.all_logs(kjoringer[0])
        hendelser = instans.fetch_materializations(dg.AssetKey("utbetaling"), limit=10).records
        assert {hendelse.run_id for hendelse in hendelser} == set(kjoringer)
    assert logg._motorer == {}
