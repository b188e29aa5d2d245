"""The controller's year has every deadline on its day, and a calendar program can read it."""

import json
import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from dagster_project import cli
from dagster_project.feil import Brukerfeil
from dagster_project.frister import BYTES_PER_LINJE, FLYTTET, FRIST, _brett, _rommet, frister, ical, neste
from dagster_project.kalender import er_virkedag, leveransefrist
from dagster_project.seeds import read_seed

STEMPEL = datetime(2026, 1, 2, 6, 30)


def en(aar: int, frist_id: str):
    return next(frist for frist in frister(aar) if frist.frist_id == frist_id)


@pytest.mark.parametrize(
    ("frist_id", "dag"),
    [
        ("kostra_11f_11cf", date(2026, 1, 15)),
        ("regnskap_0a", date(2026, 2, 22)),
        ("ureviderte_tall", date(2026, 3, 15)),
        ("rettelser", date(2026, 4, 15)),
        ("reviderte_tall", date(2026, 6, 15)),
    ],
)
def test_the_dates_of_kostra(frist_id, dag):
    assert en(2026, frist_id).dag == dag


def test_a_deadline_on_a_day_off_tells_the_working_day_before_and_what_ssb_has_done():
    sondag, tirsdag = en(2026, "regnskap_0a"), en(2028, "regnskap_0a")
    assert (sondag.ferdig, "Datoen er en søndag" in sondag.merknad) == (date(2026, 2, 20), True)
    assert (tirsdag.ferdig, FLYTTET in tirsdag.merknad) == (date(2028, 2, 22), False)


def test_what_others_do_on_a_day_off_is_no_deadline():
    assert en(2026, "ureviderte_tall").dag.weekday() == 6
    assert en(2026, "ureviderte_tall").ferdig == date(2026, 3, 15)


def test_every_month_has_its_deliveries_due_on_the_working_day_the_seed_says():
    maanedlige = [frist for frist in frister(2026) if frist.frist_id.startswith("leveranser-")]
    assert [frist.dag.month for frist in maanedlige] == list(range(1, 13))
    assert maanedlige[0].frist_id == "leveranser-2025-12"
    assert maanedlige[0].dag == leveransefrist(date(2025, 12, 1)) == date(2026, 1, 8)
    assert all(er_virkedag(frist.dag) for frist in maanedlige)


def test_the_last_day_for_corrections_is_the_day_before_figures_become_final():
    for rad in read_seed("kostra_frist"):
        endelig_fra = date.fromisoformat(rad["endelig_fra"])
        assert en(endelig_fra.year, "rettelser").dag == endelig_fra - timedelta(days=1)


@pytest.mark.parametrize(
    ("dag", "ventet"),
    [
        (date(2026, 1, 15), "kostra_11f_11cf"),
        (date(2026, 1, 16), "leveranser-2026-01"),
        (date(2026, 2, 22), "regnskap_0a"),
        (date(2026, 2, 23), "leveranser-2026-02"),
    ],
)
def test_the_next_deadline_is_that_of_the_day_or_the_first_after_it(dag, ventet):
    assert neste(frister(2026), dag).frist_id == ventet


def test_after_the_last_there_is_no_next():
    assert neste(frister(2026), date(2026, 12, 31)) is None


@pytest.mark.parametrize("aar", [1999, 2101])
def test_a_year_without_a_calendar_is_refused(aar):
    with pytest.raises(Brukerfeil, match=f"ikke {aar}"):
        frister(aar)
    assert frister(2000)
    assert frister(2100)


def test_each_says_what_to_do_and_where_it_is_from():
    for frist in frister(2026):
        assert frist.gjor
        assert frist.kilde


def hendelser(tekst: str) -> list[dict[str, str]]:
    """Read a calendar as RFC 5545 says: unfold, split at the first colon, take the escapes out."""
    assert tekst.endswith("\r\n")
    assert "\n" not in tekst.replace("\r\n", "")
    linjer = tekst.replace("\r\n ", "").split("\r\n")
    assert (linjer[0], linjer[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert "VERSION:2.0" in linjer
    assert any(linje.startswith("PRODID:") for linje in linjer)
    funnet: list[dict[str, str]] = []
    for linje in linjer:
        if linje == "BEGIN:VEVENT":
            funnet.append({})
        elif funnet and not linje.startswith("END:"):
            navn, _, verdi = linje.partition(":")
            funnet[-1][navn] = tatt_ut(verdi)
    return funnet


def tatt_ut(verdi: str) -> str:
    return re.sub(r"\\(.)", lambda treff: "\n" if treff[1] == "n" else treff[1], verdi)


def test_the_calendar_is_one_other_programs_read():
    alle = frister(2026)
    tekst = ical(alle, STEMPEL)
    lest = hendelser(tekst)
    assert [ett["SUMMARY"].removesuffix(" (omtrentlig)") for ett in lest] == [frist.navn for frist in alle]
    assert [ett["DTSTART;VALUE=DATE"] for ett in lest] == [f"{frist.dag:%Y%m%d}" for frist in alle]
    assert len({ett["UID"] for ett in lest}) == len(alle)
    assert {ett["DTSTAMP"] for ett in lest} == {"20260102T063000Z"}
    assert all(frist.gjor in ett["DESCRIPTION"] for frist, ett in zip(alle, lest, strict=True))
    # An all-day event ends on the day after.
    assert all(ett["DTEND;VALUE=DATE"] > ett["DTSTART;VALUE=DATE"] for ett in lest)
    assert max(len(linje.encode()) for linje in tekst.split("\r\n")) <= BYTES_PER_LINJE


def test_an_event_keeps_its_id_when_the_calendar_is_made_again():
    senere = ical(frister(2026), datetime(2027, 1, 1))
    assert [ett["UID"] for ett in hendelser(senere)] == [ett["UID"] for ett in hendelser(ical(frister(2026), STEMPEL))]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_any_text_is_folded_and_escaped_without_loss(tekst):
    brettet = _brett("SUMMARY:" + _rommet(tekst))
    assert max(len(linje.encode()) for linje in brettet.split("\r\n")) <= BYTES_PER_LINJE
    assert tatt_ut(brettet.replace("\r\n ", "").removeprefix("SUMMARY:")) == tekst


def test_the_command_marks_the_next_and_writes_the_file(tmp_path):
    kommando = ["kalender", "--aar", "2026", "--dato", "2026-02-10", "--ics", str(tmp_path / "k.ics")]
    svar = CliRunner().invoke(cli.app, [*kommando, "--json"])
    assert svar.exit_code == 0, svar.output
    rader = json.loads(svar.output)
    assert [rad["frist_id"] for rad in rader if rad["er_neste"]] == ["regnskap_0a"]
    assert {rad["slag"] for rad in rader} == {FRIST, "omtrentlig", "hendelse"}
    assert len(hendelser((tmp_path / "k.ics").read_bytes().decode())) == len(rader)
    vist = CliRunner().invoke(cli.app, kommando, env={"COLUMNS": "200"}).output
    assert "Neste frist (→): Årsregnskapet (0A) skal være sendt SSB" in vist


def test_a_day_that_is_none_is_told():
    svar = CliRunner().invoke(cli.app, ["kalender", "--dato", "10.02.2026"])
    assert isinstance(svar.exception, Brukerfeil)
    assert "er ikke en dato" in str(svar.exception)
