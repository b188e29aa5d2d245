"""No hidden figure can be found from the shown ones, whatever the tables are.

The auditor here shares nothing with the code it checks: it writes the relations as equations in the hidden
figures themselves and asks for the least and the greatest value each can have.
"""

from itertools import product

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from dagster_project.skjerming import skjerm

STOR = 100_000
INNSTILLINGER = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def tabeller(draw):
    """Counts and weighted sums of them: {cell: (verdi, antall)}, and the relations [{cell: weight}]."""
    tall = {
        f"c{nummer}": (verdi, verdi)
        for nummer, verdi in enumerate(draw(st.lists(st.integers(0, 6), min_size=2, max_size=7)))
    }
    ligninger = []
    for nummer in range(draw(st.integers(1, 4))):
        deler = draw(st.lists(st.sampled_from(sorted(tall)), min_size=1, max_size=5, unique=True))
        vekter = {celle: draw(st.sampled_from([1, 1, 1, 2, 3])) for celle in deler}
        tall[f"sum{nummer}"] = (
            sum(vekt * tall[celle][0] for celle, vekt in vekter.items()),
            sum(tall[celle][1] for celle in deler),
        )
        ligninger.append({f"sum{nummer}": -1, **vekter})
    return tall, ligninger


def kjor(tall, ligninger, vernet=(), rekkefolge=None):
    rader = [("3412", 2024, celle, verdi, antall) for celle, (verdi, antall) in tall.items()]
    celler = pd.DataFrame(rader, columns=["kommunenummer", "rapporteringsaar", "celle_id", "verdi", "antall_personer"])
    if rekkefolge is not None:
        celler = celler.iloc[rekkefolge]
    relasjoner = [
        {
            "relasjon_id": f"r{nummer}",
            "celle": celle,
            "koeffisient": str(vekt),
            "vernet": "ja" if celle in vernet else "",
        }
        for nummer, ligning in enumerate(ligninger)
        for celle, vekt in ligning.items()
    ]
    return skjerm(celler, relasjoner)


def kan_regnes_ut(tall, ligninger, skjult) -> set[str]:
    """The hidden cells whose least and greatest possible values are the same."""
    skjult = sorted(skjult)
    matrise = np.array([[ligning.get(celle, 0) for celle in skjult] for ligning in ligninger], dtype=float)
    hoyre = np.array(
        [
            -sum(vekt * tall[celle][0] for celle, vekt in ligning.items() if celle not in skjult)
            for ligning in ligninger
        ],
        dtype=float,
    )
    funnet = set()
    for nummer, celle in enumerate(skjult):
        ytterpunkter = []
        for retning in (1, -1):
            mal = np.zeros(len(skjult))
            mal[nummer] = retning
            svar = milp(
                mal,
                constraints=LinearConstraint(matrise, hoyre, hoyre),
                bounds=Bounds(1, STOR),
                integrality=np.ones(len(skjult)),
            )
            assert svar.success
            ytterpunkter.append(round(svar.x[nummer]))
        if ytterpunkter[0] == ytterpunkter[1]:
            funnet.add(celle)
    return funnet


@given(tabeller())
@INNSTILLINGER
def test_no_hidden_figure_can_be_computed(tabell):
    tall, ligninger = tabell
    skjult = set(kjor(tall, ligninger)["celle_id"])
    assert kan_regnes_ut(tall, ligninger, skjult) == set()


@given(st.lists(st.integers(0, 4), min_size=2, max_size=4), st.data())
@INNSTILLINGER
def test_every_hidden_figure_has_two_values_by_trying_them_all(verdier, data):
    tall = {f"c{nummer}": (verdi, verdi) for nummer, verdi in enumerate(verdier)}
    tall["alle"] = (sum(verdier), sum(verdier))
    ligninger = [{"alle": -1, **{f"c{nummer}": 1 for nummer in range(len(verdier))}}]
    if data.draw(st.booleans()):
        tall["vektet"] = (
            sum((nummer + 1) * verdi for nummer, verdi in enumerate(verdier)),
            sum(verdier),
        )
        ligninger.append({"vektet": -1, **{f"c{nummer}": nummer + 1 for nummer in range(len(verdier))}})
    skjult = sorted(kjor(tall, ligninger, vernet={"alle", "vektet"})["celle_id"])

    deler = [celle for celle in skjult if celle.startswith("c")]
    mulige = {celle: set() for celle in skjult}
    # Twice the true values always fit where the totals are hidden too, so this range is wide enough.
    for forsok in product(range(1, 2 * max(verdier, default=0) + 2), repeat=len(deler)):
        gjettet = {celle: tall[celle][0] for celle in tall} | dict(zip(deler, forsok, strict=True))
        for ligning, navn in zip(ligninger, ("alle", "vektet"), strict=False):
            if navn in skjult:
                gjettet[navn] = sum(vekt * gjettet[celle] for celle, vekt in ligning.items() if celle != navn)
        if all(sum(vekt * gjettet[celle] for celle, vekt in ligning.items()) == 0 for ligning in ligninger):
            for celle in skjult:
                mulige[celle].add(gjettet[celle])
    assert all(len(verdier) > 1 for verdier in mulige.values())


@given(tabeller())
@INNSTILLINGER
def test_hidden_means_small_or_needed(tabell):
    tall, ligninger = tabell
    ut = kjor(tall, ligninger)
    aarsak = dict(zip(ut["celle_id"], ut["aarsak"], strict=True))
    sma = {celle for celle, (_, antall) in tall.items() if antall in (1, 2)}
    assert {celle for celle, hvorfor in aarsak.items() if hvorfor == "primaer"} == sma
    for celle in set(aarsak) - sma:
        assert kan_regnes_ut(tall, ligninger, set(aarsak) - {celle})


@given(tabeller())
@INNSTILLINGER
def test_zero_is_never_hidden(tabell):
    tall, ligninger = tabell
    assert all(tall[celle] != (0, 0) for celle in kjor(tall, ligninger)["celle_id"])


@given(tabeller())
@INNSTILLINGER
def test_nothing_is_hidden_where_nothing_is_small(tabell):
    tall, ligninger = tabell
    ganget = {celle: (3 * verdi, 3 * antall) for celle, (verdi, antall) in tall.items()}
    assert kjor(ganget, ligninger).empty


@given(tabeller(), st.randoms(use_true_random=False))
@INNSTILLINGER
def test_order_of_rows_does_not_matter(tabell, tilfeldig):
    tall, ligninger = tabell
    rekkefolge = list(range(len(tall)))
    tilfeldig.shuffle(rekkefolge)
    pd.testing.assert_frame_equal(
        kjor(tall, ligninger), kjor(tall, ligninger, rekkefolge=rekkefolge).reset_index(drop=True)
    )
