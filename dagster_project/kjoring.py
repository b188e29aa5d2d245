"""Run the job in this process, keep its history, and tell what it did."""

import contextlib
import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dagster_project import fremdrift
from dagster_project.feil import Brukerfeil, Kjoringsfeil, trygt_navn, uten_persondata
from dagster_project.formater import oppramsing
from dagster_project.ingestion.gjenkjenning import PERSONKILDER, Gjenkjent
from dagster_project.ingestion.innlesing import finn_endrede_leveranser, finn_nye
from dagster_project.ingestion.kostra_kontroll import Oversikt, les_samlet
from dagster_project.ingestion.nokkel import krev_nokkel
from dagster_project.ingestion.regel import regler
from dagster_project.kvalitet.side import FIL
from dagster_project.las import enerett
from dagster_project.settings import Mappe, Miljo

DAGSTER_YAML = {
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},
    # One writer at a time: the warehouse is a file.
    "concurrency": {"pools": {"default_limit": 1}},
}


@dataclass
class Fil:
    """One file of a run, as the summary shows it."""

    filnavn: str
    objekt: str
    kommunenummer: str | None
    rapporteringsaar: int | None
    status: str
    rader_lest: int
    rader_godtatt: int
    rader_karantene: int
    melding: str | None
    rader_sumlinje: int
    """The file's own sums, declared by its profile: read and checked, but not rows."""
    rader_utelatt: int
    """Those in quarantine that are left out by design, such as the sums of a table."""

    @property
    def maa_ses_paa(self) -> bool:
        """Say whether the file was refused or a row of it set aside for a fault."""
        return self.status != "godtatt" or self.rader_karantene > self.rader_utelatt


@dataclass(frozen=True)
class Tilbakeholdt:
    """A municipality's month that is not published, and why. The month is the date of its first day."""

    kommunenummer: str
    maaned: date
    forklaring: str


@dataclass
class Sammendrag:
    """What a run did. Rows are records (cells for population); `publisert` is the database readers open.

    `rader_lest` is `rader_godtatt` + `rader_karantene` + `rader_sumlinje`.

    `ssb_kontroller` is how the deliveries that count stand now, also those of earlier runs; None in a run for an
    earlier day.
    """

    kjoring_id: str
    tidspunkt: str
    filer: list[Fil] = field(default_factory=list)
    ukjente_filer: list[str] = field(default_factory=list)
    levert_for: int = 0
    advarsler: int = 0
    rader_lest: int = 0
    rader_godtatt: int = 0
    rader_karantene: int = 0
    rader_sumlinje: int = 0
    er_bygget: bool = False
    indikatorer: int = 0
    skjermet: int = 0
    kommuner: int = 0
    ssb_kontroller: Oversikt | None = None
    tilbakeholdt: list[Tilbakeholdt] = field(default_factory=list)
    publisert: str = ""
    kvalitet: str = ""
    """The page on the quality of what is published."""
    nettsted: str = ""
    """The front page of the site, when it was asked for and is of what is published."""

    @property
    def maa_ses_paa(self) -> bool:
        """Say whether a file was refused, a row set aside for a fault, or a month held back.

        What SSB's controls find is told and does not count here: a file can be sent again until the deadline, and by
        the rules of 2026 no 11F file from outside Oslo is ever without errors.
        """
        return any(fil.maa_ses_paa for fil in self.filer) or bool(self.tilbakeholdt)

    def som_dict(self) -> dict[str, Any]:
        """Return the summary for `--json`."""
        return asdict(self)


def klargjor_dagster(mappe: Mappe) -> None:
    """Write Dagster's own settings into the folder, so that `stonad ui` and `stonad kjor` share history."""
    mappe.dagster.mkdir(parents=True, exist_ok=True)
    hendelseslogg = {
        "module": "dagster_project.hendelseslogg",
        "class": "Hendelseslogg",
        # Where Dagster itself would have it.
        "config": {"base_dir": str(mappe.dagster / "history" / "runs")},
    }
    innstillinger = DAGSTER_YAML | {"event_log_storage": hendelseslogg}
    (mappe.dagster / "dagster.yaml").write_text(yaml.safe_dump(innstillinger), encoding="utf-8")


def kjor(mappe: Mappe, miljo: Miljo, tidspunkt: datetime, *, bygg_alltid: bool = False) -> Sammendrag:
    """Run the whole job once and return what it did.

    Units: `tidspunkt` is UTC without zone, and is when the files count as received.

    Raises:
        Brukerfeil: if something must be put right before it can run.
        Kjoringsfeil: if a step failed; what was published before still stands.
    """
    mappe.lag()
    klargjor_dagster(mappe)
    nye = [] if mappe.per is not None else [funnet for _, funnet in finn_nye(mappe)[0]]
    # Found out before anything is started, so that it is told as the fault of configuration that it is.
    if any(funnet.kilde in PERSONKILDER for funnet in nye):
        krev_nokkel(mappe, miljo)
    with enerett(mappe), _stille(mappe):
        if mappe.per is not None:
            _kopier_varehus(mappe)
        try:
            return _kjor(mappe, miljo, tidspunkt, bygg_alltid, nye)
        finally:
            if mappe.per is not None:
                mappe.varehus.unlink(missing_ok=True)


def _kopier_varehus(mappe: Mappe) -> None:
    dagens = Mappe(mappe.rot).varehus
    if not dagens.exists():
        raise Brukerfeil(f"Det er ikke lest inn noe i {mappe.rot} ennå. Kjør «stonad kjor» uten --per først.")
    shutil.copyfile(dagens, mappe.varehus)


def _kjor(mappe: Mappe, miljo: Miljo, tidspunkt: datetime, bygg_alltid: bool, nye: Sequence[Gjenkjent]) -> Sammendrag:
    fremdrift.si("Starter")
    # Dagster and dbt take seconds to import; help, errors of use and `status` should not wait for them.
    import dagster as dg

    from dagster_project.assets.modeller import BYGG_PAA_NYTT_MERKE
    from dagster_project.assets.raa import TIDSPUNKT_MERKE
    from dagster_project.bygg import les_fingeravtrykk
    from dagster_project.definitions import JOBB, JOBB_FAGSYSTEM, lag_definisjoner

    warnings.simplefilter("ignore", dg.BetaWarning)
    # Dagster gives the first of these a level of its own when a run begins.
    for navn in ("dagster", "dagster._core"):
        logging.getLogger(navn).setLevel(logging.CRITICAL)
    definisjoner = lag_definisjoner(mappe, miljo)
    jobber = [JOBB]
    if mappe.per is None and _har_maanedsleveranser(mappe, nye):
        jobber.insert(0, JOBB_FAGSYSTEM)
    merker = {TIDSPUNKT_MERKE: tidspunkt.isoformat()}
    if bygg_alltid:
        merker[BYGG_PAA_NYTT_MERKE] = "ja"
    for_ = les_fingeravtrykk(mappe.publisert)
    with dg.DagsterInstance.from_config(str(mappe.dagster)) as instans:
        for navn in jobber:
            resultat = definisjoner.resolve_job_def(navn).execute_in_process(
                instance=instans,
                tags=merker,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=False,
            )
            if not resultat.success:
                break
    if not resultat.success:
        raise Kjoringsfeil(_forklar_feil(resultat, mappe, for_ is not None))
    er_bygget = any(steg.step_key == "publisert__stonad" for steg in resultat.all_events if steg.is_step_success)
    return _oppsummer(mappe, tidspunkt, resultat.run_id, er_bygget)


def _har_maanedsleveranser(mappe: Mappe, nye: Sequence[Gjenkjent]) -> bool:
    """Say whether monthly deliveries are to be read: new ones, or those a changed profile is for."""
    return any(funnet.fagsystem for funnet in nye) or bool(finn_endrede_leveranser(mappe))


def _forklar_feil(resultat: Any, mappe: Mappe, har_publisert: bool) -> str:
    """Return which step failed and why, without personal data, and what readers see meanwhile."""
    steg: dict[str, list[str]] = {}
    for hendelse in resultat.all_events:
        if hendelse.is_step_failure:
            feil = hendelse.step_failure_data
            tekst = (feil.user_failure_data.description if feil.user_failure_data else None) or (
                feil.error.message if feil.error else "ukjent feil"
            )
            steg.setdefault(uten_persondata(tekst.strip()), []).append(hendelse.step_key)
    linjer = [f"{oppramsing(navn)} feilet: {tekst}" for tekst, navn in steg.items()]
    linjer.append(
        f"Det som var publisert fra før, står urørt i {mappe.publisert}."
        if har_publisert
        else "Ingenting er publisert ennå."
    )
    return "\n".join(linjer)


def _oppsummer(mappe: Mappe, tidspunkt: datetime, kjoring_id: str, er_bygget: bool) -> Sammendrag:
    sammendrag = Sammendrag(kjoring_id, tidspunkt.isoformat(), er_bygget=er_bygget)
    con = duckdb.connect(str(mappe.varehus), read_only=True)
    try:
        if mappe.per is None:
            sammendrag.filer = [
                Fil(*rad)
                for rad in con.execute(
                    """
                    select
                        filnavn,
                        objekt,
                        kommunenummer,
                        rapporteringsaar,
                        status,
                        rader_lest,
                        rader_godtatt,
                        rader_karantene,
                        melding,
                        coalesce(rader_sumlinje, 0),
                        coalesce((
                            select sum(karantene.rader)::integer
                            from intern.karantene as karantene
                            where
                                karantene.leveranse_id = leveranse.leveranse_id
                                and list_contains($utelatt, karantene.regel)
                        ), 0),
                    from intern.leveranse as leveranse
                    where mottatt = $tidspunkt
                    order by objekt, kommunenummer, rapporteringsaar, fra, filnavn
                    """,
                    {
                        "tidspunkt": tidspunkt,
                        "utelatt": [id_ for id_, regel in regler().items() if regel["alvor"] == "INFO"],
                    },
                ).fetchall()
            ]
            sammendrag.ukjente_filer = [
                sti for (sti,) in con.execute("select sti from intern.innboks_ukjent order by sti").fetchall()
            ]
            sammendrag.levert_for = _ett_tall(
                con,
                "select count(*) from intern.leveranse_hendelse where tidspunkt = ? and hendelse = 'duplikat'",
                tidspunkt,
            )
            sammendrag.advarsler = _ett_tall(
                con,
                "select count(*) from intern.advarsel where leveranse_id in "
                "(select leveranse_id from intern.leveranse where mottatt = ?)",
                tidspunkt,
            )
            sammendrag.ssb_kontroller = les_samlet(con)
    finally:
        con.close()
    for navn in ("rader_lest", "rader_godtatt", "rader_karantene", "rader_sumlinje"):
        setattr(sammendrag, navn, sum(getattr(fil, navn) for fil in sammendrag.filer))
    database = mappe.publisert / "stonad.duckdb"
    if database.exists():
        sammendrag.publisert = str(database)
        sammendrag.kvalitet = str(mappe.publisert / FIL)
        con = duckdb.connect(str(database), read_only=True)
        try:
            sammendrag.indikatorer = _ett_tall(con, "select count(*) from bi.ind_kostra")
            sammendrag.skjermet = _ett_tall(con, "select count(*) from bi.ind_kostra where skjermet")
            sammendrag.kommuner = _ett_tall(con, "select count(distinct kommunenummer) from bi.ind_kostra")
            sammendrag.tilbakeholdt = _les_tilbakeholdt(con)
        finally:
            con.close()
    return sammendrag


def tell_leveranser(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Return deliveries accepted, deliveries refused and rows set aside, of a published database."""
    return con.execute("""
        select
            count(*) filter (where status = 'godtatt'),
            count(*) filter (where status = 'avvist'),
            coalesce(sum(rader_karantene), 0)::bigint,
        from bi.leveranse
    """).fetchone()


def _les_tilbakeholdt(con: duckdb.DuckDBPyConnection) -> list[Tilbakeholdt]:
    rader = con.execute("select kommunenummer, maaned, forklaring from bi.tilbakeholdt order by all").fetchall()
    return [Tilbakeholdt(*rad) for rad in rader]


def _ett_tall(con: duckdb.DuckDBPyConnection, sporring: str, *verdier: object) -> int:
    rad = con.execute(sporring, list(verdier)).fetchone()
    return int(rad[0]) if rad else 0


@contextlib.contextmanager
def _stille(mappe: Mappe) -> Iterator[None]:
    """Send what libraries print, here and in dbt, to a log file, so that a terminal shows only what is meant for it."""
    logg = mappe.dagster / "logg" / "siste_kjoring.log"
    logg.parent.mkdir(parents=True, exist_ok=True)
    with logg.open("w", encoding="utf-8") as fil, contextlib.redirect_stdout(fil):
        yield


@dataclass(frozen=True)
class Status:
    """Where a folder stands: what is published, what waits, and what needs somebody."""

    mappe: str
    publisert: str | None
    publisert_tidspunkt: str | None
    kontrakt_versjon: str | None
    leveranser_godtatt: int
    leveranser_avvist: int
    rader_karantene: int
    skjermet: int
    venter_i_innboks: list[str]
    ukjente_filer: list[str]
    siste_kjoring: str | None
    siste_kjoring_status: str | None
    ssb_kontroller: Oversikt | None
    dekning: list[dict[str, Any]]
    tilbakeholdt: list[Tilbakeholdt]


def les_status(mappe: Mappe) -> Status:
    """Return where a folder stands, without changing anything.

    Raises:
        Brukerfeil: if there is no such folder.
    """
    if not mappe.rot.exists():
        raise Brukerfeil(f"Finner ikke mappen {mappe.rot}. Kjør «stonad init --mappe {mappe.rot}» først.")
    kjente, ukjente = finn_nye(mappe) if mappe.innboks.exists() else ([], [])
    database = mappe.publisert / "stonad.duckdb"
    publisert = versjon = None
    skjermet = 0
    dekning: list[dict[str, Any]] = []
    tilbakeholdt: list[Tilbakeholdt] = []
    godtatt = avvist = karantene = 0
    if database.exists():
        con = duckdb.connect(str(database), read_only=True)
        try:
            versjon, publisert = con.execute("select versjon, publisert from bi.kontrakt").fetchone()
            skjermet = _ett_tall(con, "select count(*) from bi.ind_kostra where skjermet")
            godtatt, avvist, karantene = tell_leveranser(con)
            svar = con.execute("""
                select
                    kommune.kommunenummer,
                    kommune.kommunenavn,
                    leveranse.objekt,
                    list_sort(list(distinct year(leveranse.fra))) as aar,
                from bi.kommune
                left join bi.leveranse
                    on kommune.kommunenummer = leveranse.kommunenummer and leveranse.status = 'godtatt'
                group by all
                order by all
            """)
            navn = [kolonne[0] for kolonne in svar.description]
            dekning = [dict(zip(navn, rad, strict=True)) for rad in svar.fetchall()]
            tilbakeholdt = _les_tilbakeholdt(con)
        finally:
            con.close()
    siste, siste_status = siste_kjoring(mappe)
    return Status(
        mappe=str(mappe.rot),
        publisert=str(database) if database.exists() else None,
        publisert_tidspunkt=str(publisert) if publisert else None,
        kontrakt_versjon=versjon,
        leveranser_godtatt=godtatt,
        leveranser_avvist=avvist,
        rader_karantene=karantene,
        skjermet=skjermet,
        venter_i_innboks=[trygt_navn(sti.relative_to(mappe.innboks).as_posix()) for sti, _ in kjente],
        ukjente_filer=[trygt_navn(sti.relative_to(mappe.innboks).as_posix()) for sti in ukjente],
        siste_kjoring=siste,
        siste_kjoring_status=siste_status,
        ssb_kontroller=_les_ssb_kontroller(mappe),
        dekning=dekning,
        tilbakeholdt=tilbakeholdt,
    )


def _les_ssb_kontroller(mappe: Mappe) -> Oversikt | None:
    """Return how the files stand, or None where it cannot be told: nothing has been controlled, or a run goes on."""
    if not mappe.varehus.exists():
        return None
    # A run that meets a reader of the warehouse fails, so the lock is held for the moment this takes.
    try:
        with enerett(mappe), duckdb.connect(str(mappe.varehus), read_only=True) as con:
            return les_samlet(con)
    except (Brukerfeil, duckdb.IOException, duckdb.CatalogException):
        return None


KJORESTATUS = {"success": "fullført", "failure": "feilet", "started": "pågår"}
"""What is said of how a run stands, by Dagster's word for it."""


def siste_kjoring(mappe: Mappe) -> tuple[str | None, str | None]:
    """Return when the last run began (UTC) and how it stands, in Dagster's words; None when there has been none."""
    if not (mappe.dagster / "dagster.yaml").exists():
        return None, None
    import dagster as dg

    with dg.DagsterInstance.from_config(str(mappe.dagster)) as instans:
        poster = instans.get_run_records(limit=1)
    if not poster:
        return None, None
    tid = poster[0].create_timestamp.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return tid.isoformat(), poster[0].dagster_run.status.value.lower()


def per_dato(tekst: str) -> date:
    """Return a date written as 2026-01-15 or 15.01.2026.

    Raises:
        Brukerfeil: if it is neither.
    """
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(tekst, form).date()
    raise Brukerfeil(f"«{tekst}» er ikke en dato. Skriv den som 2026-01-15 eller 15.01.2026.")


def start_ui(mappe: Mappe, miljo: Miljo, port: int) -> None:
    """Replace this process by Dagster's own web page and daemon for the folder."""
    import sys

    mappe.lag()
    mappe.kommuner()
    klargjor_dagster(mappe)
    miljovariabler = os.environ | {
        "DAGSTER_HOME": str(mappe.dagster),
        "STONAD_MAPPE": str(mappe.rot),
        "STONAD_NOKKELFIL": str(miljo.sti_til_nokkelfil),
    }
    dagster = Path(sys.executable).with_name("dagster")
    argumenter = [
        str(dagster),
        "dev",
        "-m",
        "dagster_project.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    os.execve(dagster, argumenter, miljovariabler)
