"""Write the files of one order, each held against what was delivered."""

import contextlib
import hashlib
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.feil import Brukerfeil, Kjoringsfeil, trygt_navn, uten_persondata
from dagster_project.formater import oppramsing
from dagster_project.ingestion.database import kladdemappe, tom_kladdemappe
from dagster_project.ingestion.nokkel import last_kryptering
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.kostra.eksport.skriving import (
    LF,
    SSBS_FORM,
    biter,
    fingeravtrykk,
    form_som_levert,
    lag_mappe,
    skriv_egen,
)
from dagster_project.kostra.eksport.utbetalinger import hent_utbetalinger
from dagster_project.kostra.eksport.utkast import FILNAVN, KILDER, UTBETALINGER, UTTREKK, Bestilling, Utkast
from dagster_project.kostra.eksport.uttrekk import hent_uttrekk
from dagster_project.kostra.layout import OSLO, find_layout, kjente_aar
from dagster_project.kostra.skriv import LINJESLUTT, SKJEMAER_SOM_KAN_VAERE_TOMME
from dagster_project.las import enerett
from dagster_project.settings import Mappe, Miljo

FORSKJELLER = {
    "lf": "Filen som ble levert, har linjeskift av typen LF. SSBs form er CRLF. Alt annet er likt.",
    "ujevne": "Filen som ble levert, har linjeskift av flere slag. SSBs form er CRLF. Alt annet er likt.",
    "mellomrom": "Filen som ble levert, har linjeskift etter mellomrommet. SSBs form er ett mellomrom alene.",
}
"""What may differ from the delivered file, and why it does."""
KILDE = {UTTREKK: hent_uttrekk, UTBETALINGER: hent_utbetalinger}


@dataclass(frozen=True)
class Eksport:
    """A file that was written.

    `forskjell` is a key of FORSKJELLER, or None where it is the delivered file or none was delivered.
    """

    utkast: Utkast
    sti: Path
    sha256: str
    forskjell: str | None

    @property
    def bytes(self) -> int:
        """Return its size."""
        return self.sti.stat().st_size


def eksporter(mappe: Mappe, miljo: Miljo, bestilling: Bestilling) -> list[Eksport]:
    """Write the files of a form, year and municipality, all or none, and return them by district.

    Raises:
        Brukerfeil: if something is missing, not ours to guess, or in the way; nothing is then written.
        Kjoringsfeil: if the warehouse cannot be read.
    """
    _krev_gyldig(mappe, bestilling)
    if not mappe.varehus.exists():
        raise Brukerfeil(f"Det er ikke lest inn noe i {mappe.rot} ennå. Kjør «stonad kjor» først.")
    with enerett(mappe), _arbeidsbase(mappe, miljo) as con:
        return _skriv_alle(con, KILDE[bestilling.fra](con, mappe, miljo, bestilling), bestilling)


def _krev_gyldig(mappe: Mappe, bestilling: Bestilling) -> None:
    # What does not look as it should is not repeated: it may be a number that no message is to hold.
    if bestilling.skjema not in FILNAVN:
        raise Brukerfeil(f"Ukjent skjema. Bruk {', '.join(FILNAVN)}.")
    if bestilling.fra not in KILDER:
        raise Brukerfeil(f"Ukjent kilde i --fra. Bruk {oppramsing(KILDER)}.")
    if find_layout(bestilling.skjema, bestilling.aar) is None:
        aar = kjente_aar(bestilling.skjema)
        raise Brukerfeil(
            f"Varehuset kjenner ikke oppbyggingen av {bestilling.skjema} det året. Det kjenner {oppramsing(aar)}."
        )
    if not re.fullmatch(r"[0-9]{4}", bestilling.kommunenummer):
        raise Brukerfeil("Kommunenummeret skal ha fire siffer.")
    kommuner = {kommune.kommunenummer: kommune.navn for kommune in mappe.kommuner()}
    if bestilling.kommunenummer not in kommuner:
        egne = oppramsing(f"{nummer} {navn}" for nummer, navn in kommuner.items())
        raise Brukerfeil(f"Kommune {bestilling.kommunenummer} står ikke i konfig/kommuner.yml. Der står {egne}.")
    if bestilling.bydel is not None:
        if bestilling.kommunenummer != OSLO:
            raise Brukerfeil("Bare Oslo har bydeler. Utelat --bydel.")
        if not re.fullmatch(r"[0-9]{2}", bestilling.bydel):
            raise Brukerfeil("Bydelen skal ha to siffer, for eksempel 05.")
    if bestilling.kvartal is not None:
        if bestilling.skjema != "0A":
            raise Brukerfeil("Bare regnskapet (0A) har kvartaler. Utelat --kvartal.")
        if not re.fullmatch(r"[1-4]", bestilling.kvartal):
            raise Brukerfeil("Kvartalet skal være 1, 2, 3 eller 4.")
    egne_mapper = (mappe.innboks, mappe.arkiv, mappe.karantene, mappe.nokkel, mappe.varehus.parent, mappe.publisert)
    ut = bestilling.ut.resolve()
    if any(ut.is_relative_to(egen.resolve()) for egen in egne_mapper):
        raise Brukerfeil("Filene til SSB kan ikke ligge i en av varehusets egne mapper. Velg en annen med --ut.")


@contextlib.contextmanager
def _arbeidsbase(mappe: Mappe, miljo: Miljo) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection with the warehouse attached to be read, and encrypted scratch space as the default."""
    con = duckdb.connect()
    try:
        con.execute(f"set memory_limit = {sql_tekst(miljo.minne)}")
        con.execute(f"set temp_directory = {sql_tekst(kladdemappe(mappe) / 'duckdb')}")
        con.execute("set temp_file_encryption = true")
        con.execute("set enable_progress_bar = false")
        last_kryptering(con)
        kladd = kladdemappe(mappe) / f"{secrets.token_hex(8)}.duckdb"
        con.execute(f"attach {sql_tekst(kladd)} as kladd (encryption_key '{secrets.token_hex(32)}')")
        con.execute("use kladd")
        try:
            con.execute(f"attach {sql_tekst(mappe.varehus)} as varehus (read_only)")
        except duckdb.IOException:
            raise Brukerfeil(
                f"Kan ikke åpne {mappe.varehus}. Er den åpen i et annet program, lukk den der og prøv igjen."
            ) from None
        yield con
    except duckdb.Error as feil:
        raise Kjoringsfeil(f"Varehuset kan ikke leses: {uten_persondata(str(feil).splitlines()[0])}") from None
    finally:
        con.close()
        tom_kladdemappe(mappe)


def _skriv_alle(con: duckdb.DuckDBPyConnection, utkast: Sequence[Utkast], bestilling: Bestilling) -> list[Eksport]:
    """Write every draft beside its place, and move them there when all are complete and in nobody's way."""
    ut = bestilling.ut
    midlertidige = [ut / f".{ett.filnavn}.under_arbeid" for ett in utkast]
    eksporter_: list[Eksport] = []
    try:
        lag_mappe(ut)
        try:
            for ett, midlertidig in zip(utkast, midlertidige, strict=True):
                sha256, forskjell = _skriv(con, ett, midlertidig)
                eksporter_.append(Eksport(ett, ut / ett.filnavn, sha256, forskjell))
            if not bestilling.overskriv:
                _krev_ledig(eksporter_)
            for eksport, midlertidig in zip(eksporter_, midlertidige, strict=True):
                midlertidig.replace(eksport.sti)
        finally:
            for midlertidig in midlertidige:
                midlertidig.unlink(missing_ok=True)
    except OSError as feil:
        raise Brukerfeil(f"Kan ikke skrive i {trygt_navn(str(ut))}: {feil.strerror}.") from None
    return eksporter_


def _krev_ledig(filer: Sequence[Eksport]) -> None:
    for fil in filer:
        if fil.sti.exists():
            with fil.sti.open("rb") as gammel:
                er_lik = hashlib.file_digest(gammel, "sha256").hexdigest() == fil.sha256
            if not er_lik:
                raise Brukerfeil(
                    f"{trygt_navn(str(fil.sti))} finnes fra før og er en annen. Velg en annen mappe med --ut, eller "
                    "bruk --overskriv."
                )


def _skriv(con: duckdb.DuckDBPyConnection, utkast: Utkast, sti: Path) -> tuple[str, str | None]:
    """Write a draft: the delivered bytes where they are in SSB's form, SSB's form otherwise.

    Returns its sha256, and in what it differs from the delivered file. Where a file was delivered, nothing is written
    that is not known to be that but for its line ends.

    Raises:
        Brukerfeil: if the form cannot be sent without records, or the lines are not those of the delivered file.
    """
    levert = utkast.levert
    if utkast.tabell is None:
        if utkast.skjema not in SKJEMAER_SOM_KAN_VAERE_TOMME:
            raise Brukerfeil(f"Skjema {utkast.skjema} kan ikke leveres uten poster.")
        sha256 = skriv_egen(sti, biter(con, utkast, SSBS_FORM))
        return sha256, None if levert is None or sha256 == levert.sha256 else "mellomrom"
    if levert is None:
        return skriv_egen(sti, biter(con, utkast, SSBS_FORM)), None
    if form := form_som_levert(con, utkast, LINJESLUTT):
        sha256 = skriv_egen(sti, biter(con, utkast, form))
        if sha256 == levert.sha256:
            return sha256, None
    sha256 = skriv_egen(sti, biter(con, utkast, SSBS_FORM))
    form = form_som_levert(con, utkast, LF)
    if form and fingeravtrykk(biter(con, utkast, form)) == levert.sha256:
        return sha256, "lf"
    if _i_ssbs_form(levert.sti) == sha256:
        return sha256, "ujevne"
    raise Brukerfeil(
        f"Det varehuset har av {levert.filnavn}, er ikke det som ble levert, og {levert.sti} sier ikke hvorfor. "
        "Ingenting er skrevet. Bygg varehuset opp på nytt av arkivet, eller lever filen på nytt."
    )


def _i_ssbs_form(sti: Path) -> str | None:
    """Return the sha256 a file has when its line ends are made SSB's, or None where it is not to be had."""
    try:
        innhold = sti.read_bytes()
    except OSError:
        return None
    linjer = re.sub(rb"[\r\n]*\n[\r\n]*", LINJESLUTT, innhold.strip(b"\r\n"))
    return fingeravtrykk([linjer, LINJESLUTT])
