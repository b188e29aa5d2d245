"""The rules of 11CF, each on both sides of its limit."""

import pytest

from tests.kontrollprove import Prove, fil, fodt, funnet, prov

REGION = "341100"
TO_SAKER = [{}, {"PERSON_JOURNALNR": "K0000002", "PERSON_FODSELSNR": fodt(42)}]
FULLFORT = {
    "STATUS": "3",
    "AVSL_DATO": "28022026",
    "AVSL_ORDINAERTARB": "01",
    "AVSL_VIKTIGSTE_INNTEKT": "01",
}

PROVER = [
    Prove("003-kommune", {}, {"KOMMUNE_NR": "3412"}),
    Prove("003-bydel", {}, {"BYDELSNR": "01"}),
    Prove("004", {}, {"VERSION": "25"}),
    Prove("004A", {"FODSELSDATO": "31021985"}, {"FODSELSDATO": "32011985"}),
    Prove("005", {}, {"PERSON_FODSELSNR": ""}),
    Prove(
        "005A",
        [{}, {"PERSON_JOURNALNR": "K0000002", **FULLFORT}],
        [{}, {"PERSON_JOURNALNR": "K0000002"}],
        "same person and status",
    ),
    Prove(
        "005A",
        [{"PERSON_FODSELSNR": "01138500100"}, {"PERSON_FODSELSNR": "01138500100", "PERSON_JOURNALNR": "K2"}],
        [{"PERSON_FODSELSNR": "01018500100"}, {"PERSON_FODSELSNR": "01018500100", "PERSON_JOURNALNR": "K2"}],
        "placeholders count",
    ),
    Prove("005B", TO_SAKER, [{}, {"PERSON_FODSELSNR": fodt(42)}]),
    Prove("006", {"PERSON_FODSELSNR": fodt(18)}, {"PERSON_FODSELSNR": fodt(17)}),
    Prove("007", {"PERSON_FODSELSNR": fodt(68)}, {"PERSON_FODSELSNR": fodt(69)}),
    Prove("008", {"KJONN": "1"}, {"KJONN": " "}),
    Prove("009", {"EKTSTAT": "5"}, {"EKTSTAT": "0"}),
    Prove("010", {"BU18": "2"}, {"BU18": "0"}),
    Prove("011", {"BU18": "1", "ANTBU18": 1}, {"BU18": "1", "ANTBU18": "-1"}),
    Prove("012", {"BU18": "1", "ANTBU18": 1}, {"BU18": "2", "ANTBU18": "+1"}),
    Prove("013", {"BU18": "1", "ANTBU18": 13}, {"BU18": "1", "ANTBU18": 14}),
    Prove("014", {"REG_DATO": "01012022"}, {"REG_DATO": "31122021"}),
    Prove("014", {"REG_DATO": "31022030"}, {"REG_DATO": "00022025"}, "no date"),
    Prove("015", {"VEDTAK_DATO": "01012022"}, {"VEDTAK_DATO": "31122021"}),
    Prove("016", {"BEGYNT_DATO": "01012022"}, {"BEGYNT_DATO": "31122021"}, "too old"),
    Prove("016", {"BEGYNT_DATO": "31122026"}, {"BEGYNT_DATO": "01012027"}, "in the future"),
    Prove("019", {"KVP_KOMM": "2"}, {"KVP_KOMM": ""}),
    Prove("020", {"KVP_KOMM": "1", "KOMMNR_KVP_KOMM": "9999"}, {"KVP_KOMM": "1", "KOMMNR_KVP_KOMM": "9998"}),
    Prove(
        "021",
        {"YTELSE_SOSHJELP": "1", "YTELSE_TYPE_SOSHJ": "3"},
        {"YTELSE_SOSHJELP": "1", "YTELSE_TYPE_SOSHJ": "4"},
    ),
    Prove("026", {"KVP_MED_ASTONAD": "2"}, {"KVP_MED_ASTONAD": "0"}),
    Prove("027", {"KVP_MED_ASTONAD": "1", "KVP_MED_SOSHJ_SUP": "7"}, {"KVP_MED_ASTONAD": "1"}, "yes and no kind"),
    Prove(
        "027",
        {"KVP_MED_ASTONAD": "2", "KVP_MED_KOMMBOS": "3"},
        {"KVP_MED_ASTONAD": "2", "KVP_MED_KOMMBOS": "4"},
        "no and a kind",
    ),
    Prove("028", {"STMND_1": "", "STATUS": "2"}, {"STMND_1": ""}),
    Prove("029", {"KVP_STONAD": 1}, {"KVP_STONAD": 0}),
    Prove("030", {"KVP_STONAD": 0}, {"KVP_STONAD": ""}),
    Prove("031", {"STMND_1": "", "KVP_STONAD": 0}, {"STMND_1": "", "KVP_STONAD": 1}),
    Prove("032", {"KVP_STONAD": 600_000}, {"KVP_STONAD": 600_001}),
    Prove("036", {"STATUS": "6"}, {"STATUS": "8"}),
    Prove("037", FULLFORT, {**FULLFORT, "AVSL_DATO": "29022026"}, "not in the calendar"),
    Prove("037", {**FULLFORT, "AVSL_DATO": "31122026"}, {**FULLFORT, "AVSL_DATO": "31122025"}, "another year"),
    Prove("038", FULLFORT, {**FULLFORT, "AVSL_ORDINAERTARB": "11"}),
    Prove("039", {**FULLFORT, "STATUS": "7", "AVSL_VIKTIGSTE_INNTEKT": ""}, {**FULLFORT, "AVSL_VIKTIGSTE_INNTEKT": ""}),
]


@pytest.fixture(scope="module")
def svar() -> dict:
    return prov("11CF", PROVER, REGION)


@pytest.mark.parametrize("prove", PROVER, ids=lambda prove: prove.navn)
def test_rule_reports_on_one_side_of_its_limit_only(svar, prove):
    stille, meldes = svar[prove.navn]
    assert prove.regel not in stille
    assert prove.regel in meldes


def test_record_in_order_gives_no_finding():
    assert funnet([fil("11CF", {}, REGION), fil("11CF", FULLFORT, REGION)]) == [{}, {}]


def test_no_age_is_let_pass_where_11f_would_warn():
    assert funnet([fil("11CF", {"PERSON_FODSELSNR": "00000000000"}, REGION)]) == [{}]


@pytest.mark.parametrize(
    "endringer",
    [
        {"REG_DATO": ""},
        {"VEDTAK_DATO": "01011990"},
        {"BEGYNT_DATO": ""},
        [{}, {"PERSON_FODSELSNR": fodt(42)}],
        [{}, {"PERSON_JOURNALNR": "K0000002"}],
    ],
)
def test_oslo_is_let_off(endringer):
    rader = endringer if isinstance(endringer, list) else [endringer]
    i_oslo = [{**rad, "KOMMUNE_NR": "0301", "BYDELSNR": "01"} for rad in rader]
    assert funnet([fil("11CF", i_oslo, "030101")]) == [{}]
    assert funnet([fil("11CF", rader, REGION)]) != [{}]
