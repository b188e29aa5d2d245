"""`stonad kvitter`: a finding is accepted with a reason, lapses when its amount changes, and can be taken back."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from dagster_project.bygg import Parametre, fingeravtrykk, skriv_parametre
from dagster_project.cli import app
from dagster_project.feil import Brukerfeil, kan_ha_personnummer
from dagster_project.ingestion.database import TABELLER
from dagster_project.kvittering import Funn, Kvittering, finn, kvitter_ut, les_avvik, les_kvitteringer
from dagster_project.seeds import read_seed
from dagster_project.settings import Kommune, Mappe
from tests.avvikskommune import KOMMUNE, Betaling, bygg, faste, legg_inn, ny_base, siste_dag

MAI = date(2025, 5, 1)
FOER, ETTER = datetime(2025, 6, 1, 8), datetime(2025, 7, 1, 8)
ENDRING_PST = next(
    int(rad["verdi"]) for rad in read_seed("avvik_terskel") if rad["terskel_id"] == "kvittering_endring_pst"
)


def sene(belop) -> list[Betaling]:
    return [
        Betaling(MAI, siste_dag(MAI), date(2025, 6, 12), belop, person=1000 + nr, vedtatt=date(2025, 6, 9))
        for nr in range(4)
    ]


@pytest.fixture
def mappe(tmp_path):
    """A folder with a warehouse in which four late payments are a finding."""
    mappe = Mappe(tmp_path / "mappe")
    mappe.lag()
    con = ny_base()
    legg_inn(con, [*faste(), *sene(5000), *(b for b in sene(-300))])
    bygg(con)
    con.execute(f"attach '{mappe.varehus}' as varehus")
    con.execute("use varehus")
    con.execute(TABELLER)
    con.execute("create table varehus.intern.avvik_periodisering as from memory.intern_avvik_periodisering")
    con.close()
    return mappe


def etterslep(mappe):
    return finn(mappe, KOMMUNE, "2025-06", "etterslep_vedtak", None, "fagsystem")


def test_what_is_accepted_is_kept_with_who_why_when_and_the_amount(mappe):
    kvitter_ut(mappe, etterslep(mappe), hvem=" Kari,  økonomi ", tekst="Sykefravær;\nhentet inn", tidspunkt=FOER)
    assert les_kvitteringer(mappe) == [
        Kvittering(
            Funn(KOMMUNE, date(2025, 6, 1), "fagsystem", "etterslep_vedtak", MAI),
            Decimal("20000.00"),
            "Kari, økonomi",
            "Sykefravær; hentet inn",
            FOER,
        )
    ]


def test_the_last_word_counts_and_a_build_as_of_a_day_has_what_was_accepted_then(mappe):
    kvitter_ut(mappe, etterslep(mappe), hvem="Kari", tekst="Først", tidspunkt=FOER)
    kvitter_ut(mappe, etterslep(mappe), hvem="Ola", tekst="Så", tidspunkt=ETTER)
    assert [k.hvem for k in les_kvitteringer(mappe)] == ["Ola"]
    assert [k.hvem for k in les_kvitteringer(mappe, FOER)] == ["Kari"]
    assert les_kvitteringer(mappe, datetime(2025, 5, 31)) == []
    kvitter_ut(mappe, etterslep(mappe), hvem="Ola", tekst="", tidspunkt=ETTER, angre=True)
    assert les_kvitteringer(mappe) == []
    with pytest.raises(Brukerfeil, match="ingenting å angre"):
        kvitter_ut(mappe, etterslep(mappe), hvem="Ola", tekst="", tidspunkt=ETTER, angre=True)


@pytest.mark.parametrize(
    ("felt", "melding"),
    [
        ({"hvem": " "}, "Si hvem"),
        ({"tekst": " \n"}, "Si hvorfor"),
        ({"tekst": "x" * 501}, "for lang"),
        ({"tekst": "Gjelder 010180 12345"}, "fødselsnummer"),
        ({"tekst": "Gjelder 01018012345"}, "fødselsnummer"),
        ({"tekst": "Konto 1234.56.78901"}, "kontonummer"),
        ({"tekst": "Konto 1234 56 78901"}, "kontonummer"),
        ({"hvem": "Kari 01018012345"}, "fødselsnummer"),
    ],
)
def test_a_reason_that_cannot_be_published_is_refused_and_not_kept(mappe, felt, melding):
    gitt = {"hvem": "Kari", "tekst": "1. mai 2025", "tidspunkt": FOER} | felt
    with pytest.raises(Brukerfeil, match=melding) as feil:
        kvitter_ut(mappe, etterslep(mappe), **gitt)
    assert "12345" not in str(feil.value)
    assert not mappe.kvitteringer.exists()


@pytest.mark.parametrize(
    "tekst", ["Betalt 30.04.2025 for mai 2025", "1 320 000 kr", "1,32 mill. kr i 2025-04", "Vedtak i uke 23, 12 saker"]
)
def test_dates_and_amounts_are_no_numbers_of_persons(tekst):
    assert not kan_ha_personnummer(tekst)


@given(st.dates(), st.integers(0, 99999), st.sampled_from(["", " ", "-"]))
def test_no_number_of_a_person_passes(dag, lopenummer, skille):
    assert kan_ha_personnummer(f"Se {dag:%d%m%y}{skille}{lopenummer:05d}.")


def test_an_unknown_finding_is_refused_with_those_there_are(mappe):
    with pytest.raises(
        Brukerfeil, match=r"ikke noe funn forskudd .* 2025-06.*etterslep_vedtak \(fagsystem\) for 2025-05"
    ):
        finn(mappe, KOMMUNE, "2025-06", "forskudd", None, "fagsystem")
    with pytest.raises(Brukerfeil, match="som hører til i 2025-04"):
        finn(mappe, KOMMUNE, "2025-06", "etterslep_vedtak", "2025-04", "fagsystem")
    with pytest.raises(Brukerfeil, match="Funn i måneden: ingen"):
        finn(mappe, "0301", "2025-06", "etterslep_vedtak", None, "fagsystem")
    with pytest.raises(Brukerfeil, match="er ikke en måned"):
        finn(mappe, KOMMUNE, "juni", "etterslep_vedtak", None, "fagsystem")


def test_a_file_somebody_has_broken_is_told_with_its_line(mappe):
    kvitter_ut(mappe, etterslep(mappe), hvem="Kari", tekst="Greit", tidspunkt=FOER)
    hel = mappe.kvitteringer.read_text(encoding="utf-8")
    mappe.kvitteringer.write_text(hel.replace("2025-05-01", "mai"), encoding="utf-8")
    with pytest.raises(Brukerfeil, match=r"Rad 2 i konfig/kvittering\.csv"):
        les_kvitteringer(mappe)
    mappe.kvitteringer.write_text(hel.replace(";kvittert;", ";avvist;"), encoding="utf-8")
    with pytest.raises(Brukerfeil, match="Rad 2"):
        les_kvitteringer(mappe)
    mappe.kvitteringer.write_text("noe annet\n", encoding="utf-8")
    with pytest.raises(Brukerfeil, match="Første linje"):
        les_kvitteringer(mappe)


@pytest.mark.parametrize(("endret_pst", "gjelder"), [(ENDRING_PST, True), (ENDRING_PST + 1, False)])
def test_an_acceptance_lapses_with_its_amount_and_says_so(endret_pst, gjelder):
    con = ny_base()
    belop = Decimal(5000) * (100 + endret_pst) / 100
    legg_inn(con, [*faste(), *sene(belop)])
    con.execute(
        "insert into stg_intern__kvittering "
        "values (?, '2025-06-01', 'fagsystem', 'etterslep_vedtak', ?, 20000, 'Kari', 'Greit', ?)",
        [KOMMUNE, MAI, FOER],
    )
    svar = bygg(con).execute("select kvittert, kvittert_av, kvittert_tekst from bi_avvik_periodisering").fetchall()
    assert svar == [
        (True, "Kari", "Greit")
        if gjelder
        else (
            False,
            None,
            "Kvitteringen fra Kari 1. juni 2025 gjelder ikke lenger, for beløpet er endret fra "
            "20\xa0000 kr til 21\xa0200 kr.",
        )
    ]


def test_a_missing_month_is_accepted_until_its_amount_is_known():
    con = ny_base()
    legg_inn(con, faste())
    con.execute("update int_leveranse_forventet set status = 'mangler' where maaned = ?", [MAI])
    con.execute(
        "insert into stg_intern__kvittering "
        "values (?, ?, 'fagsystem', 'manglende_leveranse', null, null, 'Kari', 'Bytte', ?)",
        [KOMMUNE, MAI, FOER],
    )
    assert bygg(con).execute("select aarsak, kvittert from bi_avvik_periodisering").fetchall() == [
        ("manglende_leveranse", True)
    ]


def kommando(mappe, *argumenter):
    return CliRunner().invoke(app, ["kvitter", *argumenter, "--mappe", str(mappe.rot)])


def test_the_command_lists_what_is_open_and_accepts(mappe):
    liste = kommando(mappe, "--json")
    assert liste.exit_code == 0
    assert '"aarsak": "etterslep_vedtak"' in liste.stdout
    assert "tilbakeforing" not in liste.stdout
    assert "tilbakeforing" in kommando(mappe, "--alle", "--json").stdout
    svar = kommando(mappe, KOMMUNE, "2025-06", "etterslep_vedtak", "--av", "Kari", "--tekst", "Hentet inn")
    assert svar.exit_code == 0
    assert "Kvittert ut." in svar.stdout
    assert len(les_kvitteringer(mappe)) == 1
    svar = kommando(mappe, KOMMUNE, "2025-06", "etterslep_vedtak", "--av", "Kari", "--angre")
    assert "tatt tilbake" in svar.stdout
    assert les_kvitteringer(mappe) == []
    assert f"{KOMMUNE} 2025-06 etterslep_vedtak  FEIL" in kommando(mappe).stdout
    assert kommando(mappe, "0301").stdout == "Ingen åpne funn.\n"
    assert isinstance(kommando(mappe, KOMMUNE, "2025-06").exception, Brukerfeil)


def test_an_acceptance_is_reason_to_build_again(mappe):
    parametre, kommuner = Parametre(ETTER), (Kommune(kommunenummer=KOMMUNE, navn="Eksempelvik"),)
    skriv_parametre(mappe, kommuner, parametre, None)
    foer = fingeravtrykk(mappe.varehus, parametre)
    assert fingeravtrykk(mappe.varehus, parametre) == foer
    kvitter_ut(mappe, etterslep(mappe), hvem="Kari", tekst="Greit", tidspunkt=FOER)
    skriv_parametre(mappe, kommuner, parametre, None)
    assert fingeravtrykk(mappe.varehus, parametre) != foer
    kvitter_ut(mappe, etterslep(mappe), hvem="Kari", tekst="", tidspunkt=FOER, angre=True)
    skriv_parametre(mappe, kommuner, parametre, None)
    assert fingeravtrykk(mappe.varehus, parametre) == foer


def test_what_an_expectation_found_is_accepted_under_its_own_name(mappe):
    id_ = "fagsystem_og_hovedbok_er_enige"
    with duckdb.connect(str(mappe.varehus)) as con:
        for kjoring_id, observert in (("a", 9.0), ("b", 1.256)):
            con.execute(
                "insert into intern.kvalitet values "
                "(?, ?, 'avstemming', ?, ?, ?, 'ERROR', false, ?, 'Uforklart.', 'Spør.', true, true, false, true)",
                [kjoring_id, FOER, id_, KOMMUNE, MAI, observert],
            )
    assert '"serie": "kvalitet"' in kommando(mappe, "--json").stdout
    svar = kommando(mappe, KOMMUNE, "2025-05", id_, "--serie", "kvalitet", "--av", "Kari", "--tekst", "Avklart")
    assert svar.exit_code == 0
    assert [(k.funn, k.belop_nok) for k in les_kvitteringer(mappe)] == [
        (Funn(KOMMUNE, MAI, "kvalitet", id_, None), Decimal("1.26"))
    ]


def test_before_the_first_build_there_is_a_sentence(tmp_path):
    mappe = Mappe(tmp_path / "tom")
    mappe.lag()
    with pytest.raises(Brukerfeil, match="ikke lest inn noe"):
        les_avvik(mappe)
    duckdb.connect(str(mappe.varehus)).close()
    with pytest.raises(Brukerfeil, match="ikke regnet ut"):
        les_avvik(mappe)
