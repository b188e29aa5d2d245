"""Files to SSB from small deliveries: the delivered bytes, who may read them, what is refused, and what is said."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.ny_nokkel import bytt_nokkel
from dagster_project.kostra.eksport import Bestilling, Eksport, eksporter
from dagster_project.kostra.eksport.skriving import skriv_egen
from dagster_project.kostra.skriv import POSTER_PER_BIT
from dagster_project.las import enerett
from tests.kostrafil import deltaker, duf, kontolinje, mottaker, person, poster, skriv_11f, som_bytes
from tests.varehus import les

SAMMENSATT = [
    mottaker(1),
    mottaker(2, SAKSBEHANDLER="Bjørn"),
    mottaker(3, PERSON_FODSELSNR="", PERSON_DUF=duf(3)),
    mottaker(4, BIDRAG="0012O00"),
    mottaker(1, BIDRAG_JAN=7000),
    mottaker(5, PERSON_FODSELSNR=" " * 11, FODSELSDATO="15061988"),
    mottaker(6, PERSON_FODSELSNR="1506880010 "),
    mottaker(7, VEDTAKDATO="9913"),
]
"""Records of every kind; numbers 4, 5 and 8 are set aside."""
ORGNR = "312236479"


@pytest.fixture
def lever(mappe, miljo):
    """Put a file into the inbox and take it in, on a day of January 2026."""

    def lever(navn: str, innhold: bytes, dag: int = 1) -> bytes:
        sti = mappe.innboks / navn
        sti.parent.mkdir(parents=True, exist_ok=True)
        sti.write_bytes(innhold)
        les(mappe, miljo, dag)
        return innhold

    return lever


@pytest.fixture
def skriv(mappe, miljo, tmp_path):
    """Export to a folder outside the installation and return the files."""

    def skriv(skjema: str = "11F", aar: int = 2026, kommunenummer: str = "3411", **valg) -> list[Eksport]:
        return eksporter(mappe, miljo, Bestilling(skjema, aar, kommunenummer, tmp_path / "ut", **valg))

    return skriv


@pytest.fixture
def oslo(mappe):
    konfig = mappe.konfig / "kommuner.yml"
    konfig.write_text(konfig.read_text() + '  - {kommunenummer: "0301", navn: Oslo}\n')


def fil_11f(aar: int = 2026, slutt: bytes = b"\r\n", kommunenummer: str = "3411", **felter) -> bytes:
    rader = [{**row, **felter} for row in SAMMENSATT]
    return som_bytes(poster("11F", rader, aar, kommunenummer), slutt)


def avvises(kall, *deler: str) -> str:
    """Return the message of a refusal, which holds the given pieces and no identity number."""
    with pytest.raises(Brukerfeil) as feil:
        kall()
    tekst = str(feil.value)
    assert [del_ for del_ in deler if del_ not in tekst] == []
    assert not re.search(r"\d{11}", tekst)
    return tekst


class TestTheBytes:
    @pytest.mark.parametrize("aar", [2022, 2023, 2024, 2025, 2026])
    def test_are_those_delivered_also_of_records_set_aside(self, lever, skriv, aar):
        levert = lever("Sosial_341100.dat", fil_11f(aar))
        (fil,) = skriv(aar=aar)
        assert fil.sti.read_bytes() == levert
        assert fil.sti.name == "Sosial_341100.dat"
        assert (fil.forskjell, fil.utkast.poster, fil.utkast.karantene) == (None, 8, 3)

    @pytest.mark.parametrize("aar", [2022, 2023, 2024, 2025, 2026])
    def test_of_the_qualification_programme(self, lever, skriv, aar):
        rader = [deltaker(1), deltaker(2, SAKSBEHANDLER="Åse"), deltaker(3, KVP_STONAD="x"), deltaker(1, STATUS="4")]
        levert = lever("k.dat", som_bytes(poster("11CF", rader, aar)))
        (fil,) = skriv("11CF", aar)
        assert (fil.sti.name, fil.sti.read_bytes()) == ("KVP_341100.dat", levert)
        assert fil.utkast.karantene == 1

    def test_of_the_accounts_with_every_quarter_in_its_own_file(self, lever, skriv):
        linjer = [kontolinje("281", "470", 67, orgnr=ORGNR), kontolinje("281", "520", " 1 2"), kontolinje("242", "", 5)]
        levert = {}
        for kvartal in ("", "1", "3"):
            rader = [linje | {"kvartal": kvartal or " "} for linje in linjer]
            levert[kvartal] = lever(f"bev{kvartal}.dat", som_bytes(poster("0A", rader, 2026)))
        for kvartal, navn in (("", "BEV_341100.dat"), ("1", "BEV_341100_K1.dat"), ("3", "BEV_341100_K3.dat")):
            (fil,) = skriv("0A", kvartal=kvartal or None)
            assert (fil.sti.name, fil.sti.read_bytes()) == (navn, levert[kvartal])
            assert (fil.utkast.orgnr, fil.utkast.karantene) == (" " * 9, 1)
        tekst = avvises(lambda: skriv("0A", kvartal="2"), "kvartal 2", "hele året, kvartal 1 og kvartal 3")
        assert "--kvartal" in tekst

    def test_a_line_of_another_form_in_the_accounts_is_kept(self, lever, skriv):
        linjer = poster("0A", [kontolinje("281", "470", 67), kontolinje("281", "520", 1)], 2026)
        levert = lever("b.dat", som_bytes([linjer[0], "0B" + linjer[1][2:]]))
        (fil,) = skriv("0A")
        assert (fil.sti.read_bytes(), fil.utkast.karantene) == (levert, 1)

    @pytest.mark.parametrize(
        "omgjort",
        [
            lambda innhold: innhold.removesuffix(b"\r\n"),
            lambda innhold: innhold + b"\r\n\r\n",
            lambda innhold: b"\r\n" + innhold,
            lambda innhold: innhold.replace(b"\r\n", b"\r\n\r\n\r\n", 2),
            lambda innhold: innhold.replace(b"\r\n", b"\r\n\r\n").removesuffix(b"\r\n\r\n"),
        ],
        ids=["no last line end", "empty lines at the end", "at the beginning", "between", "everywhere but last"],
    )
    def test_keep_the_files_own_habits_where_they_are_in_ssbs_form(self, lever, skriv, omgjort):
        levert = lever("a.dat", omgjort(fil_11f()))
        (fil,) = skriv()
        assert (fil.forskjell, fil.sti.read_bytes()) == (None, levert)

    @pytest.mark.parametrize(
        ("omgjort", "forskjell"),
        [
            (lambda innhold: innhold.replace(b"\r\n", b"\n"), "lf"),
            (lambda innhold: innhold.replace(b"\r\n", b"\n").removesuffix(b"\n"), "lf"),
            (lambda innhold: b"\n" + innhold.replace(b"\r\n", b"\n\n"), "lf"),
            (lambda innhold: innhold.replace(b"\r\n", b"\n", 1), "ujevne"),
            (lambda innhold: innhold.replace(b"\r\n", b"\r\r\n"), "ujevne"),
            (lambda innhold: b"\r\r\n\n" + innhold + b"\n", "ujevne"),
        ],
    )
    def test_are_ssbs_form_where_the_line_ends_were_others(self, lever, skriv, omgjort, forskjell):
        lever("a.dat", omgjort(fil_11f()))
        (fil,) = skriv()
        assert (fil.forskjell, fil.sti.read_bytes()) == (forskjell, fil_11f())

    def test_line_ends_of_one_kind_are_proved_without_the_archive(self, mappe, lever, skriv):
        lever("a.dat", fil_11f(slutt=b"\n"))
        shutil.rmtree(mappe.arkiv)
        (fil,) = skriv()
        assert (fil.forskjell, fil.sti.read_bytes()) == ("lf", fil_11f())

    def test_nothing_is_written_that_cannot_be_proved_to_be_the_delivered_file(self, mappe, lever, skriv, tmp_path):
        lever("a.dat", fil_11f().replace(b"\r\n", b"\n", 1))
        shutil.rmtree(mappe.arkiv)
        avvises(skriv, "a.dat", "er ikke det som ble levert")
        assert list((tmp_path / "ut").iterdir()) == []

    def test_a_warehouse_that_was_changed_by_hand_does_not_pass(self, mappe, lever, skriv, tmp_path):
        lever("a.dat", fil_11f())
        with duckdb.connect(str(mappe.varehus)) as con:
            con.execute("update raw.kostra_11f set post = replace(post, '0016000', '0017000') where linje = 1")
        avvises(skriv, "er ikke det som ble levert")
        assert list((tmp_path / "ut").iterdir()) == []

    def test_a_file_in_utf8_never_came_in(self, lever, skriv):
        lever("Sosial_341100.dat", fil_11f().decode("latin-1").encode("utf-8"))
        avvises(skriv, "ingen godtatt leveranse av 11F", "Sosial_341100.dat fra 01.01.2026", "lagret som UTF-8")

    def test_characters_of_iso_8859_1_are_one_byte_each(self, lever, skriv):
        alle = "".join(map(chr, [*range(0x20, 0x7F), *range(0x80, 0x100)]))
        deler = [alle[fra : fra + 10] for fra in range(0, len(alle), 10)]
        rader = [mottaker(nummer, SAKSBEHANDLER=del_) for nummer, del_ in enumerate(deler, start=1)]
        levert = lever("a.dat", som_bytes(poster("11F", rader, 2026)))
        (fil,) = skriv()
        assert fil.sti.read_bytes() == levert


class TestNothingToReport:
    @pytest.mark.parametrize(("innhold", "forskjell"), [(b" ", None), (b" \r\n", "mellomrom"), (b" \n\n", "mellomrom")])
    @pytest.mark.parametrize(("skjema", "navn"), [("11F", "Sosial"), ("11CF", "KVP")])
    def test_is_one_space_whatever_came_after_it(self, lever, skriv, skjema, navn, innhold, forskjell):
        lever(f"2026/{navn}_341100.dat", innhold)
        (fil,) = skriv(skjema)
        assert (fil.sti.name, fil.sti.read_bytes()) == (f"{navn}_341100.dat", b" ")
        assert (fil.forskjell, fil.utkast.poster) == (forskjell, 0)

    def test_needs_no_key(self, lever, skriv, miljo):
        lever("Sosial_341100_2026.dat", b" ")
        miljo.sti_til_nokkelfil.unlink()
        assert skriv()[0].sti.read_bytes() == b" "

    def test_the_last_word_counts(self, lever, skriv):
        lever("Sosial_341100_2026.dat", b" ", dag=1)
        levert = lever("a.dat", fil_11f(), dag=2)
        (fil,) = skriv()
        assert fil.sti.read_bytes() == levert


class TestCurrentDelivery:
    def test_is_the_last_accepted_for_the_municipality_form_and_year(self, lever, skriv):
        lever("forste.dat", fil_11f(), dag=1)
        siste = lever("siste.dat", fil_11f(SAKSBEHANDLER="Ny"), dag=2)
        lever("hamar.dat", fil_11f(kommunenummer="3403"), dag=3)
        lever("fjor.dat", fil_11f(2025), dag=4)
        (fil,) = skriv()
        assert (fil.sti.read_bytes(), fil.utkast.levert.filnavn) == (siste, "siste.dat")
        assert fil.utkast.merknader == ()

    def test_a_later_file_that_was_refused_is_told_of(self, lever, skriv):
        levert = lever("god.dat", fil_11f(), dag=1)
        lever("Sosial_341100.dat", fil_11f()[:-100], dag=2)
        (fil,) = skriv()
        assert fil.sti.read_bytes() == levert
        (merknad,) = fil.utkast.merknader
        assert "Sosial_341100.dat fra 02.01.2026 kl. 06:00 UTC ble avvist" in merknad

    def test_an_earlier_file_that_was_refused_is_not(self, lever, skriv):
        lever("Sosial_341100.dat", fil_11f()[:-100], dag=1)
        lever("god.dat", fil_11f(), dag=2)
        assert skriv()[0].utkast.merknader == ()


@pytest.mark.usefixtures("oslo")
class TestOslo:
    def test_each_district_has_a_file_of_its_own(self, lever, skriv):
        levert = {
            bydel: lever(f"{bydel}.dat", fil_11f(kommunenummer="0301", BYDELSNR=bydel), dag)
            for dag, bydel in enumerate(("07", "15", "05"), start=1)
        }
        filer = skriv(kommunenummer="0301")
        assert [fil.sti.name for fil in filer] == ["Sosial_030105.dat", "Sosial_030107.dat", "Sosial_030115.dat"]
        assert {fil.utkast.region[4:]: fil.sti.read_bytes() for fil in filer} == levert

    def test_one_can_be_chosen(self, lever, skriv, tmp_path):
        for bydel in ("05", "07"):
            lever(f"{bydel}.dat", fil_11f(kommunenummer="0301", BYDELSNR=bydel))
        assert [fil.utkast.region for fil in skriv(kommunenummer="0301", bydel="07")] == ["030107"]
        assert [sti.name for sti in (tmp_path / "ut").iterdir()] == ["Sosial_030107.dat"]
        avvises(lambda: skriv(kommunenummer="0301", bydel="01"), "bydel 01", "05 og 07")

    def test_a_file_for_the_whole_city_is_one_file(self, lever, skriv):
        rader = [mottaker(nummer, BYDELSNR=f"{nummer:02d}") for nummer in (1, 2, 3)]
        levert = lever("a.dat", som_bytes(poster("11F", rader, 2026, "0301")))
        (fil,) = skriv(kommunenummer="0301")
        assert (fil.sti.name, fil.sti.read_bytes()) == ("Sosial_030100.dat", levert)

    def test_the_whole_city_and_a_district_are_not_both_sent(self, lever, skriv, tmp_path):
        rader = [mottaker(nummer, BYDELSNR=f"{nummer:02d}") for nummer in (1, 2, 3)]
        lever("hele.dat", som_bytes(poster("11F", rader, 2026, "0301")))
        lever("07.dat", fil_11f(kommunenummer="0301", BYDELSNR="07"))
        avvises(lambda: skriv(kommunenummer="0301"), "hele byen", "07", "--bydel")
        assert not (tmp_path / "ut").exists()
        assert [skriv(kommunenummer="0301", bydel=bydel)[0].utkast.region for bydel in ("00", "07")] == [
            "030100",
            "030107",
        ]

    def test_a_district_with_nothing_to_report_is_known_by_its_files_name(self, lever, skriv):
        lever("2026/Sosial_030105.dat", b" ")
        lever("07.dat", fil_11f(kommunenummer="0301", BYDELSNR="07"))
        filer = skriv(kommunenummer="0301")
        assert [(fil.sti.name, fil.utkast.poster) for fil in filer] == [
            ("Sosial_030105.dat", 0),
            ("Sosial_030107.dat", 8),
        ]

    def test_all_districts_or_none(self, lever, skriv, tmp_path):
        for bydel in ("05", "07"):
            lever(f"{bydel}.dat", fil_11f(kommunenummer="0301", BYDELSNR=bydel))
        i_veien = tmp_path / "ut" / "Sosial_030107.dat"
        i_veien.parent.mkdir()
        i_veien.write_bytes(b"noe annet")
        avvises(lambda: skriv(kommunenummer="0301"), "Sosial_030107.dat", "finnes fra før")
        assert list(i_veien.parent.iterdir()) == [i_veien]

    def test_others_have_no_districts(self, skriv):
        avvises(lambda: skriv(bydel="05"), "Bare Oslo")


class TestOwnersEyes:
    @pytest.fixture(autouse=True)
    def _aapen_umask(self):
        for_ = os.umask(0)
        yield
        os.umask(for_)

    def test_only_the_owner_may_read_the_file_and_open_its_folder(self, lever, skriv):
        lever("a.dat", fil_11f())
        (fil,) = skriv()
        assert stat.S_IMODE(fil.sti.stat().st_mode) == 0o600
        assert stat.S_IMODE(fil.sti.parent.stat().st_mode) == 0o700

    def test_from_the_first_byte_on_also_where_something_was_left(self, tmp_path):
        sti = tmp_path / "under_arbeid"
        sti.write_bytes(b"etterlatt")
        sti.chmod(0o666)
        sett = []

        def deler():
            sett.append((stat.S_IMODE(sti.stat().st_mode), sti.stat().st_size))
            yield b"noe"

        skriv_egen(sti, deler())
        assert sett == [(0o600, 0)]
        assert sti.read_bytes() == b"noe"

    def test_an_equal_file_that_others_could_read_becomes_the_owners(self, lever, skriv, tmp_path):
        levert = lever("a.dat", fil_11f())
        (tmp_path / "ut").mkdir()
        (tmp_path / "ut" / "Sosial_341100.dat").write_bytes(levert)
        (fil,) = skriv()
        assert stat.S_IMODE(fil.sti.stat().st_mode) == 0o600

    def test_another_file_is_replaced_only_when_told_to(self, lever, skriv, tmp_path):
        levert = lever("a.dat", fil_11f())
        gammel = tmp_path / "ut" / "Sosial_341100.dat"
        gammel.parent.mkdir()
        gammel.write_bytes(b"en annen")
        avvises(skriv, "Sosial_341100.dat finnes fra før", "--overskriv")
        assert gammel.read_bytes() == b"en annen"
        skriv(overskriv=True)
        assert gammel.read_bytes() == levert
        assert list(gammel.parent.iterdir()) == [gammel]

    def test_a_link_is_replaced_and_not_followed(self, lever, skriv, tmp_path):
        levert = lever("a.dat", fil_11f())
        (tmp_path / "ut").mkdir()
        (tmp_path / "delt.dat").write_bytes(levert)
        lenke = tmp_path / "ut" / "Sosial_341100.dat"
        lenke.symlink_to(tmp_path / "delt.dat")
        skriv()
        assert not lenke.is_symlink()
        assert lenke.read_bytes() == levert

    def test_nothing_is_left_in_scratch_and_the_warehouse_is_not_touched(self, mappe, lever, skriv):
        lever("a.dat", fil_11f())
        for_ = mappe.varehus.read_bytes()
        skriv()
        assert not (mappe.nokkel / "kladd").exists()
        assert mappe.varehus.read_bytes() == for_


class TestRefusals:
    @pytest.fixture(autouse=True)
    def _ingenting_skrevet(self, tmp_path):
        yield
        assert not (tmp_path / "ut").exists()

    def test_a_form_there_is_not(self, skriv):
        avvises(lambda: skriv("11G"), "Ukjent skjema", "11F, 11CF, 0A")

    @pytest.mark.parametrize("aar", [2021, 2027])
    def test_a_year_without_a_layout(self, skriv, aar):
        avvises(lambda: skriv(aar=aar), "kjenner ikke oppbyggingen av 11F", "2022, 2023, 2024, 2025 og 2026")

    def test_a_municipality_that_is_not_ours(self, skriv):
        avvises(lambda: skriv(kommunenummer="5001"), "5001", "konfig/kommuner.yml", "3411 Ringsaker og 3403 Hamar")

    def test_what_is_no_municipality_is_not_repeated(self, skriv):
        avvises(lambda: skriv(kommunenummer=person(1)), "fire siffer")

    @pytest.mark.parametrize(
        ("valg", "tekst"),
        [({"kvartal": "1"}, "Bare regnskapet"), ({"skjema": "0A", "kvartal": "5"}, "1, 2, 3 eller 4")],
    )
    def test_a_quarter_that_is_none(self, skriv, valg, tekst):
        avvises(lambda: skriv(**valg), tekst)

    @pytest.mark.usefixtures("oslo")
    def test_a_district_that_is_none(self, skriv):
        avvises(lambda: skriv(kommunenummer="0301", bydel="5"), "to siffer")

    def test_a_folder_with_nothing_read(self, skriv):
        avvises(skriv, "ikke lest inn noe", "stonad kjor")

    def test_a_folder_that_is_the_warehouses_own(self, mappe, miljo):
        for egen in (mappe.innboks, mappe.arkiv / "11F", mappe.publisert):
            avvises(lambda egen=egen: eksporter(mappe, miljo, Bestilling("11F", 2026, "3411", egen)), "--ut")

    def test_a_year_nothing_came_for(self, lever, skriv):
        for aar in (2023, 2025):
            lever("a.dat", fil_11f(aar))
        avvises(skriv, "11F fra kommune 3411 for 2026", "Det har 2023 og 2025.")
        avvises(lambda: skriv("11CF"), "Det har ingen andre år heller.")

    def test_the_key_is_gone(self, lever, skriv, miljo):
        lever("a.dat", fil_11f())
        miljo.sti_til_nokkelfil.unlink()
        avvises(skriv, "Finner ikke nøkkelen", "--ny-nokkel")
        assert not miljo.sti_til_nokkelfil.exists()

    def test_the_key_is_another(self, lever, skriv, miljo):
        lever("a.dat", fil_11f())
        miljo.sti_til_nokkelfil.write_text("ab" * 32)
        avvises(skriv, "en annen nøkkel")

    def test_the_identities_are_gone(self, mappe, lever, skriv):
        lever("a.dat", fil_11f())
        mappe.personnokkel.unlink()
        avvises(skriv, "personnokkel.duckdb", "sikkerhetskopien")
        assert not mappe.personnokkel.exists()

    @pytest.mark.parametrize(("tabell", "linjer"), [("identitet", "(1, 3)"), ("raatekst", "(4, 5)")])
    def test_some_lines_cannot_be_had_whole(self, mappe, miljo, lever, skriv, aapne_nokkel, tabell, linjer):
        lever("a.dat", fil_11f())
        with aapne_nokkel() as con:
            con.execute(f"delete from nokkel.{tabell} where linje in {linjer}")
        avvises(skriv, "a.dat har 8 linjer", "for 2 av dem", "--ny-nokkel")

    def test_identities_under_another_pseudonym_are_not_joined_in(self, lever, skriv, aapne_nokkel):
        lever("a.dat", fil_11f())
        with aapne_nokkel() as con:
            con.execute("update nokkel.identitet set mottaker_id = reverse(mottaker_id) where linje = 1")
        avvises(skriv, "for 1 av dem")

    def test_a_file_the_archive_lost_before_the_key_was_changed(self, mappe, miljo, lever, skriv):
        lever("a.dat", fil_11f())
        shutil.rmtree(mappe.arkiv)
        assert bytt_nokkel(mappe, miljo).mangler != []
        avvises(skriv, "for 8 av dem")

    def test_the_folder_is_in_use(self, mappe, miljo, lever, tmp_path):
        lever("a.dat", fil_11f())
        with enerett(mappe):
            svar = kommandolinje(mappe, miljo, tmp_path / "ut")
        assert (svar.returncode, svar.stdout) == (2, "")
        assert "En annen kjøring holder på" in svar.stderr

    def test_the_warehouse_is_open_in_another_program(self, mappe, miljo, lever, tmp_path):
        lever("a.dat", fil_11f())
        with duckdb.connect(str(mappe.varehus)):
            svar = kommandolinje(mappe, miljo, tmp_path / "ut")
        assert (svar.returncode, svar.stdout) == (2, "")
        assert "åpen i et annet program" in svar.stderr
        assert "Traceback" not in svar.stderr

    def test_a_folder_that_cannot_be_written_in(self, mappe, miljo, lever, tmp_path):
        lever("a.dat", fil_11f())
        (tmp_path / "fil").write_text("")
        maal = tmp_path / "fil" / "under"
        avvises(lambda: eksporter(mappe, miljo, Bestilling("11F", 2026, "3411", maal)), "Kan ikke skrive i")

    def test_a_folder_stands_where_the_file_should(self, mappe, miljo, lever, tmp_path):
        lever("a.dat", fil_11f())
        (tmp_path / "her" / "Sosial_341100.dat").mkdir(parents=True)
        for overskriv in (False, True):
            bestilling = Bestilling("11F", 2026, "3411", tmp_path / "her", overskriv=overskriv)
            avvises(lambda bestilling=bestilling: eksporter(mappe, miljo, bestilling), "Kan ikke skrive i")
        assert [sti.name for sti in (tmp_path / "her").iterdir()] == ["Sosial_341100.dat"]


@pytest.fixture
def aapne_nokkel(mappe, miljo):
    """Open the identity database as its owner could."""
    from dagster_project.ingestion.nokkel import koble_til_personnokkel, les_nokkel

    def aapne() -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        koble_til_personnokkel(con, mappe, les_nokkel(miljo))
        return con

    return aapne


def test_the_same_file_after_the_key_was_changed(mappe, miljo, lever, skriv):
    levert = lever("a.dat", fil_11f())
    bytt_nokkel(mappe, miljo)
    (fil,) = skriv()
    assert (fil.forskjell, fil.sti.read_bytes()) == (None, levert)


def test_accounts_need_no_key_when_nothing_is_set_aside(lever, skriv, miljo):
    levert = lever("b.dat", som_bytes(poster("0A", [kontolinje("281", "470", 67, orgnr=ORGNR)], 2026)))
    miljo.sti_til_nokkelfil.unlink()
    (fil,) = skriv("0A")
    assert (fil.sti.read_bytes(), fil.utkast.orgnr) == (levert, ORGNR)


def kommandolinje(mappe, miljo, ut: Path, *valg: str) -> subprocess.CompletedProcess:
    kommando = ["eksport", "--skjema", "11F", "--aar", "2026", "--kommune", "3411", "--ut", ut, "--mappe", mappe.rot]
    return subprocess.run(
        [Path(sys.executable).with_name("stonad"), *kommando, *valg],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"STONAD_NOKKELFIL": str(miljo.sti_til_nokkelfil), "COLUMNS": "160"},
    )


class TestTheCommand:
    """What is said on the screen and to machines, and the exit code."""

    @pytest.fixture
    def kjor(self, mappe, tmp_path, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")

        def kjor(*valg: str, skjema: str = "11F", aar: int = 2026):
            argumenter = ["eksport", "--skjema", skjema, "--aar", str(aar), "--ut", str(tmp_path / "ut")]
            return CliRunner().invoke(app, [*argumenter, "--mappe", str(mappe.rot), *(valg or ("--kommune", "3411"))])

        return kjor

    def test_it_tells_what_was_written_and_what_ssb_will_say(self, lever, kjor, tmp_path):
        lever("Sosial_341100.dat", fil_11f())
        svar = kjor()
        assert svar.exit_code == 2
        assert f"Skrev {tmp_path / 'ut' / 'Sosial_341100.dat'} (11F 2026, region 341100): 8 poster." in svar.output
        assert "Lik filen fagsystemet leverte: Sosial_341100.dat, mottatt 01.01.2026 kl. 06:00 UTC." in svar.output
        assert "3 av postene er lagt til side i varehuset" in svar.output
        assert "11F 2026, region 341100, regelutgave 2026: 8 poster" in svar.output
        assert "SSB tar ikke imot filen." in svar.output

    def test_no_identity_number_is_said(self, lever, kjor, mappe, miljo, tmp_path):
        lever("Sosial_341100.dat", fil_11f())
        svar = kommandolinje(mappe, miljo, tmp_path / "ut", "--rapport", str(tmp_path / "liste.xlsx"))
        assert (svar.returncode, svar.stderr) == (2, "")
        ark = openpyxl.load_workbook(tmp_path / "liste.xlsx")
        celler = [str(celle) for blad in ark for rad in blad.iter_rows(values_only=True) for celle in rad]
        numre = [person(nummer) for nummer in (1, 2, 4, 5, 7)] + [duf(3), "15068800100"]
        for tekst in (svar.stdout, *celler, kjor("--kommune", "3411", "--json").output):
            assert [nummer for nummer in numre if nummer in tekst] == []
        assert person(1) in (tmp_path / "ut" / "Sosial_341100.dat").read_text("latin-1")

    def test_json_has_the_same(self, lever, kjor, tmp_path):
        lever("a.dat", fil_11f(slutt=b"\n"))
        svar = kjor("--kommune", "3411", "--json")
        (fil,) = json.loads(svar.output)["filer"]
        assert svar.exit_code == 2
        assert fil["fil"] == str(tmp_path / "ut" / "Sosial_341100.dat")
        assert (fil["poster"], fil["karantene"], fil["bytes"]) == (8, 3, 8 * 340)
        assert (fil["lik_levert"], fil["forskjell"]) == (False, "lf")
        assert fil["sha256"] != fil["levert"]["sha256"]
        assert (fil["kontroll"]["return_code"], fil["kontroll"]["poster"]) == (2, 8)
        assert any("linjeskift av typen LF" in merknad for merknad in fil["merknader"])

    def test_the_controls_say_what_they_say_of_the_file_alone(self, lever, kjor, tmp_path):
        lever("b.dat", som_bytes(poster("0A", [kontolinje("281", "470", 67, orgnr=ORGNR)], 2026)))
        (fil,) = json.loads(kjor("--kommune", "3411", "--json", skjema="0A").output)["filer"]
        valg = ["--skjema", "0A", "--aar", "2026", "--region", "341100", "--orgnr", ORGNR, "--json"]
        alene = CliRunner().invoke(app, ["kontroller", str(tmp_path / "ut" / "BEV_341100.dat"), *valg])
        assert fil["kontroll"] == json.loads(alene.output)

    def test_nothing_to_report_is_in_order(self, lever, kjor):
        lever("2026/Sosial_341100.dat", b" ")
        svar = kjor()
        assert svar.exit_code == 0
        assert "ingenting å rapportere" in svar.output
        assert "SSB tar imot filen." in svar.output

    def test_a_year_with_another_layout_is_written_and_not_controlled(self, lever, kjor):
        lever("a.dat", fil_11f(2024))
        svar = kjor(aar=2024)
        assert svar.exit_code == 1
        assert "Filen er ikke kontrollert" in svar.output
        assert json.loads(kjor("--kommune", "3411", "--json", aar=2024).output)["filer"][0]["kontroll"] is None

    @pytest.mark.usefixtures("oslo")
    def test_every_district_is_told_of_and_the_worst_decides(self, lever, kjor, tmp_path):
        rad = {"FODSELSDATO": "07021970", "TRYGDESIT": "12", "GITT_OKONOMIRAD": "2", "FAAT_INDIVIDUELL_PLAN": "2"}
        rad |= {"BOSIT": "1", "VILKARSOSLOV": "2", "VILKARSAMEKT": "2", "BYDELSNR": "05"}
        lever("05.dat", som_bytes(poster("11F", [mottaker(1, **rad)], 2026, "0301")))
        lever("07.dat", fil_11f(kommunenummer="0301", BYDELSNR="07"))
        svar = kjor("--kommune", "0301", "--rapport", str(tmp_path / "liste.xlsx"))
        assert svar.exit_code == 2
        assert svar.output.count("Skrev ") == 2
        assert "SSB tar imot filen." in svar.output
        assert "SSB tar ikke imot filen." in svar.output
        assert sorted(sti.name for sti in tmp_path.glob("*.xlsx")) == ["liste_030105.xlsx", "liste_030107.xlsx"]
        svar = kjor("--kommune", "0301", "--bydel", "05")
        assert svar.exit_code == 0
        assert svar.output.count("Skrev ") == 1

    def test_an_error_of_use_is_a_sentence_and_exit_code_2(self, mappe, miljo, tmp_path):
        svar = kommandolinje(mappe, miljo, tmp_path / "ut")
        assert (svar.returncode, svar.stdout) == (2, "")
        assert svar.stderr.startswith("Feil: Det er ikke lest inn noe")

    def test_everything_it_needs_must_be_said(self, mappe):
        svar = CliRunner().invoke(app, ["eksport", "--skjema", "11F", "--mappe", str(mappe.rot)])
        assert isinstance(svar.exception, Brukerfeil)
        assert "--aar" in str(svar.exception)


def test_the_order_of_lines_is_that_of_the_file(lever, skriv):
    # More than one batch of the writer, records set aside among the others.
    felter = {"PERSON_FODSELSNR": "", "PERSON_JOURNALNR": "J0000000", "FODSELSDATO": "15061988"}
    god, daarlig = poster("11F", [mottaker(1, **felter), mottaker(1, **felter, BIDRAG="x")], 2026)
    linjer = [(daarlig if nr % 3 == 0 else god).replace("J0000000", f"J{nr:07d}") for nr in range(POSTER_PER_BIT + 7)]
    levert = lever("a.dat", som_bytes(linjer))
    (fil,) = skriv()
    assert fil.sti.read_bytes() == levert
    assert fil.utkast.karantene == len(linjer[::3])


def test_a_correction_is_what_is_sent(mappe, miljo, skriv):
    for dag, belop in ((1, 16000), (2, 17000)):
        sti = skriv_11f(mappe.innboks / "a.dat", [mottaker(1, BIDRAG=belop)], 2026)
        levert = sti.read_bytes()
        les(mappe, miljo, dag)
    assert skriv()[0].sti.read_bytes() == levert
