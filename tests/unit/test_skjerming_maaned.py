"""Which monthly cells are hidden: the threshold, what is hidden with them, and what is seen together."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from dagster_project.flytt import kretser
from dagster_project.seeds import read_seed
from dagster_project.skjerming_maaned import (
    POPULASJON,
    POPULASJON_AARSSUM,
    SMAA_SAMLET,
    TIL_OG_MED,
    UTGIFT,
    les_relasjoner,
    populasjoner,
    skjerm_maaned,
)


def celler(antall: dict[str, int], relasjonssett: str = POPULASJON, maaned: int = 1, **andre) -> pd.DataFrame:
    """One month of one municipality; `andre` are other values of the key, or personer and av_antall by cell."""
    tall = {kolonne: andre.pop(kolonne, {}) for kolonne in ("personer", "av_antall", "vist_ellers")}
    rader = pd.DataFrame(
        {
            "relasjonssett": relasjonssett,
            "tabell": "ind_utbetaling_per_mottaker",
            "serie": "kontant",
            "kommunenummer": "3412",
            "periode_type": "maaned",
            "periode": pd.Timestamp(2025, maaned, 1),
            "celle": list(antall),
            "antall": list(antall.values()),
        }
        | andre
    )
    for kolonne, verdier in tall.items():
        type_ = "boolean" if kolonne == "vist_ellers" else "Int64"
        rader[kolonne] = pd.array([verdier.get(celle) for celle in antall], dtype=type_)
    return rader


def befolk(u18=0, a18_24=0, a25_29=0, a30_66=0, a67=0, hovedinntekt=0, ukjent=0) -> dict[str, int]:
    """Every cell of a month, from the persons by age; those without a named income are supplerende."""
    alle = u18 + a18_24 + a25_29 + a30_66 + a67
    return {
        "alle": alle,
        "hovedinntekt": hovedinntekt,
        "supplerende": alle - hovedinntekt - ukjent,
        "~ukjent_hovedinntekt": ukjent,
        "18_24": a18_24,
        "25_66": a25_29 + a30_66,
        "under_30": u18 + a18_24 + a25_29,
        "~under_18": u18,
        "~25_29": a25_29,
        "~30_66": a30_66,
        "~67_pluss_eller_ukjent": a67,
    }


def skjulte(*rader: pd.DataFrame) -> dict[str, str]:
    ut = skjerm_maaned(pd.concat(rader))
    return dict(zip(ut["celle"], ut["aarsak"], strict=True))


# Income: persons without any relation to the ages, so that each test is about one thing.
@pytest.mark.parametrize(("antall", "skjult"), [(0, False), (1, True), (2, True), (3, False)])
def test_counts_of_one_and_two_are_hidden_with_what_they_could_be_found_from(antall, skjult):
    tall = befolk(a30_66=40, a25_29=10, a18_24=10, hovedinntekt=antall)
    assert skjulte(celler(tall)) == ({"hovedinntekt": "primaer", "supplerende": "sekundaer"} if skjult else {})


@pytest.mark.parametrize(("ukjent", "skjult"), [(0, set()), (1, {"hovedinntekt"}), (2, {"hovedinntekt"}), (3, set())])
def test_persons_without_a_known_income_cannot_be_counted_either(ukjent, skjult):
    tall = befolk(a30_66=40, a25_29=10, a18_24=10, hovedinntekt=20, ukjent=ukjent)
    assert set(skjulte(celler(tall))) == skjult


def test_smallest_complement_is_hidden_and_the_total_is_not():
    tall = befolk(a30_66=40, a18_24=2, a25_29=12, hovedinntekt=20)
    assert skjulte(celler(tall)) == {"18_24": "primaer", "25_66": "sekundaer"}


def test_total_is_hidden_when_it_is_small_itself():
    assert skjulte(celler(befolk(a30_66=2, hovedinntekt=2))) == {
        "alle": "primaer",
        "hovedinntekt": "primaer",
        "25_66": "primaer",
    }


def test_zero_is_shown():
    assert skjulte(celler(befolk(a30_66=10, a25_29=5, hovedinntekt=0))) == {}


def test_units_do_not_touch_each_other():
    liten, stor = befolk(a30_66=40, hovedinntekt=2), befolk(a30_66=40, hovedinntekt=20)
    ut = skjerm_maaned(
        pd.concat(
            [
                celler(stor),
                celler(liten, kommunenummer="3403"),
                celler(stor, maaned=2),
                celler(liten, maaned=2, serie="periodisert"),
            ]
        )
    )
    assert list(zip(ut["kommunenummer"], ut["periode"].dt.month, ut["serie"], strict=True)) == [
        ("3403", 1, "kontant"),
        ("3403", 1, "kontant"),
        ("3412", 2, "periodisert"),
        ("3412", 2, "periodisert"),
    ]


def test_persons_behind_a_figure_count_where_they_are_fewer():
    tall = befolk(a30_66=40, a25_29=10, a18_24=4, hovedinntekt=20)
    assert "18_24" in skjulte(celler(tall, personer={"18_24": 2}))


def test_a_row_of_kroner_without_any_mottaker_is_hidden_when_one_person_is_behind():
    tall = befolk(a30_66=40, a25_29=10, hovedinntekt=20)
    ut = skjulte(celler(tall, personer=befolk(a18_24=1, a30_66=40, a25_29=10, hovedinntekt=20)))
    assert ut["18_24"] == "primaer"
    assert len(ut) > 1


@pytest.mark.parametrize(("langtid", "skjult"), [(35, False), (38, True), (39, True), (40, False)])
def test_a_part_is_hidden_where_one_or_two_are_outside_it(langtid, skjult):
    deler = befolk(a30_66=langtid, hovedinntekt=langtid)
    hele = befolk(a30_66=40, hovedinntekt=40)
    ut = skjulte(celler(deler, serie="langtid", av_antall=hele))
    assert set(ut) == ({"alle", "hovedinntekt", "25_66"} if skjult else set())


def test_what_another_table_shows_is_not_hidden_here():
    tall = befolk(a30_66=40, a25_29=10, a18_24=10, hovedinntekt=2)
    assert skjulte(celler(tall, vist_ellers={"supplerende": True})) == {"hovedinntekt": "primaer", "alle": "sekundaer"}


def test_what_another_table_hides_is_hidden_here_and_serves():
    tall = befolk(a30_66=40, a25_29=10, a18_24=4, hovedinntekt=20, ukjent=2)
    assert skjulte(celler(tall, vist_ellers={"supplerende": False})) == {"supplerende": "sekundaer"}


class TestAarssum:
    stor = befolk(a30_66=40, a25_29=10, a18_24=10, hovedinntekt=20)
    liten = befolk(a30_66=40, a25_29=10, a18_24=2, hovedinntekt=20)

    def skjult(self, *maaneder) -> list[tuple[int, str]]:
        ut = skjerm_maaned(
            pd.concat([celler(tall, POPULASJON_AARSSUM, nummer) for nummer, tall in enumerate(maaneder, start=1)])
        )
        return sorted(zip(ut["periode"].dt.month, ut["celle"], strict=True))

    def test_a_single_month_would_be_the_sum_of_the_year_less_the_others(self):
        ut = self.skjult(self.stor, self.liten, self.stor)
        i_maaned = [(maaned, celle) for maaned, celle in ut if not celle.startswith(TIL_OG_MED)]
        assert i_maaned == [(1, "18_24"), (1, "25_66"), (2, "18_24"), (2, "25_66")]

    def test_the_sum_so_far_is_hidden_between_the_two_months(self):
        ut = self.skjult(self.stor, self.liten, self.stor)
        assert [(maaned, celle) for maaned, celle in ut if celle.startswith(TIL_OG_MED)] == [
            (1, TIL_OG_MED + "18_24"),
            (1, TIL_OG_MED + "25_66"),
        ]

    def test_two_small_months_hide_each_other(self):
        ut = self.skjult(self.liten, self.stor, self.stor, self.liten)
        assert {maaned for maaned, celle in ut if not celle.startswith(TIL_OG_MED)} == {1, 4}
        assert {maaned for maaned, celle in ut if celle.startswith(TIL_OG_MED)} == {1, 2, 3}

    def test_a_month_alone_in_its_year_hides_the_sum_of_the_year(self):
        ut = self.skjult(self.liten)
        assert {maaned for maaned, celle in ut if celle == TIL_OG_MED + "18_24"} == set(range(1, 13))

    def test_years_are_apart(self):
        foer = celler(self.liten, POPULASJON_AARSSUM).assign(periode=pd.Timestamp(2024, 12, 1))
        etter = celler(self.liten, POPULASJON_AARSSUM).assign(periode=pd.Timestamp(2025, 1, 1))
        ut = skjerm_maaned(pd.concat([foer, etter]))
        assert set(ut.loc[ut["celle"] == TIL_OG_MED + "18_24", "periode"].dt.strftime("%Y-%m")) == {
            "2024-12",
            *(f"2025-{maaned:02}" for maaned in range(1, 13)),
        }


class TestUtgift:
    def skjult(self, *maaneder, **serier) -> set[tuple[str, str]]:
        rader = [celler(antall, UTGIFT, serie=serie) for serie, antall in serier.items()]
        rader += [celler(antall, UTGIFT, nummer) for nummer, antall in enumerate(maaneder, start=1)]
        ut = skjerm_maaned(pd.concat(rader))
        return set(zip(ut["serie"] if serier else ut["periode"].dt.month, ut["celle"], strict=True))

    def test_a_small_kind_is_hidden_with_the_smallest_other(self):
        assert self.skjult({"A|BIDRAG": 40, "B|BIDRAG": 8, "C|BIDRAG": 2}) == {(1, "B|BIDRAG"), (1, "C|BIDRAG")}

    def test_small_kinds_hide_each_other_when_they_are_not_the_same_person(self):
        tall = {"A|BIDRAG": 40, "B|BIDRAG": 8, "C|BIDRAG": 2, "D|BIDRAG": 1}
        assert self.skjult(tall | {SMAA_SAMLET: 3}) == {(1, "C|BIDRAG"), (1, "D|BIDRAG")}
        assert self.skjult(tall | {SMAA_SAMLET: 2}) == {(1, "B|BIDRAG"), (1, "C|BIDRAG"), (1, "D|BIDRAG")}

    def test_all_kinds_may_be_hidden(self):
        assert self.skjult({"A|BIDRAG": 2, "B|BIDRAG": 1}) == {(1, "A|BIDRAG"), (1, "B|BIDRAG")}

    def test_nothing_small_hides_nothing(self):
        assert self.skjult({"A|BIDRAG": 3, "B|BIDRAG": 40}) == set()

    def test_what_is_hidden_kontant_is_hidden_periodisert_too(self):
        antall = {"A|BIDRAG": 40, "B|BIDRAG": 8}
        assert self.skjult(kontant=antall | {"C|BIDRAG": 2}, periodisert=antall | {"C|BIDRAG": 5}) == {
            (serie, celle) for serie, celle in product(["kontant", "periodisert"], ["B|BIDRAG", "C|BIDRAG"])
        }

    def test_a_single_month_with_loans_would_be_the_loans_of_the_year_less_the_others(self):
        vanlig = {"A|BIDRAG": 40, "B|BIDRAG": 8, "D|LAAN": 6}
        ut = self.skjult(vanlig, vanlig | {"D|LAAN": 2}, vanlig | {"D|LAAN": 5})
        assert ut == {(2, "D|LAAN"), (2, "B|BIDRAG"), (3, "D|LAAN"), (3, "B|BIDRAG")}

    def test_loans_in_one_month_only_are_the_loans_of_the_year(self):
        ut = self.skjult({"A|BIDRAG": 40, "B|BIDRAG": 8}, {"A|BIDRAG": 40, "B|BIDRAG": 8, "D|LAAN": 2})
        assert ut == {(2, "D|LAAN"), (2, "B|BIDRAG")}


def test_no_rows_give_no_rows():
    assert skjerm_maaned(celler({}).astype({"relasjonssett": "str"})).empty


def test_counts_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match=r"relasjonen hovedinntekt: populasjon, .*3412"):
        skjerm_maaned(celler(befolk(a30_66=10) | {"supplerende": 9}))


def test_a_cell_twice_is_refused():
    rader = celler(befolk(a30_66=10))
    with pytest.raises(ValueError, match="to ganger"):
        skjerm_maaned(pd.concat([rader, rader.tail(1)]))


def test_an_unknown_cell_is_refused():
    with pytest.raises(ValueError, match="ingen celle eldre"):
        skjerm_maaned(celler({"eldre": 4}))


def test_a_cell_has_one_role():
    rad = {"relasjon_id": "r", "celle": "a", "koeffisient": "1", "rolle": "publisert"}
    with pytest.raises(ValueError, match="a har to roller"):
        les_relasjoner([rad, rad | {"relasjon_id": "s", "rolle": "rest"}])


def test_a_relation_defines_one_difference():
    rader = [{"relasjon_id": "r", "celle": c, "koeffisient": "1", "rolle": "differanse"} for c in ("~a", "~b")]
    with pytest.raises(ValueError, match="r har to differanser"):
        les_relasjoner(rader)


def test_circuits_of_one_sum():
    # One part up and another down, or a part and the sum together.
    ut = {tuple(rad) for rad in kretser(np.array([[-1, 1, 1]]))}
    assert ut == {(1, 1, 0), (1, 0, 1), (0, 1, -1)}


def test_circuits_of_weighted_sums_are_whole_and_small():
    assert kretser(np.array([[2, 3]])).tolist() == [[3, -2]]


def test_circuits_keep_every_relation():
    relasjoner = populasjoner()
    assert not (relasjoner.flytt @ relasjoner.relasjoner.T).any()
    assert len(np.unique(relasjoner.flytt, axis=0)) == len(relasjoner.flytt)


def test_every_person_satisfies_the_relations():
    """The seed that says who belongs where, and the one that says what holds, are about the same thing."""
    relasjoner = populasjoner()
    hvem = read_seed("populasjon")
    assert {rad["populasjon"] for rad in hvem} == set(relasjoner.celler)
    for alder, inntekt in product([None, *range(-1, 120)], ["ja", "nei", "ukjent"]):

        def er_med(rad, alder=alder, inntekt=inntekt) -> bool:
            if alder is None:
                i_alder = rad["med_ukjent_alder"] == "ja"
            else:
                i_alder = int(rad["alder_fra"] or -10) <= alder <= int(rad["alder_til"] or 200)
            return i_alder and rad["hovedinntekt"] in ("", inntekt)

        med = {rad["populasjon"] for rad in hvem if er_med(rad)}
        person = np.array([celle in med for celle in relasjoner.celler], dtype=int)
        assert not (relasjoner.relasjoner @ person).any(), (alder, inntekt)
        assert ((relasjoner.differanser @ person) >= 0).all(), (alder, inntekt)


def test_the_published_populasjoner_are_those_of_the_code_list():
    assert set(populasjoner().publisert) == {
        rad["kode"] for rad in read_seed("kodeliste") if rad["liste"] == "POPULASJON"
    }
