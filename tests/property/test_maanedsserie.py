"""Wrong months found from monthly sums do not depend on the unit, nor on the level, nor on the order of the rows."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.periodisering.serie import KOLONNER, finn_avvik

ANTALL = 36
FAA = settings(max_examples=10, deadline=None, derandomize=True)
NOKKEL = [kolonne for kolonne in KOLONNER if kolonne not in ("belop_nok", "tillit")]


@st.composite
def serier(draw, siste: int = ANTALL - 3) -> pd.DataFrame:
    """A series with a few faults of a size that can be seen, none after month `siste`."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    belop = 1_000_000 * (1 + rng.normal(0, 0.02, ANTALL))
    for maaned in draw(st.lists(st.integers(2, siste), max_size=3, unique=True)):
        flyttet = draw(st.floats(0.3, 0.9)) * 1_000_000
        belop[maaned] += flyttet
        if draw(st.booleans()):
            belop[maaned - 1] -= flyttet
    mottakere = np.rint(100 * (1 + rng.normal(0, 0.01, ANTALL))) if draw(st.booleans()) else np.full(ANTALL, np.nan)
    return pd.DataFrame(
        {
            "kommunenummer": "9901",
            "serie": "fagsystem",
            "maaned": pd.date_range("2023-01-01", periods=ANTALL, freq="MS"),
            "belop_nok": belop,
            "mottaker_antall": mottakere,
        }
    )


@FAA
@given(serie=serier(), ganger=st.floats(0.01, 1000))
def test_another_unit_changes_the_amounts_only(serie, ganger):
    foer, etter = (finn_avvik(rader).avvik for rader in (serie, serie.assign(belop_nok=serie["belop_nok"] * ganger)))
    pd.testing.assert_frame_equal(foer[NOKKEL], etter[NOKKEL])
    np.testing.assert_allclose(foer["belop_nok"] * ganger, etter["belop_nok"], rtol=1e-3)
    np.testing.assert_allclose(foer["tillit"], etter["tillit"], atol=1e-3)


@FAA
@given(serie=serier(siste=16), fra=st.integers(23, ANTALL - 6), skifte=st.sampled_from([-0.3, 0.3]))
def test_a_change_of_level_changes_nothing_about_which_months_are_wrong(serie, fra, skifte):
    ganger = 1 + skifte * (np.arange(ANTALL) >= fra)
    skiftet = serie.assign(belop_nok=serie["belop_nok"] * ganger, mottaker_antall=serie["mottaker_antall"] * ganger)
    foer, naa = (finn_avvik(rader).avvik.query("type != 'nivaaskift'") for rader in (serie, skiftet))
    pd.testing.assert_frame_equal(foer[NOKKEL].reset_index(drop=True), naa[NOKKEL].reset_index(drop=True))


@FAA
@given(serie=serier(), fro=st.integers(0, 1000))
def test_the_order_of_the_rows_does_not_matter_and_the_answer_is_the_same_each_time(serie, fro):
    en_gang, igjen = finn_avvik(serie).avvik, finn_avvik(serie.sample(frac=1, random_state=fro)).avvik
    pd.testing.assert_frame_equal(en_gang, igjen)


@FAA
@given(serie=serier())
def test_every_row_is_a_month_of_the_series_with_a_confidence_and_a_size(serie):
    avvik = finn_avvik(serie).avvik
    assert avvik["tillit"].between(0.5, 1).all()
    assert avvik["maaned"].isin(serie["maaned"]).all()
    assert not avvik.duplicated(NOKKEL).any()
    assert (avvik["belop_nok"].abs() >= 0.02 * 1_000_000).all()
    assert avvik.loc[avvik["motpart_maaned"].notna(), "belop_nok"].gt(0).all()
