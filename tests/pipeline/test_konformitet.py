"""Every case SSB's control program was run on gives the same verdict here, to the last finding and its place."""

from pathlib import Path

import pytest

from dagster_project.kostra.kontroll import regler
from tests.konformitet import avvik, les_fasit
from tests.pipeline.conftest import SHARED

EGNE = Path(__file__).resolve().parents[1] / "golden" / "konformitet"
DELTE = SHARED / "konformitet"
# Files of 2025 have been through both editions, those of 2026 through the newer only.
KJORINGER = [(skjema, 2025, utgave) for skjema in ("11F", "11CF", "0A") for utgave in ("2025", "2026")] + [
    (skjema, 2026, "2026") for skjema in ("11F", "11CF", "0A")
]


@pytest.mark.parametrize(("skjema", "aar", "utgave"), KJORINGER)
def test_our_selection_gets_the_verdicts_of_ssb(skjema, aar, utgave):
    assert avvik(EGNE / f"{skjema}_{aar}.jsonl.gz", utgave) == []


@pytest.mark.parametrize(("skjema", "aar", "utgave"), KJORINGER)
def test_every_case_gets_the_verdict_of_ssb(skjema, aar, utgave):
    sti = DELTE / f"{skjema}_{aar}_dev.jsonl.gz"
    if not sti.exists():
        pytest.skip(f"Finner ikke {sti.name} i mappen for delte data; utvalget i tests/golden er kjørt.")
    assert avvik(sti, utgave) == []


@pytest.mark.parametrize(("skjema", "utgave"), [(s, u) for s in ("11F", "11CF", "0A") for u in ("2025", "2026")])
def test_our_selection_holds_every_rule(skjema, utgave):
    aar = [2025] if utgave == "2025" else [2025, 2026]
    sett = {
        funn["rule"]
        for ett in aar
        for fasit in les_fasit(EGNE / f"{skjema}_{ett}.jsonl.gz", utgave)
        for funn in fasit["verdict"]
    }
    assert sett == {regel.regel for regel in regler(skjema, utgave)}
