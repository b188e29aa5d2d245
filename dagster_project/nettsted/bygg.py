"""Build the site in a folder of its own and let `publisert/nettsted` lead to it when it is whole.

Readers see the last site until then, and go on seeing it when the building fails.
"""

import shutil
import uuid
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project import fremdrift
from dagster_project.feil import Brukerfeil, Kjoringsfeil, uten_persondata
from dagster_project.kjoring import siste_kjoring
from dagster_project.kvalitet.side import FIL as KVALITET
from dagster_project.las import hold
from dagster_project.publisering import DATABASE, behold_siste, lag_lenke
from dagster_project.settings import Mappe

UTGAVER = ".nettsteder"
MERKE = ".utgave"
"""Which publication a site is of: a hidden file in it."""


def bygg_nettsted(mappe: Mappe, prosesser: int | None = None) -> Path:
    """Build the site of what is published and return its front page.

    Raises:
        Brukerfeil: if nothing is published, or another process is building it.
        Kjoringsfeil: if it cannot be built; the last site then stands.
    """
    if not (mappe.publisert / DATABASE).is_file():
        raise Brukerfeil(f"Ingenting er publisert ennå i {mappe.rot}. Kjør «stonad kjor» først.")
    utgaver = mappe.publisert / UTGAVER
    with hold(utgaver / ".las", f"Nettstedet i {mappe.rot} bygges alt. Prøv igjen når det er ferdig."):
        # What is left of a building that was cut off, and hidden so that it is never taken for a site.
        for rest in utgaver.glob(".bygges-*"):
            shutil.rmtree(rest, ignore_errors=True)
        utgave = uuid.uuid4().hex
        kladd = utgaver / f".bygges-{utgave}"
        kladd.mkdir()
        try:
            _skriv(mappe, kladd / "nettsted", prosesser)
            ferdig = (kladd / "nettsted").rename(utgaver / utgave)
            lag_lenke(mappe.nettsted, ferdig).replace(mappe.nettsted)
        except Brukerfeil:
            raise
        except Exception as feil:
            raise Kjoringsfeil(_forklar(feil, mappe)) from feil
        finally:
            shutil.rmtree(kladd, ignore_errors=True)
        behold_siste(utgaver)
    return mappe.nettsted / "index.html"


def er_oppdatert(mappe: Mappe) -> bool:
    """Say whether the site is of what is published now, and says how the last run went."""
    merke = mappe.nettsted / MERKE
    return merke.is_file() and merke.read_text(encoding="utf-8") == _merke(
        mappe.publisert / DATABASE, siste_kjoring(mappe)[1]
    )


def _merke(database: Path, status: str | None) -> str:
    with duckdb.connect(str(database), read_only=True) as con:
        utgave = con.execute("select publisert, versjon, bygget_av from bi.kontrakt").fetchone()
    return f"{utgave} {status}"


def _forklar(feil: Exception, mappe: Mappe) -> str:
    grunn = str(feil) if isinstance(feil, Kjoringsfeil) else f"{type(feil).__name__}: {feil}"
    staar = f"Det forrige står urørt i {mappe.nettsted}." if mappe.nettsted.exists() else "Det finnes ikke noe fra før."
    return f"Nettstedet ble ikke bygget. {uten_persondata(grunn)}\n{staar}"


def _skriv(mappe: Mappe, sted: Path, prosesser: int | None) -> None:
    # Dagster, Altair and the rest take seconds to import; help and errors of use should not wait for them.
    from dagster_project.nettsted import rapporter, sider
    from dagster_project.rapport.tall import Publisert

    for del_ in ("", rapporter.FELLES, rapporter.RAPPORTER, rapporter.ARBEIDSBOK, "dokumentasjon"):
        (sted / del_).mkdir()
    # A run may publish meanwhile. Everything here is of one publication.
    database = Path(shutil.copyfile(mappe.publisert / DATABASE, sted.with_name(DATABASE)))
    fremdrift.si("Skriver rapportene")
    publisert = Publisert(database)
    arbeid = rapporter.start_rapporter(database, publisert, sted, prosesser)
    try:
        from dagster_project.nettsted.dokumentasjon import lag_dokumentasjon

        (sted / sider.DOKUMENTASJON).write_text(lag_dokumentasjon(), encoding="utf-8")
        sider.skriv_felles(sted)
        kvalitet = mappe.publisert / KVALITET
        if kvalitet.is_file():
            sider.skriv_kvalitetsside(kvalitet, sted)
        tidspunkt, status = siste_kjoring(mappe)
        siste = sider.SisteKjoring(datetime.fromisoformat(tidspunkt), status) if tidspunkt and status else None
        sider.skriv_sider(sted, publisert, sider.les_utgave(database), siste, kvalitet.is_file())
        (sted / MERKE).write_text(_merke(database, status), encoding="utf-8")
        for _ in arbeid:
            pass
    finally:
        arbeid.close()
