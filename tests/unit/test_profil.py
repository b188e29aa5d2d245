"""Profiles: each way of making a field, each fault named by file and key, and which profile a name belongs to."""

import copy
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_project.fagsystem.filnavn import Periode, les_navnemonster
from dagster_project.fagsystem.kontrakt import koder, objekter
from dagster_project.fagsystem.profil import INNEBYGDE, Filform, Profiler, innebygde, les_profil, les_profiler
from dagster_project.fagsystem.uttrykk import (
    Fast,
    Kolonne,
    Maaned,
    Nullfylt,
    Sammensatt,
    Utsnitt,
    kolonner_i,
    les_uttrykk,
)
from dagster_project.fagsystem.verdi import sql_belop, sql_dato, sql_maaned
from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.database import TABELLER
from dagster_project.settings import Mappe

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "fagsystem-profil.md"
AV_SSB = ("KJONN", "EKTSTAT", "VKLO", "TRYGDESIT", "ARBSIT", "BOSIT")
LITEN = {
    "profil": "hamar",
    "kontrakt": "fagsystem",
    "objekter": {
        "mottaker": {
            "filnavn": "hamar_mottaker_*.csv",
            "kolonner": {"mottaker_id": "Journalnr", "fodselsnummer": "Fnr", "kjonn": "Kj"},
        },
        "utbetaling": {
            "filnavn": "hamar_utbetaling_*.csv",
            "kolonner": {
                "utbetaling_id": "Nr",
                "mottaker_id": "Journalnr",
                "stonadsart_lokal": "Kode",
                "stonadsform": {"fast": "BIDRAG"},
                "belop": "Beløp",
                "registrert_dato": "Dato",
                "status": "Status",
            },
            "forkast": ["Navn"],
        },
    },
    "koder": {"kjonn": {"M": "1", "K": "2"}, "stonadsart": {"110": "LIVSOPPHOLD"}},
}


def endret(*sti: str, til: object) -> str:
    """Return the small profile as YAML with one value set, or removed where it is None."""
    profil = copy.deepcopy(LITEN)
    del_ = profil
    for nokkel in sti[:-1]:
        del_ = del_.setdefault(nokkel, {})
    if til is None:
        del del_[sti[-1]]
    else:
        del_[sti[-1]] = til
    return yaml.safe_dump(profil, allow_unicode=True, sort_keys=False)


def les(tekst: str):
    return les_profil(tekst, "konfig/profiler/hamar.yml")


def sql(uttrykk, **celler: str | None) -> object:
    """Return what an expression gives for one row of cells."""
    with duckdb.connect() as con:
        verdier = ", ".join(f"${navn}::varchar as {navn}" for navn in celler)
        return con.execute(f"select {uttrykk} from (select {verdier})", celler).fetchone()[0]


class TestExamples:
    def test_the_project_ships_two_that_say_they_are_invented(self):
        assert [profil.profil for profil in innebygde()] == ["socio", "velferd"]
        for sti in INNEBYGDE.glob("*.yml"):
            assert sti.read_text(encoding="utf-8").startswith("# EKSEMPEL, oppdiktet")

    def test_they_cover_the_three_objects(self):
        for profil in innebygde():
            assert set(profil.objekter) == {"mottaker", "vedtak", "utbetaling"}
            assert [profil.uttrekkstype(objekt) for objekt in objekter()] == ["full", "periode", "periode"]

    def test_a_profile_that_says_little_is_as_the_contract_has_it(self):
        form = les(endret("profil", til="hamar")).filform("mottaker")
        assert form == Filform()
        assert (form.tegnsett, form.skilletegn, form.desimaltegn, form.dato) == ("windows-1252", ";", ",", "dd.mm.yyyy")


class TestContract:
    def test_the_raw_tables_have_the_columns_of_the_contract(self):
        with duckdb.connect() as con:
            con.execute(TABELLER)
            for navn, objekt in objekter().items():
                typer = dict(
                    con.execute(
                        "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?",
                        objekt.raatabell.split("."),
                    ).fetchall()
                )
                ekstra = {"mottaker_id", "fodselsmaaned"} if navn == "mottaker" else set()
                kolonner = {felt.kolonne for felt in objekt.felter if felt.kolonne}
                assert set(typer) == {"leveranse_id", "linje"} | ekstra | kolonner
                ventet = {"dato": "DATE", "belop": "DECIMAL(18,2)", "heltall": "INTEGER", "ja_nei": "BOOLEAN"}
                assert {typer[felt.kolonne] for felt in objekt.felter if felt.type == "belop"} <= {"DECIMAL(18,2)"}
                assert all(typer[f.kolonne] == ventet.get(f.type, "VARCHAR") for f in objekt.felter if f.kolonne)

    def test_every_code_field_has_codes(self):
        uten = [felt.navn for o in objekter().values() for felt in o.felter if felt.type == "kode" and not felt.koder]
        assert uten == []

    def test_what_counts_as_expense_are_statuses(self):
        assert set(koder("UTGIFTSSTATUS")) <= set(koder("UTBETALINGSTATUS"))


def guiderader() -> list[list[str]]:
    """Return the cells of every row of the tables in the guide."""
    return [
        [celle.strip().strip("`") for celle in re.split(r"(?<!\\)\|", linje)[1:-1]]
        for linje in GUIDE.read_text(encoding="utf-8").splitlines()
        if linje.startswith("| ")
    ]


class TestGuide:
    def test_it_lists_the_fields_of_the_contract(self):
        fortalt = [(rad[0], rad[1], rad[2]) for rad in guiderader() if rad[0] in objekter()]
        assert fortalt == [
            (navn, felt.navn, "ja" if felt.kreves else "")
            for navn, objekt in objekter().items()
            for felt in objekt.felter
            if not felt.fra
        ]

    def test_it_lists_the_codes_that_are_ours(self):
        fortalt = {rad[0]: tuple(re.findall(r"[A-Z_]{3,}", rad[1])) for rad in guiderader() if len(rad) == 2}
        felter = {felt.navn: felt for objekt in objekter().values() for felt in objekt.felter}
        egne = [navn for navn, felt in felter.items() if felt.kodeliste not in ("", *AV_SSB)]
        assert {navn: fortalt[navn] for navn in egne} == {navn: felter[navn].koder for navn in egne}

    def test_it_lists_every_key_of_fil_with_what_it_is_by_default(self):
        fortalt = {rad[0]: rad[1].replace("\\|", "|") for rad in guiderader() if rad[0] in Filform.model_fields}
        assert set(fortalt) == set(Filform.model_fields)
        form = Filform()
        for navn in ("navn", "tegnsett", "linjeskift", "skilletegn", "desimaltegn", "minus", "dato", "sumlinjer"):
            assert fortalt[navn] == getattr(form, navn)

    def test_the_profile_it_shows_lacks_only_the_fields_it_leaves_out(self):
        (vist,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
        with pytest.raises(Brukerfeil) as feil:
            les(vist)
        assert str(feil.value) == (
            "Profilen konfig/profiler/hamar.yml har feil: objekter.utbetaling.kolonner mangler mottaker_id, "
            "stonadsart_lokal, stonadsform, registrert_dato, status."
        )


class TestExpressions:
    @pytest.mark.parametrize(
        ("verdi", "uttrykk", "kolonner"),
        [
            ("Journalnr", Kolonne("Journalnr"), ["Journalnr"]),
            ({"sett_sammen": ["A", "B"]}, Sammensatt((Kolonne("A"), Kolonne("B")), "", (0, 0)), ["A", "B"]),
            (
                {"sett_sammen": ["A", "B"], "mellom": "-", "fyll_nuller": [0, 4]},
                Sammensatt((Kolonne("A"), Kolonne("B")), "-", (0, 4)),
                ["A", "B"],
            ),
            ({"venstre": ["A", 3]}, Utsnitt(Kolonne("A"), 3, fra_hoyre=False), ["A"]),
            ({"hoyre": ["A", 3]}, Utsnitt(Kolonne("A"), 3, fra_hoyre=True), ["A"]),
            ({"fyll_nuller": ["A", 11]}, Nullfylt(Kolonne("A"), 11), ["A"]),
            ({"forste_dag_i": "A"}, Maaned(Kolonne("A"), siste_dag=False), ["A"]),
            ({"siste_dag_i": "A"}, Maaned(Kolonne("A"), siste_dag=True), ["A"]),
            ({"fast": "BIDRAG"}, Fast("BIDRAG"), []),
            (
                {"forste_dag_i": {"sett_sammen": ["AAR", "MND"], "fyll_nuller": [0, 2]}},
                Maaned(Sammensatt((Kolonne("AAR"), Kolonne("MND")), "", (0, 2)), siste_dag=False),
                ["AAR", "MND"],
            ),
        ],
    )
    def test_each_form_is_understood(self, verdi, uttrykk, kolonner):
        assert les_uttrykk(verdi) == uttrykk
        assert list(kolonner_i(uttrykk)) == kolonner

    @pytest.mark.parametrize(
        ("verdi", "celler", "svar"),
        [
            ("a", {"a": "x"}, "x"),
            ({"sett_sammen": ["a", "b"], "fyll_nuller": [6, 5]}, {"a": "98598", "b": "9542"}, "09859809542"),
            ({"sett_sammen": ["a", "b"], "fyll_nuller": [6, 5]}, {"a": "1234567", "b": "12345"}, "123456712345"),
            ({"sett_sammen": ["a", "b"], "mellom": "-"}, {"a": "2024", "b": "9"}, "2024-9"),
            ({"sett_sammen": ["a", "b"], "mellom": "-"}, {"a": "2024", "b": None}, "2024-"),
            ({"sett_sammen": ["a", "b"], "mellom": "-", "fyll_nuller": [4, 4]}, {"a": None, "b": None}, None),
            ({"venstre": ["a", 3]}, {"a": "28100"}, "281"),
            ({"venstre": ["a", 3]}, {"a": "28"}, "28"),
            ({"hoyre": ["a", 2]}, {"a": "æøå"}, "øå"),
            ({"fyll_nuller": ["a", 4]}, {"a": "7"}, "0007"),
            ({"fyll_nuller": ["a", 4]}, {"a": "12345"}, "12345"),
            ({"fyll_nuller": ["a", 4]}, {"a": None}, None),
            ({"fast": "it's"}, {"a": "x"}, "it's"),
        ],
    )
    def test_each_form_gives_what_it_says(self, verdi, celler, svar):
        assert sql(les_uttrykk(verdi).sql(lambda navn: navn), **celler) == svar

    @pytest.mark.parametrize(
        ("verdi", "melding"),
        [
            (5, "skal være navnet på en kolonne i anførselstegn"),
            ("", "skal være navnet på en kolonne i anførselstegn"),
            ({"bytt": ["A", "B"]}, "har en form vi ikke kjenner (bytt)"),
            ({"venstre": ["A", 3], "fast": "x"}, "har en form vi ikke kjenner (fast)"),
            ({"sett_sammen": "A"}, "sett_sammen skal være en liste med minst to kolonner"),
            ({"sett_sammen": ["A"]}, "sett_sammen skal være en liste med minst to kolonner"),
            ({"sett_sammen": ["A", "B"], "mellom": 1}, "mellom skal være en tekst i anførselstegn"),
            ({"sett_sammen": ["A", "B"], "fyll_nuller": [1]}, "fyll_nuller skal ha ett tall for hver kolonne"),
            ({"sett_sammen": ["A", "B"], "fyll_nuller": [1, -1]}, "antall tegn skal være et helt tall fra 0 til 100"),
            ({"venstre": "A"}, "venstre skal være [kolonne, antall tegn]"),
            ({"hoyre": ["A", 0]}, "antall tegn skal være et helt tall fra 1 til 100"),
            ({"hoyre": ["A", 101]}, "antall tegn skal være et helt tall fra 1 til 100"),
            ({"fyll_nuller": ["A", True]}, "antall tegn skal være et helt tall fra 1 til 100"),
            ({"fast": ""}, "fast skal være en tekst i anførselstegn"),
            ({"fast": 1}, "fast skal være en tekst i anførselstegn"),
            ({"venstre": [{"forste_dag_i": "A"}, 3]}, "forste_dag_i og siste_dag_i kan bare stå ytterst"),
        ],
    )
    def test_each_fault_is_told(self, verdi, melding):
        with pytest.raises(ValueError, match=re.escape(melding)):
            les_uttrykk(verdi)


class TestNumbers:
    @pytest.mark.parametrize(
        ("form", "tekst", "verdi"),
        [
            ({}, "0", "0.00"),
            ({}, "1234,5", "1234.50"),
            ({}, "-1234,56", "-1234.56"),
            ({}, "−1234,56", "-1234.56"),
            ({}, "- 5,00", "-5.00"),
            ({}, "9999999999999999,99", "9999999999999999.99"),
            ({}, "99999999999999999,99", None),
            ({}, "1 234,56", None),
            ({}, "1.234,56", None),
            ({}, "1234.56", None),
            ({}, "1234,567", None),
            ({}, "1234,", None),
            ({}, ",50", None),
            ({}, "1e5", None),
            ({}, "+5", None),
            ({}, "5,00-", None),
            ({}, "(5,00)", None),
            ({}, "--5", None),
            ({}, "12x", None),
            ({"desimaltegn": "."}, "1234.56", "1234.56"),
            ({"desimaltegn": "."}, "-1234.56", "-1234.56"),
            ({"desimaltegn": "."}, "1234,56", None),
            ({"tusenskille": " "}, "12 345 678,90", "12345678.90"),
            ({"tusenskille": " "}, "12\N{NO-BREAK SPACE}345,90", "12345.90"),
            ({"tusenskille": "\N{NO-BREAK SPACE}"}, "12 345,90", "12345.90"),
            ({"tusenskille": " "}, "12345,90", "12345.90"),
            ({"tusenskille": " "}, "1 23,90", None),
            ({"tusenskille": " "}, "1234 567,90", None),
            ({"tusenskille": "."}, "-1.234.567,89", "-1234567.89"),
            ({"tusenskille": "."}, "1.23,89", None),
            ({"minus": "bak", "tusenskille": " "}, "1 000,00-", "-1000.00"),
            ({"minus": "bak"}, "1000,00 -", "-1000.00"),
            ({"minus": "bak"}, "1000,00", "1000.00"),
            ({"minus": "bak"}, "-1000,00", None),
            ({"minus": "parentes", "tusenskille": "."}, "(1.000,00)", "-1000.00"),
            ({"minus": "parentes"}, "1000,00", "1000.00"),
            ({"minus": "parentes"}, "(1000,00", None),
            ({"minus": "parentes"}, "-1000,00", None),
        ],
    )
    def test_an_amount_is_read_as_the_profile_writes_it_and_no_other_way(self, form, tekst, verdi):
        svar = sql(sql_belop("x", Filform(**form)), x=tekst)
        assert svar == (Decimal(verdi) if verdi else None)

    @pytest.mark.parametrize(
        ("form", "tekst", "verdi"),
        [
            ("dd.mm.yyyy", "29.02.2024", date(2024, 2, 29)),
            ("dd.mm.yyyy", "1.2.2024", date(2024, 2, 1)),
            ("dd.mm.yyyy", "29.02.2025", None),
            ("dd.mm.yyyy", "01.02.24", None),
            ("dd.mm.yyyy", "01.02.202", None),
            ("dd.mm.yyyy", "2024-02-01", None),
            ("dd.mm.yyyy", "01.02.2024 00:00", None),
            ("yyyy-mm-dd", "2024-02-01", date(2024, 2, 1)),
            ("yyyy-mm-dd", "01.02.2024", None),
            ("ddmmyyyy", "01022024", date(2024, 2, 1)),
            ("ddmmyyyy", "1022024", None),
            ("ddmmyyyy", "0102202", None),
            ("yyyymmdd", "20240201", date(2024, 2, 1)),
            ("yyyymmdd", "2024021", None),
            ("yyyymmdd", "20241301", None),
        ],
    )
    def test_a_date_is_read_as_the_profile_writes_it_and_no_other_way(self, form, tekst, verdi):
        assert sql(sql_dato("x", form), x=tekst) == verdi

    @pytest.mark.parametrize(
        ("tekst", "forste", "siste"),
        [
            ("02.2024", date(2024, 2, 1), date(2024, 2, 29)),
            ("2.2024", date(2024, 2, 1), date(2024, 2, 29)),
            ("12/2025", date(2025, 12, 1), date(2025, 12, 31)),
            ("202502", date(2025, 2, 1), date(2025, 2, 28)),
            ("2025-11", date(2025, 11, 1), date(2025, 11, 30)),
            ("13.2025", None, None),
            ("00.2025", None, None),
            ("022025", None, None),
            ("01.02.2025", None, None),
            ("2025", None, None),
        ],
    )
    def test_a_month_is_its_first_or_last_day(self, tekst, forste, siste):
        assert sql(sql_maaned("x", siste_dag=False), x=tekst) == forste
        assert sql(sql_maaned("x", siste_dag=True), x=tekst) == siste


FEIL = {
    "no name": (endret("profil", til=None), "profil mangler"),
    "a name with a space": (endret("profil", til="ha mar"), "profil kan bare ha små bokstaver"),
    "another contract": (endret("kontrakt", til="hovedbok"), "kontrakt skal være 'fagsystem'"),
    "an unknown key": (endret("filer", til={}), "filer er ikke en nøkkel vi kjenner"),
    "an unknown key in fil": (endret("fil", "tegnset", til="utf-8"), "fil.tegnset er ikke en nøkkel vi kjenner"),
    "an unknown encoding": (endret("fil", "tegnsett", til="utf-16"), "fil.tegnsett skal være 'windows-1252'"),
    "an unknown date": (endret("fil", "dato", til="mm/dd/yyyy"), "fil.dato skal være 'dd.mm.yyyy'"),
    "two delimiters": (endret("fil", "skilletegn", til=";;"), "fil.skilletegn skal være ett tegn"),
    "two quotes": (endret("fil", "anforselstegn", til="''"), "fil.anforselstegn skal være ett tegn"),
    "skip as text": (endret("fil", "hopp_over_linjer", til="3"), "fil.hopp_over_linjer skal være et helt tall"),
    "skip below zero": (endret("fil", "hopp_over_linjer", til=-1), "fil.hopp_over_linjer skal være minst 0"),
    "skip too many": (endret("fil", "hopp_over_linjer", til=101), "fil.hopp_over_linjer skal være høyst 100"),
    "no expression": (endret("fil", "sumlinjer", til="^(Sum"), "fil.sumlinjer er ikke et regulært uttrykk"),
    "not DuckDB's expression": (endret("fil", "sumlinjer", til="(?<!x)Sum"), "fil.sumlinjer er ikke et regulært"),
    "marks alike": (endret("fil", til={"tusenskille": ".", "desimaltegn": "."}), "kan ikke være det samme tegnet"),
    "no list": (endret("fil", "tomverdier", til="-"), "fil.tomverdier skal være en liste"),
    "an empty that is a number": (endret("fil", "tomverdier", til=[0]), "fil.tomverdier.0 skal være en tekst"),
    "a name without til": (
        endret("fil", "navn", til="{kommunenummer}_{fra}_{uttrukket}.csv"),
        "fil.navn mangler {til}",
    ),
    "a name with an unknown place": (
        endret("fil", "navn", til="{kommunenummer}_{fra}_{til}_{uttrukket}_{maaned}.csv"),
        "fil.navn har plasser vi ikke kjenner (maaned)",
    ),
    "a name with a place twice": (
        endret("fil", "navn", til="{kommunenummer}_{fra}_{til}_{til}_{uttrukket}.csv"),
        "fil.navn har samme plass to ganger (til)",
    ),
    "an unknown object": (
        endret("objekter", "klient", til={"filnavn": "x", "kolonner": {"a": "b"}}),
        "objekter.klient er ikke et objekt i kontrakten (mottaker, vedtak, utbetaling)",
    ),
    "no objects": (endret("objekter", til={}), "objekter kan ikke være tom"),
    "an unknown field": (
        endret("objekter", "utbetaling", "kolonner", "belopp", til="X"),
        "objekter.utbetaling.kolonner.belopp er ikke et felt i kontrakten",
    ),
    "a number for a column": (
        endret("objekter", "utbetaling", "kolonner", "belop", til=7),
        "objekter.utbetaling.kolonner.belop skal være navnet på en kolonne",
    ),
    "a required field left out": (
        endret("objekter", "utbetaling", "kolonner", "status", til=None),
        "objekter.utbetaling.kolonner mangler status",
    ),
    "nobody's identity": (
        endret("objekter", "mottaker", "kolonner", til={"mottaker_id": "Journalnr"}),
        "objekter.mottaker.kolonner må ha minst ett av fodselsnummer, duf_nummer, fodselsdato",
    ),
    "a field made of another": (
        endret("objekter", "utbetaling", "kolonner", "stonadsart", til="Art"),
        "objekter.utbetaling.kolonner.stonadsart lages av stonadsart_lokal",
    ),
    "a month for an amount": (
        endret("objekter", "utbetaling", "kolonner", "belop", til={"forste_dag_i": "Beløp"}),
        "objekter.utbetaling.kolonner.belop er ikke en dato",
    ),
    "a fixed value that is no code": (
        endret("objekter", "utbetaling", "kolonner", "stonadsform", til={"fast": "GAVE"}),
        "objekter.utbetaling.kolonner.stonadsform.fast skal være en av BIDRAG, LAAN",
    ),
    "used and dropped": (
        endret("objekter", "utbetaling", "forkast", til=["Navn", "Beløp"]),
        "objekter.utbetaling.forkast har kolonner som også er i bruk (Beløp)",
    ),
    "a folder in the name": (
        endret("objekter", "utbetaling", "filnavn", til="2024/*.csv"),
        "objekter.utbetaling.filnavn skal være et filnavn uten mappe",
    ),
    "a fault in one report's own fil": (
        endret("objekter", "utbetaling", "fil", til={"tegnsett": "utf-16"}),
        "objekter.utbetaling.fil.tegnsett skal være 'windows-1252'",
    ),
    "a code that YAML reads as a number": (
        endret("koder", "stonadsart", til={110: "LIVSOPPHOLD"}),
        "koder.stonadsart.110 skal være en tekst; sett verdien i anførselstegn",
    ),
    "a code the contract has not": (
        endret("koder", "stonadsart", til={"110": "MAT"}),
        "koder.stonadsart gir MAT, men kontrakten har bare LIVSOPPHOLD",
    ),
    "codes of a field left empty": (endret("koder", "status", til={}), "koder.status kan ikke være tom"),
    "codes of a field without": (endret("koder", "belop", til={"a": "b"}), "koder.belop er ikke et felt med koder"),
    "an unknown kind of extract": (
        endret("uttrekk", "type", til={"utbetaling": "delvis"}),
        "uttrekk.type.utbetaling skal være 'full', 'periode' eller 'endring'",
    ),
    "the extract of an unknown object": (
        endret("uttrekk", "type", til={"klient": "full"}),
        "uttrekk.type.klient er ikke et objekt i kontrakten",
    ),
    "nothing": ("", "er tom"),
    "no YAML": ("profil: [", "kan ikke leses: det er ikke gyldig YAML (linje 1)"),
    "a key twice": ("profil: a\nprofil: b\n", "kan ikke leses: nøkkelen profil står to ganger"),
    "a code twice": (
        yaml.safe_dump(LITEN) + 'koder:\n  status: {"1": UTBETALT, "1": STOPPET}\n',
        "står to ganger",
    ),
}


class TestFaults:
    @pytest.mark.parametrize("tilfelle", FEIL)
    def test_the_file_and_the_key_are_named(self, tilfelle):
        tekst, melding = FEIL[tilfelle]
        with pytest.raises(Brukerfeil) as feil:
            les(tekst)
        assert str(feil.value).startswith("Profilen konfig/profiler/hamar.yml ")
        assert melding in str(feil.value)
        assert str(feil.value).endswith(".")
        assert "\n" not in str(feil.value)

    def test_several_faults_are_told_at_once(self):
        tekst = endret("fil", til={"tegnsett": "utf-16", "dato": "x"})
        with pytest.raises(Brukerfeil, match=r"fil\.tegnsett .*; fil\.dato "):
            les(tekst)

    def test_a_profile_without_faults_is_read(self):
        profil = les(endret("profil", til="hamar"))
        assert profil.systemnavn == "hamar"
        assert profil.objekter["utbetaling"].brukte_kolonner == (
            "Nr",
            "Journalnr",
            "Kode",
            "Beløp",
            "Dato",
            "Status",
        )

    def test_one_report_may_differ_from_the_others(self):
        profil = les(endret("objekter", "utbetaling", "fil", til={"hopp_over_linjer": 2}))
        assert profil.filform("utbetaling").hopp_over_linjer == 2
        assert profil.filform("mottaker").hopp_over_linjer == 0


class TestFingerprint:
    def grunn(self, objekt: str) -> str:
        return les(endret("profil", til="hamar")).avtrykk(objekt)

    @pytest.mark.parametrize(
        ("sti", "til", "endres"),
        [
            (("koder", "kjonn", "X"), "1", {"mottaker"}),
            (("koder", "stonadsart", "120"), "BOUTGIFT", {"utbetaling"}),
            (("objekter", "utbetaling", "kolonner", "belop"), "Sum", {"utbetaling"}),
            (("objekter", "utbetaling", "forkast"), ["Navn", "KID"], {"utbetaling"}),
            (("uttrekk", "type"), {"utbetaling": "endring"}, {"utbetaling"}),
            (("fil", "tegnsett"), "utf-8", {"mottaker", "utbetaling"}),
            (("system",), "socio", {"mottaker", "utbetaling"}),
            (("fil", "tegnsett"), "windows-1252", set()),
            (("objekter", "utbetaling", "filnavn"), "hamar_utb_*.csv", set()),
        ],
    )
    def test_it_changes_with_what_decides_how_a_file_is_read(self, sti, til, endres):
        profil = les(endret(*sti, til=til))
        assert {objekt for objekt in profil.objekter if profil.avtrykk(objekt) != self.grunn(objekt)} == endres

    def test_comments_and_order_do_not_matter(self):
        omvendt = dict(reversed(LITEN.items()))
        tekst = "# en kommentar\n" + yaml.safe_dump(omvendt, allow_unicode=True, sort_keys=False)
        assert les(tekst).avtrykk("mottaker") == self.grunn("mottaker")


class TestNames:
    MAL = Filform().navn

    @pytest.mark.parametrize(
        ("navn", "ventet"),
        [
            (
                "velferd_klient_3411_20240301_20240331_20240401T0610.csv",
                Periode("3411", date(2024, 3, 1), date(2024, 3, 31), datetime(2024, 4, 1, 6, 10)),
            ),
            (
                "MITT_SYSTEM_klient_0301_20240229_20240229_20240301T061055.CSV",
                Periode("0301", date(2024, 2, 29), date(2024, 2, 29), datetime(2024, 3, 1, 6, 10, 55)),
            ),
            (
                "s_o_3411_20240301_20240331_20240401.csv",
                Periode("3411", date(2024, 3, 1), date(2024, 3, 31), datetime(2024, 4, 1)),
            ),
            (
                "s_o_3411_20240301_20240331_20240401T0610 (2).csv",
                Periode("3411", date(2024, 3, 1), date(2024, 3, 31), datetime(2024, 4, 1, 6, 10)),
            ),
        ],
    )
    def test_a_name_says_whose_and_when(self, navn, ventet):
        assert les_navnemonster(self.MAL).les(navn) == ventet

    @pytest.mark.parametrize(
        ("navn", "grunn"),
        [
            ("s_o_3411_20240401_20240331_20240401T0610.csv", "fra (01.04.2024) er etter til (31.03.2024)"),
            ("s_o_3411_20240230_20240331_20240401T0610.csv", "fra er 20240230, som ikke er en dato som finnes"),
            ("s_o_3411_20240301_20240332_20240401T0610.csv", "til er 20240332, som ikke er en dato som finnes"),
            ("s_o_3411_20240301_20240331_20240401T2561.csv", "uttrukket er 20240401T2561, som ikke er en dato"),
            ("s_o_3411_20240301_20240331.csv", "navnet følger ikke mønsteret {system}_{objekt}"),
            ("s_o_34111_20240301_20240331_20240401T0610.csv", "navnet følger ikke mønsteret"),
            ("s_o_3411_202403_202403_20240401T0610.csv", "navnet følger ikke mønsteret"),
            ("s_o_3411_20240301_20240331_20240401T0610.txt", "navnet følger ikke mønsteret"),
            ("s_o_٣٤١١_20240301_20240331_20240401T0610.csv", "navnet følger ikke mønsteret"),
        ],
    )
    def test_a_name_that_cannot_be_read_says_why(self, navn, grunn):
        assert grunn in les_navnemonster(self.MAL).les(navn)

    def test_the_pattern_is_the_profiles_own(self):
        monster = les_navnemonster("Uttrekk {uttrukket} kommune {kommunenummer} [{fra}-{til}]")
        svar = monster.les("uttrekk 20240401T0610 kommune 3411 [20240301-20240331]")
        assert svar.kommunenummer == "3411"


class TestOwnProfiles:
    @pytest.fixture
    def skriv(self, tmp_path):
        mappe = Mappe(tmp_path)
        mappe.profiler.mkdir(parents=True)

        def skriv(navn: str, innhold: str | bytes) -> Profiler:
            data = innhold if isinstance(innhold, bytes) else innhold.encode()
            (mappe.profiler / navn).write_bytes(data)
            return les_profiler(mappe)

        return skriv

    def egen(self, navn: str, glob: str = "hamar_mottaker_*.csv") -> str:
        profil = copy.deepcopy(LITEN) | {"profil": navn}
        profil["objekter"]["mottaker"]["filnavn"] = glob
        return yaml.safe_dump(profil, allow_unicode=True)

    MOTTAKERFIL = "socio_mottaker_3403_20240301_20240331_20240401T0610.csv"

    def test_without_any_the_examples_are_used(self, tmp_path):
        profiler = les_profiler(Mappe(tmp_path))
        assert [profil.profil for profil in profiler.gode] == ["socio", "velferd"]
        treff = profiler.velg(self.MOTTAKERFIL)
        assert (treff.profilnavn, treff.objekt, treff.periode.kommunenummer) == ("socio", "mottaker", "3403")
        assert profiler.velg("bilde.png") is None
        assert profiler.velg("SOCIO_MOTTAKER_3403_20240301_20240331_20240401T0610.CSV").profilnavn == "socio"

    def test_an_own_profile_wins_over_the_example_of_its_name(self, skriv):
        profiler = skriv("socio.yml", self.egen("socio", "klienter_*.csv"))
        assert [profil.profil for profil in profiler.gode] == ["socio", "velferd"]
        assert profiler.finn("socio").objekter["mottaker"].filnavn == "klienter_*.csv"
        assert profiler.velg(self.MOTTAKERFIL) is None

    def test_an_own_profile_is_asked_before_an_example(self, skriv):
        assert skriv("hamar.yml", self.egen("hamar", "*_3403_*")).velg(self.MOTTAKERFIL).profilnavn == "hamar"

    def test_of_two_own_the_longer_glob_is_asked_first(self, skriv):
        skriv("a.yml", self.egen("a", "socio_*.csv"))
        assert skriv("b.yml", self.egen("b", "socio_mottaker_*.csv")).velg(self.MOTTAKERFIL).profilnavn == "b"

    def test_a_broken_profile_stops_its_own_files_only(self, skriv):
        profiler = skriv("socio.yml", endret("profil", til=None).replace("hamar_", "socio_"))
        assert [profil.profil for profil in profiler.gode] == ["velferd"]
        treff = profiler.velg(self.MOTTAKERFIL)
        assert (treff.profil, treff.periode) == (None, None)
        assert treff.feil == "Profilen konfig/profiler/socio.yml har feil: profil mangler."
        assert profiler.velg("velferd_klient_3411_20240301_20240331_20240401T0610.csv").profil is not None
        with pytest.raises(Brukerfeil, match="profil mangler"):
            profiler.finn("socio")

    @pytest.mark.parametrize("innhold", ["profil: [", b"profil: \xe5", ""])
    def test_a_profile_that_cannot_be_read_at_all_keeps_the_files_of_its_example(self, skriv, innhold):
        treff = skriv("socio.yml", innhold).velg(self.MOTTAKERFIL)
        assert (treff.objekt, treff.profil) == ("mottaker", None)
        assert "kan ikke leses" in treff.feil or "er tom" in treff.feil

    def test_or_those_that_begin_with_its_name(self, skriv):
        treff = skriv("hamar.yml", "profil: [").velg("hamar_mottaker_3403.csv")
        assert (treff.objekt, treff.profil) == ("ukjent", None)

    def test_the_name_inside_is_that_of_the_file(self, skriv):
        profiler = skriv("hamar.yml", self.egen("stange"))
        assert "profil skal hete det samme som filen, «hamar»" in profiler.odelagte[0].melding

    def test_an_unknown_profile_is_told(self, skriv):
        with pytest.raises(Brukerfeil, match=r"Finner ingen profil som heter «x»\. Vi har hamar, socio, velferd\."):
            skriv("hamar.yml", self.egen("hamar")).finn("x")
