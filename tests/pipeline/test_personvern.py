"""No output of any kind holds an identity number: every file a run leaves outside the protected part is searched.

The input is the demo region and one file of every kind of fault, so that messages, explanations, quarantine, logs
and run history are all written. The identities searched for are read from the input itself.
"""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from dagster_project.demo.leveranser import DEMOFRO, FJORDREGIONEN, lag_leveranser
from dagster_project.kostra.layout import find_layout
from dagster_project.settings import Mappe

STONAD = Path(sys.executable).with_name("stonad")
VERNET = ("innboks", "arkiv", "karantene", "nokkel")


def identiteter_i(fil):
    """Return every fødselsnummer and DUF number of an extract, by the positions of its own layout."""
    linjer = fil.read_bytes().decode("latin-1").split("\r\n")
    skjema = "11F" if fil.name.startswith("Sosial") else "11CF"
    funnet = set()
    for linje in linjer:
        layout = find_layout(skjema, 2000 + int(linje[4:6])) if linje[4:6].isdigit() else None
        for navn in ("PERSON_FODSELSNR", "PERSON_DUF"):
            felt = layout.felt(navn) if layout else None
            if felt is not None:
                funnet.add(linje[felt.fra - 1 : felt.fra - 1 + felt.lengde].strip())
    return funnet - {""}


@pytest.fixture(scope="module")
def kjort(lag_mappe):
    mappe = lag_mappe("personvern", {kommune.kommunenummer: kommune.navn for kommune in FJORDREGIONEN})
    lag_leveranser(mappe.innboks, FJORDREGIONEN, (2022, 2024, 2025), DEMOFRO)
    filer = sorted(mappe.innboks.rglob("Sosial_*.dat")) + sorted(mappe.innboks.rglob("KVP_*.dat"))
    identiteter = set().union(*(identiteter_i(fil) for fil in filer))
    god = next(fil for fil in filer if fil.name == "Sosial_991100.dat" and fil.parent.name == "2025").read_bytes()
    linjer = god.split(b"\r\n")[:-1]
    fnr = next(linje[24:35] for linje in linjer if linje[24:35].strip())
    slett = mappe.innboks / "feil"
    slett.mkdir()
    # A file of each fault that could carry a number into a message.
    (slett / "Sosial_kort.dat").write_bytes(b"\r\n".join([linjer[0], linjer[1][:-3], linjer[2]]) + b"\r\n")
    (slett / "Sosial_avkortet.dat").write_bytes(b"\r\n".join([*linjer[:3], linjer[3][:200]]))
    (slett / "Sosial_forskjovet.dat").write_bytes(linjer[5][:84] + linjer[5][24:35] + linjer[5][95:] + b"\r\n")
    (slett / "Sosial_dobbel.dat").write_bytes(b"\r\n".join([linjer[6], linjer[6]]) + b"\r\n")
    (slett / f"Sosial_{fnr.decode()}.dat").write_bytes(b"")
    (slett / f"liste_{fnr.decode()}.csv").write_bytes(b"navn;nummer\r\n")
    svar = [
        subprocess.run([STONAD, *kommando, "--mappe", mappe.rot], capture_output=True, check=False)
        for kommando in (
            ["kjor", "--json"],
            ["kjor", "--bygg-alltid"],
            ["status"],
            ["status", "--json"],
            ["kjor", "--per", "2030-01-01"],
            ["arbeidsbok"],
            ["nettsted"],
        )
    ]
    return mappe, identiteter, svar


def finn(innhold: bytes, identiteter) -> set[str]:
    """Return the identities that stand in some bytes, whatever digits stand around them."""
    biter = {
        lop[start : start + lengde].decode()
        for lop in set(re.findall(rb"\d{11,}", innhold))
        for lengde in (11, 12)
        for start in range(len(lop) - lengde + 1)
    }
    return biter & identiteter


def innhold(fil: Path) -> bytes:
    """Return what a file holds, unpacked where it is packed."""
    if not zipfile.is_zipfile(fil):
        return fil.read_bytes()
    with zipfile.ZipFile(fil) as arkiv:
        return b"\n".join(arkiv.read(navn) for navn in arkiv.namelist())


def test_the_runs_went_as_meant(kjort):
    _, identiteter, svar = kjort
    assert len(identiteter) > 1000
    assert [del_.returncode for del_ in svar] == [1, 0, 0, 0, 0, 0, 0]
    kjoring = json.loads(svar[0].stdout)
    assert sum(fil["status"] == "avvist" for fil in kjoring["filer"]) == 3
    assert kjoring["rader_karantene"] > 0


def test_no_file_outside_the_protected_part_holds_an_identity(kjort):
    mappe, identiteter, _ = kjort
    sett = 0
    for fil in mappe.rot.rglob("*"):
        if fil.is_file() and fil.relative_to(mappe.rot).parts[0] not in VERNET:
            sett += 1
            assert finn(innhold(fil), identiteter) == set(), fil.relative_to(mappe.rot)
            assert finn(fil.name.encode(), identiteter) == set()
    assert sett > 10
    assert (mappe.rot / "rapporter" / "arbeidsbok.xlsx").exists()
    assert (mappe.nettsted / "index.html").exists()


def test_no_explanation_beside_a_refused_file_holds_an_identity(kjort):
    mappe, identiteter, _ = kjort
    forklaringer = list(mappe.karantene.glob("*.forklaring.txt"))
    assert len(forklaringer) >= 5
    for fil in forklaringer:
        assert finn(fil.read_bytes(), identiteter) == set(), fil.name


def test_nothing_printed_holds_an_identity(kjort):
    _, identiteter, svar = kjort
    for del_ in svar:
        assert finn(del_.stdout + del_.stderr, identiteter) == set()


def test_no_text_in_any_database_holds_an_identity(kjort):
    """Compressed pages hide text from a search of bytes, so every text value is looked at as text."""
    mappe, identiteter, _ = kjort
    for database in (mappe.varehus, mappe.publisert / "stonad.duckdb"):
        con = duckdb.connect(str(database), read_only=True)
        try:
            kolonner = con.execute("""
                select schema_name, table_name, column_name
                from duckdb_columns()
                where not internal and database_name <> 'system' and data_type like 'VARCHAR%'
            """).fetchall()
            assert kolonner
            if database == mappe.varehus:
                assert ("intern", "kostra_kontroll", "melding") in kolonner
                assert con.execute("select count(*) from intern.kostra_kontroll").fetchone()[0] > 0
            for skjema, tabell, kolonne in kolonner:
                rader = con.execute(
                    f'select distinct "{kolonne}"::varchar from "{skjema}"."{tabell}" '
                    f"where regexp_matches(\"{kolonne}\"::varchar, '[0-9]{{11}}')"
                ).fetchall()
                treff = finn("\n".join(rad[0] for rad in rader).encode(), identiteter)
                # In a record, digits of neighbouring amounts may happen to form a number; its own place must be blank.
                if (skjema, kolonne) == ("raw", "post"):
                    continue
                assert treff == set(), (database.name, skjema, tabell, kolonne)
        finally:
            con.close()


def test_records_in_raw_have_blank_identity_fields(kjort):
    mappe, _, _ = kjort
    con = duckdb.connect(str(mappe.varehus), read_only=True)
    try:
        for skjema, tabell in (("11F", "kostra_11f"), ("11CF", "kostra_11cf")):
            for aar in (2022, 2024, 2025):
                layout = find_layout(skjema, aar)
                for navn in ("FODSELSDATO", "PERSON_FODSELSNR", "PERSON_DUF"):
                    felt = layout.felt(navn)
                    if felt is not None:
                        antall = con.execute(
                            "select count(*), "
                            f"count(*) filter (where trim(substring(post, {felt.fra}, {felt.lengde})) <> '') "
                            f"from raw.{tabell} where layout_id = '{layout.layout_id}'"
                        ).fetchone()
                        assert antall[0] > 0
                        assert antall[1] == 0
    finally:
        con.close()


def test_identities_are_in_the_encrypted_database_and_only_readable_with_the_key(kjort, nokkelfil):
    mappe, identiteter, _ = kjort
    assert finn(mappe.personnokkel.read_bytes(), identiteter) == set()
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(mappe.personnokkel), read_only=True)

    from dagster_project.ingestion.nokkel import koble_til_personnokkel, les_nokkel
    from dagster_project.settings import Miljo

    con = duckdb.connect()
    try:
        koble_til_personnokkel(con, mappe, les_nokkel(Miljo(nokkelfil=nokkelfil)))
        lagret = {
            nummer
            for rad in con.execute("select fodselsnummer, duf_nummer from nokkel.identitet").fetchall()
            for nummer in rad
            if nummer
        }
    finally:
        con.close()
    assert identiteter - lagret == set()


def test_record_and_identity_together_are_the_line_as_delivered(kjort, nokkelfil):
    """Nothing is lost by keeping the two apart: every accepted line can be put together again."""
    mappe, _, _ = kjort
    from dagster_project.ingestion.nokkel import koble_til_personnokkel, les_nokkel
    from dagster_project.settings import Miljo

    con = duckdb.connect()
    try:
        koble_til_personnokkel(con, mappe, les_nokkel(Miljo(nokkelfil=nokkelfil)))
        con.execute(f"attach '{mappe.varehus}' as varehus (read_only)")
        rader = con.execute("""
            select sti, linje, layout_id, post, fodselsdato, fodselsnummer, duf_nummer
            from varehus.raw.kostra_11f
            inner join nokkel.identitet using (leveranse_id, linje)
            inner join varehus.intern.leveranse using (leveranse_id, layout_id)
        """).fetchall()
    finally:
        con.close()
    linjer = {sti: (mappe.rot / sti).read_bytes().decode("latin-1").split("\r\n") for sti in {rad[0] for rad in rader}}
    assert len(rader) > 3000
    for sti, linje, layout_id, post, *identitet in rader:
        layout = find_layout("11F", int(layout_id.split("_")[1]))
        for navn, verdi in zip(("FODSELSDATO", "PERSON_FODSELSNR", "PERSON_DUF"), identitet, strict=True):
            felt = layout.felt(navn)
            if felt is not None:
                post = post[: felt.fra - 1] + verdi + post[felt.fra - 1 + felt.lengde :]
        assert post == linjer[sti][linje - 1]


def test_only_the_owner_may_read_the_protected_part(kjort, nokkelfil):
    mappe, _, _ = kjort
    assert nokkelfil.stat().st_mode & 0o077 == 0
    for navn in (*VERNET, "varehus", "dagster"):
        assert (mappe.rot / navn).stat().st_mode & 0o077 == 0, navn
    for fil in [*mappe.arkiv.rglob("*.dat"), *mappe.karantene.glob("*.dat"), mappe.personnokkel]:
        assert fil.stat().st_mode & 0o077 == 0, fil.name


def test_published_tables_hold_neither_persons_nor_cases(kjort):
    mappe, _, _ = kjort
    con = duckdb.connect(str(Mappe(mappe.rot).publisert / "stonad.duckdb"), read_only=True)
    try:
        kolonner = {
            rad[0]
            for rad in con.execute("select column_name from duckdb_columns() where schema_name = 'bi'").fetchall()
        }
    finally:
        con.close()
    assert not kolonner & {
        "mottaker_id",
        "journalnummer",
        "saksbehandler",
        "fodselsnummer",
        "duf_nummer",
        "fodselsmaaned",
        "post",
    }
