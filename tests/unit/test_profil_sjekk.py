"""`stonad profil sjekk`: what the person who sets up a municipality is told about a report."""

import json
import re

import pytest
import yaml
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.fagsystem.profil import Profiler, innebygde
from dagster_project.fagsystem.sjekk import les_form, sjekk_fil
from dagster_project.feil import Brukerfeil
from tests.fagsystemfil import SOCIO, VELFERD, mottaker, skriv_rapport, utbetaling
from tests.kostrafil import person

EKSEMPLER = Profiler(eksempler=innebygde())


@pytest.mark.parametrize("profil", [SOCIO, VELFERD], ids=["socio", "velferd"])
def test_a_report_in_order_is_understood_and_read(tmp_path, profil):
    sti = skriv_rapport(tmp_path, profil, "utbetaling", [utbetaling(1), utbetaling(2)])
    svar = sjekk_fil(sti, EKSEMPLER, None)
    assert (svar.profil, svar.objekt) == (profil.profil, "utbetaling")
    assert svar.form.overskrift == profil.filform("utbetaling").hopp_over_linjer + 1
    assert (svar.lesing.rader_godtatt, svar.lesing.rader_karantene) == (2, 0)
    assert svar.er_i_orden
    assert "ukjent" not in svar.bruk.values()


def test_nothing_that_tells_who_somebody_is_is_shown(tmp_path):
    sti = skriv_rapport(tmp_path, SOCIO, "mottaker", [mottaker(1), mottaker(2)])
    svar = CliRunner().invoke(app, ["profil", "sjekk", str(sti)])
    assert svar.exit_code == 0, svar.output
    assert person(1) not in svar.output
    assert not re.search(r"\d{6}", svar.output.replace(sti.name, ""))


def test_an_unknown_code_and_an_unmapped_column_are_named(tmp_path):
    sti = skriv_rapport(tmp_path, SOCIO, "utbetaling", [utbetaling(1), utbetaling(2)])
    tekst = sti.read_text(encoding="windows-1252").replace("Utbetalt;", "Betalt;", 1)
    linjer = tekst.splitlines()
    sti.write_text("\r\n".join([linjer[0] + ";Merknad", *(linje + ";x" for linje in linjer[1:])]), "windows-1252")
    svar = sjekk_fil(sti, EKSEMPLER, None)
    assert svar.ukjente == ("Merknad",)
    assert svar.lesing.status == "avvist"
    assert not svar.er_i_orden
    assert "Merknad" in yaml.safe_load(svar.forslag)["objekter"]["utbetaling"]["forkast"]


def test_an_unknown_code_is_counted(tmp_path):
    sti = skriv_rapport(tmp_path, SOCIO, "utbetaling", [utbetaling(1), utbetaling(2, status="NYTT")])
    svar = sjekk_fil(sti, EKSEMPLER, None)
    assert svar.ukjente_koder == {"status": {"NYTT": 1}}
    assert [(regel, antall) for regel, _, antall in svar.lesing.grunner] == [("F11", 1)]


def test_a_report_nobody_knows_gives_a_profile_to_start_from(tmp_path):
    sti = tmp_path / "eksport.csv"
    sti.write_text("Tittel\nutbetaling id;Journalnr;Belop;Status;Hvem\n1;2;3,00;OK;Kari\n1;2;3,00;OK;Ola\n", "utf-8")
    svar = sjekk_fil(sti, EKSEMPLER, None)
    forslag = yaml.safe_load(svar.forslag)
    assert forslag["fil"]["hopp_over_linjer"] == 1
    (objekt,) = forslag["objekter"].values()
    assert objekt["kolonner"]["belop"] == "Belop"
    assert objekt["kolonner"]["registrert_dato"] == "?"
    assert "Kari" not in json.dumps([svar.rader, svar.forslag], ensure_ascii=False)


@pytest.mark.parametrize(("innhold", "ord_"), [(b"", "ingen overskrift"), (b"bare tekst\r\n", "ingen overskrift")])
def test_what_is_no_report_is_told_so(tmp_path, innhold, ord_):
    sti = tmp_path / "a.csv"
    sti.write_bytes(innhold)
    with pytest.raises(Brukerfeil, match=ord_):
        les_form(sti)


def test_an_unknown_profile_is_told_so(tmp_path):
    sti = skriv_rapport(tmp_path, SOCIO, "mottaker", [mottaker(1)])
    with pytest.raises(Brukerfeil, match="Finner ingen profil"):
        sjekk_fil(sti, EKSEMPLER, "finnes_ikke")
