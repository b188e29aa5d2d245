import json
import re
from pathlib import Path

import pytest

from dagster_project.ssb.jsonstat import (
    BEFOLKNING_SKJEMA,
    JsonstatFeil,
    befolkning,
    er_jsonstat,
    les_jsonstat,
    tolk_jsonstat,
)

SAMPLE = Path(__file__).resolve().parents[2].parent / "shared/leveranser/felles/ssb_11805_befolkning.json"


def dim(*koder: str, etikett: str = "", etiketter: dict[str, str] | None = None) -> dict:
    return {
        "label": etikett,
        "category": {"index": {kode: nr for nr, kode in enumerate(koder)}, "label": etiketter or {}},
    }


def fil(dimensjoner: dict[str, dict], value, *, tabell: str = "11805", **felter) -> dict:
    return {
        "version": "2.0",
        "class": "dataset",
        "label": f"{tabell}: Befolkning",
        "updated": "2026-03-15T07:00:00Z",
        "id": list(dimensjoner),
        "size": [len(beskrivelse["category"]["index"]) for beskrivelse in dimensjoner.values()],
        "dimension": dimensjoner,
        "value": value,
        "extension": {"px": {"tableid": tabell}},
        **felter,
    }


def tabell_11805(value, *, regioner=("3403", "3411"), aldre=("018", "019"), tid=("2024",), **felter) -> dict:
    dimensjoner = {
        "KOKkommuneregion0000": dim(*regioner),
        "Alder": dim(*aldre),
        "ContentsCode": dim("Personer", etiketter={"Personer": "Personer"}),
        "Tid": dim(*tid),
    }
    return fil(dimensjoner, value, **felter)


def tabell_07459(value, *, kjonn=("1", "2"), etiketter=None, **felter) -> dict:
    dimensjoner = {
        "Region": dim("3403"),
        "Kjonn": dim(*kjonn, etiketter=etiketter),
        "Alder": dim("018", "019"),
        "ContentsCode": dim("Personer1"),
        "Tid": dim("2025"),
    }
    return fil(dimensjoner, value, tabell="07459", **felter)


def tolk(innhold: dict):
    return tolk_jsonstat(json.dumps(innhold).encode())


def innbyggere(innhold: dict) -> list[int | None]:
    return befolkning(tolk(innhold)).tabell["innbyggere"].to_pylist()


def statuser(innhold: dict) -> list[str | None]:
    return befolkning(tolk(innhold)).tabell["status"].to_pylist()


def utelatt(innhold: dict) -> list[tuple[str, int]]:
    resultat = befolkning(tolk(innhold))
    assert resultat.celler_lest == resultat.celler_brukt + sum(post.celler for post in resultat.utelatt)
    assert all(post.grunn and post.celler > 0 for post in resultat.utelatt)
    return [(post.kode, post.celler) for post in resultat.utelatt]


# Recognition


@pytest.mark.parametrize(
    "hode",
    [
        b'{"version": "2.0", "class": "dataset", "label": "11805: Bef',
        b'\xef\xbb\xbf\r\n {"class":"dataset"',
        '{"id": ["Tid"], "size": [1], "dimension": {"Tid"',
        '{"class": "dataset"'.encode("utf-16"),
        '{"class": "dataset", "label": "år'.encode()[:-1],
    ],
    ids=["head_only", "bom_and_whitespace", "no_class_first", "utf16", "cut_inside_a_letter"],
)
def test_json_stat_is_recognised(hode):
    assert er_jsonstat(hode)


@pytest.mark.parametrize(
    "hode",
    [
        b"",
        b"{}",
        b'[{"class": "dataset"}]',
        b'kommune;"class": "dataset"',
        b'{"fagsystem": "x"}',
        b"\xff\xfe\x00",
    ],
)
def test_other_content_is_not_recognised(hode):
    assert not er_jsonstat(hode)


# The cube


def test_metadata_is_read(tmp_path):
    sti = tmp_path / "befolkning.json"
    sti.write_text(json.dumps(tabell_11805([1, 2, 3, 4])), encoding="utf-8-sig")
    datasett = les_jsonstat(sti)
    assert datasett.tabell == "11805"
    assert datasett.oppdatert == "2026-03-15T07:00:00Z"
    assert datasett.storrelse == (2, 2, 1, 1)
    assert [d.navn for d in datasett.dimensjoner] == ["KOKkommuneregion0000", "Alder", "ContentsCode", "Tid"]


def test_table_number_is_taken_from_the_title_where_the_extension_lacks_it():
    assert tolk(tabell_11805([1, 2, 3, 4], extension={})).tabell == "11805"
    assert tolk(tabell_11805([1, 2, 3, 4], extension={}, label="Befolkning")).tabell is None


def test_order_comes_from_category_index_and_not_from_labels():
    innhold = tabell_11805([1, 2, 3, 4])
    innhold["dimension"]["KOKkommuneregion0000"]["category"] = {
        "index": {"3411": 1, "3403": 0},
        "label": {"3411": "Ringsaker", "3403": "Hamar"},
    }
    datasett = tolk(innhold)
    assert datasett.dimensjoner[0].koder == ("3403", "3411")
    assert datasett.dimensjoner[0].etiketter == ("Hamar", "Ringsaker")
    rader = befolkning(datasett).tabell.to_pylist()
    assert [(rad["kommunenummer"], rad["innbyggere"]) for rad in rader][1:3] == [("3403", 2), ("3411", 3)]


def test_index_may_be_a_list_and_a_single_category_may_omit_it():
    innhold = tabell_11805([1, 2, 3, 4])
    innhold["dimension"]["Alder"]["category"] = {"index": ["018", "019"]}
    innhold["dimension"]["ContentsCode"]["category"] = {"label": {"Personer": "Personer"}}
    assert innbyggere(innhold) == [1, 2, 3, 4]


@pytest.mark.parametrize("value", [[5, None, 0, 7], {"0": 5, "2": 0, "3": 7}, {"3": 7, "0": 5, "1": None, "2": 0}])
def test_dense_and_sparse_values_give_the_same_and_null_is_not_zero(value):
    assert innbyggere(tabell_11805(value)) == [5, None, 0, 7]


def test_no_values_at_all_are_nulls():
    assert innbyggere(tabell_11805({})) == [None, None, None, None]


@pytest.mark.parametrize(
    ("status", "ventet"),
    [
        ({"1": ":"}, [None, ":", None, None]),
        ([None, ":", "", "*"], [None, ":", None, "*"]),
        ("*", ["*", "*", "*", "*"]),
        (["*"], ["*", "*", "*", "*"]),
        ({}, [None, None, None, None]),
        (None, [None, None, None, None]),
    ],
    ids=["sparse", "dense", "one_string_for_all", "one_element_for_all", "empty", "null"],
)
def test_every_form_of_status_is_read(status, ventet):
    assert statuser(tabell_11805([5, None, 0, 7], status=status)) == ventet


@pytest.mark.parametrize(
    ("symbol", "verdi", "ventet"),
    [
        (":", None, None),
        ("..", None, None),
        (".", None, None),
        ("...", None, None),
        ("-", None, 0),
        ("-", 0, 0),
        ("*", 12, 12),
        ("*", None, None),
        (":", 0, None),
        ("e", 3, 3),
    ],
)
def test_status_decides_between_null_zero_and_value(symbol, verdi, ventet):
    innhold = tabell_11805([verdi, 2, 3, 4], status={"0": symbol})
    assert innbyggere(innhold) == [ventet, 2, 3, 4]
    assert statuser(innhold)[0] == symbol


# Population


def test_population_31_12_belongs_to_its_own_year():
    tabell = befolkning(tolk(tabell_11805([1, 2, 3, 4]))).tabell
    assert tabell.schema == BEFOLKNING_SKJEMA
    assert tabell.slice(2, 1).to_pylist() == [
        {
            "kommunenummer": "3411",
            "rapporteringsaar": 2024,
            "alder": 18,
            "innbyggere": 3,
            "status": None,
            "celle": 2,
        }
    ]


def test_population_1_1_belongs_to_the_year_before_and_kjonn_is_added():
    tabell = befolkning(tolk(tabell_07459([10, 20, 1, None], status={"2": "*", "3": ":"}))).tabell
    assert tabell["rapporteringsaar"].to_pylist() == [2024, 2024]
    assert tabell["innbyggere"].to_pylist() == [11, None]
    assert tabell["status"].to_pylist() == ["*", ":"]
    assert tabell["celle"].to_pylist() == [0, 1]


def test_nil_for_one_kjonn_is_not_nil_for_the_sum():
    innhold = tabell_07459([None, None, 4, None], status={"0": "-", "1": "-", "3": "-"})
    assert innbyggere(innhold) == [4, 0]
    assert statuser(innhold) == [None, "-"]


def test_a_hidden_part_tells_more_than_a_missing_part():
    innhold = tabell_07459([None, None, None, 5], status={"0": ".", "1": "*", "2": ":", "3": "e"})
    assert innbyggere(innhold) == [None, None]
    assert statuser(innhold) == [":", "e"]


def test_of_two_totals_for_kjonn_only_one_is_used():
    innhold = tabell_07459([11, 22, 11, 22], kjonn=("0", "9"), etiketter={"9": "I alt"})
    assert innbyggere(innhold) == [11, 22]
    assert utelatt(innhold) == [("9", 2)]


def test_a_total_for_kjonn_is_used_instead_of_adding():
    innhold = tabell_07459([10, 20, 1, 2, 11, 22], kjonn=("1", "2", "9"), etiketter={"9": "Begge kjønn"})
    assert innbyggere(innhold) == [11, 22]
    assert utelatt(innhold) == [("1", 2), ("2", 2)]


def test_refperiod_tells_the_date_of_an_unknown_table():
    innhold = tabell_11805([1, 2, 3, 4], tabell="99999")
    innhold["dimension"]["ContentsCode"]["extension"] = {"refperiod": {"Personer": "1.1."}}
    assert befolkning(tolk(innhold)).tabell["rapporteringsaar"].to_pylist() == [2023] * 4
    innhold["dimension"]["ContentsCode"]["extension"] = {"refperiod": {"Personer": "31. desember"}}
    assert befolkning(tolk(innhold)).tabell["rapporteringsaar"].to_pylist() == [2024] * 4


def test_only_municipalities_are_used_and_each_cell_left_out_is_counted_once():
    innhold = tabell_11805(
        list(range(15)), regioner=("0", "3403", "EAK", "EKG01", "F-34"), aldre=("018", "F018-024", "999A")
    )
    assert innbyggere(innhold) == [3]
    assert utelatt(innhold) == [
        ("0", 3), ("EAK", 3), ("EKG01", 3), ("F-34", 3), ("F018-024", 1), ("999A", 1),
    ]  # fmt: skip


def test_k_code_becomes_its_municipality_unless_that_is_there_too():
    innhold = tabell_11805([1, 2, 3, 4], regioner=("K-3103", "K-3411", "3411", "K-Rest"), aldre=("018",))
    assert befolkning(tolk(innhold)).tabell["kommunenummer"].to_pylist() == ["3103", "3411"]
    assert innbyggere(innhold) == [1, 3]
    assert utelatt(innhold) == [("K-3411", 1), ("K-Rest", 1)]


@pytest.mark.parametrize(
    ("aldre", "brukt"),
    [
        (("103", "104", "105+"), [103, 104, 105]),
        (("118", "119+"), [118, 119]),
        (("104", "105", "105+"), [104, 105]),
        (("098", "100+", "105+"), [98, 100]),
        (("065", "066", "067+"), [65, 66]),
        (("67", "066", "018-024"), [66]),
    ],
    ids=["105_plus", "119_plus", "overlapping", "two_open_classes", "too_wide", "not_three_digits"],
)
def test_open_age_classes_stand_for_an_age_only_where_nobody_is_counted_twice(aldre, brukt):
    resultat = befolkning(tolk(tabell_11805(list(range(len(aldre))), regioner=("3403",), aldre=aldre)))
    assert resultat.tabell["alder"].to_pylist() == brukt
    assert len(resultat.utelatt) == len(aldre) - len(brukt)


@pytest.mark.parametrize("kode", ["2024K4", "2024M01", "99999999999", "٢٠٢٤"])
def test_what_is_not_a_whole_year_is_left_out(kode):
    innhold = tabell_11805([1, 2, 3, 4], regioner=("3403",), tid=("2024", kode))
    assert innbyggere(innhold) == [1, 3]
    assert utelatt(innhold) == [(kode, 2)]


def test_a_file_where_everything_is_left_out_gives_no_rows_and_a_full_account():
    innhold = tabell_11805([1, 2], regioner=("0",))
    assert innbyggere(innhold) == []
    assert utelatt(innhold) == [("0", 2)]
    assert utelatt(tabell_11805([1, 2], regioner=("0",), aldre=("018", "999A"))) == [("0", 2)]
    assert innbyggere(tabell_11805([], regioner=())) == []


def test_persons_are_found_among_several_contents():
    innhold = tabell_11805([1, 100, 2, 200], regioner=("3403",))
    innhold["dimension"]["ContentsCode"] = dim("Folk", "Areal", etiketter={"Folk": "Befolkning per 31.12."})
    innhold["size"] = [1, 2, 2, 1]
    assert innbyggere(innhold) == [1, 2]
    assert utelatt(innhold) == [("Areal", 2)]


def test_dimensions_are_found_in_any_order_and_by_role():
    dimensjoner = {
        "Tidspunkt": dim("2024"),
        "Innhold": dim("Personer1"),
        "KOKalder0000": dim("018", "019"),
        "Kommune": dim("3403", "3411"),
    }
    rolle = {"time": ["Tidspunkt"], "geo": ["Kommune"], "metric": ["Innhold"]}
    tabell = befolkning(tolk(fil(dimensjoner, [1, 2, 3, 4], role=rolle))).tabell
    assert tabell["kommunenummer"].to_pylist() == ["3403", "3411", "3403", "3411"]
    assert tabell["alder"].to_pylist() == [18, 18, 19, 19]


# Messages


def uten(navn: str) -> dict:
    innhold = tabell_11805([1], regioner=("3403",), aldre=("018",))
    plass = innhold["id"].index(navn)
    del innhold["id"][plass], innhold["size"][plass], innhold["dimension"][navn]
    return innhold


def endret(**felter) -> dict:
    return {**tabell_11805([1, 2, 3, 4]), **felter}


def med_kategori(kategori: dict) -> dict:
    innhold = endret()
    innhold["dimension"]["Alder"]["category"] = kategori
    return innhold


@pytest.mark.parametrize(
    ("innhold", "melding"),
    [
        (b"", "ikke gyldig JSON"),
        (b"%PDF-1.7 \xff", "ikke gyldig JSON"),
        (b'{"class": "dataset", "value": [1, 2', "ikke gyldig JSON"),
        (b"[" * 200_000, "ikke gyldig JSON"),
        (b"[1, 2]", "ikke et json-stat2-datasett"),
        (b'{"dataset": {"dimension": {}}}', "ikke et json-stat2-datasett"),
        (b'{"class": "dataset", "value": {"1": 1, "1": 2}}', "nøkkelen «1» to ganger"),
        ({"version": "2.0", "class": "collection"}, "ikke et json-stat2-datasett"),
        (endret(version="1.3"), "versjon 1.3"),
        ({"class": "dataset"}, "feltet id mangler"),
        (endret(size=["2", 2, 1, 1]), "feltet size.0 har en form vi ikke kan lese"),
        (endret(size=[2, 2, 1]), "size har 3 tall"),
        (endret(size=[2, 3, 1, 1]), "Alder har 2 kategorier, men size sier 3"),
        (endret(id=["Region", "Alder", "ContentsCode", "Tid"]), "mangler dimensjonen Region"),
        (endret(id=["Alder", "Alder", "ContentsCode", "Tid"]), "oppgir dimensjonene Alder, Alder"),
        (med_kategori({"label": {"018": "18", "019": "19"}}), "mangler rekkefølgen"),
        (med_kategori({"index": {"018": 0, "019": 2}}), "samme plass eller hull"),
        (med_kategori({"index": {"018": 0, "019": 0}}), "samme plass eller hull"),
        (med_kategori({"index": ["018", "018"]}), "samme plass eller hull"),
        (endret(value=[1, 2, 3]), "har 3 verdier, men dimensjonene gir 4 celler"),
        (endret(value=[1, 2, "3", 4]), "celle 2 er ikke et tall: «3»"),
        (endret(value={"3": "x"}), "celle 3 er ikke et tall: «x»"),
        (endret(value=[1, True, 3, 4]), "celle 1 er ikke et tall: «True»"),
        (endret(value=[1, float("nan"), 3, 4]), "celle 1 er ikke et tall: «nan»"),
        (endret(value=[1, [2], 3, 4]), "celle 1 er ikke et tall"),
        (endret(value={"4": 1}), "nøkkelen «4», som ikke er plassen til en av 4 celler"),
        (endret(value={"01": 1}), "nøkkelen «01»"),
        (endret(value={"-1": 1}), "nøkkelen «-1»"),
        (endret(value={"٣": 1}), "nøkkelen «٣»"),
        (endret(value={"9" * 30: 1}), "nøkkelen «999"),
        (endret(value={"x": 1}), "Feltet value har nøkkelen «x»"),
        (endret(status={"9": ":"}), "Feltet status har nøkkelen «9»"),
        (endret(status=[":", ":"]), "har 2 statuskoder, men dimensjonene gir 4 celler"),
        (endret(status=7), "feltet status"),
    ],
)
def test_a_broken_file_gets_a_message(innhold, melding):
    raa = innhold if isinstance(innhold, bytes) else json.dumps(innhold).encode()
    with pytest.raises(JsonstatFeil, match=re.escape(melding)):
        tolk_jsonstat(raa)


def test_a_huge_number_is_an_error_and_not_infinity():
    raa = json.dumps(endret()).replace("[1, 2, 3, 4]", "[1, 2, 1e999, 4]").encode()
    with pytest.raises(JsonstatFeil, match="celle 2 er ikke et tall"):
        tolk_jsonstat(raa)
    with pytest.raises(JsonstatFeil, match="celle 2"):
        befolkning(tolk_jsonstat(raa.replace(b"1e999", b"1" + b"0" * 30)))
    with pytest.raises(JsonstatFeil):
        befolkning(tolk_jsonstat(raa.replace(b"1e999", b"1" + b"0" * 400)))


def test_a_small_file_cannot_claim_an_enormous_cube():
    dimensjoner = {navn: dim(*map(str, range(400))) for navn in ("a", "b", "c")}
    with pytest.raises(JsonstatFeil, match="64000000 celler"):
        tolk(fil(dimensjoner, {}))


@pytest.mark.parametrize(
    ("innhold", "melding"),
    [
        (
            uten("Alder"),
            "Filen mangler dimensjonen Alder. Den har KOKkommuneregion0000, ContentsCode og Tid.",
        ),
        (uten("Tid"), "Filen mangler dimensjonen Tid."),
        (uten("KOKkommuneregion0000"), "Filen mangler dimensjonen Region."),
        (uten("ContentsCode"), "Filen mangler dimensjonen ContentsCode."),
        (tabell_07459([1, 2], kjonn=("1",)), "Filen har kjønn 1, men må ha både 1 og 2"),
        (endret(extension={"px": {"tableid": "01222"}}), "tabell 01222"),
        (endret(extension={}, label="Befolkning"), "tabell uten nummer"),
        (endret(value=[1, 2.5, 3, 4]), "celle 1 er 2.5, som ikke er et mulig antall personer"),
        (endret(value=[1, 2, -3, 4]), "celle 2 er -3, som ikke er et mulig antall personer"),
    ],
)
def test_a_table_that_is_not_population_gets_a_message(innhold, melding):
    datasett = tolk(innhold)
    with pytest.raises(JsonstatFeil, match=re.escape(melding)):
        befolkning(datasett)


def test_contents_that_are_not_clearly_persons_are_listed():
    innhold = tabell_11805([1, 2, 3, 4], regioner=("3403",))
    innhold["size"] = [1, 2, 2, 1]
    innhold["dimension"]["ContentsCode"] = dim("A", "B", etiketter={"A": "Fødte", "B": "Døde"})
    with pytest.raises(JsonstatFeil, match=re.escape("Den har A (Fødte) og B (Døde).")):
        befolkning(tolk(innhold))
    innhold["dimension"]["ContentsCode"] = dim("A", "B", etiketter={"A": "Personer", "B": "Personer, prosent"})
    with pytest.raises(JsonstatFeil, match="hvilken statistikkvariabel"):
        befolkning(tolk(innhold))


def test_a_further_dimension_is_refused():
    dimensjoner = {**tabell_11805([])["dimension"], "Sivilstand": dim("1", "2")}
    with pytest.raises(JsonstatFeil, match="også delt etter Sivilstand"):
        befolkning(tolk(fil(dimensjoner, list(range(8)))))


def test_table_and_refperiod_that_disagree_are_refused():
    innhold = endret()
    innhold["dimension"]["ContentsCode"]["extension"] = {"refperiod": {"Personer": "1.1."}}
    with pytest.raises(JsonstatFeil, match="ikke entydig"):
        befolkning(tolk(innhold))


def test_a_long_list_of_codes_is_shortened_in_the_message():
    innhold = tabell_07459(list(range(60)), kjonn=tuple(map(str, range(10, 40))))
    with pytest.raises(JsonstatFeil, match="20, 21 og 18 til"):
        befolkning(tolk(innhold))


# The sample handed out with the project


def test_sample_sums_equal_a_plain_recomputation():
    if not SAMPLE.exists():
        pytest.skip("shared data is missing: ../shared/leveranser/felles/ssb_11805_befolkning.json")
    raa = json.loads(SAMPLE.read_text(encoding="utf-8"))
    indekser = [raa["dimension"][navn]["category"]["index"] for navn in raa["id"]]
    ventet: dict[tuple[str, int], int] = {}
    for region, i in indekser[0].items():
        for j in indekser[1].values():
            for aar, m in indekser[3].items():
                plass = ((i * raa["size"][1] + j) * raa["size"][2]) * raa["size"][3] + m
                ventet[region, int(aar)] = ventet.get((region, int(aar)), 0) + raa["value"][plass]

    resultat = befolkning(les_jsonstat(SAMPLE))
    summer = resultat.tabell.group_by(["kommunenummer", "rapporteringsaar"]).aggregate([("innbyggere", "sum")])
    funnet = {(rad["kommunenummer"], rad["rapporteringsaar"]): rad["innbyggere_sum"] for rad in summer.to_pylist()}
    assert funnet == ventet
    assert resultat.utelatt == []
    assert resultat.celler_brukt == len(raa["value"]) == resultat.tabell.num_rows
    assert resultat.tabell["innbyggere"].to_pylist() == raa["value"]
    assert len(set(resultat.tabell["alder"].to_pylist())) == 106
