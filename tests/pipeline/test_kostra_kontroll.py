"""SSB's controls on what is ingested: the findings in the warehouse, and what Dagster and the user are told of them."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project import cli
from dagster_project.assets.modeller import PUBLISERTE
from dagster_project.ingestion import kostra_kontroll
from dagster_project.ingestion.kostra_kontroll import UANSETT, Oversikt, kontroller_nye, regelavtrykk
from dagster_project.kjoring import kjor, les_status
from dagster_project.kostra.kontroll import Kontrollfil, kontroller, regler
from dagster_project.kostra.kontroll.rapport import funn_som_json
from dagster_project.kostra.kontroll.regel import SKJEMAER
from dagster_project.las import enerett
from dagster_project.settings import Mappe, Miljo
from tests.kontrollprove import KONTO, MOTTAKER
from tests.kostrafil import kontolinje, person, poster, skriv_0a, skriv_linjer
from tests.varehus import les, sporr

STONAD = Path(sys.executable).with_name("stonad")
FORSTE, ANDRE, TREDJE = datetime(2026, 12, 1, 6), datetime(2026, 12, 2, 6), datetime(2026, 12, 3, 6)
KJONN_MANGLER = {"KJONN": "3", "SAKSBEHANDLER": "SB2"}
LITEN_STONAD = {"BIDRAG": 100, "BIDRAG_JAN": 100}


def mottakere(*endringer: Mapping[str, object]) -> list[dict[str, object]]:
    """Return a record in order of a person of their own for each set of changes, with the changes made."""
    felles = {navn: verdi for navn, verdi in MOTTAKER.items() if navn not in ("KOMMUNE_NR", "VERSION", "BYDELSNR")}
    return [
        {**felles, "PERSON_JOURNALNR": f"K{nr:07d}", "PERSON_FODSELSNR": person(nr), **endring}
        for nr, endring in enumerate(endringer, start=1)
    ]


def skriv_11f(sti: Path, rader: Iterable[Mapping[str, object]], aar: int, kommunenummer: str = "3411") -> Path:
    """Write an 11F file with an empty line after the first record, which SSB does not count."""
    forste, *resten = poster("11F", rader, aar, kommunenummer)
    return skriv_linjer(sti, [forste, "", *resten])


def regnskap() -> list[dict[str, object]]:
    """Return accounts sent under one organisation number but for one record, with an account for information only."""
    linjer = [
        kontolinje("100 ", "010", 500),
        kontolinje("100 ", "285", 30),
        kontolinje("840 ", "800", -530),
        kontolinje("281 ", "470", 10, orgnr="987654321"),
    ]
    return [{"orgnr": KONTO["orgnr"], **linje} for linje in linjer]


def som_motoren(mappe: Mappe, leveranse: Mapping[str, object], utgave: str, **kjent: object) -> list[tuple]:
    """Return what `stonad kontroller --json` says of an archived file, as the table has it."""
    fil = Kontrollfil(
        skjema=leveranse["objekt"],
        aar=leveranse["rapporteringsaar"],
        region=leveranse["kommunenummer"] + (leveranse["bydel"] or "00"),
        sti=mappe.rot / leveranse["sti"],
        **kjent,
    )
    with duckdb.connect() as con:
        funn, utelatt = funn_som_json(kontroller(con, [fil], utgave))
    assert utelatt == 0
    navn = ("rule", "severity", "lines", "field", "saksbehandler", "journalnummer", "melding")
    return [tuple(ett[del_] for del_ in navn) for ett in funn]


FUNN = "select regel, alvor, linjer, felt, saksbehandler, journalnummer, melding from intern.kostra_kontroll"


def leveranse(mappe: Mappe, objekt: str, aar: int) -> dict[str, object]:
    navn = ("leveranse_id", "objekt", "kommunenummer", "bydel", "rapporteringsaar", "sti")
    (rad,) = sporr(
        mappe,
        f"select {', '.join(navn)} from intern.leveranse where objekt = ? and rapporteringsaar = ?",
        [objekt, aar],
    )
    return dict(zip(navn, rad, strict=True))


def kontrollkjoring(mappe: Mappe, kolonner: str, hvor: str = "true") -> list[tuple]:
    return sporr(
        mappe, f"select {kolonner} from intern.kostra_kontroll_kjoring where {hvor} order by skjema, rapporteringsaar"
    )


# Ingestion and the controls alone, without Dagster.


@pytest.fixture
def lest(mappe, miljo) -> Mappe:
    """An archive with an 11F file of 2025 with an error and a warning, one of 2026, accounts, and a file of 2024."""
    skriv_11f(mappe.innboks / "a.dat", mottakere({}, KJONN_MANGLER, LITEN_STONAD), 2025)
    skriv_11f(mappe.innboks / "b.dat", mottakere({}, {}), 2026)
    skriv_11f(mappe.innboks / "c.dat", mottakere({}, {}), 2024)
    skriv_0a(mappe.innboks / "d.dat", regnskap(), 2025)
    (mappe.innboks / "2026").mkdir()
    (mappe.innboks / "2026" / "KVP_341100.dat").write_bytes(b" ")
    les(mappe, miljo)
    return mappe


def test_findings_are_those_of_the_command_on_the_file_as_delivered(lest, miljo):
    assert kontroller_nye(lest, miljo, FORSTE) == 5
    for objekt, aar, utgave, kjent in (
        ("11F", 2025, "2025", {}),
        ("11F", 2026, "2026", {}),
        ("0A", 2025, "2025", {"orgnr": KONTO["orgnr"]}),
        ("11CF", 2026, "2026", {"har_vedlegg": False}),
    ):
        levert = leveranse(lest, objekt, aar)
        funnet = sporr(lest, f"{FUNN} where leveranse_id = ? order by rekkefolge", [levert["leveranse_id"]])
        assert funnet == som_motoren(lest, levert, utgave, **kjent), (objekt, aar)
        assert funnet


def test_an_error_and_a_warning_lead_to_the_case(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    assert sporr(lest, f"{FUNN} where skjema = '11F' and rapporteringsaar = 2025 order by rekkefolge") == [
        ("008", "ERROR", [2], "KJONN", "SB2", "K0000002", "Kjønn er «3». Det skal være 1 (mann) eller 2 (kvinne)."),
        ("031", "WARNING", [3], "BIDRAG", "SB1", "K0000003", sporr(lest, f"{FUNN} where regel = '031'")[0][-1]),
    ]
    assert kontrollkjoring(
        lest,
        "regelutgave, utfall, alvor, antall_poster, antall_kritiske, antall_feil, antall_advarsler, antall_uansett",
        "skjema = '11F' and rapporteringsaar = 2025",
    ) == [("2025", "kontrollert", "ERROR", 3, 0, 1, 1, 0)]


def test_what_ssb_says_whatever_one_does_is_marked(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    hvor = "skjema = '11F' and rapporteringsaar = 2026"
    assert kontrollkjoring(lest, "alvor, antall_feil, antall_uansett", hvor) == [("ERROR", 2, 2)]
    assert sporr(lest, f"select distinct regel, felt, uansett from intern.kostra_kontroll where {hvor}") == [
        ("002-mangler", "BYDELSNR", True)
    ]


def test_every_such_rule_is_in_the_rule_table_with_a_note_for_the_user():
    for skjema, utgave, regel, felt in UANSETT:
        (funnet,) = [ett for ett in regler(skjema, utgave) if ett.regel == regel]
        assert funnet.felt == felt
        assert "uansett" in funnet.saerhet


def test_a_district_where_there_is_none_can_be_put_right_by_the_edition_of_2025(mappe, miljo):
    for aar in (2025, 2026):
        skriv_11f(mappe.innboks / f"{aar}.dat", mottakere({"BYDELSNR": "01"}), aar)
    les(mappe, miljo)
    kontroller_nye(mappe, miljo, FORSTE)
    assert sporr(mappe, "select rapporteringsaar, regel, uansett from intern.kostra_kontroll order by all") == [
        (2025, "003-bydel", False),
        (2026, "003-bydel", True),
    ]


def test_the_file_with_nothing_to_report_is_in_order(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    assert kontrollkjoring(lest, "utfall, alvor, antall_poster, antall_feil", "skjema = '11CF'") == [
        ("kontrollert", "OK", 0, 0)
    ]


def test_accounts_are_held_to_the_number_most_records_carry(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    assert sporr(lest, "select linjer from intern.kostra_kontroll where regel = '007'") == [([4],)]
    assert kontrollkjoring(lest, "antall_informasjon", "skjema = '0A'") == [(1,)]


def test_a_year_without_rules_is_told_and_left_alone(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    ((utfall, alvor, melding),) = kontrollkjoring(lest, "utfall, alvor, melding", "rapporteringsaar = 2024")
    assert (utfall, alvor) == ("uten_regler", None)
    assert "324" in melding
    assert sporr(lest, "select count(*) from intern.kostra_kontroll where rapporteringsaar = 2024") == [(0,)]


def test_what_has_been_controlled_is_not_controlled_again(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    for_ = kontrollkjoring(lest, "*")
    assert kontroller_nye(lest, miljo, ANDRE) == 0
    assert kontrollkjoring(lest, "*") == for_


def test_new_rules_are_tried_on_every_delivery(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    for_ = sporr(lest, f"{FUNN} order by all")
    with duckdb.connect(str(lest.varehus)) as con:
        con.execute("update intern.kostra_kontroll_kjoring set regelavtrykk = 'et eldre'")
    assert kontroller_nye(lest, miljo, ANDRE) == 5
    assert sporr(lest, f"{FUNN} order by all") == for_
    assert set(kontrollkjoring(lest, "tidspunkt, regelavtrykk")) == {(ANDRE, regelavtrykk())}


def test_a_file_gone_from_the_archive_is_told_and_controlled_when_it_is_back(lest, miljo):
    arkivert = lest.rot / leveranse(lest, "11F", 2025)["sti"]
    unna = arkivert.rename(lest.rot / "unna")
    kontroller_nye(lest, miljo, FORSTE)
    hvor = "skjema = '11F' and rapporteringsaar = 2025"
    ((utfall, alvor, melding),) = kontrollkjoring(lest, "utfall, alvor, melding", hvor)
    assert (utfall, alvor) == ("fil_mangler", None)
    assert "arkivet" in melding
    assert kontroller_nye(lest, miljo, ANDRE) == 0
    unna.rename(arkivert)
    assert kontroller_nye(lest, miljo, TREDJE) == 1
    assert kontrollkjoring(lest, "utfall, alvor", hvor) == [("kontrollert", "ERROR")]


def test_too_little_memory_is_told_and_stops_nothing(lest, miljo):
    kontroller_nye(lest, miljo.model_copy(update={"minne": "8MB"}), FORSTE)
    ikke = kontrollkjoring(lest, "utfall, melding", "alvor is null and utfall <> 'uten_regler'")
    assert {utfall for utfall, _ in ikke} == {"stoppet"}
    assert all("OutOfMemoryException" in melding for _, melding in ikke)
    # What could not be controlled is tried again in the next run, and not in the same.
    assert kontroller_nye(lest, miljo, FORSTE) == 0
    assert kontroller_nye(lest, miljo, ANDRE) == len(ikke)
    assert kontrollkjoring(lest, "leveranse_id", "utfall = 'stoppet'") == []


def test_a_file_that_stops_the_controls_stops_no_other(lest, miljo, monkeypatch):
    """No file is known to; the fault is made in the control of the accounts."""
    ekte = kostra_kontroll.kontroller

    def feiler_for_regnskap(con, filer, utgave):
        if any(fil.skjema == "0A" for fil in filer):
            raise duckdb.ConversionException("Conversion Error: 010190 12345")
        return ekte(con, filer, utgave)

    with monkeypatch.context() as feil:
        feil.setattr(kostra_kontroll, "kontroller", feiler_for_regnskap)
        kontroller_nye(lest, miljo, FORSTE)
    ((skjema, melding),) = kontrollkjoring(lest, "skjema, melding", "utfall = 'stoppet'")
    assert skjema == "0A"
    # What DuckDB says may have a value from the file in it.
    assert "ConversionException" in melding
    assert "12345" not in melding
    assert kontrollkjoring(lest, "utfall", "skjema = '11F' and rapporteringsaar = 2025") == [("kontrollert",)]
    assert kontroller_nye(lest, miljo, ANDRE) == 1
    assert kontrollkjoring(lest, "leveranse_id", "utfall = 'stoppet'") == []


def test_a_thousand_findings_of_a_rule_are_kept_and_the_rest_counted(mappe, miljo):
    for navn, antall in (("a", 1000), ("b", 1001)):
        rader = [{**rad, "KJONN": "3"} for rad in mottakere(*[{}] * antall)]
        skriv_11f(mappe.innboks / f"{navn}.dat", rader, 2025, {"a": "3411", "b": "3403"}[navn])
    les(mappe, miljo)
    kontroller_nye(mappe, miljo, FORSTE)
    assert sporr(
        mappe,
        "select kommunenummer, antall_feil, utelatt, list_filter(funn_per_regel, ett -> ett.regel = '008')[1].antall "
        "from intern.kostra_kontroll_kjoring order by all",
    ) == [("3403", 1001, 1, 1001), ("3411", 1000, 0, 1000)]
    assert sporr(
        mappe,
        "select kommunenummer, count(*) from intern.kostra_kontroll where regel = '008' group by all order by all",
    ) == [("3403", 1000), ("3411", 1000)]


def test_many_files_in_small_helpings_say_the_same(lest, miljo, monkeypatch):
    kontroller_nye(lest, miljo, FORSTE)
    for_ = sporr(lest, "from intern.kostra_kontroll order by all")
    with duckdb.connect(str(lest.varehus)) as con:
        con.execute("delete from intern.kostra_kontroll_kjoring")
    monkeypatch.setattr(kostra_kontroll, "MAKS_BYTES_SAMTIDIG", 1)
    assert kontroller_nye(lest, miljo, ANDRE) == 5
    assert sporr(lest, "from intern.kostra_kontroll order by all") == for_


def test_scratch_files_are_gone_afterwards(lest, miljo):
    kontroller_nye(lest, miljo, FORSTE)
    assert not (lest.nokkel / "kladd").exists()


@pytest.mark.parametrize(
    ("oversikt", "linje"),
    [
        (None, ""),
        (Oversikt(uten_regler=2), ""),
        (Oversikt(kontrollert=3), "SSBs kontroller: 0 filer ville blitt avvist, 0 advarsler.\n"),
        (
            Oversikt(kontrollert=3, avvist=1, feil=4, advarsler=1),
            "SSBs kontroller: 1 fil ville blitt avvist, 1 advarsel; "
            "se intern.kostra_kontroll eller stonad kontroller --rapport.\n",
        ),
        (
            Oversikt(kontrollert=3, avvist_uansett=2, ikke_kontrollert=1, feil=9, feil_uansett=9),
            "SSBs kontroller: 0 filer ville blitt avvist, 0 advarsler; "
            "se intern.kostra_kontroll eller stonad kontroller --rapport. "
            "2 filer til ville blitt avvist, men bare for feil SSBs program gir uansett. "
            "1 fil lot seg ikke kontrollere.\n",
        ),
    ],
)
def test_the_line_in_summary_and_status(capsys, oversikt, linje):
    cli._vis_ssb_kontroller(oversikt)
    assert capsys.readouterr().out == linje


# Whole runs.


@pytest.fixture(scope="module")
def kjort(lag_mappe):
    """A first run with an error and a warning, a second with nothing new, and a third with the file put right."""
    mappe = lag_mappe("kontroll", {"9901": "Eksempelvik", "9902": "Nabovik"})
    skriv_11f(mappe.innboks / "a.dat", mottakere({}, KJONN_MANGLER, LITEN_STONAD), 2025, "9901")
    skriv_11f(mappe.innboks / "b.dat", mottakere({}, {}), 2026, "9902")
    skriv_0a(mappe.innboks / "c.dat", regnskap(), 2025, "9901")
    kjoringer = [kjor(mappe, Miljo(), FORSTE)]
    evalueringer = [evaluer(mappe)]
    tabeller = [sporr(mappe, "from intern.kostra_kontroll_kjoring order by all")]
    kjoringer.append(kjor(mappe, Miljo(), ANDRE))
    evalueringer.append(evaluer(mappe))
    tabeller.append(sporr(mappe, "from intern.kostra_kontroll_kjoring order by all"))
    skriv_11f(mappe.innboks / "rettet.dat", mottakere({}, {}, {}), 2025, "9901")
    kjoringer.append(kjor(mappe, Miljo(), TREDJE))
    evalueringer.append(evaluer(mappe))
    return mappe, kjoringer, evalueringer, tabeller


def evaluer(mappe: Mappe) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    """Return the last evaluation of every one of SSB's checks."""
    nokler = [
        dg.AssetCheckKey(dg.AssetKey(["raw", "kostra", skjema]), f"ssb_{klasse}")
        for skjema in ("11f", "11cf", "0a")
        for klasse in ("feil", "advarsel", "informasjon")
    ]
    with dg.DagsterInstance.from_config(str(mappe.dagster)) as instans:
        poster_ = instans.event_log_storage.get_latest_asset_check_execution_by_key(nokler)
    return {
        (nokkel.asset_key.path[-1], nokkel.name): post.event.dagster_event.asset_check_evaluation_data
        for nokkel, post in poster_.items()
    }


def utfall(evalueringer: Mapping) -> dict[tuple[str, str], tuple[bool, str]]:
    return {nokkel: (ett.passed, ett.severity.value) for nokkel, ett in evalueringer.items()}


def test_checks_tell_how_the_files_stand(kjort):
    _, _, evalueringer, _ = kjort
    assert utfall(evalueringer[0]) == {
        ("11f", "ssb_feil"): (False, "ERROR"),
        ("11f", "ssb_advarsel"): (False, "WARN"),
        ("11f", "ssb_informasjon"): (True, "WARN"),
        ("11cf", "ssb_feil"): (True, "ERROR"),
        ("11cf", "ssb_advarsel"): (True, "WARN"),
        ("11cf", "ssb_informasjon"): (True, "WARN"),
        ("0a", "ssb_feil"): (False, "ERROR"),
        ("0a", "ssb_advarsel"): (True, "WARN"),
        ("0a", "ssb_informasjon"): (True, "WARN"),
    }


def test_checks_list_rules_by_municipality(kjort):
    _, _, evalueringer, _ = kjort
    feil = evalueringer[0]["11f", "ssb_feil"]
    assert feil.metadata["funn"].value.splitlines()[2:] == [
        "| 9902 | 2026 | 002-mangler | Feltet er tomt (gis uansett) | 2 |",
        "| 9901 | 2025 | 008 | Kjønn mangler | 1 |",
    ]
    tall = {navn: verdi.value for navn, verdi in feil.metadata.items() if navn != "funn"}
    assert tall == {
        "antall_funn": 3,
        "antall_uansett": 2,
        "filer_kontrollert": 2,
        "filer_avvist": 1,
        "filer_avvist_uansett": 1,
        "filer_ikke_kontrollert": 0,
        "filer_uten_regler": 0,
    }
    assert "uansett" in feil.description
    assert "Ingen funn." in evalueringer[0]["11cf", "ssb_feil"].metadata["funn"].value


def test_findings_stop_nothing_and_leave_the_exit_code_alone(kjort):
    _, kjoringer, _, _ = kjort
    forste = kjoringer[0]
    assert forste.er_bygget
    assert not forste.maa_ses_paa
    assert (forste.ssb_kontroller.avvist, forste.ssb_kontroller.avvist_uansett) == (2, 1)
    assert forste.ssb_kontroller.advarsler == 1
    assert forste.som_dict()["ssb_kontroller"]["kontrollert"] == 3


def test_nothing_new_controls_nothing_and_the_checks_stand(kjort):
    _, kjoringer, evalueringer, tabeller = kjort
    assert not kjoringer[1].er_bygget
    assert tabeller[1] == tabeller[0]
    assert utfall(evalueringer[1]) == utfall(evalueringer[0])
    assert evalueringer[1]["11f", "ssb_feil"].metadata == evalueringer[0]["11f", "ssb_feil"].metadata


def test_a_corrected_file_turns_the_check_green(kjort):
    mappe, kjoringer, evalueringer, _ = kjort
    assert utfall(evalueringer[2])["11f", "ssb_feil"] == (True, "ERROR")
    assert utfall(evalueringer[2])["11f", "ssb_advarsel"] == (True, "WARN")
    assert utfall(evalueringer[2])["0a", "ssb_feil"] == (False, "ERROR")
    # The file of 2026 has its two, and is no reason to be red.
    assert evalueringer[2]["11f", "ssb_feil"].metadata["antall_uansett"].value == 2
    assert kjoringer[2].ssb_kontroller.avvist == 1
    assert les_status(mappe).ssb_kontroller == kjoringer[2].ssb_kontroller
    # What was found in the file that was replaced is kept.
    assert sporr(mappe, "select count(*) from intern.kostra_kontroll where regel = '008'") == [(1,)]


def test_the_deliveries_that_count_are_those_of_the_models(kjort):
    mappe, _, _, _ = kjort
    modell = sporr(mappe, "select leveranse_id from intermediate.int_leveranse_gjeldende order by all")
    kontrollert = sporr(mappe, f"select leveranse_id from ({kostra_kontroll.GJELDENDE}) order by all")
    assert kontrollert == modell
    assert len(modell) == 3
    assert sporr(mappe, "select count(*) from intern.leveranse") == [(4,)]


def test_what_is_published_is_what_the_controls_said_and_no_number_of_persons(kjort):
    mappe, _, _, _ = kjort
    publisert = mappe.publisert / "stonad.duckdb"
    with duckdb.connect(str(publisert), read_only=True) as con:
        filer = con.execute("select distinct leveranse_id from bi.kostra_kontroll order by all").fetchall()
        funn = con.execute("""
            select kommunenummer, rapporteringsaar, skjema, regel, tittel, antall_funn, skjermet
            from bi.kostra_kontroll
            where har_funn
            order by all
        """).fetchall()
        uten = con.execute(
            "select distinct antall_funn, skjermet from bi.kostra_kontroll where not har_funn"
        ).fetchall()
        uansett = con.execute("select distinct skjema, regel from bi.kostra_kontroll where gis_uansett").fetchall()
    assert uansett == [("11F", "002-mangler")]
    assert filer == sporr(mappe, "select leveranse_id from intermediate.int_leveranse_gjeldende order by all")
    assert uten == [(0, False)]
    gjeldende = f"({kostra_kontroll.GJELDENDE})"
    sagt = sporr(
        mappe,
        f"""
        with funn as (select kommunenummer, rapporteringsaar, skjema, unnest(funn_per_regel) as ett from {gjeldende})
        select
            kommunenummer,
            rapporteringsaar,
            skjema,
            ett.regel,
            if(skjema = '0A', sum(ett.antall), null)::bigint,
            skjema <> '0A'
        from funn
        where not ett.uansett
        group by kommunenummer, rapporteringsaar, skjema, ett.regel
        order by all
        """,
    )
    assert [(*rad[:4], *rad[5:]) for rad in funn] == sagt
    titler = {(regel.skjema, regel.regel): regel.tittel for ett in SKJEMAER for regel in regler(ett, "2025")}
    assert {rad[4] for rad in funn} == {titler[rad[2], rad[3]] for rad in funn}
    assert sagt


def test_status_during_a_run_does_without(kjort):
    mappe, _, _, _ = kjort
    with enerett(mappe):
        svar = subprocess.run([STONAD, "status", "--json", "--mappe", mappe.rot], capture_output=True, check=False)
    assert svar.returncode == 0
    assert json.loads(svar.stdout)["ssb_kontroller"] is None


def test_a_run_for_an_earlier_day_controls_nothing_and_changes_no_check(kjort):
    mappe, _, evalueringer, _ = kjort
    for_ = sporr(mappe, "from intern.kostra_kontroll_kjoring order by all")
    sammendrag = kjor(Mappe(mappe.rot, FORSTE.date()), Miljo(), TREDJE)
    assert sammendrag.ssb_kontroller is None
    assert sporr(mappe, "from intern.kostra_kontroll_kjoring order by all") == for_
    assert utfall(evaluer(mappe)) == utfall(evalueringer[2])


def test_nothing_of_the_findings_is_published(kjort):
    mappe, _, _, _ = kjort
    with duckdb.connect(str(mappe.publisert / "stonad.duckdb"), read_only=True) as con:
        tabeller = con.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        kolonner = con.execute("select distinct column_name from duckdb_columns() where not internal").fetchall()
    assert tabeller == [("bi", navn) for navn in sorted(PUBLISERTE)]
    assert not {"journalnummer", "saksbehandler", "regelutgave"} & {navn for (navn,) in kolonner}


def test_no_identity_is_in_the_findings_the_history_or_the_log(kjort):
    mappe, _, _, _ = kjort
    identiteter = {person(nr).encode() for nr in (1, 2, 3)}
    arkivert = b"".join(sti.read_bytes() for sti in mappe.arkiv.rglob("*.dat"))
    assert all(identitet in arkivert for identitet in identiteter)
    funnet = repr(sporr(mappe, "from intern.kostra_kontroll") + sporr(mappe, "from intern.kostra_kontroll_kjoring"))
    historikk = b"".join(sti.read_bytes() for sti in mappe.dagster.rglob("*") if sti.is_file())
    assert b"ssb_kontroller" in historikk
    for identitet in identiteter:
        assert identitet not in funnet.encode()
        assert identitet not in historikk
