"""The published database is replaced in one move, or not at all."""

import duckdb
import pytest

from dagster_project import publisering
from dagster_project.feil import Kjoringsfeil
from dagster_project.publisering import publiser


@pytest.fixture
def varehus(tmp_path):
    sti = tmp_path / "varehus.duckdb"
    lag_varehus(sti, 1)
    return sti


def lag_varehus(sti, verdi: int) -> None:
    sti.unlink(missing_ok=True)
    with duckdb.connect(str(sti)) as con:
        con.execute("create schema bi")
        con.execute("create schema intern")
        con.execute("create table bi.ind (kommunenummer varchar, verdi decimal(18, 2), er_skjult boolean)")
        con.execute(f"insert into bi.ind values ('3411', {verdi}, false), ('0301', null, true), ('3403', 0, false)")
        con.execute("create table bi.kontrakt as select '1.1.0' as versjon")
        con.execute("create view bi.ikke_tabell as select 1 as a")
        con.execute("create table intern.hemmelig as select 'x' as a")
        con.execute("comment on table bi.ind is 'Én rad per kommune; «brukers» tall, 100 % ekte'")
        con.execute("comment on column bi.ind.verdi is 'Kroner, O''Hara'")


def rader(database, tabell: str = "bi.ind") -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(f"from {tabell} order by all").fetchall()


def verdi(con: duckdb.DuckDBPyConnection):
    return con.execute("select verdi from bi.ind where kommunenummer = '3411'").fetchone()[0]


def innhold(mappe) -> set[str]:
    return {sti.relative_to(mappe).as_posix() for sti in mappe.rglob("*")}


def test_every_bi_table_is_published_and_nothing_else(varehus, tmp_path, miljo):
    resultat = publiser(varehus, tmp_path / "ut", "a", miljo)
    assert resultat.rader == {"ind": 3, "kontrakt": 1}
    with duckdb.connect(str(resultat.database), read_only=True) as con:
        assert con.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall() == [
            ("bi", "ind"),
            ("bi", "kontrakt"),
        ]
    assert rader(resultat.database) == rader(varehus)
    assert [sti.name for sti in sorted(resultat.parquet.iterdir())] == ["ind.parquet", "kontrakt.parquet"]


def test_comments_and_types_are_those_of_the_warehouse(varehus, tmp_path, miljo):
    resultat = publiser(varehus, tmp_path / "ut", "a", miljo)
    beskrivelse = """
        select table_name, column_name, data_type, comment
        from duckdb_columns() where schema_name = 'bi' and table_name = 'ind' order by column_index
    """
    svar = []
    for sti in (varehus, resultat.database):
        with duckdb.connect(str(sti), read_only=True) as con:
            svar.append(
                con.execute(beskrivelse).fetchall()
                + con.execute("select comment from duckdb_tables() where table_name = 'ind'").fetchall()
            )
    assert svar[0] == svar[1]
    assert svar[1][-1] == ("Én rad per kommune; «brukers» tall, 100 % ekte",)


def test_parquet_equals_the_tables(varehus, tmp_path, miljo):
    resultat = publiser(varehus, tmp_path / "ut", "a", miljo)
    for tabell in resultat.rader:
        fil = f"read_parquet('{resultat.parquet}/{tabell}.parquet')"
        with duckdb.connect(str(resultat.database), read_only=True) as con:
            assert con.execute(f"from {fil}").fetchall() == con.execute(f"from bi.{tabell}").fetchall()
            assert (
                con.execute(f"describe from {fil}").fetchall() == con.execute(f"describe from bi.{tabell}").fetchall()
            )


def test_rows_stand_in_the_same_order_every_time(varehus, tmp_path, miljo):
    resultat = publiser(varehus, tmp_path / "ut", "a", miljo)
    with duckdb.connect(str(resultat.database), read_only=True) as con:
        assert [kommune for (kommune,) in con.execute("select kommunenummer from bi.ind").fetchall()] == [
            "0301",
            "3403",
            "3411",
        ]


def test_a_reader_with_the_old_file_open_keeps_the_old_figures(varehus, tmp_path, miljo):
    resultat = publiser(varehus, tmp_path / "ut", "a", miljo)
    aapen_parquet = (resultat.parquet / "ind.parquet").resolve()
    with duckdb.connect(str(resultat.database), read_only=True) as leser:
        assert verdi(leser) == 1
        lag_varehus(varehus, 2)
        publiser(varehus, tmp_path / "ut", "b", miljo)
        assert verdi(leser) == 1
    assert aapen_parquet.exists()
    with duckdb.connect(str(resultat.database), read_only=True) as ny_leser:
        assert verdi(ny_leser) == 2
    assert duckdb.sql(f"select max(verdi) from '{resultat.parquet}/ind.parquet'").fetchone() == (2,)


def test_only_the_last_publications_are_kept(varehus, tmp_path, miljo):
    for utgave in "abcd":
        publiser(varehus, tmp_path / "ut", utgave, miljo)
    assert sorted(sti.name for sti in (tmp_path / "ut" / ".utgaver").iterdir()) == ["c", "d"]
    assert sorted(sti.name for sti in (tmp_path / "ut").iterdir()) == [".utgaver", "parquet", "stonad.duckdb"]


@pytest.mark.parametrize("sted", ["database", "parquet"])
def test_a_publication_that_fails_leaves_the_old_one_and_no_scraps(varehus, tmp_path, miljo, monkeypatch, sted):
    ut = tmp_path / "ut"
    publiser(varehus, ut, "a", miljo)
    for_ = innhold(ut)
    database = (ut / "stonad.duckdb").read_bytes()
    lag_varehus(varehus, 2)

    def full_disk(*_: object) -> str:
        raise OSError(28, "No space left on device")

    if sted == "database":
        monkeypatch.setattr(publisering, "_kommenter", full_disk)
        ventet: type[Exception] = OSError
    else:
        with duckdb.connect(str(varehus)) as con:
            # Only the second table fails, when the first is written already.
            con.execute('create table bi."å/b" as select 1 as a')
        ventet = duckdb.Error
    with pytest.raises(ventet):
        publiser(varehus, ut, "b", miljo)
    assert innhold(ut) == for_
    assert (ut / "stonad.duckdb").read_bytes() == database


def test_a_warehouse_with_nothing_to_publish_touches_nothing(varehus, tmp_path, miljo):
    ut = tmp_path / "ut"
    publiser(varehus, ut, "a", miljo)
    for_ = innhold(ut)
    with duckdb.connect(str(varehus)) as con:
        con.execute("drop schema bi cascade")
    with pytest.raises(Kjoringsfeil, match="Varehuset har ingen tabeller å publisere"):
        publiser(varehus, ut, "b", miljo)
    assert innhold(ut) == for_


def test_a_write_ahead_log_of_the_old_file_is_not_left_beside_the_new(varehus, tmp_path, miljo):
    ut = tmp_path / "ut"
    publiser(varehus, ut, "a", miljo)
    (ut / "stonad.duckdb.wal").write_bytes(b"left by a tool that opened the file for writing and died")
    lag_varehus(varehus, 2)
    publiser(varehus, ut, "b", miljo)
    assert not (ut / "stonad.duckdb.wal").exists()
    with duckdb.connect(str(ut / "stonad.duckdb"), read_only=True) as con:
        assert verdi(con) == 2


def test_what_a_broken_off_run_left_under_the_same_name_is_in_nobodys_way(varehus, tmp_path, miljo):
    ut = tmp_path / "ut"
    (ut / ".utgaver" / "a" / "parquet").mkdir(parents=True)
    (ut / ".utgaver" / "a" / "parquet" / "gammel.parquet").touch()
    (ut / ".a.duckdb").write_bytes(b"halv")
    resultat = publiser(varehus, ut, "a", miljo)
    assert rader(resultat.database) == rader(varehus)
    assert sorted(sti.name for sti in resultat.parquet.iterdir()) == ["ind.parquet", "kontrakt.parquet"]


def test_the_warehouse_is_not_changed(varehus, tmp_path, miljo):
    for_ = varehus.read_bytes()
    publiser(varehus, tmp_path / "ut", "a", miljo)
    assert varehus.read_bytes() == for_
    assert not varehus.with_name(varehus.name + ".wal").exists()
