"""Is everything wired? The assets, the partitions, the job, its schedule and its sensor."""

import json
import os
import re
import shutil
import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import pytest

from dagster_project.assets.modeller import PUBLISERTE
from dagster_project.dbt import DBT, MILJO, PROSJEKT, VAREHUS_VARIABEL, sikre_manifest
from dagster_project.definitions import JOBB, JOBB_FAGSYSTEM, lag_definisjoner
from dagster_project.kjoring import kjor
from dagster_project.kvalitet.suiter import forventninger
from dagster_project.settings import Miljo
from tests.fagsystemfil import SOCIO, mottaker, skriv_rapport
from tests.fastbredde import skriv_11f_fil


@pytest.fixture(scope="module")
def mappe(lag_mappe):
    return lag_mappe("defs", {"9901": "Eksempelvik", "9902": "Nabovik"})


@pytest.fixture(scope="module")
def defs(mappe):
    return lag_definisjoner(mappe, Miljo())


def test_assets_are_named_by_layer(defs):
    nokler = {tuple(nokkel.path) for nokkel in defs.resolve_all_asset_keys()}
    assert {
        ("raw", "kostra", "11f"),
        ("raw", "kostra", "11cf"),
        ("raw", "kostra", "0a"),
        ("raw", "ssb", "befolkning"),
        ("intern", "leveranse"),
        ("publisert", "stonad"),
    } <= nokler
    for lag in ("staging", "intermediate"):
        filer = [sti for sti in (PROSJEKT / "models" / lag).rglob("*") if sti.suffix in (".sql", ".py")]
        assert sum(nokkel[0] == lag for nokkel in nokler) == len(filer) > 20, lag
    assert {nokkel[1] for nokkel in nokler if nokkel[0] == "bi"} == set(PUBLISERTE)


def test_raw_extracts_are_partitioned_by_year_and_municipality(defs):
    graf = defs.resolve_asset_graph()
    partisjoner = graf.get(dg.AssetKey(["raw", "kostra", "11f"])).partitions_def
    nokler = {str(nokkel) for nokkel in partisjoner.get_partition_keys()}
    assert nokler == {f"{aar}|{kommune}" for aar in range(2022, 2027) for kommune in ("9901", "9902")}


def test_the_order_is_raw_register_models_publication(defs):
    graf = defs.resolve_asset_graph()

    def opphav(*sti):
        return {tuple(nokkel.path) for nokkel in graf.get(dg.AssetKey(list(sti))).parent_keys}

    assert opphav("intern", "leveranse") == {
        ("raw", "kostra", "11f"),
        ("raw", "kostra", "11cf"),
        ("raw", "kostra", "0a"),
        ("raw", "fagsystem"),
        ("raw", "ssb", "befolkning"),
        ("raw", "ssb", "befolkning_kvartal"),
        ("raw", "ssb", "kpi"),
        ("raw", "ssb", "kostra_tabell"),
        ("raw", "ssb", "klass"),
        ("raw", "nav", "register"),
        ("raw", "regnskap"),
    }
    assert ("raw", "kostra", "11f") in opphav("staging", "stg_kostra__11f")
    assert ("intern", "leveranse") in opphav("staging", "stg_intern__leveranse")
    assert opphav("publisert", "stonad") == {("bi", navn) for navn in PUBLISERTE} | {("intern", "kvalitet")}
    assert opphav("intern", "kvalitet") == {("intern", "kvalitetsmaal"), ("bi", "tilbakeholdt")}


def test_tests_of_published_tables_block_the_publication(defs):
    graf = defs.resolve_asset_graph()
    kontroller = graf.get_check_keys_for_assets({dg.AssetKey(["bi", "ind_kostra"])})
    assert any("no_small_count_is_shown" in kontroll.name for kontroll in kontroller)


def test_every_expectation_is_a_check_that_blocks_nothing(defs):
    graf = defs.resolve_asset_graph()
    kontroller = graf.get_check_keys_for_assets({dg.AssetKey(["intern", "kvalitet"])})
    assert {kontroll.name for kontroll in kontroller} == forventninger().keys()
    assert not any(graf.get_check_spec(kontroll).blocking for kontroll in kontroller)


def test_ssb_controls_are_checks_that_block_nothing(defs):
    graf = defs.resolve_asset_graph()
    for skjema in ("11f", "11cf", "0a"):
        kontroller = graf.get_check_keys_for_assets({dg.AssetKey(["raw", "kostra", skjema])})
        egne = {kontroll for kontroll in kontroller if kontroll.name.startswith("ssb_")}
        assert {kontroll.name for kontroll in egne} == {"ssb_feil", "ssb_advarsel", "ssb_informasjon"}
        assert not any(graf.get_check_spec(kontroll).blocking for kontroll in egne)


def test_one_form_can_be_run_alone_with_its_own_checks(defs):
    jobb = defs.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection={dg.AssetKey(["raw", "kostra", "11f"])}
    )
    assert {node.name for node in jobb.nodes} == {"raw__kostra__11f", "ssb_kontroller"}


def test_sensor_waits_until_a_file_lies_still_then_runs_the_whole_job(defs, mappe):
    sensor = defs.resolve_sensor_def("innboks")

    def spor(markor):
        with (
            dg.DagsterInstance.ephemeral() as instans,
            dg.build_sensor_context(instance=instans, cursor=markor) as context,
        ):
            return sensor.evaluate_tick(context)

    assert "ingen filer" in spor(None).skip_message
    (mappe.innboks / "notat.txt").write_text("ingen leser kjenner dette")
    assert "ingen filer" in spor(None).skip_message
    fil = skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=2)
    forste = spor(None)
    assert "ligget stille" in forste.skip_message
    andre = spor(forste.cursor)
    assert len(andre.run_requests) == 1
    assert andre.run_requests[0].job_name == JOBB
    # Asked for by partition, Dagster would write an event for each of them in every run.
    assert not any(merke.startswith("dagster/") and "partition" in merke for merke in andre.run_requests[0].tags)
    # A file that has grown since is not lying still.
    fil.write_bytes(fil.read_bytes() * 2)
    assert "ligget stille" in spor(forste.cursor).skip_message
    fil.unlink()


def test_schedule_asks_for_all_there_is_in_one_run(defs):
    plan = defs.resolve_schedule_def("daglig")
    assert plan.execution_timezone == "Europe/Oslo"
    with dg.DagsterInstance.ephemeral() as instans, dg.build_schedule_context(instance=instans) as context:
        svar = plan.evaluate_tick(context)
    assert [forespurt.partition_key for forespurt in svar.run_requests] == [None]


def test_monthly_deliveries_are_partitioned_by_municipality_and_month(defs):
    nokler = defs.resolve_asset_graph().get(dg.AssetKey(["raw", "fagsystem"])).partitions_def.get_partition_keys()
    assert {"9901|2025-01-01", "9902|2026-10-01"} <= {str(nokkel) for nokkel in nokler}


@pytest.mark.parametrize(("dag", "kjores"), [(5, False), (6, False), (7, True), (8, False)])
def test_monthly_run_is_asked_for_on_the_fifth_working_day(defs, mappe, dag, kjores):
    plan = defs.resolve_schedule_def("maanedlig")
    tidspunkt = datetime(2025, 11, dag, 7, tzinfo=ZoneInfo("Europe/Oslo"))
    with (
        dg.DagsterInstance.ephemeral() as instans,
        dg.build_schedule_context(instance=instans, scheduled_execution_time=tidspunkt) as context,
    ):
        svar = plan.evaluate_tick(context)
    merker = [forespurt.tags["dagster/asset_partition_range_start"] for forespurt in svar.run_requests or []]
    assert merker == (["9901|2025-10-01"] if kjores else [])


def test_a_month_without_a_file_stays_empty_and_one_bad_file_stops_no_other(lag_mappe):
    mappe = lag_mappe("maaned", {"9901": "Eksempelvik", "9902": "Nabovik"})
    for kommune in ("9901", "9902"):
        skriv_rapport(mappe.innboks, SOCIO, "mottaker", [mottaker(1)], navn={"kommune": kommune})
    odelagt = next(mappe.innboks.glob("*9902*"))
    odelagt.write_bytes(b"Feil;overskrift\r\n1;2\r\n")
    jobb = lag_definisjoner(mappe, Miljo()).resolve_job_def(JOBB_FAGSYSTEM)
    with dg.DagsterInstance.ephemeral() as instans:
        resultat = jobb.execute_in_process(instance=instans, raise_on_error=False)
        fylt = instans.get_materialized_partitions(dg.AssetKey(["raw", "fagsystem"]))
    assert resultat.success
    assert {str(nokkel) for nokkel in fylt} == {"9901|2025-01-01"}
    with duckdb.connect(str(mappe.varehus), read_only=True) as con:
        svar = con.execute("select kommunenummer, status, regel from intern.leveranse order by all").fetchall()
    assert svar == [("9901", "godtatt", None), ("9902", "avvist", "F12")]


def test_job_runs_as_the_sensor_would_start_it(lag_mappe):
    mappe = lag_mappe("jobb", {"9901": "Eksempelvik"})
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=3)
    jobb = lag_definisjoner(mappe, Miljo()).resolve_job_def(JOBB)
    with dg.DagsterInstance.ephemeral() as instans:
        resultat = jobb.execute_in_process(instance=instans, raise_on_error=False)
        fylt = instans.get_materialized_partitions(dg.AssetKey(["raw", "kostra", "11f"]))
    assert resultat.success
    assert {str(nokkel) for nokkel in fylt} == {"2025|9901"}
    assert (mappe.publisert / "stonad.duckdb").exists()
    assert sum(ett.check_name.startswith("ssb_") for ett in resultat.get_asset_check_evaluations()) == 9


@pytest.fixture(scope="module")
def bygget(lag_mappe):
    """A warehouse that has been built once."""
    egen = lag_mappe("enhet", {"9901": "Eksempelvik"})
    skriv_11f_fil(egen.innboks / "Sosial_990100.dat", "9901", 2025, antall=3)
    kjor(egen, Miljo(), datetime(2026, 1, 2))
    return egen


def kjor_dbt(varehus, target, *argumenter):
    return subprocess.run(
        [DBT, *argumenter, "--project-dir", PROSJEKT, "--profiles-dir", PROSJEKT, "--target-path", target],
        env=os.environ | MILJO | {VAREHUS_VARIABEL: str(varehus)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_dbt_unit_tests_hold(bygget, tmp_path):
    """Run where the models have been built, since dbt takes the types of the inputs from the database."""
    kopi = tmp_path / "varehus.duckdb"
    shutil.copyfile(bygget.varehus, kopi)
    svar = kjor_dbt(kopi, tmp_path / "target", "test", "--select", "test_type:unit")
    assert svar.returncode == 0, svar.stdout
    antall = sum("unit_tests" in sti.read_text(encoding="utf-8") for sti in (PROSJEKT / "models").rglob("*.yml"))
    assert (treff := re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0", svar.stdout))
    assert int(treff[1]) >= antall > 0


def test_a_model_that_breaks_its_grain_is_not_made(bygget, tmp_path):
    kopi = tmp_path / "varehus.duckdb"
    shutil.copyfile(bygget.varehus, kopi)
    with duckdb.connect(str(kopi)) as con:
        con.execute("insert into seeds.populasjon select * from seeds.populasjon where populasjon = 'alle'")
    svar = kjor_dbt(kopi, tmp_path / "target", "run", "--select", "int_populasjon_gruppe")
    assert svar.returncode == 1
    assert re.search(r"int_populasjon_gruppe: \d+ keys break the grain \(aldersgruppe, er_hovedinntekt, p", svar.stdout)


def test_every_table_proves_its_grain():
    """A view of rows another model has proved may leave it out; a table never."""
    noder = json.loads(sikre_manifest().read_text(encoding="utf-8"))["nodes"].values()
    bevist = {
        node["attached_node"] for node in noder if (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }
    tabeller = [
        node for node in noder if node["resource_type"] == "model" and node["config"]["materialized"] == "table"
    ]
    assert len(tabeller) > 50
    assert [node["name"] for node in tabeller if node["unique_id"] not in bevist] == []
