"""The rules of 0A, each on both sides of its limit."""

import pytest

from tests.kontrollprove import Prove, fil, funnet, prov

REGION = "341100"
TOM = " " * 9


def rad(klasse: str, funksjon: str, art: str, belop: object, **felter: object) -> dict[str, object]:
    return {"kontoklasse": klasse, "funksjon_kapittel": funksjon, "art_sektor": art, "belop": belop, **felter}


def drift(funksjon: str, art: str, belop: object = 5, **felter: object) -> dict[str, object]:
    return rad("1", funksjon, art, belop, **felter)


def invest(funksjon: str, art: str, belop: object = 5, **felter: object) -> dict[str, object]:
    return rad("0", funksjon, art, belop, **felter)


def balanse(kapittel: str, belop: int) -> dict[str, object]:
    return rad("2", kapittel, "", belop, skjema="0B")


def fylke(klasse: str, funksjon: str, art: str, belop: int) -> dict[str, object]:
    return rad(klasse, funksjon, art, belop, skjema="0C")


def i_bydel(rader: list[dict]) -> list[dict]:
    return [{**ett, "region": "030105"} for ett in rader]


REGNSKAP = [
    drift("120", "010", 1000),
    drift("850", "810", -300),
    drift("800", "870", -400),
    drift("840", "800", -300),
    drift("130", "590", 50),
    drift("860", "990", -50),
    invest("130", "230", 700),
    invest("130", "670", -700),
]

PROVER = [
    Prove("003", drift("120", "010"), {**drift("120", "010"), "skjema": "0C"}),
    Prove("004", drift("120", "010"), drift("120", "010", aargang="2025")),
    Prove("005", drift("120", "010"), drift("120", "010", kvartal="1")),
    Prove("006", drift("120", "010"), drift("120", "010", region="341101")),
    Prove("007", drift("120", "010"), drift("120", "010", orgnr="312236478")),
    Prove("008", drift("120", "010", foretaksnr="312236479"), drift("120", "010", foretaksnr="312236478")),
    Prove("009", drift("120", "010"), rad("3", "120", "010", 5)),
    Prove("010", drift(" 120", "010"), drift("119", "010")),
    Prove("012", drift("120", "271"), drift("120", "270")),
    Prove("014", drift("120", "010", "       -5"), drift("120", "010", "5        "), "left-aligned"),
    Prove("014", drift("120", "010", 5), drift("120", "010", "       +5"), "plus"),
    Prove("015", [drift("120", "010"), drift("120", "020")], [drift("120", "010"), drift(" 120", "010")]),
    Prove("016", balanse("5900", 0), balanse("5900", -1)),
    Prove("020", drift("841", "010", "       00"), drift("841", "010", 1)),
    Prove("025", drift("120", "500"), drift("120", "529")),
    Prove("030", drift("120", "280"), drift("120", "285")),
    Prove("035", drift("281", "520"), drift("120", "520")),
    Prove("035", drift("281 ", "520"), drift(" 281", "520"), "left-aligned only"),
    Prove("040", invest("841", "010"), invest("840", "010")),
    Prove("045", invest("120", "010"), invest("121", "010")),
    Prove("050", invest("130", "230"), invest("130", "990")),
    Prove("050", rad("1", "130", "590", 5), rad("X", "130", "590", 5), "unknown class is investment"),
    Prove("055", invest("130", "660"), invest("130", "650")),
    Prove("060", invest("841", "729"), invest("130", "729")),
    Prove("065", drift("899", "980"), drift("899", "010"), "function"),
    Prove("065", drift("899", "589"), drift("120", "589"), "art"),
    Prove("070", drift("880", "530"), drift("870", "530")),
    Prove("075", drift("120", "877"), drift("120", "879")),
    Prove("080", drift("840", "800"), drift("850", "800")),
    Prove("081", drift("850", "450"), drift("850", "010")),
    Prove("100", drift("120", "010", 1), drift("120", "010", -1)),
    Prove("105", drift("120", "600", -1), drift("120", "600", 1)),
    Prove("130", drift("800", "870", -1), drift("800", "870", 1)),
    Prove("135", drift("840", "800", -1), drift("840", "800", 1)),
    Prove("135", drift("120", "010", region="501400"), drift("120", "010", region="501300"), "one by name"),
    Prove("085", invest("130", "230", 1), invest("130", "230", -1)),
    Prove("090", invest("130", "670", -1), invest("130", "670", 1)),
    Prove("095", invest("130", "230", 30), invest("130", "230", 31)),
    Prove(
        "110",
        [drift("120", "010", 100), drift("120", "600", -70)],
        [drift("120", "010", 100), drift("120", "600", -69)],
    ),
    Prove("115", balanse("10", 1), balanse("29", -1)),
    Prove("120", balanse("31", -1), balanse("5999", 1)),
    Prove("125", [balanse("10", 100), balanse("31", -110)], [balanse("10", 100), balanse("31", -111)]),
    Prove("126", i_bydel([drift("120", "298", 10)]), i_bydel([drift("120", "798", -11)])),
    Prove("127", i_bydel([invest("130", "298", 10)]), i_bydel([invest("130", "298", 11)])),
    Prove("140", [drift("880", "570", 130), invest("880", "970", -100)], [drift("880", "570", 31)]),
    Prove("145", drift("860", "990", -1), [drift("860", "990", -1), drift("860", "990", 1)]),
    Prove("150", drift("130", "590", 1), [drift("130", "590", 1), drift("120", "590", -1)]),
    Prove(
        "155",
        [drift("130", "590", 80), drift("860", "990", -50)],
        [drift("130", "590", 81), drift("860", "990", -50)],
    ),
    Prove("160", drift("799", "590", 1), drift("800", "590", 1)),
    Prove("165", drift("860", "990", 1), drift("120", "990", 1)),
    Prove("170", invest("290", "230", -30), invest("290", "230", -31)),
    Prove("175", drift("290", "010", 30), drift("290", "010", 31)),
    Prove("180", fylke("0", "465", "230", 30), fylke("0", "465", "230", 31)),
    Prove("185", fylke("1", "465", "010", -30), fylke("1", "465", "010", -31)),
    Prove("190", [balanse("9999", 5), balanse("9100", 5)], [balanse("9999", 5), balanse("9998", 6)]),
]


@pytest.fixture(scope="module")
def svar() -> dict:
    return prov("0A", PROVER, REGION)


@pytest.mark.parametrize("prove", PROVER, ids=lambda prove: prove.navn)
def test_rule_reports_on_one_side_of_its_limit_only(svar, prove):
    stille, meldes = svar[prove.navn]
    assert prove.regel not in stille
    assert prove.regel in meldes


def test_accounts_in_order_give_no_finding():
    assert funnet([fil("0A", REGNSKAP, REGION)]) == [{}]


def test_account_functions_of_oslo_are_for_oslo_alone():
    andre = [{**drift("400", "010"), "region": region} for region in ("030100", "030105", "341100")]
    funn = funnet([fil("0A", ett, ett["region"]) for ett in andre])
    assert ["010" in ett for ett in funn] == [False, False, True]


def test_quarter_of_the_row_softens_an_unknown_function():
    assert funnet([fil("0A", drift("119", "010", kvartal="1"), REGION)])[0]["010"] == "WARNING"


def test_row_of_exactly_zero_is_left_out_and_keeps_its_line():
    assert funnet([fil("0A", drift("119", "999", 0), REGION)]) == [{}]


def test_depreciation_that_adds_up_to_nothing_is_softer_in_a_company():
    foretak = [drift("860", "990", -1, skjema="0I"), drift("860", "990", 1, skjema="0I")]
    foretak = [{**ett, "kontoklasse": "3"} for ett in foretak]
    assert funnet([fil("0A", foretak, REGION)])[0]["145"] == "INFO"


def test_sums_wrap_round_at_thirty_two_bits():
    stor = [drift("120", "010", 999_999_999), drift("120", "020", 999_999_999), drift("120", "030", 147_483_650)]
    assert "100" not in funnet([fil("0A", stor[:2], REGION)])[0]
    assert "100" in funnet([fil("0A", stor, REGION)])[0]


def test_release_before_knew_art_270_and_warned_of_memoranda():
    assert "012" not in funnet([fil("0A", drift("120", "270"), REGION)], "2025")[0]
    assert "012" in funnet([fil("0A", drift("120", "271"), REGION)], "2025")[0]
    assert funnet([fil("0A", balanse("9999", 11), REGION)], "2025")[0]["190"] == "WARNING"
