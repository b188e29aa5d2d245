"""Made-up municipalities of a few persons each, and the models of `stonad forklar` run on them."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from tests.dbt_sql import load_seed, model_sql, run_model

FORSTE_MAANED, SISTE_MAANED = date(2024, 1, 1), date(2026, 2, 1)
SEEDS = (
    "forklaringspar",
    "forklaringssteg",
    "forklaringstall",
    "indikator",
    "kodeliste",
    "maanedsindikator_parameter",
    "populasjon",
    "stonadslengde_definisjon",
    "stonadslengde_parameter",
)
MODELLER = (
    "int_stonadsmaaned",
    "int_forlop_smal",
    "int_forlop",
    "int_aldersgruppe",
    "int_populasjon_gruppe",
    "int_kommune_maaned_historikk",
    "int_stonadsmaaned_kontant",
    "int_stonadsmaaned_periodisert",
    "int_mottaker_hittil_i_aar",
    "int_stonadslengde",
    "int_forklaring_vei",
)
VISNINGER = (
    "int_forklaring_gang",
    "int_forklaring_person",
    "int_forklaring_enhet",
    "int_forklaring_tilstand",
    "int_forklaring_stonadslengde",
)
TABELLER = {
    "int_kommune_maaned": "kommunenummer varchar, maaned date",
    "int_kommune_aar": "kilde varchar, kommunenummer varchar, rapporteringsaar integer",
    "int_fagsystem_person": "mottaker_nr integer, kommunenummer varchar, mottaker_id varchar",
    "int_stonadsmaaned_smal": """
        mottaker_nr integer, er_periodisert boolean, maaned date, belop_nok decimal(18, 2), alder smallint,
        hovedinntekt_kode varchar, er_hovedinntekt boolean, antall_barn_under_18 integer, arbeidssituasjon_kode varchar
    """,
    "int_mottaker_aar": """
        kommunenummer varchar, rapporteringsaar integer, mottaker_id varchar, linje integer, maaneder integer[],
        maaned_antall integer, alder integer, vklo_kode varchar
    """,
}


def maaneder(fra: str, til: str | None = None) -> tuple[date, ...]:
    """Return the months from `2025-01` to `2025-03`, both included."""
    forste, siste = (date.fromisoformat(f"{tekst}-01") for tekst in (fra, til or fra))
    nummer = range(forste.year * 12 + forste.month - 1, siste.year * 12 + siste.month)
    return tuple(date(n // 12, n % 12 + 1, 1) for n in nummer)


@dataclass(frozen=True)
class Person:
    """Somebody with support: the months it was for, the months it was paid, and the 11F records with their months.

    What is left out follows from what is given: paid in the months it was for, one record a year with the months paid.
    """

    gjelder: tuple[date, ...]
    betalt: tuple[date, ...] | None = None
    poster: tuple[tuple[date, ...], ...] | None = None
    alder: int = 40
    hovedinntekt: str | Mapping[date, str | None] | None = "5"
    vklo: str | None = "5"

    def maaneder(self, grunnlag: str) -> tuple[date, ...]:
        """Return the support months of `kontant` or `periodisert`."""
        return self.gjelder if grunnlag == "periodisert" or self.betalt is None else self.betalt

    def poster_i_11f(self) -> Iterable[tuple[int, list[int]]]:
        """Yield year and months of each record."""
        for post in (self.maaneder("kontant"),) if self.poster is None else self.poster:
            for aar, gruppe in itertools.groupby(post, lambda dag: dag.year):
                yield aar, [dag.month for dag in gruppe]


def _hoved(gjelder: tuple[date, ...], betalt: tuple[date, ...] | None = None) -> Person:
    return Person(gjelder, betalt)


def _supplerende(betalt: tuple[date, ...], poster: tuple[tuple[date, ...], ...] | None = None) -> Person:
    return Person(betalt, poster=poster, hovedinntekt="1", vklo="1")


PROVEVIK = (
    # Ten with social assistance as main income who have it in September, 69 months so far, 10 of them before New Year.
    _hoved(maaneder("2024-08", "2025-12")),
    _hoved(maaneder("2024-09", "2025-12")),
    _hoved(maaneder("2024-12", "2025-12")),
    _hoved(maaneder("2025-01", "2025-12")),
    _hoved(maaneder("2025-03", "2025-12")),
    _hoved(maaneder("2025-04", "2025-12")),
    # The support of June was paid in July.
    _hoved(maaneder("2025-06", "2025-12"), betalt=maaneder("2025-07", "2025-12")),
    _hoved(maaneder("2025-07", "2025-12")),
    _hoved(maaneder("2025-08", "2025-12")),
    _hoved(maaneder("2025-09", "2025-12")),
    # Two who were done by then, one of them with a break.
    _hoved(maaneder("2025-01", "2025-05")),
    _hoved(maaneder("2025-02") + maaneder("2025-04", "2025-05")),
    # Nine with another main income; the last is not in 11F.
    *[_supplerende(maaneder("2025-01", "2025-03"))] * 4,
    *[_supplerende(maaneder("2025-03", "2025-06"))] * 2,
    *[_supplerende(maaneder("2025-09", "2025-12"))] * 2,
    _supplerende(maaneder("2025-09", "2025-12"), poster=()),
)
"""The example of docs/forklar.md: 6.9, 5.5 and 6.2 months in the same municipality and year, as in Sørum."""


def bygg(con: duckdb.DuckDBPyConnection, kommuner: Mapping[str, Iterable[Person]]) -> None:
    """Make the tables the models read, in the schema `intermediate`, and the models themselves on them.

    `kommuner` has the persons by kommunenummer. Every municipality has delivered every month, and 11F for 2025.
    """
    con.execute("create schema intermediate; create schema intern; use intermediate")
    con.execute("create table intern.kommune (kommunenummer varchar, kommunenavn varchar)")
    for seed in SEEDS:
        load_seed(con, seed)
    for tabell, kolonner in TABELLER.items():
        con.execute(f"create table {tabell} ({kolonner})")
    for tabell, rader in _tabellrader(kommuner).items():
        plasser = f"({', '.join('?' * len(rader[0]))})"
        con.execute(f"insert into {tabell} values {', '.join([plasser] * len(rader))}", list(itertools.chain(*rader)))
    for modell in MODELLER:
        run_model(con, f"intermediate/fagsystem/{modell}")
    for modell in VISNINGER:
        con.execute(f"create view {modell} as\n{model_sql(f'intermediate/fagsystem/{modell}', 'intermediate')}")


def _tabellrader(kommuner: Mapping[str, Iterable[Person]]) -> dict[str, list[tuple]]:
    rader: dict[str, list[tuple]] = {tabell: [] for tabell in ("intern.kommune", *TABELLER)}
    levert = maaneder(f"{FORSTE_MAANED:%Y-%m}", f"{SISTE_MAANED:%Y-%m}")
    nummer = itertools.count()
    for kommune, personer in kommuner.items():
        rader["intern.kommune"].append((kommune, f"Prøvevik {kommune}"))
        rader["int_kommune_maaned"] += [(kommune, dag) for dag in levert]
        rader["int_kommune_aar"].append(("11F", kommune, 2025))
        for person in personer:
            mottaker_nr = next(nummer)
            mottaker_id = f"mottaker-{mottaker_nr}"
            rader["int_fagsystem_person"].append((mottaker_nr, kommune, mottaker_id))
            rader["int_stonadsmaaned_smal"] += [(mottaker_nr, *rad) for rad in _stonadsmaaneder(person)]
            rader["int_mottaker_aar"] += [
                (kommune, aar, mottaker_id, linje, i_posten, len(i_posten), person.alder, person.vklo)
                for linje, (aar, i_posten) in enumerate(person.poster_i_11f(), 1)
                if aar == 2025
            ]
    return rader


def _stonadsmaaneder(person: Person) -> Iterable[tuple]:
    for er_periodisert in (False, True):
        for dag in person.maaneder("periodisert" if er_periodisert else "kontant"):
            kode = person.hovedinntekt[dag] if isinstance(person.hovedinntekt, Mapping) else person.hovedinntekt
            er_hovedinntekt = None if kode is None else kode == "5"
            yield er_periodisert, dag, 1000, person.alder - 2025 + dag.year, kode, er_hovedinntekt, 0, "08"
