"""The guide for controllers is true: its commands can be given, its tables are the seeds', its pictures are there."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from dagster_project import cli
from dagster_project.formater import MAANEDER
from dagster_project.kvalitet.suiter import suiter
from dagster_project.seeds import read_seed

VEILEDNING = Path(__file__).resolve().parents[2] / "docs" / "brukerveiledning.md"
TEKST = VEILEDNING.read_text(encoding="utf-8")
STORSTE_BILDE = 150_000


def rader(overskrift: str) -> list[list[str]]:
    """Return the rows of the table under a heading."""
    avsnitt = re.split(r"^#+ ", TEKST.partition(f"# {overskrift}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    linjer = [linje for linje in avsnitt.splitlines() if linje.startswith("|")]
    return [[celle.strip() for celle in linje.strip("|").split("|")] for linje in linjer[2:]]


def kommandoer() -> list[str]:
    blokker = re.findall(r"^```\n(.*?)^```", TEKST, re.MULTILINE | re.DOTALL)
    return [linje for blokk in blokker for linje in blokk.splitlines() if linje.startswith("stonad ")]


@pytest.mark.parametrize("kommando", kommandoer())
def test_every_command_can_be_given_as_it_stands(kommando):
    navn, *argumenter = shlex.split(kommando)[1:]
    funnet = typer.main.get_command(cli.app).commands[navn]
    if hasattr(funnet, "commands"):
        funnet, argumenter = funnet.commands[argumenter[0]], argumenter[1:]
    # Parses and checks what is given, and runs nothing.
    assert funnet.make_context(navn, argumenter).params


@pytest.mark.parametrize(("overskrift", "serie"), [("I fagsystemet", "fagsystem"), ("I regnskapet", "regnskap")])
def test_every_cause_has_what_to_do_as_the_seed_says(overskrift, serie):
    aarsaker = sorted(
        (rad for rad in read_seed("avvik_aarsak") if rad["serie"] == serie), key=lambda rad: int(rad["rekkefolge"])
    )
    assert rader(overskrift) == [
        [f"`{rad['aarsak']}`", rad["navn"], rad["hoyeste_alvor"], rad["gjor"]] for rad in aarsaker
    ]


def test_every_expectation_has_what_to_do_as_its_suite_says():
    assert rader("På kvalitetssiden") == [
        [f"`{ett.id}`", ett.alvor, ett.meta.betyr, ett.gjor("KOMMUNE", "MÅNED")]
        for suite in suiter()
        for ett in suite.forventninger
    ]


def test_the_year_is_that_of_the_calendar():
    fortalt = rader("Året")
    assert [(rad[1], rad[2]) for rad in fortalt] == [(rad["navn"], rad["gjor"]) for rad in read_seed("kalender_frist")]
    for (naar, *_), rad in zip(fortalt, read_seed("kalender_frist"), strict=True):
        maaned = MAANEDER[int(rad["maaned"]) - 1]
        dag = f"{rad['dag']}. {maaned}" if rad["dag"] else f"I {maaned}"
        assert naar == (f"Omkring {dag}" if rad["slag"] == "omtrentlig" and rad["dag"] else dag)


def test_pictures_are_there_small_and_told_in_words():
    bilder = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", TEKST)
    assert {sti for _, sti in bilder} == {f"bilder/{navn}.png" for navn in ("kvalitet", "rapport", "arbeidsbok")}
    for tekst, sti in bilder:
        assert len(tekst) > 30
        innhold = (VEILEDNING.parent / sti).read_bytes()
        assert innhold.startswith(b"\x89PNG")
        assert len(innhold) < STORSTE_BILDE, sti
