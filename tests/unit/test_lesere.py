"""Many readers in processes of their own, while the published database is swapped under them again and again."""

import json
import subprocess
import sys

import duckdb

from dagster_project.publisering import publiser
from tests import leser

UTGAVER = 6
AAPNER, HOLDER = 7, 1
RADER = 2_000


def lag_varehus(sti, utgave: int) -> None:
    """Make a warehouse where both tables tell the edition, and the first how much the second holds."""
    sti.unlink(missing_ok=True)
    with duckdb.connect(str(sti)) as con:
        con.execute("create schema bi")
        con.execute(
            f"create table bi.sist as select {utgave} as utgave, nr + {utgave} as verdi "
            f"from range({RADER + utgave}) as rader(nr)"
        )
        con.execute(
            "create table bi.forst as "
            "select max(utgave) as utgave, count(*) as rader, sum(verdi)::bigint as summen from bi.sist"
        )


def neste(prosess: subprocess.Popen) -> str:
    """Wait for the next line of a reader, and return it."""
    linje = prosess.stdout.readline()
    assert linje, prosess.stderr.read()
    return linje.strip()


def test_readers_never_fail_and_each_sees_one_whole_publication_at_a_time(tmp_path, miljo):
    """Every reader has seen an edition before the next one is made, so all of them read while it is put in place."""
    varehus, ut, stopp = tmp_path / "varehus.duckdb", tmp_path / "ut", tmp_path / "stopp"
    lag_varehus(varehus, 1)
    database = publiser(varehus, ut, "1", miljo).database
    lesere = [
        subprocess.Popen(
            [sys.executable, leser.__file__, str(database), str(stopp), hvordan],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for hvordan in ["apner"] * AAPNER + ["holder"] * HOLDER
    ]
    try:
        assert [neste(prosess) for prosess in lesere] == ["1"] * len(lesere)
        for utgave in range(2, UTGAVER + 1):
            lag_varehus(varehus, utgave)
            assert publiser(varehus, ut, str(utgave), miljo).rader == {"forst": 1, "sist": RADER + utgave}
            assert [neste(prosess) for prosess in lesere[:AAPNER]] == [str(utgave)] * AAPNER
        stopp.touch()
        svar = [json.loads(neste(prosess)) for prosess in lesere]
        assert [prosess.wait() for prosess in lesere] == [0] * len(lesere)
    finally:
        for prosess in lesere:
            prosess.kill()
            prosess.communicate()
    alle = list(range(1, UTGAVER + 1))
    assert [ett["sett"] for ett in svar] == [alle] * AAPNER + [[1]] * HOLDER
    assert all(ett["lest"] >= UTGAVER for ett in svar)
    print(f"{sum(ett['lest'] for ett in svar)} lesinger i {len(svar)} prosesser mens databasen ble byttet.")
