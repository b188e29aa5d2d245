"""The order deliveries arrive in means nothing: only what they are for, and when they were taken out."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.ingestion.database import TABELLER
from tests.dbt_sql import load_seed, model_sql

INNSTILLINGER = settings(deadline=None, derandomize=True)
INT = "intermediate/fagsystem"
VISNINGER = (
    "staging/intern/stg_intern__kommune",
    "staging/intern/stg_intern__leveranse",
    "staging/fagsystem/stg_fagsystem__mottaker",
    "staging/fagsystem/stg_fagsystem__vedtak",
    "staging/fagsystem/stg_fagsystem__utbetaling",
    f"{INT}/int_fagsystem_vedtak_i_kraft",
    f"{INT}/int_fagsystem_utbetaling_i_kraft",
)
MODELLER = (
    f"{INT}/int_fagsystem_leveranse",
    f"{INT}/int_fagsystem_gyldighet",
    f"{INT}/int_fagsystem_mottaker",
    f"{INT}/int_fagsystem_mottaker_tilstand",
    f"{INT}/int_fagsystem_mottaker_historikk",
    f"{INT}/int_fagsystem_duplikat",
    f"{INT}/int_fagsystem_feil",
    f"{INT}/int_vedtak",
    f"{INT}/int_utbetaling",
)
UTFALL = (
    "int_fagsystem_gyldighet",
    "int_fagsystem_mottaker",
    "int_fagsystem_mottaker_historikk",
    "int_fagsystem_feil",
    "int_vedtak",
    "int_utbetaling",
)
KILDE, ANNEN_KILDE = "9901-socio-1", "9901-velferd-1"
KOMMUNE = "9901"
FORSTE_DAG = date(2025, 1, 30)
"""Two days before a month's end, so that the few days there are lie in two months."""
DAGER = 6


@dataclass(frozen=True)
class Rad:
    """One row. `dag` is its periodedato, counted from FORSTE_DAG; `peker` is what a payment reverses."""

    nokkel: str
    journalnummer: str
    dag: int
    kode: str
    peker: str | None = None


@dataclass(frozen=True)
class Leveranse:
    """One file. Days and the time it was taken out are counted from FORSTE_DAG."""

    leveranse_id: str
    kilde_id: str
    objekt: str
    type: str
    fra: int
    til: int
    uttrukket: int
    rader: tuple[Rad, ...]

    @property
    def orden(self) -> tuple[int, str]:
        """Return what decides which of two deliveries is the later."""
        return self.uttrukket, self.leveranse_id

    def dekker(self, dag: int) -> bool:
        """Say whether the extract stands for a day."""
        return self.type == "full" or self.fra <= dag <= self.til


@st.composite
def leveranse(trekk, nummer: int) -> Leveranse:
    fra, til = sorted(trekk(st.tuples(st.integers(0, DAGER - 1), st.integers(0, DAGER - 1))))
    # Weighted so that files often meet: same source, same object, days in common.
    type_ = trekk(st.sampled_from(["periode", "periode", "endring", "endring", "full"]))
    dager = st.integers(fra, til) if type_ == "periode" else st.integers(0, DAGER - 1)
    rad = st.builds(
        Rad,
        nokkel=st.sampled_from("ABCD"),
        journalnummer=st.sampled_from(["J1", "J2", "J3"]),
        dag=dager,
        kode=st.sampled_from("159"),
        peker=st.none() | st.sampled_from("ABCD"),
    )
    return Leveranse(
        leveranse_id=f"{trekk(st.integers(0, 9))}{nummer:02}",
        kilde_id=trekk(st.sampled_from([KILDE, KILDE, KILDE, ANNEN_KILDE])),
        objekt=trekk(st.sampled_from(["mottaker", "vedtak", "utbetaling", "utbetaling", "utbetaling"])),
        type=type_,
        fra=fra,
        til=til,
        # Few values, so that many are taken out at the same time.
        uttrukket=trekk(st.integers(0, 4)),
        rader=tuple(trekk(st.lists(rad, min_size=1, max_size=4))),
    )


@st.composite
def leveranser(trekk) -> list[Leveranse]:
    return [trekk(leveranse(nummer)) for nummer in range(trekk(st.integers(2, 10)))]


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        con.execute(TABELLER)
        load_seed(con, "kodeliste")
        con.execute("insert into intern.kommune (kommunenummer, kommunenavn) values (?, 'Eksempelvik')", [KOMMUNE])
        con.execute("insert into intern.kjoring_parametre values (null, '2026-01-01', '1', 'test')")
        con.execute("set threads = 1")
        # A view wants to see the tables it is of; they are made anew for every example.
        con.execute(
            "create table int_fagsystem_gyldighet (leveranse_id varchar, gyldig_fra date, gyldig_til date, rang int)"
        )
        for sti in VISNINGER:
            con.execute(f"create view {sti.rpartition('/')[2]} as\n{model_sql(sti)}")
        yield con


def dato(dag: int) -> date:
    return FORSTE_DAG + timedelta(days=dag)


def motta(con, ankomne: list[Leveranse]) -> None:
    """Fill `raw` and the register as ingestion would; a file that has come before is left alone."""
    for tabell in ("intern.leveranse", "raw.fagsystem_mottaker", "raw.fagsystem_vedtak", "raw.fagsystem_utbetaling"):
        con.execute(f"delete from {tabell}")
    nye = list({fil.leveranse_id: (nummer, fil) for nummer, fil in reversed(list(enumerate(ankomne)))}.values())
    nye.sort(key=lambda par: par[0])
    register = [
        {
            "leveranse_id": fil.leveranse_id,
            "kilde": "fagsystem",
            "objekt": fil.objekt,
            "kommunenummer": KOMMUNE,
            "filnavn": f"{fil.leveranse_id}.csv",
            "sti": "",
            "sha256": "",
            "bytes": 0,
            "fil_endret": datetime(2026, 1, 1),
            "mottatt": datetime(2026, 1, 1) + timedelta(hours=nummer),
            "rader_lest": len(fil.rader),
            "rader_godtatt": len(fil.rader),
            "rader_karantene": 0,
            "status": "godtatt",
            "kilde_id": fil.kilde_id,
            "uttrekkstype": fil.type,
            "fra": dato(fil.fra),
            "til": dato(fil.til),
            "uttrukket": datetime(2025, 6, 1) + timedelta(hours=fil.uttrukket),
        }
        for nummer, fil in nye
    ]
    _sett_inn(con, "intern.leveranse", register)
    felles = [
        (fil, {"leveranse_id": fil.leveranse_id, "linje": linje, "journalnummer": rad.journalnummer}, rad)
        for _, fil in nye
        for linje, rad in enumerate(fil.rader, start=2)
    ]
    arter = {"stonadsart": "STROM", "stonadsart_lokal": "130", "stonadsform": "BIDRAG"}
    _sett_inn(
        con,
        "raw.fagsystem_mottaker",
        [
            nokler | {"mottaker_id": f"person {rad.journalnummer}", "hovedinntekt_kode": rad.kode}
            for fil, nokler, rad in felles
            if fil.objekt == "mottaker"
        ],
    )
    _sett_inn(
        con,
        "raw.fagsystem_vedtak",
        [
            nokler | arter | {"vedtak_id": rad.nokkel, "vedtaksdato": dato(rad.dag), "utfall": rad.kode}
            for fil, nokler, rad in felles
            if fil.objekt == "vedtak"
        ],
    )
    _sett_inn(
        con,
        "raw.fagsystem_utbetaling",
        [
            nokler
            | arter
            | {
                "utbetaling_id": rad.nokkel,
                "registrert_dato": dato(rad.dag),
                "utbetalingsdato": dato(rad.dag),
                "status": "UTBETALT",
                "belop_nok": int(rad.kode),
                "reverserer_utbetaling_id": rad.peker,
            }
            for fil, nokler, rad in felles
            if fil.objekt == "utbetaling"
        ],
    )


def _sett_inn(con, tabell: str, rader: list[dict]) -> None:
    if rader:
        con.register("nye_rader", pa.Table.from_pylist(rader))
        con.execute(f"insert into {tabell} by name select * from nye_rader")
        con.unregister("nye_rader")


SQL = {sti.rpartition("/")[2]: model_sql(sti) for sti in MODELLER}


def bygg(con) -> dict[str, list[tuple]]:
    """Build the models and return the tables that matter, every row in order."""
    for navn, sql in SQL.items():
        con.execute(f"create or replace table {navn} as\n{sql}")
    return {navn: con.execute(f"from {navn} order by all").fetchall() for navn in UTFALL}


def i_kraft(filer: list[Leveranse], objekt: str) -> list[tuple[Leveranse, int, Rad]]:
    """Return the rows that no later extract of the same object and source stands in the place of."""
    samme = [fil for fil in filer if fil.objekt == objekt]
    return [
        (fil, linje, rad)
        for fil in samme
        for linje, rad in enumerate(fil.rader, start=2)
        if not any(
            senere.kilde_id == fil.kilde_id
            and senere.type != "endring"
            and senere.orden > fil.orden
            and senere.dekker(rad.dag)
            for senere in samme
        )
    ]


def ventet(filer: list[Leveranse]) -> tuple[set, set, set]:
    """Work out payments, decisions and faults row by row, from the rules as they are written down.

    Shape: sets of (leveranse_id, linje) for the first two, of (leveranse_id, linje, regel) for the third.
    """
    kjente = {(fil.kilde_id, rad.journalnummer) for fil in filer if fil.objekt == "mottaker" for rad in fil.rader}
    telles: dict[str, set] = {}
    feil = set()
    for objekt in ("utbetaling", "vedtak"):
        rader = i_kraft(filer, objekt)
        finnes = {(fil.kilde_id, rad.nokkel) for fil, _, rad in rader}
        telles[objekt] = set()
        for fil, linje, rad in rader:
            like = [(f, nr) for f, nr, r in rader if (f.kilde_id, r.nokkel) == (fil.kilde_id, rad.nokkel)]
            siste = max(f.orden for f, _ in like)
            brukt = min(nr for f, nr in like if f.orden == siste)
            er_brukt = (fil.orden, linje) == (siste, brukt)
            er_flettet = fil.orden != siste and (
                fil.type == "endring" or any(f.type == "endring" and f.orden > fil.orden for f, _ in like)
            )
            brudd = {
                "F01": not er_brukt and not er_flettet,
                "F03": (fil.kilde_id, rad.journalnummer) not in kjente,
                "F06": objekt == "utbetaling" and rad.peker is not None and (fil.kilde_id, rad.peker) not in finnes,
            }
            feil |= {(fil.leveranse_id, linje, regel) for regel, er_brutt in brudd.items() if er_brutt}
            if er_brukt and not any(brudd.values()):
                telles[objekt].add((fil.leveranse_id, linje))
    for kilde_id, journalnummer in kjente:
        rader = [
            (fil, linje)
            for fil in filer
            if fil.objekt == "mottaker" and fil.kilde_id == kilde_id
            for linje, rad in enumerate(fil.rader, start=2)
            if rad.journalnummer == journalnummer
        ]
        siste = max(fil.orden for fil, _ in rader)
        linjer = sorted((linje, fil.leveranse_id) for fil, linje in rader if fil.orden == siste)
        feil |= {(leveranse_id, linje, "F01") for linje, leveranse_id in linjer[1:]}
    return telles["utbetaling"], telles["vedtak"], feil


@settings(INNSTILLINGER, max_examples=20)
@given(data=st.data())
def test_any_order_of_arrival_and_every_file_twice_gives_the_same_tables(con, data):
    filer = data.draw(leveranser())
    motta(con, filer)
    en_gang = bygg(con)
    motta(con, data.draw(st.permutations(filer + filer)))
    assert bygg(con) == en_gang


@settings(INNSTILLINGER, max_examples=25)
@given(filer=leveranser())
def test_exactly_the_rows_the_rules_say_count(con, filer):
    motta(con, filer)
    bygg(con)
    utbetalinger, vedtak, feil = ventet(filer)
    assert set(con.execute("select leveranse_id, linje from int_utbetaling").fetchall()) == utbetalinger
    assert set(con.execute("select leveranse_id, linje from int_vedtak").fetchall()) == vedtak
    assert set(con.execute("select leveranse_id, linje, regel from int_fagsystem_feil").fetchall()) == feil


@settings(INNSTILLINGER, max_examples=8)
@given(filer=leveranser())
def test_what_was_missing_puts_right_what_was_set_aside(con, filer):
    """An extract of everybody, taken out whenever, leaves no row without its recipient."""
    alle = tuple(Rad("", journalnummer, 0, "1") for journalnummer in ("J1", "J2", "J3"))
    for kilde_id in (KILDE, ANNEN_KILDE):
        filer = [*filer, Leveranse(f"alle {kilde_id}", kilde_id, "mottaker", "full", 0, 0, 0, alle)]
    motta(con, filer)
    bygg(con)
    assert con.execute("select count(*) from int_fagsystem_feil where regel = 'F03'").fetchone() == (0,)


@settings(INNSTILLINGER, max_examples=12)
@given(filer=leveranser())
def test_history_says_what_the_latest_extract_of_each_month_said(con, filer):
    motta(con, filer)
    bygg(con)
    for fil in (fil for fil in filer if fil.objekt == "mottaker"):
        maaned = dato(fil.til).replace(day=1)
        for rad in fil.rader:
            samme_maaned = [
                annen
                for annen in filer
                if annen.objekt == "mottaker"
                and annen.kilde_id == fil.kilde_id
                and dato(annen.til).replace(day=1) == maaned
            ]
            siste_fulle = max((annen.orden for annen in samme_maaned if annen.type == "full"), default=(-1, ""))
            sagt = [
                (annen.orden, -linje, r.kode)
                for annen in samme_maaned
                if annen.orden >= siste_fulle
                for linje, r in enumerate(annen.rader)
                if r.journalnummer == rad.journalnummer
            ]
            if not sagt:
                continue
            (kode,) = con.execute(
                """
                select hovedinntekt_kode
                from int_fagsystem_mottaker_historikk
                where
                    kilde_id = ?
                    and journalnummer = ?
                    and gjelder_fra <= ?
                    and ? <= coalesce(gjelder_til, 'infinity'::date)
                """,
                [fil.kilde_id, rad.journalnummer, maaned, maaned],
            ).fetchone()
            assert kode == max(sagt)[2]


def test_the_file_that_came_last_does_not_win_over_the_one_taken_out_last(con):
    """The plainest case, told by hand: a correction that comes before what it corrects."""
    mottaker = Leveranse("m", KILDE, "mottaker", "full", 0, 1, 0, (Rad("", "J1", 0, "5"),))
    forste = Leveranse("a", KILDE, "utbetaling", "periode", 0, 1, 1, (Rad("A", "J1", 0, "1"),))
    rettet = replace(forste, leveranse_id="b", uttrukket=2, rader=(Rad("A", "J1", 0, "9"),))
    for rekkefolge in ([mottaker, forste, rettet], [rettet, forste, mottaker, rettet]):
        motta(con, rekkefolge)
        bygg(con)
        assert con.execute("select leveranse_id, belop_nok::integer from int_utbetaling").fetchall() == [("b", 9)]
