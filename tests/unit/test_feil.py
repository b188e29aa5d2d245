"""What is masked before a message or a name is stored or shown."""

import os

import pytest

from dagster_project.feil import trygt_navn, uten_persondata
from tests.kostrafil import duf, person


@pytest.mark.parametrize(
    ("tekst", "maskert"),
    [
        (f"Could not convert '{person(1)}' to INT64", "Could not convert '###########' to INT64"),
        (f"duf {duf(1)}!", "duf ############!"),
        ("linje 12345 av 2025-01", "linje 12345 av 2025-01"),
        ("belop 1234567", "belop #######"),
        (f"{person(1)[:6]} {person(1)[6:]}", f"###### {person(1)[6:]}"),
        ("\x1b[31mError\x1b[0m in model", "Error in model"),
        (f"\x1b[31m{person(2)}\x1b[0m", "###########"),
        ("", ""),
    ],
)
def test_long_numbers_and_colours_are_taken_out_of_messages(tekst, maskert):
    assert uten_persondata(tekst) == maskert


@pytest.mark.parametrize(
    ("navn", "trygt"),
    [
        (f"klient {person(1)}.pdf", "klient ###########.pdf"),
        (f"{person(1)[:6]} {person(1)[6:]}.txt", "############.txt"),
        (f"{person(1)[:6]}-{person(1)[6:]}.txt", "############.txt"),
        (f"DUF_{duf(3)}.csv", "DUF_############.csv"),
        (f"{person(1)}_{person(2)}", "###########_###########"),
        ("Sosial_341100.dat", "Sosial_341100.dat"),
        ("velferd_3411_20260701_20260731_20260801T0610.csv", "velferd_3411_20260701_20260731_20260801T0610.csv"),
        ("BEV_341100_K3_2025.dat", "BEV_341100_K3_2025.dat"),
        ("søknad 2025-01-31.dat", "søknad 2025-01-31.dat"),
    ],
)
def test_a_file_name_loses_personal_numbers_and_keeps_the_rest(navn, trygt):
    assert trygt_navn(navn) == trygt


def test_a_file_name_in_latin_1_can_be_stored():
    trygt = trygt_navn(os.fsdecode(b"s\xf8knad " + person(1).encode() + b".dat"))
    assert trygt == "søknad ###########.dat"
    assert trygt.encode("utf-8")
