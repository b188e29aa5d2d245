"""What comes before the rules and after them: lines, the whole file's verdict, the rule table, and what is shown."""

import json
import re

import duckdb
import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from dagster_project.feil import Brukerfeil
from dagster_project.kostra.kontroll import Kontrollfil, kontroller, regler
from dagster_project.kostra.kontroll.fall import les_fall
from dagster_project.kostra.kontroll.kommando import kontroller as kommando
from dagster_project.kostra.kontroll.lesing import BIT, les_linjer
from dagster_project.kostra.kontroll.rapport import les_punkter
from dagster_project.kostra.kontroll.regel import SKJEMAER, UTGAVER, grenser, koder, utgave_for
from dagster_project.seeds import read_seed
from tests.kontrollprove import MOTTAKER, fil, fodt, funnet
from tests.unit import test_kontrollregler_0a, test_kontrollregler_11cf, test_kontrollregler_11f

PROVER = {
    "11F": test_kontrollregler_11f.PROVER,
    "11CF": test_kontrollregler_11cf.PROVER,
    "0A": test_kontrollregler_0a.PROVER,
}
REGION = "030105"
app = typer.Typer(pretty_exceptions_enable=False)
app.command()(kommando)


def linjer(innhold: bytes, **valg) -> list[tuple[int, int, str]]:
    tabeller = les_linjer([(0, Kontrollfil(skjema="0A", aar=2026, region="341100", innhold=innhold, **valg))])
    rader = [rad for tabell in tabeller for rad in tabell.to_pylist()]
    return [(rad["linje"], rad["lengde"], rad["tekst"].rstrip("\r\n")) for rad in rader if rad["lengde"]]


def dom(innhold: bytes, skjema: str = "11F", **valg) -> tuple[str, list]:
    with duckdb.connect() as con:
        svar = kontroller(con, [Kontrollfil(skjema=skjema, aar=2026, region=REGION, innhold=innhold, **valg)], "2026")
        return svar.filer[0].alvor, svar.funn.project("regel, alvor, linjer").fetchall()


@pytest.mark.parametrize(
    ("innhold", "ventet"),
    [
        (b"", []),
        (b"\n\r\n\r\r\n", []),
        (b"a\nb", ["a", "b"]),
        (b"a\r\n\r\nb\r\n", ["a", "b"]),
        (b"\r\ra\r\r\n\rb\r", ["a", "b"]),
        (b"a\rb\n", ["a\rb"]),
        (b"a\x85b\n\xa0\n", ["a\x85b", "\xa0"]),
        (b"\xd8\xc5\r\n\x00\n", ["ØÅ", "\x00"]),
    ],
)
def test_lines_are_split_at_line_feed_and_numbered_without_empty_ones(innhold, ventet):
    assert linjer(innhold) == [(nr, len(tekst), tekst) for nr, tekst in enumerate(ventet, start=1)]


def test_lines_are_numbered_on_where_a_file_is_read_in_pieces(tmp_path):
    sti = tmp_path / "stor.dat"
    sti.write_bytes(b"".join(b"%048d\r\n\r\n" % nr for nr in range(1, 3 * BIT // 52)))
    filer = [(0, Kontrollfil(skjema="0A", aar=2026, region="341100", sti=sti))]
    filer += [(1, Kontrollfil(skjema="0A", aar=2026, region="341100", innhold=b"\n%048d\n" % 1))]
    tabeller = [tabell.to_pylist() for tabell in les_linjer(filer)]
    rader = [rad for tabell in tabeller for rad in tabell if rad["lengde"]]
    assert len(tabeller) > 1
    assert all(int(rad["tekst"]) == rad["linje"] for rad in rader)
    assert [rad["fil_id"] for rad in rader[-2:]] == [0, 1]


@pytest.mark.parametrize(
    ("innhold", "valg", "ventet"),
    [
        (b" ", {}, ("FATAL", [("000", "FATAL", [])])),
        (b"\n", {}, ("FATAL", [("000", "FATAL", [])])),
        (b" ", {"har_vedlegg": False}, ("OK", [("000", "OK", [])])),
        (b"", {"har_vedlegg": False}, ("FATAL", [("000", "FATAL", [])])),
        (b"", {}, ("ERROR", [])),
        (b"\n\n", {}, ("ERROR", [])),
        (b" ", {"skjema": "0A"}, ("FATAL", [("001", "FATAL", [1])])),
        (b"x" * 338 + b"\n\n" + b"x" * 337, {}, ("FATAL", [("001", "FATAL", [2])])),
        (b"x" * 337 + b"\t", {}, ("FATAL", [("001", "FATAL", [1])])),
        (b"\xef\xbb\xbf" + b"x" * 338, {}, ("FATAL", [("001", "FATAL", [1])])),
    ],
)
def test_what_comes_before_the_rules_ends_the_run(innhold, valg, ventet):
    assert dom(innhold, **valg) == ventet


def test_thousands_of_small_files_go_in_one_run_without_touching_one_another():
    filer = [fil(skjema, {}, region) for skjema, region in (("11F", REGION), ("11CF", "341100"))] * 500
    filer[17] = Kontrollfil(skjema="11CF", aar=2026, region="341100", innhold=b"xy")
    funn = funnet(filer)
    assert funn[17] == {"001": "FATAL"}
    assert [ett for nr, ett in enumerate(funn) if nr != 17 and ett] == []


def test_a_finding_tells_whose_record_it_is_and_never_the_number():
    to_like = [{"SAKSBEHANDLER": "BØE"}, {"PERSON_JOURNALNR": "K0000002"}]
    with duckdb.connect() as con:
        svar = kontroller(con, [fil("11F", to_like, REGION)], "2026")
        funn = svar.funn.project("regel, saksbehandler, journalnummer, melding").fetchall()
    assert funn == [
        ("005A", "BØE       ", "K0000001", "Samme fødselsnummer står også på linje 2."),
        ("005A", "SB1       ", "K0000002", "Samme fødselsnummer står også på linje 1."),
    ]


def test_a_large_group_names_a_few_lines_and_counts_the_rest():
    like = [{"PERSON_JOURNALNR": f"K{nr:07d}"} for nr in range(30)]
    with duckdb.connect() as con:
        funn = kontroller(con, [fil("11F", like, REGION)], "2026").funn.project("melding").fetchall()
    assert funn[0][0] == "Samme fødselsnummer står også på linje 2, 3, 4, 5, 6, 7, 8, 9, 10 og 20 til."
    assert funn[29][0] == "Samme fødselsnummer står også på linje 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 og 19 til."


@pytest.mark.parametrize(("skjema", "utgave"), [(s, u) for s in SKJEMAER for u in UTGAVER])
def test_every_rule_says_what_is_wrong_and_what_to_do(skjema, utgave):
    for regel in regler(skjema, utgave):
        assert regel.sql.strip(), regel
        assert regel.tittel, regel
        assert regel.gjor, regel
        ukjent = set(re.findall(r"\{(\w+)\}", regel.melding)) - {
            "verdi",
            "felt",
            "aar",
            "region",
            "kommunenr",
            "orgnr",
            "postlengde",
        }
        assert ukjent == set(), regel
        assert "{" not in regel.tittel, regel


@pytest.mark.parametrize("skjema", SKJEMAER)
def test_every_rule_is_tried_on_both_sides(skjema):
    provd = {prove.regel for prove in PROVER[skjema]}
    assert {regel.regel for regel in regler(skjema, "2026") if not regel.er_innledende} == provd


@pytest.mark.parametrize(("skjema", "utgave"), [(s, u) for s in SKJEMAER for u in UTGAVER])
def test_every_code_list_and_limit_a_rule_looks_up_is_there(skjema, utgave):
    sql = "".join(regel.sql for regel in regler(skjema, utgave))
    # One that is missing would be null to SQL, and the rule silent.
    assert set(re.findall(r"koder\('(\w+)'\)", sql)) <= {liste for liste, _ in koder(skjema, utgave)}
    assert set(re.findall(r"grense\('(\w+)'\)", sql)) <= {grense for grense, _ in grenser(skjema, utgave)}


def test_no_code_list_and_no_limit_is_left_unused():
    sql = "".join(regel.sql for skjema in SKJEMAER for utgave in UTGAVER for regel in regler(skjema, utgave))
    lister = {rad["liste"] for rad in read_seed("kostra_kontrollkode") if rad["liste"].islower()}
    navn = {rad["grense"] for rad in read_seed("kostra_kontrollgrense")} - {
        "kontroller_per_linje",
        "kontroller_per_post",
    }
    assert {liste for liste in lister if f"'{liste}'" not in sql} == set()
    assert {grense for grense in navn if f"grense('{grense}')" not in sql} == set()


def test_the_year_chooses_the_edition():
    assert [utgave_for(aar) for aar in (2024, 2025, 2026, 2027)] == ["2025", "2025", "2026", "2026"]


def skriv(tmp_path, endringer, navn="Sosial.dat"):
    sti = tmp_path / navn
    sti.write_bytes(fil("11F", endringer, REGION).innhold)
    return str(sti)


def kjor(*argumenter: str):
    return CliRunner().invoke(app, [*argumenter])


@pytest.mark.parametrize(("endringer", "kode"), [({}, 0), ({"PERSON_FODSELSNR": fodt(17)}, 1), ({"KJONN": "3"}, 2)])
def test_command_ends_with_the_code_of_the_worst_finding(tmp_path, endringer, kode):
    svar = kjor(skriv(tmp_path, endringer), "--skjema", "11F", "--aar", "2026", "--region", REGION)
    assert svar.exit_code == kode


def test_command_groups_by_severity_and_names_no_number(tmp_path):
    endringer = [{"KJONN": "3"}, {"PERSON_FODSELSNR": fodt(17), "PERSON_JOURNALNR": "K0000002"}]
    svar = kjor(skriv(tmp_path, endringer), "--skjema", "11f", "--aar", "2026", "--region", REGION)
    assert svar.output.index("Feil") < svar.output.index("Advarsel")
    assert "K0000002" in svar.output
    assert fodt(17) not in svar.output


def test_command_gives_json(tmp_path):
    sti = skriv(tmp_path, {"KJONN": "3"})
    svar = kjor(sti, "--skjema", "11F", "--aar", "2026", "--region", REGION, "--regelutgave", "2025", "--json")
    innhold = json.loads(svar.output)
    assert (innhold["overall"], innhold["return_code"], innhold["regelutgave"]) == ("ERROR", 2, "2025")
    assert [(funn["rule"], funn["lines"]) for funn in innhold["verdict"]] == [("008", [1])]


def test_worklist_has_a_sheet_for_each_caseworker(tmp_path):
    rapport = tmp_path / "ut.xlsx"
    endringer = [
        {"KJONN": "3", "SAKSBEHANDLER": "A/B"},
        {"PERSON_JOURNALNR": "=1+1", "PERSON_FODSELSNR": fodt(17), "SAKSBEHANDLER": "a?b"},
    ]
    kjor(
        skriv(tmp_path, endringer),
        *("--skjema", "11F", "--aar", "2026", "--region", REGION, "--rapport", str(rapport)),
    )
    bok = openpyxl.load_workbook(rapport)
    assert bok.sheetnames == ["Hele filen", "A_B", "a_b 2"]
    rad = [celle.value for celle in bok["a_b 2"][2]]
    assert rad[:4] == ["=1+1", "2", "006", "Advarsel"]
    assert not any(fodt(17) in str(celle.value) for ark in bok for linje in ark.iter_rows() for celle in linje)


def test_worklist_and_table_end_somewhere(tmp_path):
    like = [{"PERSON_JOURNALNR": f"K{nr:07d}"} for nr in range(200)]
    with duckdb.connect() as con:
        punkter, flere = les_punkter(kontroller(con, [fil("11F", like, REGION)], "2026"), 50)
    assert (len(punkter), flere) == (50, 150)


def test_cases_are_read_without_their_verdicts(tmp_path):
    post = fil("11F", {"KJONN": "3"}, REGION).innhold.decode("latin-1").rstrip("\r\n")
    fall = {"id": "a", "form": "11F", "aar": 2025, "region": REGION, "eol": "\n", "final_eol": True}
    sti = tmp_path / "fall.jsonl"
    sti.write_text(
        json.dumps({**fall, "records": [post]})
        + "\n"
        + json.dumps({"id": "b", "form": "11CF", "aar": 2026, "region": "341100", "bytes_b64": "IA=="})
        + "\n"
    )
    svar = kjor("--fall", str(sti), "--json", "--regelutgave", "2026")
    assert [json.loads(linje) for linje in svar.output.splitlines()] == [
        {
            "id": "a",
            "overall": "ERROR",
            "verdict": [
                {"rule": "002-kode", "severity": "ERROR", "lines": [1], "field": "KJONN"},
                {"rule": "004", "severity": "ERROR", "lines": [1]},
                {"rule": "008", "severity": "ERROR", "lines": [1]},
            ],
        },
        {"id": "b", "overall": "FATAL", "verdict": [{"rule": "000", "severity": "FATAL", "lines": []}]},
    ]
    # Without a choice a case of 2025 goes through the release of that year, which had no rule 002.
    uten_valg = json.loads(kjor("--fall", str(sti), "--json").output.splitlines()[0])
    assert [funn["rule"] for funn in uten_valg["verdict"]] == ["004", "008"]


@pytest.mark.parametrize(
    "linje", ["{", "[]", "{}", '{"id": 1, "form": "15F", "aar": 1, "region": "", "bytes_b64": ""}']
)
def test_line_that_is_no_case_is_told_by_its_number(tmp_path, linje):
    sti = tmp_path / "fall.jsonl"
    sti.write_text(f"\n{linje}\n")
    with pytest.raises(Brukerfeil, match="Linje 2"):
        les_fall(sti)


@pytest.mark.parametrize(
    "argumenter",
    [
        [],
        ["{sti}"],
        ["{sti}", "--skjema", "15F", "--aar", "2026", "--region", "341100"],
        ["{sti}", "--skjema", "11F", "--aar", "26", "--region", "341100"],
        ["{sti}", "--skjema", "11F", "--aar", "2026", "--region", "3411"],
        ["{sti}", "--skjema", "0A", "--aar", "2026", "--region", "341100", "--orgnr", "12"],
        ["{sti}", "--skjema", "0A", "--aar", "2026", "--region", "341100", "--kvartal", "5"],
        ["{sti}", "--skjema", "11F", "--aar", "2026", "--region", "341100", "--regelutgave", "2024"],
        ["finnes-ikke.dat", "--skjema", "11F", "--aar", "2026", "--region", "341100"],
    ],
)
def test_wrong_use_is_answered_with_a_sentence(tmp_path, argumenter):
    sti = skriv(tmp_path, MOTTAKER)
    svar = kjor(*(argument.format(sti=sti) for argument in argumenter))
    assert isinstance(svar.exception, Brukerfeil)
