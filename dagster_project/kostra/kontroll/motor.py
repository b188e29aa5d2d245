"""Run SSB's rules over whole files at a time, in SQL.

Every rule is a select over two relations: `post`, one row per record with a text column per field (untrimmed, named as
SSB names it) and the columns of `utledet/<skjema>.sql`, and `kjoring`, one row per file with what was given for it.
Both are keyed by `fil_id`, so one file of a million records and thousands of small ones go the same way. A rule gives
`fil_id` and may give `linje`; `linjer` (several lines in one finding); `gruppe` (the line its group sorts by); `felt`
and `felt_nr`; `alvor` where it differs from the rule table's; and `verdi`, what the message is filled in with.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from dagster_project.kontrollsiffer import KONTROLLSIFFER
from dagster_project.kostra.kontroll.arbeidslag import MINNE, Arbeidslag
from dagster_project.kostra.kontroll.lesing import BIT, Kontrollfil, les_linjer
from dagster_project.kostra.kontroll.regel import (
    ALVORSGRADER,
    LAYOUTAAR,
    SKJEMAER,
    UTGAVER,
    Regel,
    grenser,
    koder,
    les_sql,
    regler,
)
from dagster_project.kostra.kontroll.utsnitt import Utsnitt
from dagster_project.kostra.layout import Layout, find_layout

__all__ = ["MINNE", "Filsvar", "Kontrollfil", "Kontrollresultat", "kontroller"]

UTGANGSKODE = {"OK": 0, "INFO": 0, "WARNING": 1, "ERROR": 2, "FATAL": 2}


@dataclass(frozen=True)
class Filsvar:
    """The answer about one file. `kontroller` counts checks done as SSB's program counts them."""

    fil_id: int
    alvor: str
    linjer: int
    poster: int
    kontroller: int
    funn: int

    @property
    def utgangskode(self) -> int:
        """Return the exit code of SSB's program: 0 fine, 1 warning, 2 barred."""
        return UTGANGSKODE[self.alvor]


@dataclass(frozen=True)
class Kontrollresultat:
    """The answer about all files of a run, in the order they were given; `fil_id` is the place in it, from 0."""

    con: duckdb.DuckDBPyConnection
    utgave: str
    filer: tuple[Filsvar, ...]

    @property
    def funn(self) -> duckdb.DuckDBPyRelation:
        """Return the findings in the program's order. Valid until the next run on the same connection.

        Shape: one row per finding, key fil_id and rekkefolge: fil_id, rekkefolge (from 1), skjema, regel, alvor, felt
        (null where the rule looks at none), linjer integer[] (empty for the file as a whole), saksbehandler and
        journalnummer (with their blanks; null where SSB gives none), tittel, melding, gjor, saerhet.
        """
        return self.con.sql(f"from {MINNE}.kontroll_funn order by fil_id, rekkefolge")


def kontroller(con: duckdb.DuckDBPyConnection, filer: Sequence[Kontrollfil], utgave: str) -> Kontrollresultat:
    """Control files by the rules of one edition and return what SSB's program would say.

    Never fails because of what a file holds. Works in a database in memory, attached as `kontroll_minne` beside what
    the connection already has; nothing else is touched.

    Raises:
        ValueError: for an edition or a form there are no rules for.
    """
    if ukjent := {fil.skjema for fil in filer} - set(SKJEMAER):
        raise ValueError(f"Ingen kontroller for skjema {', '.join(sorted(ukjent))}.")
    if utgave not in UTGAVER:
        raise ValueError(f"Ukjent regelutgave: {utgave}.")
    svar: dict[int, Filsvar] = {}
    with Arbeidslag(con, sum(fil.lengde for fil in filer) // BIT) as lag:
        _lag_tabeller(lag.con, filer, utgave)
        for skjema in SKJEMAER:
            gruppe = [(nummer, fil) for nummer, fil in enumerate(filer) if fil.skjema == skjema]
            if gruppe:
                svar |= _kontroller_skjema(lag, skjema, gruppe, utgave)
    return Kontrollresultat(con, utgave, tuple(svar[nummer] for nummer in range(len(filer))))


def _lag_tabeller(con: duckdb.DuckDBPyConnection, filer: Sequence[Kontrollfil], utgave: str) -> None:
    con.execute(les_sql("funn"))
    _fyll(
        con,
        "kontroll_fil",
        {
            "fil_id": list(range(len(filer))),
            "skjema": [fil.skjema for fil in filer],
            "aar": [fil.aar for fil in filer],
            "region": [fil.region for fil in filer],
            "kommunenr": [fil.region[:4] for fil in filer],
            "orgnr": [fil.orgnr for fil in filer],
            "kvartal": [fil.kvartal for fil in filer],
            "har_vedlegg": [fil.har_vedlegg for fil in filer],
            "lengde": [fil.lengde for fil in filer],
            "postlengde": [_layout(fil.skjema).postlengde for fil in filer],
        },
    )
    alle = [(nr, regel) for skjema in SKJEMAER for nr, regel in enumerate(regler(skjema, utgave))]
    _fyll(
        con,
        "kontroll_regel",
        {
            "skjema": [regel.skjema for _, regel in alle],
            "regel_nr": [nr for nr, _ in alle],
            "regel": [regel.regel for _, regel in alle],
            "rekkefolge": [regel.rekkefolge for _, regel in alle],
            "alvor": [regel.alvor for _, regel in alle],
            "felt": [regel.felt or None for _, regel in alle],
            "tittel": [regel.tittel for _, regel in alle],
            "melding": [regel.melding for _, regel in alle],
            "gjor": [regel.gjor for _, regel in alle],
            "saerhet": [regel.saerhet or None for _, regel in alle],
            # SSB's program tells whose record it is in all rules but those that look at the file or a field as such.
            "har_sak": [
                regel.skjema != "0A" and not regel.er_innledende and not regel.regel.startswith("002")
                for _, regel in alle
            ],
        },
    )


def _fyll(con: duckdb.DuckDBPyConnection, tabell: str, kolonner: dict[str, Sequence]) -> None:
    con.register("kontroll_inn", pa.table(kolonner))
    con.execute(f"insert into {tabell} by name from kontroll_inn")
    con.unregister("kontroll_inn")


def _layout(skjema: str) -> Layout:
    layout = find_layout(skjema, LAYOUTAAR)
    if layout is None:
        raise ValueError(f"Ingen layout for skjema {skjema} i {LAYOUTAAR}.")
    return layout


def _kontroller_skjema(
    lag: Arbeidslag, skjema: str, filer: Sequence[tuple[int, Kontrollfil]], utgave: str
) -> dict[int, Filsvar]:
    con = lag.con
    utsnitt = Utsnitt(_layout(skjema), koder(skjema, utgave))
    innledende, vanlige = [], []
    for nr, regel in enumerate(regler(skjema, utgave)):
        (innledende if regel.er_innledende else vanlige).append((nr, regel))
    con.execute(les_sql("grunnlag"))
    liste, kode = zip(*koder(skjema, utgave), strict=True)
    _fyll(con, "kontrollkode", {"liste": liste, "kode": kode})
    grense, verdi = zip(*grenser(skjema, utgave), strict=True)
    _fyll(con, "kontrollgrense", {"grense": grense, "verdi": verdi})
    con.execute(KONTROLLSIFFER)
    con.execute(les_sql("makroer"))
    lag.alle(les_sql("oppslag"))
    con.execute(f"create or replace view kjoring as from kontroll_fil where skjema = '{skjema}'")

    _les(lag, utsnitt, filer)
    linjer = dict(con.execute("select fil_id, count(*) from linje group by fil_id").fetchall())
    for nr, regel in innledende:
        _kjor(con, nr, regel)
    con.execute("create or replace table stoppet as select distinct fil_id from funn")
    stoppet = {rad[0] for rad in con.execute("from stoppet").fetchall()}
    med_post = _utled(lag, utsnitt)
    poster = dict(con.execute(med_post("select fil_id, count(*) from post group by fil_id")).fetchall())
    if any("feltverdi" in regel.sql for _, regel in vanlige):
        con.execute(f"create or replace table feltverdi as {med_post(utsnitt.feltverdi())}")
    lag.fordel(_kjor, ((nr, regel, med_post) for nr, regel in vanlige))
    _samle(con, skjema, utsnitt, med_post)
    for nummer in range(lag.antall):
        con.execute(f"drop table post_{nummer}")
    return _svar(con, filer, dict(grenser(skjema, utgave)), linjer, poster, stoppet)


def _les(lag: Arbeidslag, utsnitt: Utsnitt, filer: Sequence[tuple[int, Kontrollfil]]) -> None:
    """Make `linje`, one row per line, key fil_id and linje: a table for each worker, and a view over them."""
    ingen = "(select null::integer as fil_id, null::integer as linje, null::integer as lengde, '' as tekst where false)"
    for nummer in range(lag.antall):
        lag.con.execute(f"create or replace table linje_{nummer} as {utsnitt.oppdelt(ingen)}")
    lag.con.execute(f"create or replace view linje as {_samlet(lag, 'linje', '*')}")

    def sett_inn(con: duckdb.DuckDBPyConnection, nummer: int, tabell: pa.Table) -> None:
        con.register("kontroll_inn", tabell)
        con.execute(f"insert into linje_{nummer % lag.antall} {utsnitt.oppdelt('kontroll_inn')}")
        con.unregister("kontroll_inn")

    lag.fordel(sett_inn, enumerate(les_linjer(filer)))


def _utled(lag: Arbeidslag, utsnitt: Utsnitt) -> Callable[[str], str]:
    """Work out what is known of the records of files still in the run, and let go of `linje`.

    Returns what gives a select its `post`, one row per record. What is worked out is stored; the fields themselves
    are cut out each time, which is cheaper than to store them.
    """
    utledet = les_sql(f"utledet/{utsnitt.layout.skjema}")

    def lag_post(con: duckdb.DuckDBPyConnection, nummer: int) -> None:
        con.execute(f"""
            create or replace table post_{nummer} as
            with klipt as ({utsnitt.klipt(f"linje_{nummer}")})
            select * from ({utledet})
        """)

    lag.fordel(lag_post, ((nummer,) for nummer in range(lag.antall)))
    lag.con.execute("drop view linje")
    for nummer in range(lag.antall):
        lag.con.execute(f"drop table linje_{nummer}")
    lagret = [kolonne[0] for kolonne in lag.con.execute("from post_0 limit 0").description]
    return lambda sql: f"with post as ({_samlet(lag, 'post', utsnitt.post(lagret, sql))}) select * from ({sql})"


def _samlet(lag: Arbeidslag, navn: str, kolonner: str) -> str:
    return " union all ".join(f"select {kolonner} from {navn}_{nummer}" for nummer in range(lag.antall))


def _kjor(
    con: duckdb.DuckDBPyConnection, nr: int, regel: Regel, med_post: Callable[[str], str] = lambda sql: sql
) -> None:
    sql = med_post(regel.sql) if re.search(r"\bpost\b", regel.sql) else regel.sql
    con.execute(f"insert into funn by name select {nr}::smallint as regel_nr, * from ({sql})")


def _samle(con: duckdb.DuckDBPyConnection, skjema: str, utsnitt: Utsnitt, med_post: Callable[[str], str]) -> None:
    """Put a form's findings in order, each with whose record it is."""
    er_person = utsnitt.layout.felt("SAKSBEHANDLER") is not None
    sql = (
        les_sql("samle")
        .replace("{skjema}", skjema)
        .replace("{saksbehandler}", "post.SAKSBEHANDLER" if er_person else "null::varchar")
        .replace("{journalnummer}", "post.PERSON_JOURNALNR" if er_person else "null::varchar")
    )
    con.execute(f"insert into kontroll_funn_raa by name {med_post(sql)}")


def _svar(
    con: duckdb.DuckDBPyConnection,
    filer: Sequence[tuple[int, Kontrollfil]],
    verdi: dict[str, int],
    linjer: dict[int, int],
    poster: dict[int, int],
    stoppet: Collection[int],
) -> dict[int, Filsvar]:
    antall = {
        fil_id: (funn, hoyest)
        for fil_id, funn, hoyest in con.execute(f"""
            select
                fil_id,
                count(*),
                max(list_position({list(ALVORSGRADER)}, alvor)) - 1,
            from kontroll_funn_raa
            group by fil_id
        """).fetchall()
    }
    svar = {}
    for fil_id, _ in filer:
        funn, hoyest = antall.get(fil_id, (0, 0))
        if fil_id in stoppet:
            kontroller_ = verdi["kontroller_per_linje"]
        else:
            kontroller_ = (
                linjer.get(fil_id, 0) * verdi["kontroller_per_linje"]
                + poster.get(fil_id, 0) * verdi["kontroller_per_post"]
            )
        svar[fil_id] = Filsvar(
            fil_id=fil_id,
            # SSB's program finds fault with a file it found nothing to look at in.
            alvor=ALVORSGRADER[hoyest] if kontroller_ else "ERROR",
            linjer=linjer.get(fil_id, 0),
            poster=poster.get(fil_id, 0),
            kontroller=kontroller_,
            funn=funn,
        )
    return svar
