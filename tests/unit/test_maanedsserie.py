"""Wrong months found from monthly sums: one hand-made series per type, and both sides of each threshold."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dagster_project.kalender import er_virkedag
from dagster_project.periodisering.serie import (
    FEIL,
    KOLONNER,
    TYPER,
    finn_avvik,
    les_parametre,
    treff_for_betalingsdag,
)
from dagster_project.seeds import read_seed

SIDE = Path(__file__).resolve().parents[2] / "docs" / "maanedsserier.md"
FORSTE = 2022 * 12
ANTALL = 46
NIVAA, MOTTAKERE = 5_000_000.0, 400


def stoy(fro: int = 1, antall: int = ANTALL, storrelse: float = 0.02) -> np.ndarray:
    return np.random.default_rng(fro).normal(0, storrelse, antall)


def tabell(belop: np.ndarray, mottakere: np.ndarray | None = None, kommune: str = "9901") -> pd.DataFrame:
    """One series from January 2022; nan is a month without a row."""
    nummer = FORSTE + np.arange(len(belop))
    rader = pd.DataFrame(
        {
            "kommunenummer": kommune,
            "serie": "fagsystem",
            "maaned": pd.to_datetime({"year": nummer // 12, "month": nummer % 12 + 1, "day": 1}),
            "belop_nok": belop,
            "mottaker_antall": np.nan if mottakere is None else mottakere,
        }
    )
    return rader.dropna(subset=["belop_nok"])


def vanlig(fro: int = 1, antall: int = ANTALL) -> np.ndarray:
    return NIVAA * (1 + stoy(fro, antall))


def funn(belop: np.ndarray, mottakere: np.ndarray | None = None) -> list[tuple]:
    """What is found, as (type, month, counterpart) with months counted from the first of the series."""
    avvik = finn_avvik(tabell(belop, mottakere)).avvik

    def plass(dag: pd.Timestamp) -> int | None:
        return None if pd.isna(dag) else dag.year * 12 + dag.month - 1 - FORSTE

    return [(rad.type, plass(rad.maaned), plass(rad.motpart_maaned)) for rad in avvik.itertuples()]


def test_a_quiet_series_has_no_wrong_month():
    assert funn(vanlig()) == []
    assert funn(vanlig(), np.rint(MOTTAKERE * (1 + stoy(2)))) == []


def test_what_is_posted_a_month_late_is_found_with_month_counterpart_and_amount():
    belop = vanlig()
    flyttet = 0.4 * NIVAA
    belop[20] -= flyttet
    belop[21] += flyttet
    assert funn(belop) == [("forskyvning", 21, 20)]
    rad = finn_avvik(tabell(belop)).avvik.iloc[0]
    assert rad["belop_nok"] == pytest.approx(flyttet, rel=0.1)
    assert rad["tillit"] > 0.95


def test_what_is_paid_a_month_early_stands_in_the_month_before():
    belop = vanlig()
    belop[20] += 0.4 * NIVAA
    belop[21] -= 0.4 * NIVAA
    assert funn(belop) == [("forskyvning", 20, 21)]


@pytest.mark.parametrize("antall", [2, 4])
def test_months_gathered_in_one_are_a_row_for_each(antall):
    belop = vanlig()
    belop[25] += 0.6 * NIVAA
    belop[25 - antall : 25] -= 0.6 * NIVAA / antall
    assert funn(belop) == [("forskyvning", 25, fra) for fra in range(25 - antall, 25)]
    sum_ = finn_avvik(tabell(belop)).avvik["belop_nok"].sum()
    assert sum_ == pytest.approx(0.6 * NIVAA, rel=0.1)


def test_a_month_posted_twice_is_a_spike_without_counterpart():
    belop = vanlig()
    belop[30] += 0.8 * NIVAA
    assert funn(belop) == [("enkelttopp", 30, None)]


def test_a_month_that_is_half_or_not_there_is_missing():
    halv, borte = vanlig(), vanlig()
    halv[30] -= 0.5 * NIVAA
    borte[30] = np.nan
    for belop, mangler in ((halv, 0.5), (borte, 1.0)):
        assert funn(belop) == [("manglende_maaned", 30, None)]
        assert finn_avvik(tabell(belop)).avvik["belop_nok"].iloc[0] == pytest.approx(-mangler * NIVAA, rel=0.15)


def test_a_month_without_a_row_whose_money_came_the_month_after_was_moved():
    belop = vanlig()
    belop[31] += belop[30]
    belop[30] = np.nan
    assert funn(belop) == [("forskyvning", 31, 30)]


def test_a_month_without_a_row_is_told_of_however_small_the_series():
    rng = np.random.default_rng(3)
    belop = NIVAA * np.exp(rng.normal(0, 0.6, ANTALL))
    belop[17] = np.nan
    assert 17 in {sted for _, *steder in funn(belop) for sted in steder}


@pytest.mark.parametrize("skifte", [-0.4, -0.2, 0.25])
@pytest.mark.parametrize("fra", [12, 25, 38])
def test_a_change_of_level_is_never_a_fault(skifte, fra):
    endring = np.where(np.arange(ANTALL) >= fra, 1 + skifte, 1.0)
    mottakere = np.rint(MOTTAKERE * endring * (1 + stoy(5)))
    for ett in (funn(vanlig() * endring), funn(vanlig() * endring, mottakere)):
        assert [rad for rad in ett if rad[0] in FEIL] == []
        assert [abs(rad[1] - fra) <= 1 for rad in ett] in ([True], [])


def test_a_large_change_of_level_is_told_of():
    endring = np.where(np.arange(ANTALL) >= 25, 0.6, 1.0)
    avvik = finn_avvik(tabell(vanlig() * endring)).avvik
    assert avvik["type"].tolist() == ["nivaaskift"]
    assert avvik["maaned"].dt.date.tolist() == [date(2024, 2, 1)]
    assert avvik["belop_nok"].iloc[0] == pytest.approx(-0.4 * NIVAA, rel=0.1)


def test_season_and_trend_are_no_faults():
    nummer = FORSTE + np.arange(ANTALL)
    sesong = 1 + 0.06 * (nummer % 3 == 1) + 0.12 * (nummer % 12 == 11)
    trend = 1.08 ** (np.arange(ANTALL) / 12)
    assert funn(vanlig() * sesong * trend) == []


def test_the_same_december_once_is_a_fault_and_every_year_a_season():
    desember = (FORSTE + np.arange(ANTALL)) % 12 == 11
    en_gang = desember & (np.arange(ANTALL) == 23)
    assert funn(vanlig() * (1 + 0.2 * desember)) == []
    assert funn(vanlig() * (1 + 0.2 * en_gang)) == [("enkelttopp", 23, None)]


def med_betalingsdag(dag: int, andel: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """A municipality that pays half of each month on a day; also the months that were paid the month before."""
    treff = treff_for_betalingsdag(FORSTE + np.arange(ANTALL), dag)
    belop = vanlig()
    flyttet = andel * belop
    belop -= np.where(treff[:-1], flyttet, 0)
    belop += np.where(treff[1:], np.append(flyttet[1:], andel * NIVAA), 0)
    return belop, np.flatnonzero(treff)


def test_the_calendar_explains_what_a_payday_on_the_first_does():
    belop, treff = med_betalingsdag(1)
    ventet = {("helgeforskyvning", fra - 1, fra) for fra in treff.tolist() if fra > 0}
    assert set(funn(belop)) == ventet
    belop_nok = finn_avvik(tabell(belop)).avvik["belop_nok"]
    assert np.median(belop_nok) == pytest.approx(0.5 * NIVAA, rel=0.1)


def test_a_payday_that_never_leaves_its_month_explains_nothing():
    assert not treff_for_betalingsdag(FORSTE + np.arange(ANTALL), 12).any()
    belop, treff = med_betalingsdag(12)
    assert treff.size == 0
    assert funn(belop) == []


@pytest.mark.parametrize(
    ("aar", "maaned", "flyttes"),
    [
        (2024, 1, True),  # a holiday
        (2024, 5, True),  # a holiday
        (2024, 7, False),  # a Monday
        (2024, 9, True),  # a Sunday
        (2018, 4, True),  # Easter Day
        (2021, 4, True),  # Maundy Thursday
        (2025, 12, False),  # a Monday
    ],
)
def test_the_first_is_paid_the_month_before_when_it_is_a_day_off(aar, maaned, flyttes):
    assert treff_for_betalingsdag(np.array([aar * 12 + maaned - 1]), 1)[0] == flyttes
    assert er_virkedag(date(aar, maaned, 1)) != flyttes


def test_late_decisions_are_found_among_moved_paydays():
    belop, treff = med_betalingsdag(1)
    belop[30] += 0.7 * NIVAA
    sanne = {rad for rad in funn(belop) if rad[0] != "helgeforskyvning"}
    assert sanne == {("enkelttopp", 30, None)}
    assert 30 not in treff


def test_a_dip_is_a_fault_when_the_recipients_are_there_all_the_same():
    fall = np.where(np.arange(ANTALL) == 20, 0.9, 1.0)
    mottakere = np.rint(MOTTAKERE * (1 + stoy(2)))
    borte = np.rint(mottakere * fall)
    assert funn(vanlig() * fall, borte) == []
    assert funn(vanlig() * fall, mottakere) == [("enkelttopp", 20, None)]


def test_a_small_municipality_varies_by_itself():
    smaa = np.random.default_rng(4)
    falske = []
    for _ in range(5):
        mottakere = np.rint(smaa.normal(12, 1.5, ANTALL))
        belop = np.array([smaa.normal(12_000, 5_000, int(antall)).sum() for antall in mottakere])
        assert belop.std() / belop.mean() > 0.15
        falske += funn(belop, mottakere)
    assert len(falske) <= 0.02 * 5 * ANTALL


# The thresholds, on both sides


def test_too_short_a_series_gives_nothing_and_says_why():
    minst = int(les_parametre()["minste_maaneder"])
    belop = vanlig(antall=minst)
    belop[12] += NIVAA
    assert finn_avvik(tabell(belop)).ikke_vurdert.empty
    assert finn_avvik(tabell(belop)).avvik["type"].tolist() == ["enkelttopp"]
    kort = finn_avvik(tabell(belop[:-1]))
    assert kort.avvik.empty
    assert kort.ikke_vurdert.values.tolist() == [
        ["9901", "fagsystem", minst - 1, f"Serien har {minst - 1} måneder, og det trengs minst {minst}."]
    ]


@pytest.mark.parametrize(("ganger", "funnet"), [(0.99, 0), (1.01, 1)])
def test_what_is_less_than_the_least_share_is_left_out(ganger, funnet):
    belop = NIVAA * (1 + stoy(storrelse=0.001))
    belop[30] += 0.2 * NIVAA
    andel = finn_avvik(tabell(belop)).avvik["belop_nok"].iloc[0] / np.median(belop)
    grense = dict(les_parametre()) | {"minste_andel": andel / ganger}
    assert len(finn_avvik(tabell(belop), grense).avvik) == funnet


@pytest.mark.parametrize(("over", "funnet"), [(-0.001, 1), (0.001, 0)])
def test_what_is_less_sure_than_the_least_confidence_is_left_out(over, funnet):
    belop = vanlig()
    belop[30] += 0.12 * NIVAA
    tillit = finn_avvik(tabell(belop)).avvik["tillit"].iloc[0]
    grense = dict(les_parametre()) | {"minste_tillit": tillit + over, "minste_tillit_svak": tillit + over}
    assert len(finn_avvik(tabell(belop), grense).avvik) == funnet


@pytest.mark.parametrize(("andel", "type_"), [(0.25, "enkelttopp"), (0.36, "manglende_maaned")])
def test_a_dip_is_a_missing_month_from_the_declared_share(andel, type_):
    belop = vanlig()
    belop[30] -= andel * NIVAA
    assert funn(belop) == [(type_, 30, None)]


def test_a_series_that_is_mostly_nothing_is_not_judged():
    belop = np.zeros(ANTALL)
    belop[:20] = NIVAA
    vurdering = finn_avvik(tabell(belop))
    assert vurdering.avvik.empty
    assert vurdering.ikke_vurdert["grunn"].tolist() == ["Minst halvparten av månedene har ikke noe beløp."]


def test_a_month_with_two_rows_is_refused():
    rader = tabell(vanlig())
    with pytest.raises(ValueError, match="to rader for samme måned"):
        finn_avvik(pd.concat([rader, rader.head(1)]))


def test_series_are_judged_one_by_one_and_come_in_order():
    rolig, feil = vanlig(), vanlig()
    feil[30] += NIVAA
    begge = pd.concat([tabell(feil, kommune="9902"), tabell(rolig, kommune="9901")])
    avvik = finn_avvik(begge.sample(frac=1, random_state=1)).avvik
    assert avvik.columns.tolist() == KOLONNER
    assert avvik["kommunenummer"].tolist() == ["9902"]
    pd.testing.assert_frame_equal(avvik, finn_avvik(begge).avvik)


def test_no_series_gives_no_rows():
    vurdering = finn_avvik(tabell(vanlig()).head(0))
    assert vurdering.avvik.columns.tolist() == KOLONNER
    assert len(vurdering.avvik) == len(vurdering.ikke_vurdert) == 0


# The seed


def test_every_parameter_has_a_number_a_meaning_and_a_reason():
    rader = read_seed("serie_parameter")
    assert len({rad["parameter"] for rad in rader}) == len(rader)
    assert all(rad["betydning"] and rad["kilde"] and np.isfinite(float(rad["verdi"])) for rad in rader)


def test_every_parameter_is_used_and_every_used_one_is_declared():
    sett: set[str] = set()

    class Brukt(dict):
        def __getitem__(self, navn: str) -> float:
            sett.add(navn)
            return super().__getitem__(navn)

    parametre = Brukt(les_parametre())
    belop, _ = med_betalingsdag(1)
    belop[20] += NIVAA
    finn_avvik(tabell(belop, np.full(ANTALL, MOTTAKERE)), parametre)
    finn_avvik(tabell(belop), parametre)
    assert sett == set(parametre)


def test_the_types_are_told_apart_from_the_level():
    assert set(TYPER) - set(FEIL) == {"nivaaskift"}


def tabellrader(overskrift: str) -> dict[str, str]:
    """The first two cells of each row under a heading of the page for controllers."""
    _, _, resten = SIDE.read_text(encoding="utf-8").partition(f"## {overskrift}\n")
    rader = re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", resten.partition("\n## ")[0], re.MULTILINE)
    assert rader, overskrift
    return dict(rader)


def test_the_page_tells_the_parameters_as_they_are():
    seed = {rad["parameter"]: rad["verdi"] for rad in read_seed("serie_parameter")}
    fortalt = tabellrader("Parametrene")
    assert fortalt == {navn: seed[navn] for navn in fortalt}


def test_the_page_explains_every_type():
    assert set(tabellrader("Hva du får")) == set(TYPER)
