"""`stonad karantene`: the rows set aside, and that they come in by themselves when a corrected file does."""

import pytest

from dagster_project.feil import Brukerfeil
from dagster_project.karantene import les_karantene
from tests.fagsystemfil import VELFERD, mottaker, skriv_rapport, utbetaling
from tests.varehus import eget_miljo, les, ny_mappe


@pytest.fixture
def mappe(tmp_path):
    mappe = ny_mappe(tmp_path / "mappe")
    skriv_rapport(mappe.innboks, VELFERD, "mottaker", [mottaker(1)])
    skriv_rapport(mappe.innboks, VELFERD, "utbetaling", [utbetaling(1), utbetaling(2, status="NYTT")])
    les(mappe, eget_miljo(tmp_path / "nokkel"))
    return mappe


def test_a_row_set_aside_is_told_with_file_line_rule_and_what_to_do(mappe):
    (rad,) = les_karantene(mappe)
    assert (rad.objekt, rad.regel, rad.kommunenummer, rad.linje) == ("utbetaling", "F11", "3411", 6)
    assert "NYTT" in rad.melding
    assert rad.gjor


@pytest.mark.parametrize(
    ("valg", "antall"),
    [
        ({"kommunenummer": "3411"}, 1),
        ({"kommunenummer": "3403"}, 0),
        ({"objekt": "vedtak"}, 0),
        ({"regel": "F11"}, 1),
        ({"regel": "F03"}, 0),
        ({"advarsler": True}, 0),
    ],
)
def test_choices_narrow_the_list(mappe, valg, antall):
    assert len(les_karantene(mappe, **valg)) == antall


def test_without_a_warehouse_there_is_a_sentence(tmp_path):
    with pytest.raises(Brukerfeil, match="ikke lest inn noe"):
        les_karantene(ny_mappe(tmp_path / "tom"))
