"""konfig/kommuner.yml and the environment: what is read, and what is said when it cannot be."""

import stat
from datetime import date

import pytest

from dagster_project.feil import Brukerfeil
from dagster_project.settings import EKSEMPEL_KOMMUNER, Mappe, Miljo


def skriv(mappe: Mappe, innhold: str | bytes) -> None:
    raa = innhold.encode() if isinstance(innhold, str) else innhold
    (mappe.konfig / "kommuner.yml").write_bytes(raa)


def feil_i(mappe: Mappe) -> str:
    with pytest.raises(Brukerfeil) as feil:
        mappe.kommuner()
    return str(feil.value).replace(str(mappe.konfig / "kommuner.yml"), "kommuner.yml")


def test_municipalities_are_read_in_the_order_of_the_file(mappe):
    kommuner = mappe.kommuner()
    assert [(k.kommunenummer, k.navn, k.fagsystem, k.instans) for k in kommuner] == [
        ("3411", "Ringsaker", "velferd", "1"),
        ("3403", "Hamar", "socio", "1"),
    ]


def test_the_example_shown_in_messages_can_be_read(mappe):
    skriv(mappe, EKSEMPEL_KOMMUNER)
    assert [kommune.navn for kommune in mappe.kommuner()] == ["Ringsaker"]


def test_only_number_and_name_are_needed(mappe):
    skriv(mappe, 'kommuner: [{kommunenummer: "0301", navn: Oslo}]')
    (oslo,) = mappe.kommuner()
    assert (oslo.kommunenummer, oslo.fagsystem, oslo.kostragruppe) == ("0301", "", None)


def test_a_missing_file_is_told_with_an_example_to_copy(mappe):
    (mappe.konfig / "kommuner.yml").unlink()
    tekst = feil_i(mappe)
    assert tekst.startswith("Finner ikke kommuner.yml. Den sier hvilke kommuner varehuset gjelder.")
    assert f"stonad init --mappe {mappe.rot}" in tekst
    assert EKSEMPEL_KOMMUNER in tekst


@pytest.mark.parametrize(
    "innhold",
    [
        "kommuner: [",
        "\tkommuner: x",
        "",
        "3411",
        "- 3411",
        "kommune: []",
        "kommuner:",
        "kommuner: 3411",
        'kommuner: [{navn: "Hå"}]'.encode("iso-8859-1"),
        b"\x00\x01\x02",
    ],
)
def test_what_is_not_a_list_of_municipalities_is_told_with_an_example(mappe, innhold):
    skriv(mappe, innhold)
    assert feil_i(mappe) == f"kommuner.yml kan ikke leses. Den skal se slik ut:\n\n{EKSEMPEL_KOMMUNER}"


def test_a_folder_in_the_place_of_the_file_is_told(mappe):
    (mappe.konfig / "kommuner.yml").unlink()
    (mappe.konfig / "kommuner.yml").mkdir()
    assert feil_i(mappe).startswith("kommuner.yml kan ikke leses.")


def test_a_file_that_names_nobody_is_told(mappe):
    skriv(mappe, "kommuner: []")
    assert feil_i(mappe).startswith("kommuner.yml nevner ingen kommuner.")


@pytest.mark.parametrize(
    ("rad", "tekst"),
    [
        ("{kommunenummer: 3411, navn: A}", 'kommunenummer må stå i anførselstegn, slik: "3411"'),
        ("{kommunenummer: 301, navn: A}", 'kommunenummer må stå i anførselstegn, slik: "0301"'),
        ('{kommunenummer: "341", navn: A}', "kommunenummer skal være fire sifre"),
        ('{kommunenummer: "34111", navn: A}', "kommunenummer skal være fire sifre"),
        ('{kommunenummer: "34I1", navn: A}', "kommunenummer skal være fire sifre"),
        ("{navn: A}", "kommunenummer mangler"),
        ('{kommunenummer: "3411"}', "navn mangler"),
        ('{kommunenummer: "3411", navn: A, fylke: B}', "fylke er ikke et felt vi kjenner"),
        ('{kommunenummer: "3411", navn: A, instans: 1}', "instans må stå i anførselstegn"),
        ('"3411"', "skal ha feltene kommunenummer og navn"),
    ],
)
def test_a_fault_in_a_municipality_is_told_in_norwegian_with_its_place(mappe, rad, tekst):
    skriv(mappe, f'kommuner: [{{kommunenummer: "9901", navn: Vik}}, {rad}]')
    assert feil_i(mappe) == f"kommuner.yml har feil: kommune nummer 2: {tekst}."


def test_a_municipality_named_twice_is_told(mappe):
    skriv(mappe, 'kommuner: [{kommunenummer: "3411", navn: A}, {kommunenummer: "3411", navn: B}]')
    assert feil_i(mappe) == "kommuner.yml nevner samme kommune to ganger: 3411."


def test_protected_folders_are_for_their_owner_only(mappe):
    for sti in (mappe.innboks, mappe.arkiv, mappe.karantene, mappe.nokkel):
        assert stat.S_IMODE(sti.stat().st_mode) == 0o700
    assert mappe.konfig.is_dir()


def test_figures_as_of_a_day_lie_apart(mappe):
    per = Mappe(mappe.rot, date(2026, 1, 15))
    assert per.varehus.name == "per_2026-01-15.duckdb"
    assert per.publisert.parent == mappe.publisert
    assert per.personnokkel == mappe.personnokkel


def test_the_key_file_has_a_place_of_its_own_when_none_is_given(miljo, monkeypatch, tmp_path):
    monkeypatch.delenv("STONAD_NOKKELFIL")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "konfig"))
    assert Miljo().sti_til_nokkelfil == tmp_path / "konfig" / "stonad" / "personnokkel.key"


def test_a_key_in_the_environment_is_not_shown(miljo, monkeypatch):
    monkeypatch.setenv("STONAD_NOKKEL", "ab" * 32)
    med_nokkel = Miljo()
    assert med_nokkel.nokkel == "ab" * 32
    assert "abab" not in repr(med_nokkel)
    assert "abab" not in str(med_nokkel)
