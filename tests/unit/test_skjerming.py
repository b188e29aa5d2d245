"""Which cells are hidden: the threshold, what is hidden with them, and what the controllers are told."""

import logging
import re

import pandas as pd
import pytest

from dagster_project.seeds import read_seed
from dagster_project.skjerming import les_relasjoner, skjerm, terskel

VERNET = {"mottakere", "stonadsmaaneder", "stonad"}


def celler(tall: dict, kommunenummer: str = "3412", aar: int = 2024) -> pd.DataFrame:
    """One unit; a plain number is a count of persons, a pair is (verdi, antall_personer)."""
    rader = [
        (kommunenummer, aar, celle, *(verdi if isinstance(verdi, tuple) else (verdi, verdi)))
        for celle, verdi in tall.items()
    ]
    return pd.DataFrame(rader, columns=["kommunenummer", "rapporteringsaar", "celle_id", "verdi", "antall_personer"])


def relasjoner(**ledd: dict[str, int]) -> list[dict[str, str]]:
    return [
        {
            "relasjon_id": relasjon_id,
            "celle": celle,
            "koeffisient": str(koeffisient),
            "vernet": "ja" if celle in VERNET else "",
        }
        for relasjon_id, deler in ledd.items()
        for celle, koeffisient in deler.items()
    ]


def skjulte(tall: dict, regler: list[dict[str, str]]) -> dict[str, str]:
    """Hidden cells and why, of one unit."""
    ut = skjerm(celler(tall), regler)
    return dict(zip(ut["celle_id"], ut["aarsak"], strict=True))


ALDER = relasjoner(alder={"mottakere": -1, "unge": 1, "voksne": 1, "eldre": 1})
MAANEDER = relasjoner(
    antall={"mottakere": -1, "mnd:*": 1},
    vektet={"stonadsmaaneder": -1, **{f"mnd:{k}": k for k in range(1, 13)}},
)
BELOP = relasjoner(belop={"stonad": -1, "bidrag": 1, "laan": 1})


def test_threshold_is_three():
    assert terskel() == 3


@pytest.mark.parametrize(("antall", "skjult"), [(0, False), (1, True), (2, True), (3, False)], ids=["0", "1", "2", "3"])
def test_counts_of_one_and_two_are_hidden(antall, skjult):
    assert skjulte({"fritt_tall": antall}, []) == ({"fritt_tall": "primaer"} if skjult else {})


def test_threshold_counts_persons_and_not_kroner():
    assert skjulte({"laan": (250_000, 2), "bidrag": (2, 3)}, []) == {"laan": "primaer"}


def test_stricter_threshold_can_be_asked_for():
    ut = skjerm(celler({"fire": 4, "fem": 5}), [], minste_viste_antall=5)
    assert list(ut["celle_id"]) == ["fire"]


def test_smallest_other_part_is_hidden_with_the_small_one():
    tall = {"mottakere": 20, "unge": 2, "voksne": 10, "eldre": 8}
    assert skjulte(tall, ALDER) == {"unge": "primaer", "eldre": "sekundaer"}


def test_equal_parts_are_chosen_by_cell_id():
    tall = {"mottakere": 18, "unge": 2, "voksne": 8, "eldre": 8}
    assert skjulte(tall, ALDER) == {"unge": "primaer", "eldre": "sekundaer"}


def test_two_small_parts_hide_each_other():
    assert skjulte({"mottakere": 13, "unge": 1, "voksne": 10, "eldre": 2}, ALDER) == {
        "unge": "primaer",
        "eldre": "primaer",
    }


def test_two_hidden_parts_that_sum_to_two_are_both_one_so_a_third_is_hidden():
    assert skjulte({"mottakere": 12, "unge": 1, "voksne": 10, "eldre": 1}, ALDER) == {
        "unge": "primaer",
        "eldre": "primaer",
        "voksne": "sekundaer",
    }


def test_zero_is_shown_and_does_not_hide_its_neighbour():
    tall = {"mottakere": 12, "unge": 2, "voksne": 10, "eldre": 0}
    assert skjulte(tall, ALDER) == {"unge": "primaer", "voksne": "sekundaer"}


def test_protected_total_is_hidden_only_when_nothing_else_is_left():
    regler = relasjoner(samme={"mottakere": -1, "poster": 1}, del_={"mottakere": -1, "unge": 1, "apent": 1})
    assert skjulte({"mottakere": 7, "poster": 7, "unge": 2, "apent": (5, None)}, regler) == {
        "unge": "primaer",
        "mottakere": "sekundaer",
        "poster": "sekundaer",
    }


def test_total_of_two_is_hidden_with_its_parts():
    assert set(skjulte({"mottakere": 2, "unge": 1, "voksne": 1, "eldre": 0}, ALDER)) == {
        "mottakere",
        "unge",
        "voksne",
    }


def test_same_figure_in_two_tables_is_hidden_in_both():
    regler = ALDER + relasjoner(to_tabeller={"eldre": -1, "tabell:67_pluss": 1})
    tall = {"mottakere": 20, "unge": 2, "voksne": 10, "eldre": 8, "tabell:67_pluss": 8}
    assert set(skjulte(tall, regler)) == {"unge", "eldre", "tabell:67_pluss"}


def test_months_need_three_hidden_cells_because_two_equations_hold():
    antall = {1: 30, 2: 20, 3: 18, 4: 13, 5: 11, 6: 9, 7: 7, 8: 6, 9: 5, 10: 4, 11: 5, 12: 2}
    tall = {f"mnd:{k}": n for k, n in antall.items()}
    tall["mottakere"] = sum(antall.values())
    tall["stonadsmaaneder"] = (sum(k * n for k, n in antall.items()), tall["mottakere"])
    # 10, 11 and 12 months can change by 1, -2 and 1 without changing persons or months.
    assert skjulte(tall, MAANEDER) == {"mnd:10": "sekundaer", "mnd:11": "sekundaer", "mnd:12": "primaer"}


def test_months_where_whole_numbers_leave_one_solution_need_a_fourth_cell():
    # One more with 12 months takes 10 from 3 months and gives 9 to 2, but 3 months has only 6 to give from.
    tall = {"mnd:1": 40, "mnd:2": 5, "mnd:3": 6, "mnd:12": 1}
    tall["mottakere"] = 52
    tall["stonadsmaaneder"] = (80, 52)
    assert set(skjulte(tall, MAANEDER)) == {"mnd:1", "mnd:2", "mnd:3", "mnd:12"}


def test_one_loan_hides_loans_and_grants_but_not_the_sum():
    tall = {"stonad": (12_500_000, 240), "bidrag": (12_480_000, 240), "laan": (20_000, 1)}
    assert skjulte(tall, BELOP) == {"laan": "primaer", "bidrag": "sekundaer"}


def test_year_sum_that_is_not_quite_the_sum_of_months_still_reveals_a_month():
    regler = relasjoner(omtrent={"stonad": -1, "utbetalt:*": 1})
    tall = {
        "stonad": (100_000, 30),
        "utbetalt:01": (9_000, 2),
        "utbetalt:02": (40_000, 12),
        "utbetalt:03": (50_700, 15),
    }
    assert skjulte(tall, regler) == {"utbetalt:01": "primaer", "utbetalt:02": "sekundaer"}


def test_part_that_fills_up_its_whole_is_found_out():
    # Single men and women over 67 are some of those over 67: with 4 in all and 3 women there is 1 man.
    regler = relasjoner(eldre={"eldre": -1, "menn": 1, "kvinner": 1, "~par": 1})
    assert skjulte({"eldre": 4, "menn": 1, "kvinner": 3}, regler) == {
        "menn": "primaer",
        "kvinner": "sekundaer",
    }
    assert skjulte({"eldre": 40, "menn": 1, "kvinner": 3}, regler) == {"menn": "primaer"}


def test_cell_hidden_alone_is_known_to_be_one_or_two():
    regler = relasjoner(
        inntekt={"hovedinntekt": -1, "begge": 1, "~kort": 1},
        lenge={"lenge": -1, "begge": 1, "~annen": 1},
        alle={"mottakere": -1, "hovedinntekt": 1, "~annen": 1, "~ingen": 1},
    )
    # 8 and 4 of 10 overlap in at least 2, so "1 or 2" would tell that it is 2.
    assert skjulte({"mottakere": 10, "hovedinntekt": 8, "lenge": 4, "begge": 2}, regler) == {
        "begge": "primaer",
        "hovedinntekt": "sekundaer",
    }
    assert skjulte({"mottakere": 20, "hovedinntekt": 8, "lenge": 4, "begge": 2}, regler) == {"begge": "primaer"}


def test_one_category_can_leave_the_rule_for_all():
    regler = relasjoner(vklo={"mottakere": -1, "vklo:*": 1, "vklo:dobbelt": 0})
    tall = {"mottakere": 12, "vklo:1": 2, "vklo:5": 10, "vklo:dobbelt": 3}
    assert skjulte(tall, regler) == {"vklo:1": "primaer", "vklo:5": "sekundaer"}


def test_rule_for_each_category_ties_the_same_category_of_two_tables():
    regler = relasjoner(to_tabeller={"antall:?": -1, "per_1000:?": 1})
    tall = {"antall:a": 2, "antall:b": 5, "per_1000:a": (2, 2), "per_1000:b": (5, 5)}
    assert set(skjulte(tall, regler)) == {"antall:a", "per_1000:a"}


def test_wildcard_does_not_take_the_total_of_the_same_name():
    regler = relasjoner(typer={"kvp": -1, "kvp:*": 1})
    assert set(skjulte({"kvp": 9, "kvp:2": 2, "kvp:3": 7}, regler)) == {"kvp:2", "kvp:3"}


def test_public_figure_is_never_hidden_and_an_unsolvable_case_is_logged(caplog):
    regler = relasjoner(folketall={"innbyggere": -1, "mottakere": 1})
    with caplog.at_level(logging.WARNING):
        assert skjulte({"innbyggere": (2, None), "mottakere": 2}, regler) == {"mottakere": "primaer"}
    assert "3412 2024: mottakere er skjult, men kan regnes ut" in caplog.text


def test_secondary_cell_that_turned_out_unneeded_is_shown_again():
    regler = relasjoner(
        alle={"mottakere": -1, "a": 1, "b": 1, "c": 1, "d": 1},
        del_={"ab": -1, "a": 1, "b": 1},
    )
    # The first equation takes c, the smallest; the second needs b, which serves both.
    tall = {"mottakere": 40, "a": 2, "b": 9, "c": 4, "d": 25, "ab": 11}
    assert skjulte(tall, regler) == {"a": "primaer", "b": "sekundaer"}


def test_units_do_not_touch_each_other():
    begge = pd.concat(
        [
            celler({"mottakere": 20, "unge": 2, "voksne": 10, "eldre": 8}),
            celler({"mottakere": 20, "unge": 3, "voksne": 10, "eldre": 7}, aar=2025),
            celler({"mottakere": 5, "unge": 1, "voksne": 4, "eldre": 0}, kommunenummer="0301"),
        ]
    )
    ut = skjerm(begge, ALDER)
    assert list(zip(ut["kommunenummer"], ut["rapporteringsaar"], ut["celle_id"], strict=True)) == [
        ("0301", 2024, "unge"),
        ("0301", 2024, "voksne"),
        ("3412", 2024, "eldre"),
        ("3412", 2024, "unge"),
    ]


def test_result_without_rows_has_the_same_columns_and_types():
    med = skjerm(celler({"unge": 1}), [])
    for uten in (skjerm(celler({"unge": 5}), []), skjerm(celler({}), [])):
        assert uten.empty
        assert uten.dtypes.to_dict() == med.dtypes.to_dict()


def test_missing_figure_is_neither_small_nor_zero():
    assert skjulte({"nye": (None, None), "unge": 3}, []) == {}


def test_explanations_are_sentences_without_hidden_figures():
    tall = {"mottakere": 7777, "unge": 2, "voksne": 7000, "eldre": 775}
    ut = skjerm(celler(tall), ALDER).set_index("celle_id")["forklaring"]
    assert ut["unge"] == "Tallet bygger på færre enn 3 personer."
    assert ut["eldre"] == "Skjult fordi unge ellers kan regnes ut av de viste tallene (alder)."
    assert not re.search(r"\d", ut["eldre"])


def test_same_cell_twice_is_refused():
    dobbelt = pd.concat([celler({"unge": 1}), celler({"unge": 1})])
    with pytest.raises(ValueError, match="Cellen finnes to ganger: 3412, 2024, unge"):
        skjerm(dobbelt, [])


def test_same_cell_twice_in_a_relation_is_refused():
    with pytest.raises(ValueError, match="unge står to ganger i relasjonen alder"):
        les_relasjoner([{"relasjon_id": "alder", "celle": "unge", "koeffisient": "1"}] * 2)


def test_worked_example_of_the_documentation():
    tall = {
        "mottakere": 40,
        "mottakere_u18": 0,
        "mottakere_18_24": 5,
        "mottakere_25_66": 33,
        "mottakere_18_66": 38,
        "mottakere_67_pluss": 2,
        "mottakere_aldersklasse:u18": 0,
        "mottakere_aldersklasse:18_24": 5,
        "mottakere_aldersklasse:25_44": 22,
        "mottakere_aldersklasse:45_66": 11,
        "mottakere_aldersklasse:67_pluss": 2,
    }
    assert skjulte(tall, list(read_seed("skjermingsrelasjon"))) == {
        "mottakere_67_pluss": "primaer",
        "mottakere_aldersklasse:67_pluss": "primaer",
        "mottakere_18_24": "sekundaer",
        "mottakere_aldersklasse:18_24": "sekundaer",
        "mottakere_18_66": "sekundaer",
    }


def test_every_cell_of_the_seed_exists():
    grunntall = {rad["grunntall_id"] for rad in read_seed("grunntall")}
    koder = {}
    for rad in read_seed("kodeliste"):
        koder.setdefault(rad["liste"], set()).add(rad["kode"])
    kategorier = {rad["indikator_id"]: koder[rad["liste"]] | {"uoppgitt"} for rad in read_seed("fordeling")}

    ukjente = set()
    for rad in read_seed("skjermingsrelasjon"):
        fordeling, skille, kategori = rad["celle"].partition(":")
        finnes = (
            rad["celle"].startswith("~")
            or (not skille and fordeling in grunntall)
            or (kategori in {"*", "?"} and fordeling in kategorier)
            or kategori in kategorier.get(fordeling, ())
        )
        if not finnes:
            ukjente.add(rad["celle"])
    assert not ukjente


def test_every_distribution_is_in_a_relation():
    celle_ider = {rad["celle"].partition(":")[0] for rad in read_seed("skjermingsrelasjon")}
    assert {rad["indikator_id"] for rad in read_seed("fordeling")} <= celle_ider
