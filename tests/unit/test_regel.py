"""The rules of delivery and the messages made from them."""

import pytest

from dagster_project.formater import oppramsing
from dagster_project.ingestion.regel import linjeliste, melding, regler

FULLT = {
    "linjer": "1",
    "tillegg": "x",
    "skjema": "11F",
    "aar": "2025",
    "postlengde": "338",
    "felt": "LAAN",
    "verdi": "?",
}


def test_every_rule_can_be_told():
    for regel_id, regel in regler().items():
        assert melding(regel_id, **FULLT).strip()
        assert regel["gjor"].endswith(".")
        assert regel["alvor"] in {"FATAL", "FEIL", "ADVARSEL", "INFO"}
        assert regel["gjelder"] in {"fil", "rad"}


def test_a_message_says_what_is_filled_in():
    assert (
        melding("postlengde", linjer="3–5", tillegg="10 tegn", skjema="11F", aar=2025, postlengde=338)
        == "Linje 3–5 har feil lengde: 10 tegn. 11F for 2025 skal ha 338 tegn på hver linje."
    )


def test_a_place_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        melding("flere_aar")


def test_an_unknown_rule_is_an_error():
    with pytest.raises(KeyError):
        melding("finnes_ikke")


@pytest.mark.parametrize(
    ("linjer", "antall", "tekst"),
    [
        ([], None, ""),
        ([7], None, "7"),
        ([1, 2], None, "1–2"),
        ([3, 7, 8, 9, 12], None, "3, 7–9 og 12"),
        ([9, 8, 7, 3], None, "3 og 7–9"),
        ([2, 3], 10, "2–3 og 8 til"),
        (list(range(1, 40, 2)), None, "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 og 8 til"),
        (list(range(1, 201)), 5000, "1–200 og 4800 til"),
    ],
)
def test_lines_are_told_with_runs_joined(linjer, antall, tekst):
    assert linjeliste(linjer, antall) == tekst


@pytest.mark.parametrize(
    ("verdier", "tekst"), [([], ""), (["a"], "a"), ([2024, 2025], "2024 og 2025"), (["a", "b", "c"], "a, b og c")]
)
def test_values_are_listed_as_one_says_them(verdier, tekst):
    assert oppramsing(verdier) == tekst
