"""The rules of 11F, each on both sides of its limit."""

import pytest

from tests.kontrollprove import Prove, fil, fodt, funnet, prov
from tests.kostrafil import duf

REGION = "030105"
BARN = {"BU18": "1", "ANTBU18": 1}
VILKAAR = {"VILKARSOSLOV": "1", "UTBETDATO": "01022026", "UTBETTOMDATO": "31032026", "VILKARARBEID": "16"}
TO_SAKER = [{}, {"PERSON_JOURNALNR": "K0000002", "PERSON_FODSELSNR": fodt(42)}]


def lever_av(vklo: str, arbsit: str, trygdesit: str = "12") -> dict[str, str]:
    return {"VKLO": vklo, "ARBSIT": arbsit, "TRYGDESIT": trygdesit}


PROVER = [
    Prove("002-mangler", {}, {"SAKSBEHANDLER": ""}),
    Prove("002-mangler", {}, {"SAKSBEHANDLER": "\u00a0" * 10}, "no-break spaces are blank"),
    Prove("002-heltall", {"LAAN": "     -0"}, {"LAAN": "    1,5"}),
    Prove("002-dato", {"VEDTAKDATO": "31022026"}, {"VEDTAKDATO": "32012026"}),
    Prove("002-kode", {"SANKSJONRED": "01"}, {"SANKSJONRED": "02"}),
    Prove("003-kommune", {}, {"KOMMUNE_NR": "3411", "BYDELSNR": ""}),
    Prove("003-bydel", {"BYDELSNR": "15"}, {"BYDELSNR": "16"}),
    Prove("003-bydel", {"KOMMUNE_NR": "3411", "BYDELSNR": ""}, {"KOMMUNE_NR": "3411"}, "outside Oslo"),
    Prove("004", {"VERSION": "26"}, {"VERSION": "25"}),
    Prove("004A", {"FODSELSDATO": "31021985"}, {"FODSELSDATO": "01131985"}),
    Prove("005", {}, {"PERSON_FODSELSNR": fodt(41)[:-1] + str((int(fodt(41)[-1]) + 1) % 10)}, "last digit"),
    Prove("005", {"PERSON_FODSELSNR": "01018500100"}, {"PERSON_FODSELSNR": "01138500100"}, "placeholder"),
    Prove("005A", TO_SAKER, [{}, {"PERSON_JOURNALNR": "K0000002"}]),
    Prove("005A", TO_SAKER, [{}, {}, {"PERSON_JOURNALNR": "K0000003"}], "three"),
    Prove("005B", TO_SAKER, [{}, {"PERSON_FODSELSNR": fodt(42)}]),
    Prove(
        "005B",
        [{"PERSON_JOURNALNR": "77      "}, {"PERSON_JOURNALNR": "      77", "PERSON_FODSELSNR": fodt(42)}],
        [{"PERSON_JOURNALNR": "        "}, {"PERSON_JOURNALNR": "        ", "PERSON_FODSELSNR": fodt(42)}],
        "blanks count",
    ),
    Prove("006", {"PERSON_FODSELSNR": fodt(18)}, {"PERSON_FODSELSNR": fodt(17)}),
    Prove("006", {}, {"PERSON_FODSELSNR": "00000000000"}, "no age"),
    Prove("007", {"PERSON_FODSELSNR": fodt(95)}, {"PERSON_FODSELSNR": fodt(96)}),
    Prove("008", {"KJONN": "2"}, {"KJONN": "3"}),
    Prove("009", {"EKTSTAT": "5"}, {"EKTSTAT": "6"}),
    Prove("010", {"BU18": "2"}, {"BU18": "3"}),
    Prove("011", BARN, {"BU18": "1", "ANTBU18": 0}),
    Prove("012", BARN, {"BU18": "2", "ANTBU18": 1}),
    Prove("013", {"BU18": "1", "ANTBU18": 13}, {"BU18": "1", "ANTBU18": 14}),
    Prove("014", {"VKLO": "9"}, {"VKLO": "0"}),
    Prove("015", lever_av("1", "02"), lever_av("1", "03")),
    Prove("016", lever_av("2", "06"), lever_av("2", "04")),
    Prove("017", lever_av("4", "03"), lever_av("4", "02")),
    Prove("018", lever_av("6", "09"), lever_av("6", "08")),
    Prove("019", lever_av("8", "10"), lever_av("8", "09")),
    Prove("020B", lever_av("3", "02", "11"), lever_av("3", "02", "12")),
    Prove("021", lever_av("5", "08"), lever_av("5", "09")),
    Prove("021", lever_av("5", "03"), lever_av("5", "01"), "03 is accepted"),
    Prove("022", {"TRYGDESIT": "13", **BARN}, {"TRYGDESIT": "03"}),
    Prove(
        "023A",
        {"TRYGDESIT": "07", "PERSON_FODSELSNR": fodt(62)},
        {"TRYGDESIT": "07", "PERSON_FODSELSNR": fodt(61)},
    ),
    Prove("023B", {"TRYGDESIT": "05", **BARN}, {"TRYGDESIT": "05", "BU18": "1", "ANTBU18": 0}),
    Prove("023C", {"TRYGDESIT": "13", **BARN}, {"TRYGDESIT": "13"}),
    Prove("024", lever_av("3", "07", "04"), lever_av("3", "08", "04")),
    Prove("024B", lever_av("3", "07", "11"), lever_av("3", "08", "11")),
    Prove("025", {"ARBSIT": "10"}, {"ARBSIT": "11"}),
    Prove("026", {"STMND_1": "", "STMND_12": "12"}, {"STMND_1": "", "STMND_12": "11"}),
    Prove("027", {"BIDRAG": 0, "LAAN": 1}, {"BIDRAG": 0, "LAAN": 0}),
    Prove("030", {"BIDRAG": 999_999, "LAAN": 1}, {"BIDRAG": 999_999, "LAAN": 2}),
    Prove("031", {"BIDRAG": 200, "LAAN": 1}, {"BIDRAG": 199, "LAAN": 1}),
    Prove("032", {"GITT_OKONOMIRAD": "1"}, {"GITT_OKONOMIRAD": "0"}),
    Prove("033", {"FAAT_INDIVIDUELL_PLAN": "1"}, {"FAAT_INDIVIDUELL_PLAN": "0"}),
    Prove("035", {"BOSIT": "6"}, {"BOSIT": "7"}),
    Prove("036", {"BIDRAG": 8001, "BIDRAG_DES": 1}, {"BIDRAG": 8001}),
    Prove("036", {"BIDRAG": "   7000", "BIDRAG_MAI": "  -1000"}, {"BIDRAG_MAI": "  -1000"}, "negative month"),
    Prove("037", {"LAAN": 5, "LAAN_JUNI": 5}, {"LAAN": 5, "LAAN_JUNI": 4}),
    Prove(
        "038",
        {"PERSON_FODSELSNR": "", "PERSON_DUF": duf(1)},
        {"PERSON_FODSELSNR": "", "PERSON_DUF": f"{duf(1)[:-1]}x"},
    ),
    Prove("039", {"VILKARSOSLOV": "2"}, {"VILKARSOSLOV": "3"}),
    Prove("040", {"VILKARSAMEKT": "1"}, {"VILKARSAMEKT": "3"}),
    Prove("041", VILKAAR, {**VILKAAR, "UTBETDATO": "00022026"}),
    Prove("042", VILKAAR, {**VILKAAR, "UTBETTOMDATO": ""}),
    Prove("043", VILKAAR, {**VILKAAR, "VILKARARBEID": "17"}),
]
I_2025 = [
    Prove("006", {"PERSON_FODSELSNR": "00000000000"}, {"PERSON_FODSELSNR": fodt(17)}, "no age is let pass"),
    Prove("020A", {"TRYGDESIT": "12"}, {"TRYGDESIT": "11"}),
    Prove("021", lever_av("5", "02"), lever_av("5", "03"), "03 is not accepted"),
    Prove("022", {"TRYGDESIT": "07", "PERSON_FODSELSNR": fodt(60)}, {"TRYGDESIT": "07", "PERSON_FODSELSNR": fodt(59)}),
    Prove("022", {"TRYGDESIT": "03"}, {"TRYGDESIT": "07", "PERSON_FODSELSNR": ""}, "code is not looked at"),
    Prove("023", {"TRYGDESIT": "05", **BARN}, {"TRYGDESIT": "05"}),
    Prove("024", lever_av("3", "07", "07"), lever_av("3", "03", "07")),
]


@pytest.fixture(scope="module")
def svar() -> dict:
    return prov("11F", PROVER, REGION)


@pytest.fixture(scope="module")
def svar_2025() -> dict:
    return prov("11F", I_2025, REGION, "2025")


@pytest.mark.parametrize("prove", PROVER, ids=lambda prove: prove.navn)
def test_rule_reports_on_one_side_of_its_limit_only(svar, prove):
    stille, meldes = svar[prove.navn]
    assert prove.regel not in stille
    assert prove.regel in meldes


@pytest.mark.parametrize("prove", I_2025, ids=lambda prove: prove.navn)
def test_rule_of_the_release_before_reports_on_one_side_only(svar_2025, prove):
    stille, meldes = svar_2025[prove.navn]
    assert prove.regel not in stille
    assert prove.regel in meldes


def test_record_in_order_gives_no_finding_in_either_edition():
    assert funnet([fil("11F", {}, REGION)]) == [{}]
    assert funnet([fil("11F", {}, REGION)], "2025") == [{}]


def test_outside_oslo_the_district_must_be_filled_and_blank_at_once():
    utenfor = {"KOMMUNE_NR": "3411", "BYDELSNR": ""}
    assert funnet([fil("11F", utenfor, "341100")]) == [{"002-mangler": "ERROR"}]
    assert funnet([fil("11F", {**utenfor, "BYDELSNR": "05"}, "341100")]) == [{"003-bydel": "ERROR"}]


def test_duf_number_alone_is_still_an_error():
    bare_duf = {"PERSON_FODSELSNR": "", "PERSON_DUF": duf(1)}
    assert funnet([fil("11F", bare_duf, REGION)]) == [{"005": "ERROR", "006": "WARNING"}]


@pytest.mark.parametrize(
    ("nummer", "alder"),
    [
        # Placeholder: the century is the latest that is not more than a year ahead.
        ("01012700100", -1),
        ("01012800100", 98),
        # A D-number, and the individual number's centuries.
        (f"4{fodt(41)[1:]}", 41),
        ("01815400050", 72),
        ("01815450050", 172),
    ],
)
def test_age_is_told_from_the_number_alone(nummer, alder):
    funn = funnet([fil("11F", {"PERSON_FODSELSNR": nummer}, REGION)])[0]
    assert ("006" in funn, "007" in funn) == (alder < 18, alder >= 96)
