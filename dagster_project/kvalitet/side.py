"""The page a controller reads: what passed, what failed, what it means, what to do, and how it has been.

One file without others. The library's own pages (Data Docs) fetch their style from elsewhere, stand unstyled offline,
and know expectations but not municipalities and months.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import duckdb
import jinja2

from dagster_project import formater
from dagster_project.formater import norsk_tall
from dagster_project.kvalitet.suiter import ERROR, Forventning, Suite, forventninger, suiter
from dagster_project.maler import lag_miljo
from dagster_project.ny_fil import ny_fil

FIL = "kvalitet.html"
KJORINGER_VIST = 12


# The worst first.
RANG = {tilstand: plass for plass, tilstand in enumerate(("holdt", "feil", "varsel", "kvittert", "bestatt", "tom"))}


def _verst(tilstander: Iterable[str]) -> str:
    return min(tilstander, key=RANG.__getitem__)


@dataclass(frozen=True)
class Celle:
    """How one expectation stands in one month."""

    tilstand: str
    """bestatt, feil, varsel, kvittert, holdt or tom (nothing to judge)."""
    tittel: str


@dataclass(frozen=True)
class Funn:
    """One expectation that fails in one month, as it is told."""

    forventning: Forventning
    maaned: date
    tilstand: str
    melding: str
    gjor: str
    siden: datetime
    """The first run in which it failed, without having passed since."""


@dataclass(frozen=True)
class Kommune:
    """What the page says of one municipality."""

    kommunenummer: str
    navn: str
    siste_maaned: date | None
    maaneder: tuple[date, ...]
    celler: dict[tuple[str, date], Celle]
    funn: tuple[Funn, ...]
    historikk: tuple[tuple[datetime, int, int, int, int], ...]
    """A run: its time, months and expectations judged, errors, warnings, and months held back."""

    @property
    def holdt(self) -> tuple[date, ...]:
        """Return the months that are held back."""
        return tuple(sorted({funn.maaned for funn in self.funn if funn.tilstand == "holdt"}))

    @property
    def nye(self) -> tuple[Funn, ...]:
        """Return what is to be settled now: of the last delivered month and later ones, and what is held back."""
        return tuple(
            funn
            for funn in self.funn
            if funn.tilstand == "holdt" or self.siste_maaned is None or funn.maaned >= self.siste_maaned
        )

    @property
    def eldre(self) -> tuple[Funn, ...]:
        """Return the findings of months that are out."""
        return tuple(funn for funn in self.funn if funn not in self.nye)

    @property
    def verst(self) -> str:
        """Return the worst of what is to be settled now."""
        return _verst([funn.tilstand for funn in self.nye] or ["bestatt"])

    def i_suite(self, suite: Suite) -> str:
        """Return the worst of a suite's expectations now: what fails, or how the last delivered month stands."""
        egne = {forventning.id for forventning in suite.forventninger}
        tilstander = [funn.tilstand for funn in self.nye if funn.forventning.id in egne]
        tilstander += [
            celle.tilstand
            for (id_, maaned), celle in self.celler.items()
            if id_ in egne and maaned == self.siste_maaned
        ]
        return _verst([*tilstander, "tom"])


def skriv_side(varehus: Path, publisert: Path) -> Path:
    """Write the page of the last control beside the published database, and return where it lies."""
    con = duckdb.connect(str(varehus), read_only=True)
    try:
        tidspunkt, kommuner = _les(con)
    finally:
        con.close()
    maal = publisert / FIL
    with ny_fil(maal) as ny:
        ny.write_text(_mal().render(tidspunkt=tidspunkt, kommuner=kommuner, suiter=suiter()), encoding="utf-8")
    return maal


def _les(con: duckdb.DuckDBPyConnection) -> tuple[datetime | None, list[Kommune]]:
    """Return when the last control was made, and every municipality, those that need somebody first."""
    siste = con.execute("select arg_max(kjoring_id, rowid), max_by(tidspunkt, rowid) from intern.kvalitet").fetchone()
    navn = dict(con.execute("select kommunenummer, kommunenavn from intern.kommune").fetchall())
    rader = con.execute(
        """
        with siden as (
            select
                forventning_id,
                kommunenummer,
                maaned,
                max(rowid) filter (where bestatt) as sist_bestatt,
            from intern.kvalitet
            group by all
        ),

        forst as (
            select
                kvalitet.forventning_id,
                kvalitet.kommunenummer,
                kvalitet.maaned,
                min(kvalitet.tidspunkt) as siden,
            from intern.kvalitet as kvalitet
            inner join siden using (forventning_id, kommunenummer, maaned)
            where not kvalitet.bestatt and kvalitet.rowid > coalesce(siden.sist_bestatt, -1)
            group by all
        )

        select
            kvalitet.kommunenummer,
            kvalitet.maaned,
            kvalitet.forventning_id,
            case
                when kvalitet.bestatt then 'bestatt'
                when kvalitet.kvittert then 'kvittert'
                when kvalitet.sperrer then 'holdt'
                when kvalitet.alvor = ? then 'feil'
                else 'varsel'
            end as tilstand,
            kvalitet.observert,
            kvalitet.melding,
            kvalitet.gjor,
            forst.siden,
        from intern.kvalitet as kvalitet
        left join forst using (forventning_id, kommunenummer, maaned)
        where kvalitet.kjoring_id = ?
        order by all
        """,
        [ERROR, siste[0]],
    ).fetchall()
    levert = dict(
        con.execute(
            "select kommunenummer, max(maaned) from intern.kvalitetsmaal where er_levert group by kommunenummer"
        ).fetchall()
    )
    historikk = con.execute(
        """
        select
            kommunenummer,
            any_value(tidspunkt),
            count(*),
            count(*) filter (where not bestatt and alvor = ?),
            count(*) filter (where not bestatt and alvor != ?),
            count(distinct maaned) filter (where sperrer),
        from intern.kvalitet
        group by kommunenummer, kjoring_id
        order by max(rowid) desc
        """,
        [ERROR, ERROR],
    ).fetchall()
    tidligere = _per_kommune(historikk)
    kommuner = [
        _kommune(nummer, navn.get(nummer, ""), levert.get(nummer), egne, tidligere[nummer][:KJORINGER_VIST])
        for nummer, egne in _per_kommune(rader).items()
    ]
    return siste[1], sorted(kommuner, key=lambda kommune: (RANG[kommune.verst], kommune.kommunenummer))


def _per_kommune(rader: Iterable[tuple]) -> dict[str, list[tuple]]:
    """Return the rows of each municipality, which stands first in them, without it."""
    samlet: dict[str, list[tuple]] = {}
    for nummer, *resten in rader:
        samlet.setdefault(nummer, []).append(tuple(resten))
    return samlet


def _kommune(nummer: str, navn: str, siste: date | None, rader: Sequence[tuple], historikk: Iterable[tuple]) -> Kommune:
    kjente = forventninger()
    # What the suites no longer have is not shown.
    egne = [rad for rad in rader if rad[1] in kjente]
    funn = [
        Funn(kjente[id_], maaned, tilstand, melding, gjor, siden)
        for maaned, id_, tilstand, _, melding, gjor, siden in egne
        if tilstand != "bestatt"
    ]
    return Kommune(
        kommunenummer=nummer,
        navn=navn,
        siste_maaned=siste,
        maaneder=tuple(sorted({maaned for maaned, *_ in egne})),
        celler={
            (id_, maaned): Celle(tilstand, melding or f"Funnet: {norsk_tall(observert, kjente[id_].meta.desimaler)}")
            for maaned, id_, tilstand, observert, melding, *_ in egne
        },
        funn=tuple(sorted(funn, key=lambda ett: (RANG[ett.tilstand], -ett.maaned.toordinal(), ett.forventning.id))),
        historikk=tuple(historikk),
    )


@cache
def _mal() -> jinja2.Template:
    miljo = lag_miljo("dagster_project.kvalitet")
    miljo.filters |= {"maaned": formater.maaned, "kort": formater.kort_maaned, "tid": formater.tidspunkt}
    return miljo.get_template("kvalitet.html.j2")
