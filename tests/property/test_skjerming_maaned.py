"""No hidden monthly figure can be found from the shown ones, whatever the figures are.

The auditor here shares nothing with the code it checks: it writes down every world a reader can believe in, or asks
a solver for the least and the greatest value of a figure. The relations are written out by hand.
"""

from collections import Counter
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from dagster_project.skjerming_maaned import POPULASJON, POPULASJON_AARSSUM, SMAA_SAMLET, UTGIFT, skjerm_maaned

INNSTILLINGER = settings(max_examples=40, deadline=None, derandomize=True)
STOR = 100_000
ALDER = ["~under_18", "18_24", "~25_29", "~30_66", "~67_pluss_eller_ukjent"]
INNTEKT = ["hovedinntekt", "supplerende", "~ukjent_hovedinntekt"]
PUBLISERT = ["alle", "hovedinntekt", "supplerende", "18_24", "25_66", "under_30"]

# What each protected figure is a sum of; a reader who knows one of them to be 1 or 2 knows too much.
SUMMER = {
    **{celle: [celle] for celle in ALDER + INNTEKT},
    "alle": ALDER,
    "25_66": ["~25_29", "~30_66"],
    "under_30": ["~under_18", "18_24", "~25_29"],
    "ikke hovedinntekt": ["supplerende", "~ukjent_hovedinntekt"],
    "ikke supplerende": ["hovedinntekt", "~ukjent_hovedinntekt"],
    "ikke 18-24": ["~under_18", "~25_29", "~30_66", "~67_pluss_eller_ukjent"],
    "ikke 25-66": ["~under_18", "18_24", "~67_pluss_eller_ukjent"],
    "utenfor 18-66": ["~under_18", "~67_pluss_eller_ukjent"],
    "30 og eldre": ["~30_66", "~67_pluss_eller_ukjent"],
    "under 30 ellers": ["~under_18", "~25_29"],
}
ATOMER = ALDER + INNTEKT
VEKTER = np.array([[int(atom in deler) for atom in ATOMER] for deler in SUMMER.values()])


def regn_ut(atomer: list[int]) -> dict[str, int]:
    return dict(zip(SUMMER, (VEKTER @ np.array(atomer)).tolist(), strict=True))


@st.composite
def maaneder(draw, storst=6):
    """Every count of one month."""
    alder = draw(st.lists(st.sampled_from([0, 0, 1, 2, 3]), min_size=5, max_size=5))
    while sum(alder) > storst:
        alder[int(np.argmax(alder))] -= 1
    hoved = draw(st.integers(0, sum(alder)))
    ukjent = draw(st.sampled_from([0, 0, 1, 2]))
    ukjent = min(ukjent, sum(alder) - hoved)
    return regn_ut([*alder, hoved, sum(alder) - hoved - ukjent, ukjent])


def celler(
    relasjonssett: str,
    serie: str,
    maaned: int,
    antall: dict[str, int],
    skjult_ellers: frozenset[str] = frozenset(),
    av_antall: dict[str, int] | None = None,
) -> pd.DataFrame:
    """Rows of one month of one municipality."""
    return pd.DataFrame(
        {
            "relasjonssett": relasjonssett,
            "tabell": "tabell",
            "serie": serie,
            "kommunenummer": "3412",
            "periode_type": "maaned",
            "periode": pd.Timestamp(2025, maaned, 1),
            "celle": list(antall),
            "antall": list(antall.values()),
            "personer": pd.array([None] * len(antall), dtype="Int64"),
            "av_antall": pd.array([(av_antall or {}).get(celle) for celle in antall], dtype="Int64"),
            "vist_ellers": pd.array([False if celle in skjult_ellers else None for celle in antall], dtype="boolean"),
        }
    )


def rader(tall: dict[str, int], maaned: int = 1, relasjonssett: str = POPULASJON, **andre) -> pd.DataFrame:
    navn = [*PUBLISERT, *(celle for celle in ATOMER if celle.startswith("~"))]
    return celler(relasjonssett, "kontant", maaned, {celle: tall[celle] for celle in navn}, **andre)


def fordelinger(sum_: int, antall: int):
    if antall == 1:
        yield (sum_,)
        return
    for forste in range(sum_ + 1):
        for resten in fordelinger(sum_ - forste, antall - 1):
            yield (forste, *resten)


@cache
def alle_verdener(sum_: int) -> pd.DataFrame:
    """Every way to divide so many persons by age and by income."""
    atomer = [a + i for a, i in product(fordelinger(sum_, len(ALDER)), list(fordelinger(sum_, len(INNTEKT))))]
    return pd.DataFrame(np.array(atomer) @ VEKTER.T, columns=list(SUMMER))


def verdener(tall: dict[str, int], skjult: set[str]) -> pd.DataFrame:
    """Every world with the same shown figures, and at least 1 in each hidden one.

    A reader who sees one hidden figure only, knows that it is hidden for its own sake.
    """
    summer = range(1, tall["alle"] + 3) if "alle" in skjult else [tall["alle"]]
    ut = pd.concat([alle_verdener(sum_) for sum_ in summer])
    for celle in PUBLISERT:
        ut = ut[ut[celle] >= 1] if celle in skjult else ut[ut[celle] == tall[celle]]
    if len(skjult) == 1 and tall[next(iter(skjult))] < 3:
        ut = ut[ut[next(iter(skjult))] < 3]
    return ut


def avslort(tall: dict[str, int], skjult: set[str]) -> set[str]:
    """The figures on 1 or 2 persons that have the same value in every world."""
    ulike = verdener(tall, skjult).nunique()
    return {navn for navn in SUMMER if tall[navn] in (1, 2) and ulike[navn] == 1}


def belop_som_rober(tall: dict[str, int], skjult: set[str]) -> set[str]:
    """The figures on 1 or 2 persons whose kroner follow from the kroner shown: they add up as persons do."""
    mulige = verdener(tall, skjult)
    vist = [VEKTER[nummer] for nummer, navn in enumerate(SUMMER) if navn in PUBLISERT and navn not in skjult]
    # Where nobody is in any world, there are no kroner; and both ways of dividing everybody give the same sum.
    vist += [np.eye(len(ATOMER))[nummer] for nummer, celle in enumerate(ATOMER) if not mulige[celle].any()]
    vist.append(np.array([1] * len(ALDER) + [-1] * len(INNTEKT)))
    rang = np.linalg.matrix_rank(np.array(vist))
    return {
        navn
        for nummer, navn in enumerate(SUMMER)
        if tall[navn] in (1, 2) and np.linalg.matrix_rank(np.array([*vist, VEKTER[nummer]])) == rang
    }


@given(maaneder())
@INNSTILLINGER
def test_no_figure_on_one_or_two_can_be_found_by_trying_all_worlds(tall):
    skjult = set(skjerm_maaned(rader(tall))["celle"])
    assert avslort(tall, skjult) == set()


@given(maaneder(), st.frozensets(st.sampled_from(PUBLISERT), min_size=1, max_size=2))
@INNSTILLINGER
def test_what_another_table_hides_reveals_nothing_either(tall, skjult_ellers):
    skjult = set(skjerm_maaned(rader(tall, skjult_ellers=skjult_ellers))["celle"])
    assert {celle for celle in skjult_ellers if tall[celle]} <= skjult
    assert avslort(tall, skjult) == set()


@given(maaneder(storst=8), maaneder(storst=8))
@settings(INNSTILLINGER, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_neither_a_part_nor_what_is_outside_it_can_be_found(del_, resten):
    """The whole is shown; the part and the rest are two tables that add up to it."""
    hele = {navn: del_[navn] + resten[navn] for navn in SUMMER}
    assume(not any(antall in (1, 2) for antall in hele.values()))
    skjult = set(skjerm_maaned(rader(del_, av_antall=hele))["celle"])
    mulige = verdener(del_, skjult)
    # The whole is taken to be known in every group, published or not.
    mulige = mulige[(mulige <= pd.Series(hele)).all(axis=1)]
    for navn in SUMMER:
        if del_[navn] in (1, 2) or resten[navn] in (1, 2):
            assert mulige[navn].nunique() > 1, navn


@given(maaneder())
@INNSTILLINGER
def test_kroner_of_one_or_two_cannot_be_found_by_adding_and_subtracting(tall):
    skjult = set(skjerm_maaned(rader(tall))["celle"])
    assert belop_som_rober(tall, skjult) == set()


@given(maaneder())
@INNSTILLINGER
def test_hidden_means_small_or_needed(tall):
    ut = skjerm_maaned(rader(tall))
    skjult = dict(zip(ut["celle"], ut["aarsak"], strict=True))
    assert {celle for celle, aarsak in skjult.items() if aarsak == "primaer"} == {
        celle for celle in PUBLISERT if tall[celle] in (1, 2)
    }
    for celle in (celle for celle, aarsak in skjult.items() if aarsak == "sekundaer"):
        assert tall[celle] > 0
        assert avslort(tall, set(skjult) - {celle}), celle


@given(maaneder())
@INNSTILLINGER
def test_nothing_is_hidden_where_nothing_is_small(tall):
    assert skjerm_maaned(rader({celle: 3 * antall for celle, antall in tall.items()})).empty


def ytterpunkter(likninger, hoyre, nedre, mal):
    svar = []
    for retning in (1, -1):
        losning = milp(
            retning * mal,
            constraints=LinearConstraint(likninger, hoyre, hoyre),
            bounds=Bounds(nedre, STOR),
            integrality=np.ones(len(mal)),
        )
        assert losning.success
        svar.append(round(losning.x @ mal))
    return svar


@given(st.lists(maaneder(), min_size=1, max_size=4))
@settings(INNSTILLINGER, max_examples=15)
def test_nothing_can_be_found_from_months_and_their_sums(aar):
    """The reader knows each shown month, and the sum of the months so far wherever that is shown."""
    ut = skjerm_maaned(pd.concat([rader(tall, maaned, POPULASJON_AARSSUM) for maaned, tall in enumerate(aar, start=1)]))
    skjult = set(zip(ut["periode"].dt.month, ut["celle"], strict=True))
    bredde = len(ATOMER) * len(aar)

    def i_maaned(maaned: int, navn: str) -> np.ndarray:
        rad = np.zeros(bredde)
        rad[len(ATOMER) * maaned : len(ATOMER) * (maaned + 1)] = VEKTER[list(SUMMER).index(navn)]
        return rad

    likninger, hoyre, minst = [], [], []
    for maaned, tall in enumerate(aar):
        likninger.append(sum(i_maaned(maaned, celle) for celle in ALDER) - sum(i_maaned(maaned, c) for c in INNTEKT))
        hoyre.append(0)
        for celle in PUBLISERT:
            if (maaned + 1, celle) in skjult:
                minst.append(i_maaned(maaned, celle))
            else:
                likninger.append(i_maaned(maaned, celle))
                hoyre.append(tall[celle])
            if (maaned + 1, f"til_og_med:{celle}") not in skjult:
                likninger.append(sum(i_maaned(tidligere, celle) for tidligere in range(maaned + 1)))
                hoyre.append(sum(tidligere[celle] for tidligere in aar[: maaned + 1]))
    # A hidden figure is at least 1: one more unknown takes up what it is above that.
    over = np.zeros((len(minst), len(minst)))
    np.fill_diagonal(over, -1)
    likninger = np.block(
        [
            [np.array(likninger), np.zeros((len(likninger), len(minst)))],
            [np.array(minst).reshape(-1, bredde), over],
        ]
    )
    hoyre = np.array(hoyre + [1] * len(minst))
    for maaned, tall in enumerate(aar):
        for navn in SUMMER:
            if tall[navn] in (1, 2):
                mal = np.concatenate([i_maaned(maaned, navn), np.zeros(len(minst))])
                lavest, hoyest = ytterpunkter(likninger, hoyre, np.zeros(len(mal)), mal)
                assert lavest < hoyest, (maaned + 1, navn)


@given(maaneder(), st.randoms(use_true_random=False))
@INNSTILLINGER
def test_order_of_rows_does_not_matter(tall, tilfeldig):
    rekkefolge = list(range(len(rader(tall))))
    tilfeldig.shuffle(rekkefolge)
    pd.testing.assert_frame_equal(skjerm_maaned(rader(tall)), skjerm_maaned(rader(tall).iloc[rekkefolge]))


@st.composite
def betalinger(draw):
    """Which kinds of stønad each person has, per series."""
    arter = ["LIVSOPPHOLD|BIDRAG", "BOUTGIFT|BIDRAG", "STROM|BIDRAG", "DEPOSITUM|LAAN", "ANNET|LAAN"]
    har = st.lists(st.sets(st.sampled_from(arter)), max_size=7)
    return {serie: draw(har) for serie in ("kontant", "periodisert")}


@given(betalinger())
@INNSTILLINGER
def test_amounts_cannot_be_found_from_their_sum(personer):
    antall = {serie: Counter(art for arter in alle for art in arter) for serie, alle in personer.items()}
    sma = {art for tellinger in antall.values() for art, n in tellinger.items() if n in (1, 2)}
    inn = [
        celler(
            UTGIFT,
            serie,
            1,
            dict(antall[serie]) | {SMAA_SAMLET: sum(bool(arter & sma) for arter in personer[serie])},
        )
        for serie in personer
    ]
    ut = skjerm_maaned(pd.concat(inn))
    skjult = {serie: set(ut.loc[ut["serie"] == serie, "celle"]) for serie in personer}

    def er_trygg(serie: str, skjules: set[str]) -> bool:
        bak = [arter for arter in personer[serie] if arter & skjules]
        return not skjules or (len(skjules) > 1 and len(bak) > 2) or skjules == set(antall[serie])

    for serie, tellinger in antall.items():
        assert {art for art in tellinger if tellinger[art] in (1, 2)} <= skjult[serie]
        assert er_trygg(serie, skjult[serie])
        # What is hidden in one series is hidden in the other too.
        assert skjult[serie] == (skjult["kontant"] | skjult["periodisert"]) & set(tellinger)
    if not sma:
        assert ut.empty
