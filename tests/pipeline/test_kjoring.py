"""What a run promises: replacement, history, atomic publication, a lost key, and messages instead of tracebacks."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from dagster_project import publisering
from dagster_project.cli import app
from dagster_project.feil import Brukerfeil, Kjoringsfeil
from dagster_project.kjoring import kjor, les_status
from dagster_project.las import enerett
from dagster_project.settings import Mappe, Miljo
from tests.fastbredde import skriv_11f_fil

STONAD = Path(sys.executable).with_name("stonad")
FORSTE, ANDRE, TREDJE = datetime(2026, 1, 10, 6), datetime(2026, 1, 20, 6), datetime(2026, 4, 20, 6)


def hent(sti, sporring):
    con = duckdb.connect(str(sti), read_only=True)
    try:
        return con.execute(sporring).fetchall()
    finally:
        con.close()


def tilfeller(mappe):
    return hent(
        mappe.publisert / "stonad.duckdb",
        "select kommunenummer, rapporteringsaar, verdi, status from bi.ind_kostra where indikator_id = 'ant_tilfeller' "
        "order by all",
    )


@pytest.fixture(scope="module")
def rettet(lag_mappe):
    """Ten recipients on 10 January, eleven in a corrected file on 20 January, and the first file once more in April."""
    mappe = lag_mappe("rettet", {"9901": "Eksempelvik"})
    forste = skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=10)
    innhold = forste.read_bytes()
    kjoringer = [kjor(mappe, Miljo(), FORSTE)]
    etter_forste = tilfeller(mappe)
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=11)
    kjoringer.append(kjor(mappe, Miljo(), ANDRE))
    etter_andre = tilfeller(mappe)
    (mappe.innboks / "Sosial_990100.dat").write_bytes(innhold)
    kjoringer.append(kjor(mappe, Miljo(), TREDJE))
    return mappe, kjoringer, etter_forste, etter_andre


def test_a_later_file_replaces_the_earlier(rettet):
    _, _, etter_forste, etter_andre = rettet
    assert etter_forste == [("9901", 2025, 10.0, "foreløpig")]
    assert etter_andre == [("9901", 2025, 11.0, "foreløpig")]


def test_the_same_file_again_changes_no_figure_but_deadlines_do(rettet):
    mappe, kjoringer, _, _ = rettet
    assert kjoringer[2].filer == []
    assert kjoringer[2].levert_for == 1
    assert tilfeller(mappe) == [("9901", 2025, 11.0, "endelig")]
    assert list(mappe.innboks.rglob("*.dat")) == []


def test_the_earlier_file_stays_in_the_archive_and_in_history(rettet):
    mappe, _, _, _ = rettet
    assert len(list(mappe.arkiv.rglob("Sosial_*.dat"))) == 2
    rader = hent(
        mappe.publisert / "stonad.duckdb",
        "select rader_lest, status, erstatter_leveranse_id is not null from bi.leveranse order by mottatt",
    )
    assert rader == [(10, "godtatt", False), (11, "godtatt", True)]
    hendelser = hent(mappe.varehus, "select hendelse from intern.leveranse_hendelse order by tidspunkt")
    assert hendelser == [("godtatt",), ("godtatt",), ("duplikat",)]


def test_figures_as_they_were_known_then_are_given_beside_todays(rettet):
    mappe, _, _, _ = rettet
    da = Mappe(mappe.rot, date(2026, 1, 15))
    kjor(da, Miljo(), TREDJE)
    assert tilfeller(da) == [("9901", 2025, 10.0, "foreløpig")]
    assert da.publisert != mappe.publisert
    assert tilfeller(mappe) == [("9901", 2025, 11.0, "endelig")]
    assert not da.varehus.exists()


def test_nothing_new_builds_nothing_and_keeps_what_is_published(rettet):
    mappe, _, _, _ = rettet
    for_ = (mappe.publisert / "stonad.duckdb").stat()
    sammendrag = kjor(mappe, Miljo(), TREDJE)
    etter = (mappe.publisert / "stonad.duckdb").stat()
    assert not sammendrag.er_bygget
    assert (for_.st_ino, for_.st_mtime_ns) == (etter.st_ino, etter.st_mtime_ns)


def test_history_of_runs_is_kept_for_the_web_page(rettet):
    mappe, kjoringer, _, _ = rettet
    import dagster as dg

    with dg.DagsterInstance.from_config(str(mappe.dagster)) as instans:
        ider = {post.dagster_run.run_id for post in instans.get_run_records()}
        hendelser = instans.fetch_materializations(dg.AssetKey(["raw", "kostra", "11f"]), limit=10).records
    assert {kjoring.kjoring_id for kjoring in kjoringer} <= ider
    merket = [hendelse for hendelse in hendelser if hendelse.partition_key is not None]
    assert {hendelse.partition_key for hendelse in merket} == {"2025|9901"}
    assert 11 in {hendelse.asset_materialization.metadata["rader_lest"].value for hendelse in merket}
    assert {len(hendelse.asset_materialization.metadata["sha256"].value) for hendelse in merket} == {64}


def test_status_tells_what_is_published_and_what_waits(rettet):
    mappe, _, _, _ = rettet
    status = les_status(mappe)
    assert status.leveranser_godtatt == 2
    assert status.leveranser_avvist == 0
    assert status.siste_kjoring_status == "success"
    assert status.dekning == [{"kommunenummer": "9901", "kommunenavn": "Eksempelvik", "objekt": "11F", "aar": [2025]}]


def test_a_municipality_taken_off_the_list_leaves_the_figures_and_comes_back(lag_mappe):
    mappe = lag_mappe("ut_og_inn", {"9901": "Eksempelvik", "9902": "Nabovik"})
    liste = (mappe.konfig / "kommuner.yml").read_text(encoding="utf-8")
    for nummer in ("9901", "9902"):
        skriv_11f_fil(mappe.innboks / f"Sosial_{nummer}00.dat", nummer, 2025, antall=7)
    kjor(mappe, Miljo(), FORSTE)
    begge = tilfeller(mappe)
    assert [rad[0] for rad in begge] == ["9901", "9902"]
    uten = "\n".join(linje for linje in liste.splitlines() if "9902" not in linje)
    (mappe.konfig / "kommuner.yml").write_text(uten, encoding="utf-8")
    kjor(mappe, Miljo(), ANDRE)
    assert [rad[0] for rad in tilfeller(mappe)] == ["9901"]
    (mappe.konfig / "kommuner.yml").write_text(liste, encoding="utf-8")
    kjor(mappe, Miljo(), ANDRE)
    assert tilfeller(mappe) == begge


def full_disk(*argumenter):
    """A real fault in the middle of the publication."""
    raise OSError(28, "No space left on device")


def test_a_failed_run_leaves_the_last_good_publication_and_says_so(lag_mappe, monkeypatch):
    mappe = lag_mappe("feilet", {"9901": "Eksempelvik"})
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=5)
    kjor(mappe, Miljo(), FORSTE)
    for_ = tilfeller(mappe)
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=6)
    with monkeypatch.context() as feil:
        feil.setattr(publisering, "_skriv", full_disk)
        with pytest.raises(Kjoringsfeil, match="står urørt") as fanget:
            kjor(mappe, Miljo(), ANDRE)
    assert "publisert__stonad" in str(fanget.value)
    assert tilfeller(mappe) == for_
    # The next run picks up where it stopped: the file is read, only the publication is missing.
    sammendrag = kjor(mappe, Miljo(), TREDJE)
    assert sammendrag.er_bygget
    assert [rad[2] for rad in tilfeller(mappe)] == [6.0]


def test_the_site_says_that_the_last_run_failed(lag_mappe, monkeypatch):
    mappe = lag_mappe("feilet_nettsted", {"9901": "Eksempelvik"})
    kommando = ["kjor", "--mappe", str(mappe.rot), "--nettsted"]
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=5)
    assert CliRunner().invoke(app, [*kommando, "--mottatt", FORSTE.isoformat()]).exit_code == 0
    forside = mappe.nettsted / "index.html"
    assert "Feilet" not in forside.read_text(encoding="utf-8")
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=6)
    with monkeypatch.context() as feil:
        feil.setattr(publisering, "_skriv", full_disk)
        svar = CliRunner().invoke(app, [*kommando, "--mottatt", ANDRE.isoformat()])
    assert isinstance(svar.exception, Kjoringsfeil)
    assert "Feilet" in forside.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, [*kommando, "--mottatt", TREDJE.isoformat()]).exit_code == 0
    assert "Feilet" not in forside.read_text(encoding="utf-8")


def test_a_lost_key_costs_no_figures(lag_mappe, tmp_path, monkeypatch):
    mappe = lag_mappe("tapt", {"9901": "Eksempelvik"})
    nokkelfil = tmp_path / "n.key"
    monkeypatch.setenv("STONAD_NOKKELFIL", str(nokkelfil))
    for aar in (2024, 2025):
        skriv_11f_fil(mappe.innboks / str(aar) / "Sosial_990100.dat", "9901", aar, antall=8)
    kjor(mappe, Miljo(), FORSTE)
    sporring = "select * exclude (status) from bi.ind_kostra order by all"
    for_ = hent(mappe.publisert / "stonad.duckdb", sporring)
    gamle = hent(mappe.varehus, "select distinct mottaker_id from raw.kostra_11f order by all")
    nokkelfil.unlink()

    # Without the key nothing new can come in, but what there is stands and can be run again.
    assert not kjor(mappe, Miljo(), ANDRE).er_bygget
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=9)
    with pytest.raises(Brukerfeil, match="--ny-nokkel"):
        kjor(mappe, Miljo(), ANDRE)
    (mappe.innboks / "Sosial_990100.dat").unlink()

    from dagster_project.ingestion.ny_nokkel import bytt_nokkel

    resultat = bytt_nokkel(mappe, Miljo())
    assert (resultat.filer, resultat.mangler) == (2, [])
    assert kjor(mappe, Miljo(), ANDRE).er_bygget
    assert hent(mappe.publisert / "stonad.duckdb", sporring) == for_
    nye = hent(mappe.varehus, "select distinct mottaker_id from raw.kostra_11f order by all")
    assert len(nye) == len(gamle)
    assert not set(nye) & set(gamle)


def test_an_unreadable_setting_is_named_and_its_value_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("STONAD_PER", "hemmelig")
    svar = subprocess.run([STONAD, "status", "--mappe", tmp_path], capture_output=True, text=True, check=False)
    assert svar.returncode == 2
    assert "STONAD_PER" in svar.stderr
    assert "hemmelig" not in svar.stderr


def test_two_runs_at_once_are_refused_in_words(lag_mappe):
    mappe = lag_mappe("opptatt", {"9901": "Eksempelvik"})
    with enerett(mappe):
        svar = subprocess.run([STONAD, "kjor", "--mappe", mappe.rot], capture_output=True, text=True, check=False)
    assert svar.returncode == 2
    assert "En annen kjøring holder på" in svar.stderr


def test_json_for_machines_is_all_that_stands_on_standard_output(lag_mappe):
    mappe = lag_mappe("maskin", {"9901": "Eksempelvik"})
    skriv_11f_fil(mappe.innboks / "Sosial_990100.dat", "9901", 2025, antall=4)
    (mappe.innboks / "Sosial_990200.dat").write_bytes(b"")
    svar = subprocess.run([STONAD, "kjor", "--json", "--mappe", mappe.rot], capture_output=True, text=True, check=False)
    innhold = json.loads(svar.stdout)
    # One file was refused, so somebody should look: 1.
    assert svar.returncode == 1
    assert innhold["rader_godtatt"] == 4
    assert [fil["status"] for fil in innhold["filer"]] == ["godtatt", "avvist"]
    assert svar.stderr == ""


@pytest.mark.parametrize(
    ("argumenter", "melding"),
    [
        (["kjor"], "Si hvilken mappe det gjelder"),
        (["kjor", "--mappe", "{tom}"], "kommuner.yml"),
        (["kjor", "--mappe", "{tom}", "--per", "i går"], "er ikke en dato"),
        (["kjor", "--mappe", "{tom}", "--mottatt", "snart"], "er ikke et tidspunkt"),
        (["status", "--mappe", "{tom}/finnes_ikke"], "Finner ikke mappen"),
    ],
)
def test_wrong_use_ends_in_a_sentence_and_code_2(tmp_path, argumenter, melding):
    svar = subprocess.run(
        [STONAD, *(del_.format(tom=tmp_path) for del_ in argumenter)], capture_output=True, text=True, check=False
    )
    assert svar.returncode == 2
    assert melding in svar.stderr
    assert "Traceback" not in svar.stderr
