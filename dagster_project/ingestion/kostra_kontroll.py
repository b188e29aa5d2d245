"""SSB's controls on every accepted delivery: once each, on the file as it was delivered, with the findings in `intern`.

A delivery is controlled again when the rules have changed. What is said about a file beside its bytes comes from the
register: municipality and district as the region, the quarter of quarterly accounts, and that there is nothing to
report where the file has no records. The organisation number 0A is sent under stands nowhere but in the file, so the
one most records carry is taken for it, and rule 007 finds the records that differ from the rest.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import cache
from itertools import product
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project import fremdrift
from dagster_project.ingestion.database import TABELLER, kladdemappe, tom_kladdemappe
from dagster_project.ingestion.kostra import OSLO
from dagster_project.ingestion.nokkel import last_kryptering
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.kostra.kontroll import Filsvar, Kontrollfil, kontroller
from dagster_project.kostra.kontroll.lesing import les_linjer
from dagster_project.kostra.kontroll.motor import MINNE
from dagster_project.kostra.kontroll.rapport import MAKS_FUNN_PER_REGEL_I_JSON as MAKS_FUNN_PER_REGEL
from dagster_project.kostra.kontroll.regel import LAYOUTAAR, MAPPE, SKJEMAER, STOPPER, UTGAVER, regler, utgave_for
from dagster_project.kostra.layout import find_layout
from dagster_project.seeds import SEEDS
from dagster_project.settings import Mappe, Miljo

# Form, edition, rule and field of what SSB's program says outside Oslo whatever one does; `saerhet` in the rule table
# tells the user why.
UANSETT = (
    ("11F", "2026", "002-mangler", "BYDELSNR"),
    ("11F", "2026", "003-bydel", "BYDELSNR"),
)
KONTROLLERT = "kontrollert"
IKKE_KONTROLLERT = {
    "uten_regler": "Reglene vi har, gjelder linjer på {ventet} tegn. I {skjema} for {aar} har de {lengde}.",
    "fil_mangler": "Filen ligger ikke i arkivet. Legg den tilbake, så blir den kontrollert ved neste kjøring.",
    "stoppet": "Kontrollene stoppet ({grunn}). De prøves på nytt ved neste kjøring.",
}
MAKS_BYTES_SAMTIDIG = 64 * 1024 * 1024

# The same deliveries as `int_leveranse_gjeldende`, which is not built yet when the controls are read. One row per
# leveranse_id, with what the controls said (nulls where they have not been).
GJELDENDE = """
    select
        leveranse.objekt as skjema,
        kjoring.* exclude (skjema),
    from intern.leveranse as leveranse
    inner join intern.kommune as kommune on leveranse.kommunenummer = kommune.kommunenummer
    left join intern.kostra_kontroll_kjoring as kjoring on leveranse.leveranse_id = kjoring.leveranse_id
    where leveranse.status = 'godtatt' and leveranse.kilde = 'kostra'
    qualify
        row_number() over (
            partition by
                leveranse.objekt,
                leveranse.kommunenummer,
                leveranse.bydel,
                leveranse.rapporteringsaar,
                leveranse.kvartal
            order by
                leveranse.mottatt desc,
                leveranse.fil_endret desc,
                leveranse.filnavn desc,
                leveranse.leveranse_id desc
        ) = 1
"""


@dataclass(frozen=True)
class Leveranse:
    """A delivery to control. `utfall` is how it went last time by the rules as they are, None where it has not been."""

    leveranse_id: str
    skjema: str
    kommunenummer: str
    bydel: str | None
    aar: int
    kvartal: str | None
    sti: Path
    bytes: int
    rader_lest: int
    utfall: str | None

    @property
    def postlengder(self) -> tuple[int, int]:
        """Return the record length of the delivery's own year, and the one the controls are made for."""
        egen, ventet = find_layout(self.skjema, self.aar), find_layout(self.skjema, LAYOUTAAR)
        return (egen.postlengde if egen else 0), (ventet.postlengde if ventet else 0)

    def som_kontrollfil(self) -> Kontrollfil:
        """Return the archived file and what is known of it, without the organisation number."""
        return Kontrollfil(
            skjema=self.skjema,
            aar=self.aar,
            region=self.kommunenummer + (self.bydel or "00"),
            sti=self.sti,
            kvartal=self.kvartal or " ",
            har_vedlegg=self.rader_lest > 0,
        )


@dataclass(frozen=True)
class Oversikt:
    """What the controls say of the deliveries that count now.

    Units: `feil` (they bar the submission), `feil_uansett` (those of them that come whatever one does), `advarsler` and
    `informasjon` are findings; the rest are files. `avvist` would be refused for something that can be put right,
    `avvist_uansett` for nothing else than what cannot; `ikke_kontrollert` is not in the archive or stopped the
    controls, and `uten_regler` is of a year there are no rules for here.
    """

    kontrollert: int = 0
    ikke_kontrollert: int = 0
    uten_regler: int = 0
    avvist: int = 0
    avvist_uansett: int = 0
    feil: int = 0
    feil_uansett: int = 0
    advarsler: int = 0
    informasjon: int = 0


@dataclass(frozen=True)
class Regelfunn:
    """How many findings of a rule a municipality has in a year, in the deliveries that count now."""

    skjema: str
    kommunenummer: str
    aar: int
    regelutgave: str
    regel: str
    alvor: str
    er_uansett: bool
    antall: int


@cache
def regelavtrykk() -> str:
    """Return a fingerprint of the rules, and of the code that says what a file is and reads it."""
    kode = [MAPPE / f"{navn}.py" for navn in ("lesing", "motor", "regel", "utsnitt")]
    tabeller = [*SEEDS.glob("kostra_kontroll*.csv"), SEEDS / "kostra_felt.csv", SEEDS / "kostra_layout.csv"]
    hash_ = hashlib.sha256()
    for sti in sorted([*MAPPE.rglob("*.sql"), *kode, *tabeller, Path(__file__)]):
        hash_.update(sti.read_bytes())
    return hash_.hexdigest()


def kontroller_nye(mappe: Mappe, miljo: Miljo, tidspunkt: datetime) -> int:
    """Control the accepted KOSTRA deliveries that have not been, by the rules as they are, and return how many.

    Shape: see `intern.kostra_kontroll` and `intern.kostra_kontroll_kjoring`; earlier rows of a delivery are replaced.
    Units: `tidspunkt` is UTC without zone. Needs the project's lock. A file that cannot be
    controlled is written down with the reason, and stops nothing.
    """
    nye = _finn_nye(mappe, tidspunkt)
    if not nye:
        return 0
    fremdrift.si("Kontrollerer filene slik SSB gjør det")
    klare: list[Leveranse] = []
    ikke: list[tuple[Leveranse, str, str]] = []
    for leveranse in nye:
        lengde, ventet = leveranse.postlengder
        if lengde != ventet:
            ikke.append(_uten_svar(leveranse, "uten_regler", lengde=lengde, ventet=ventet))
        elif not leveranse.sti.is_file():
            ikke.append(_uten_svar(leveranse, "fil_mangler"))
        else:
            klare.append(leveranse)
    try:
        for gruppe in _grupper(klare):
            ikke += _kontroller_gruppe(mappe, miljo, gruppe, tidspunkt)
        if ikke:
            with _varehus(mappe, miljo) as con:
                _skriv_ikke_kontrollert(con, ikke, tidspunkt)
    finally:
        tom_kladdemappe(mappe)
    return len(nye)


def skriv_regler(mappe: Mappe) -> None:
    """Write down the rules the findings are of, limits filled in, in the place of those that stood there.

    Shape: see `intern.kostra_kontroll_regel`. Needs the project's lock.
    """
    alle = [(utgave, regel) for utgave, skjema in product(UTGAVER, SKJEMAER) for regel in regler(skjema, utgave)]
    with duckdb.connect(str(mappe.varehus)) as con:
        con.execute(TABELLER)
        felt = ("skjema", "regel", "rekkefolge", "alvor", "tittel", "gjor")
        kolonner = {navn: [getattr(regel, navn) for _, regel in alle] for navn in felt}
        con.register("regler", pa.table({"regelutgave": [utgave for utgave, _ in alle], **kolonner}))
        con.begin()
        con.execute("delete from intern.kostra_kontroll_regel")
        con.execute("insert into intern.kostra_kontroll_regel by name from regler")
        con.commit()


def les_oversikt(con: duckdb.DuckDBPyConnection) -> dict[str, Oversikt]:
    """Return what the controls say of the deliveries that count now, by form."""
    rader = con.execute(f"""
        with gjeldende as ({GJELDENDE}),

        vurdert as (
            select
                *,
                alvor in {STOPPER} as er_avvist,
                antall_uansett > 0 and antall_uansett = antall_kritiske + antall_feil as er_bare_uansett,
            from gjeldende
        )

        select
            skjema,
            count(*) filter (where utfall = '{KONTROLLERT}'),
            count(*) filter (where utfall in ('fil_mangler', 'stoppet')),
            count(*) filter (where utfall = 'uten_regler'),
            count(*) filter (where er_avvist and not er_bare_uansett),
            count(*) filter (where er_avvist and er_bare_uansett),
            coalesce(sum(antall_kritiske + antall_feil), 0)::bigint,
            coalesce(sum(antall_uansett), 0)::bigint,
            coalesce(sum(antall_advarsler), 0)::bigint,
            coalesce(sum(antall_informasjon), 0)::bigint,
        from vurdert
        group by skjema
    """).fetchall()
    return {skjema: Oversikt(*tall) for skjema, *tall in rader}


def les_samlet(con: duckdb.DuckDBPyConnection) -> Oversikt:
    """Return what the controls say of the deliveries that count now, all forms together."""
    deler = les_oversikt(con).values()
    return Oversikt(*(sum(tall) for tall in zip(*map(astuple, deler), strict=True)))


def les_regelfunn(con: duckdb.DuckDBPyConnection) -> list[Regelfunn]:
    """Return the findings of the deliveries that count now, counted.

    Shape: one per form, municipality, year, rule, severity and er_uansett; the latest year first.
    """
    rader = con.execute(f"""
        with gjeldende as ({GJELDENDE}),

        funn as (
            select
                skjema,
                kommunenummer,
                rapporteringsaar,
                regelutgave,
                unnest(funn_per_regel, recursive := true),
            from gjeldende
        )

        select
            skjema,
            kommunenummer,
            rapporteringsaar,
            regelutgave,
            regel,
            alvor,
            uansett,
            sum(antall)::bigint,
        from funn
        group by all
        order by
            rapporteringsaar desc,
            skjema,
            kommunenummer,
            regel,
            alvor,
            uansett
    """).fetchall()
    return [Regelfunn(*rad) for rad in rader]


def _finn_nye(mappe: Mappe, tidspunkt: datetime) -> list[Leveranse]:
    """Return what has not been controlled; what could not be is tried once in a run, which has one time."""
    with duckdb.connect(str(mappe.varehus)) as con:
        con.execute(TABELLER)
        rader = con.execute(
            f"""
            select
                leveranse.leveranse_id,
                leveranse.objekt,
                leveranse.kommunenummer,
                leveranse.bydel,
                leveranse.rapporteringsaar,
                leveranse.kvartal,
                leveranse.sti,
                leveranse.bytes,
                leveranse.rader_lest,
                kjoring.utfall,
            from intern.leveranse as leveranse
            left join intern.kostra_kontroll_kjoring as kjoring
                on
                    leveranse.leveranse_id = kjoring.leveranse_id
                    and kjoring.regelavtrykk = ?
            where
                leveranse.status = 'godtatt'
                and leveranse.kilde = 'kostra'
                and (
                    kjoring.utfall is null
                    or kjoring.utfall not in ('{KONTROLLERT}', 'uten_regler') and kjoring.tidspunkt != ?
                )
            order by
                leveranse.objekt,
                leveranse.rapporteringsaar,
                leveranse.leveranse_id
            """,
            [regelavtrykk(), tidspunkt],
        ).fetchall()
    leveranser = [replace(Leveranse(*rad), sti=mappe.rot / rad[6]) for rad in rader]
    return [funnet for funnet in leveranser if funnet.utfall != "fil_mangler" or funnet.sti.is_file()]


def _grupper(leveranser: Sequence[Leveranse]) -> Iterator[list[Leveranse]]:
    """Yield deliveries of one edition together, as many as fit in memory, so that a hundred files cost as one."""
    grupper: dict[str, list[Leveranse]] = {}
    for leveranse in leveranser:
        gruppe = grupper.setdefault(utgave_for(leveranse.aar), [])
        if gruppe and sum(ett.bytes for ett in gruppe) + leveranse.bytes > MAKS_BYTES_SAMTIDIG:
            yield gruppe.copy()
            gruppe.clear()
        gruppe.append(leveranse)
    yield from grupper.values()


@contextlib.contextmanager
def _varehus(mappe: Mappe, miljo: Miljo) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB in memory with the warehouse attached as `varehus`; what does not fit is in the protected part."""
    with duckdb.connect() as con:
        con.execute(f"set memory_limit = {sql_tekst(miljo.minne)}")
        con.execute(f"set temp_directory = {sql_tekst(kladdemappe(mappe) / 'duckdb')}")
        last_kryptering(con)
        con.execute("set temp_file_encryption = true")
        con.execute("set enable_progress_bar = false")
        con.execute(f"attach {sql_tekst(mappe.varehus)} as varehus")
        yield con


def _kontroller_gruppe(
    mappe: Mappe, miljo: Miljo, gruppe: Sequence[Leveranse], tidspunkt: datetime
) -> list[tuple[Leveranse, str, str]]:
    """Control deliveries of one edition, and return those that could not be, with the reason.

    Where they cannot be controlled together, each is tried alone: what is wrong with one is not the others' fault.
    """
    try:
        with _varehus(mappe, miljo) as con:
            _kontroller(con, gruppe, tidspunkt)
    except (duckdb.Error, OSError) as feil:
        if len(gruppe) == 1:
            return [_uten_svar(gruppe[0], "stoppet", grunn=type(feil).__name__)]
        return [ett for leveranse in gruppe for ett in _kontroller_gruppe(mappe, miljo, [leveranse], tidspunkt)]
    return []


def _kontroller(con: duckdb.DuckDBPyConnection, leveranser: Sequence[Leveranse], tidspunkt: datetime) -> None:
    """Control deliveries of one edition and put what was found in the place of what stood there of them."""
    utgave = utgave_for(leveranser[0].aar)
    filer = _med_orgnr(con, [leveranse.som_kontrollfil() for leveranse in leveranser])
    resultat = kontroller(con, filer, utgave)
    _vurder(con, leveranser, resultat.filer, utgave)
    con.begin()
    _fjern(con, leveranser)
    _skriv_funn(con)
    _skriv_kjoring(con, tidspunkt)
    con.commit()


def _med_orgnr(con: duckdb.DuckDBPyConnection, filer: Sequence[Kontrollfil]) -> list[Kontrollfil]:
    """Give each 0A file the organisation number most of its records carry, the first of them if several do."""
    layout = find_layout("0A", LAYOUTAAR)
    felt = layout.felt("orgnr") if layout else None
    regnskap = [(nummer, fil) for nummer, fil in enumerate(filer) if fil.skjema == "0A"]
    if felt is None or not regnskap:
        return list(filer)
    con.execute("create or replace temp table orgnr (fil_id integer, linje integer, orgnr varchar)")
    for tabell in les_linjer(regnskap):
        con.register("kontroll_linjer", tabell)
        con.execute(f"""
            insert into orgnr
            select
                fil_id,
                linje,
                substring(tekst, {felt.fra}, {felt.lengde}),
            from kontroll_linjer
            where lengde = {layout.postlengde}
        """)
        con.unregister("kontroll_linjer")
    vanligst = dict(
        con.execute("""
            select
                fil_id,
                orgnr,
            from orgnr
            group by
                fil_id,
                orgnr
            qualify row_number() over (partition by fil_id order by count(*) desc, min(linje)) = 1
        """).fetchall()
    )
    return [replace(fil, orgnr=vanligst[nummer]) if nummer in vanligst else fil for nummer, fil in enumerate(filer)]


def _vurder(
    con: duckdb.DuckDBPyConnection, leveranser: Sequence[Leveranse], svar: Sequence[Filsvar], utgave: str
) -> None:
    """Make `kontrollert`, one row per file controlled, and `vurdert`, one per finding (key fil_id and rekkefolge)."""
    con.register(
        "kontrollert",
        pa.table(
            {
                "fil_id": pa.array([ett.fil_id for ett in svar], pa.int32()),
                "leveranse_id": [leveranse.leveranse_id for leveranse in leveranser],
                "regelutgave": [utgave] * len(leveranser),
                "skjema": [leveranse.skjema for leveranse in leveranser],
                "kommunenummer": [leveranse.kommunenummer for leveranse in leveranser],
                "rapporteringsaar": pa.array([leveranse.aar for leveranse in leveranser], pa.int32()),
                "alvor": [ett.alvor for ett in svar],
                "antall_poster": pa.array([ett.poster for ett in svar], pa.int64()),
                "antall_kontroller": pa.array([ett.kontroller for ett in svar], pa.int64()),
            }
        ),
    )
    skjema, utgaver, regel, felt = zip(*UANSETT, strict=True)
    con.register("uansett", pa.table({"skjema": skjema, "regelutgave": utgaver, "regel": regel, "felt": felt}))
    con.execute(f"""
        create or replace temp view vurdert as
        select
            kontrollert.leveranse_id,
            kontrollert.regelutgave,
            kontrollert.kommunenummer,
            kontrollert.rapporteringsaar,
            funn.*,
            uansett.regel is not null as uansett,
        from {MINNE}.kontroll_funn as funn
        inner join kontrollert on funn.fil_id = kontrollert.fil_id
        left join uansett
            on
                funn.skjema = uansett.skjema
                and kontrollert.regelutgave = uansett.regelutgave
                and funn.regel = uansett.regel
                and funn.felt = uansett.felt
                and kontrollert.kommunenummer <> '{OSLO}'
    """)


def _fjern(con: duckdb.DuckDBPyConnection, leveranser: Sequence[Leveranse]) -> None:
    ider = [leveranse.leveranse_id for leveranse in leveranser]
    for tabell in ("kostra_kontroll", "kostra_kontroll_kjoring"):
        con.execute(f"delete from varehus.intern.{tabell} where leveranse_id in (select unnest(?))", [ider])


def _skriv_funn(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"""
        insert into varehus.intern.kostra_kontroll by name
        with valgt as (
            select
                fil_id,
                rekkefolge,
            from {MINNE}.kontroll_funn_raa
            qualify row_number() over (partition by fil_id, regel_nr order by rekkefolge) <= {MAKS_FUNN_PER_REGEL}
        )

        select
            leveranse_id,
            rekkefolge,
            regelutgave,
            skjema,
            kommunenummer,
            rapporteringsaar,
            regel,
            alvor,
            felt,
            linjer[1:{MAKS_FUNN_PER_REGEL}] as linjer,
            len(linjer) as antall_linjer,
            trim(journalnummer) as journalnummer,
            trim(saksbehandler) as saksbehandler,
            melding,
            uansett,
        from vurdert
        inner join valgt using (fil_id, rekkefolge)
        order by
            fil_id,
            rekkefolge
    """)


def _skriv_kjoring(con: duckdb.DuckDBPyConnection, tidspunkt: datetime) -> None:
    con.execute(
        f"""
        insert into varehus.intern.kostra_kontroll_kjoring by name
        with per_regel as (
            select
                fil_id,
                regel,
                alvor,
                uansett,
                min(rekkefolge) as forste,
                count(*) as antall,
            from vurdert
            group by all
        ),

        per_fil as (
            select
                fil_id,
                coalesce(sum(antall) filter (where alvor = 'FATAL'), 0) as antall_kritiske,
                coalesce(sum(antall) filter (where alvor = 'ERROR'), 0) as antall_feil,
                coalesce(sum(antall) filter (where alvor = 'WARNING'), 0) as antall_advarsler,
                coalesce(sum(antall) filter (where alvor = 'INFO'), 0) as antall_informasjon,
                coalesce(sum(antall) filter (where uansett), 0) as antall_uansett,
                sum(antall) as antall_funn,
                list(
                    {{regel: regel, alvor: alvor, uansett: uansett, antall: antall}} order by forste
                ) as funn_per_regel,
            from per_regel
            group by fil_id
        ),

        tatt_med as (
            select
                leveranse_id,
                count(*) as antall_funn,
            from varehus.intern.kostra_kontroll
            group by leveranse_id
        )

        select
            kontrollert.* exclude (fil_id),
            $tidspunkt as tidspunkt,
            $avtrykk as regelavtrykk,
            '{KONTROLLERT}' as utfall,
            coalesce(per_fil.antall_kritiske, 0) as antall_kritiske,
            coalesce(per_fil.antall_feil, 0) as antall_feil,
            coalesce(per_fil.antall_advarsler, 0) as antall_advarsler,
            coalesce(per_fil.antall_informasjon, 0) as antall_informasjon,
            coalesce(per_fil.antall_uansett, 0) as antall_uansett,
            coalesce(per_fil.antall_funn - tatt_med.antall_funn, 0) as utelatt,
            coalesce(per_fil.funn_per_regel, []) as funn_per_regel,
        from kontrollert
        left join per_fil on kontrollert.fil_id = per_fil.fil_id
        left join tatt_med on kontrollert.leveranse_id = tatt_med.leveranse_id
        """,
        {"tidspunkt": tidspunkt, "avtrykk": regelavtrykk()},
    )


def _uten_svar(leveranse: Leveranse, utfall: str, **verdier: object) -> tuple[Leveranse, str, str]:
    """Return a delivery that was not controlled, with the reason as it is written down."""
    melding = IKKE_KONTROLLERT[utfall].format(skjema=leveranse.skjema, aar=leveranse.aar, **verdier)
    return leveranse, utfall, melding


def _skriv_ikke_kontrollert(
    con: duckdb.DuckDBPyConnection, ikke: Sequence[tuple[Leveranse, str, str]], tidspunkt: datetime
) -> None:
    con.begin()
    _fjern(con, [leveranse for leveranse, _, _ in ikke])
    con.executemany(
        """
        insert into varehus.intern.kostra_kontroll_kjoring by name
        select
            $leveranse_id as leveranse_id,
            $regelutgave as regelutgave,
            $skjema as skjema,
            $kommunenummer as kommunenummer,
            $aar as rapporteringsaar,
            $tidspunkt as tidspunkt,
            $avtrykk as regelavtrykk,
            $utfall as utfall,
            $melding as melding,
        """,
        [
            {
                "leveranse_id": leveranse.leveranse_id,
                "regelutgave": utgave_for(leveranse.aar),
                "skjema": leveranse.skjema,
                "kommunenummer": leveranse.kommunenummer,
                "aar": leveranse.aar,
                "tidspunkt": tidspunkt,
                "avtrykk": regelavtrykk(),
                "utfall": utfall,
                "melding": melding,
            }
            for leveranse, utfall, melding in ikke
        ],
    )
    con.commit()
