import stat
from datetime import date

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.database import TABELLER
from dagster_project.valg import les_maaned
from tests.rapportbase import ANNEN, NUMMER, lag_base, utbetalt

FOR, SISTE = date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def publisert(mappe):
    """An installation where one municipality has two months and the other the first of them."""
    lag_base(
        mappe.publisert / "stonad.duckdb",
        ind_utbetaling_per_mottaker=[
            *utbetalt(FOR, 1000),
            *utbetalt(SISTE, 2000),
            *utbetalt(FOR, 3000, kommunenummer=ANNEN),
        ],
    )
    return mappe


def kjor(mappe, *argumenter: str):
    return CliRunner().invoke(app, ["rapport", "--mappe", str(mappe.rot), *argumenter])


def filer(mappe) -> list[str]:
    return sorted(fil.name for fil in mappe.rapporter.glob("*")) if mappe.rapporter.exists() else []


def test_report_of_a_municipality_and_a_month_is_a_page_and_a_pdf(publisert):
    svar = kjor(publisert, "--kommune", NUMMER, "--maaned", "2026-02")
    assert svar.exit_code == 0
    assert filer(publisert) == [f"rapport_{NUMMER}_2026-02.html", f"rapport_{NUMMER}_2026-02.pdf"]
    assert [linje.split()[-1] for linje in svar.output.splitlines()] == [
        str(publisert.rapporter / navn) for navn in filer(publisert)
    ]


def test_without_choices_everybody_gets_their_newest_month(publisert):
    assert kjor(publisert, "--uten-pdf").exit_code == 0
    assert filer(publisert) == [f"rapport_{NUMMER}_2026-03.html", f"rapport_{ANNEN}_2026-02.html"]


def test_month_without_municipality_is_of_those_that_have_it(publisert, tmp_path):
    assert kjor(publisert, "--maaned", "2026-03", "--uten-pdf", "--ut", str(tmp_path / "her")).exit_code == 0
    assert [fil.name for fil in (tmp_path / "her").iterdir()] == [f"rapport_{NUMMER}_2026-03.html"]


@pytest.mark.parametrize(
    ("argumenter", "melding"),
    [
        (["--maaned", "2026-04"], "Ingen kommune har publiserte tall for april"),
        (["--kommune", ANNEN, "--maaned", "2026-03"], "Det er ikke publisert noen tall for Annenby"),
        (["--kommune", "9999"], "Kommune 9999 er ikke i varehuset"),
        (["--maaned", "mars"], "«mars» er ikke en måned. Skriv den som 2026-10."),
    ],
)
def test_what_is_not_there_is_told_and_nothing_is_written(publisert, argumenter, melding):
    svar = kjor(publisert, *argumenter)
    assert isinstance(svar.exception, Brukerfeil)
    assert melding in str(svar.exception).replace("\N{NO-BREAK SPACE}", " ")
    assert filer(publisert) == []


def test_nothing_published_is_told(mappe):
    assert "ikke publisert noe" in str(kjor(mappe).exception)


def test_worklist_makes_a_report_only_its_owner_can_read(publisert):
    lag_varehus(publisert.varehus)
    svar = kjor(publisert, "--kommune", NUMMER, "--uten-pdf", "--med-arbeidsliste")
    assert "skal ikke deles" in svar.output
    (navn,) = filer(publisert)
    assert navn == f"rapport_{NUMMER}_2026-03_INTERN.html"
    fil = publisert.rapporter / navn
    assert stat.S_IMODE(fil.stat().st_mode) == 0o600
    assert "INTERN – skal ikke deles." in fil.read_text(encoding="utf-8")


def lag_varehus(fil) -> None:
    """Make a warehouse whose controls have found nothing."""
    with duckdb.connect(str(fil)) as con:
        con.execute(TABELLER)
        con.execute("create schema intermediate")
        con.execute("create table intermediate.int_leveranse_gjeldende (leveranse_id varchar)")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_month_is_read_as_it_is_written(dag):
    assert les_maaned(f"{dag:%Y-%m}") == dag.replace(day=1)


@pytest.mark.parametrize("tekst", ["2026-13", "2026-1", "202610", "2026-10-01", "26-10", "", "oktober 2026", "2026-W1"])
def test_what_is_not_a_month_is_refused(tekst):
    with pytest.raises(Brukerfeil, match="er ikke en måned"):
        les_maaned(tekst)
