"""The key that makes pseudonyms, and the encrypted database where identity numbers live.

One master key, kept outside the repository and outside the warehouse, from which a key for the pseudonyms
and a key for the database are derived. Nothing else in the project sees an identity number.
"""

import hashlib
import hmac
import importlib.util
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.settings import Mappe, Miljo

_HEX = re.compile(r"^[0-9a-fA-F]{64}$")


@dataclass(frozen=True, repr=False)
class Nokkel:
    """The master key: 32 random bytes. It is never printed; `merke` tells two keys apart without revealing them."""

    _master: bytes

    def _avled(self, formaal: bytes) -> bytes:
        return hmac.new(self._master, b"stonadsvarehuset/" + formaal, hashlib.sha256).digest()

    @property
    def pseudonym(self) -> bytes:
        """Return the HMAC key of the pseudonyms."""
        return self._avled(b"pseudonym")

    @property
    def database(self) -> str:
        """Return the key the identity database is encrypted with."""
        return self._avled(b"personnokkel-database").hex()

    @property
    def merke(self) -> str:
        """Return a fingerprint that may be stored in the clear."""
        return self._avled(b"merke").hex()[:16]

    def __repr__(self) -> str:
        return f"Nokkel(merke={self.merke})"


def les_nokkel(miljo: Miljo) -> Nokkel | None:
    """Return the key from the environment or its file, or None where there is neither.

    Raises:
        Brukerfeil: if what is there cannot be read or is not 64 hex digits.
    """
    if miljo.nokkel is not None:
        tekst, kilde = miljo.nokkel.strip(), "STONAD_NOKKEL"
    elif miljo.sti_til_nokkelfil.exists():
        kilde = str(miljo.sti_til_nokkelfil)
        try:
            tekst = miljo.sti_til_nokkelfil.read_text(encoding="ascii", errors="replace").strip()
        except OSError as error:
            raise Brukerfeil(f"Kan ikke lese nøkkelen i {kilde}: {error.strerror}.") from None
    else:
        return None
    if not _HEX.match(tekst):
        raise Brukerfeil(f"Nøkkelen i {kilde} er ikke gyldig: den skal være 64 heksadesimale sifre.")
    return Nokkel(bytes.fromhex(tekst))


def lag_nokkel(fil: Path) -> Nokkel:
    """Write a new key to a file only its owner can read. An existing file is never overwritten.

    Raises:
        Brukerfeil: if the file exists or cannot be written.
    """
    master = secrets.token_bytes(32)
    try:
        fil.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(fil, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        if fil.exists():
            raise Brukerfeil(f"Det ligger alt en nøkkel i {fil}. Den blir ikke overskrevet.") from None
        raise Brukerfeil(f"Kan ikke skrive nøkkelen til {fil}: {error.strerror}.") from None
    with os.fdopen(handle, "w") as file:
        file.write(master.hex() + "\n")
    return Nokkel(master)


def krev_nokkel(mappe: Mappe, miljo: Miljo) -> Nokkel:
    """Return the key, making one only where nothing has been encrypted yet.

    Raises:
        Brukerfeil: if identities are already stored but their key is not to be found.
    """
    nokkel = les_nokkel(miljo)
    if nokkel is not None:
        return nokkel
    if mappe.personnokkel.exists():
        raise Brukerfeil(
            f"Finner ikke nøkkelen til {mappe.personnokkel}. Den leses fra STONAD_NOKKEL eller fra filen "
            f"{miljo.sti_til_nokkelfil} (sett STONAD_NOKKELFIL for en annen). Er den tapt, kjør "
            f"«stonad init --ny-nokkel --mappe {mappe.rot}»: da leses arkivet på nytt med en ny nøkkel, og tallene "
            "blir de samme."
        )
    return lag_nokkel(miljo.sti_til_nokkelfil)


def last_kryptering(con: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that lets DuckDB write encrypted files, from the installed wheel and not from the net."""
    spec = importlib.util.find_spec("duckdb_extension_httpfs")
    if spec is None or spec.origin is None:
        raise Brukerfeil("Pakken duckdb-extension-httpfs mangler. Kjør «make setup».")
    funnet = sorted(Path(spec.origin).parent.glob(f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension"))
    if not funnet:
        raise Brukerfeil(f"duckdb-extension-httpfs passer ikke til DuckDB {duckdb.__version__}. Kjør «make setup».")
    con.execute("set autoinstall_known_extensions = false")
    con.execute(f"load {sql_tekst(funnet[0])}")


def koble_til_personnokkel(con: duckdb.DuckDBPyConnection, mappe: Mappe, nokkel: Nokkel) -> None:
    """Attach the identity database as `nokkel` and see to it that its tables are there.

    Tables: `nokkel.identitet`, one row per leveranse_id and linje, the identity fields as delivered, blanks and all
    (null where the layout lacks the field); `nokkel.fagsystem_identitet`, one row per combination of kilde_id,
    journalnummer and what the monthly deliveries have said of who that is; `nokkel.raatekst`, the untouched text of
    quarantined rows, one row per leveranse_id and linje.

    Raises:
        Brukerfeil: if the key does not fit the database.
    """
    last_kryptering(con)
    ny = not mappe.personnokkel.exists()
    try:
        con.execute(f"attach {sql_tekst(mappe.personnokkel)} as nokkel (encryption_key '{nokkel.database}')")
    except duckdb.Error:
        raise Brukerfeil(
            f"Nøkkelen passer ikke til {mappe.personnokkel} (merke {nokkel.merke}). Bruk den nøkkelen varehuset ble "
            f"laget med, eller kjør «stonad init --ny-nokkel --mappe {mappe.rot}»."
        ) from None
    if ny:
        mappe.personnokkel.chmod(0o600)
    con.execute("""
        create table if not exists nokkel.identitet (
            leveranse_id varchar not null,
            linje integer not null,
            mottaker_id varchar not null,
            fodselsnummer varchar,
            duf_nummer varchar,
            fodselsdato varchar
        )
    """)
    con.execute("""
        create table if not exists nokkel.fagsystem_identitet (
            kilde_id varchar not null,
            journalnummer varchar not null,
            mottaker_id varchar not null,
            fodselsnummer varchar,
            duf_nummer varchar,
            fodselsdato date
        )
    """)
    con.execute("""
        create table if not exists nokkel.raatekst (
            leveranse_id varchar not null,
            linje integer not null,
            raatekst varchar
        )
    """)


def bruk_pseudonymnokkel(con: duckdb.DuckDBPyConnection, nokkel: Nokkel) -> None:
    """Give the connection `pseudonym(text)`: the first 32 hex digits of HMAC-SHA256 under the pseudonym key.

    The two padded keys are session variables, so that the key stands in no catalogue and in no query text.
    Source: RFC 2104.
    """
    blokk = nokkel.pseudonym.ljust(64, b"\0")
    con.execute("set variable hmac_indre = ?::blob", [bytes(byte ^ 0x36 for byte in blokk)])
    con.execute("set variable hmac_ytre = ?::blob", [bytes(byte ^ 0x5C for byte in blokk)])
    con.execute("""
        create or replace temp macro pseudonym(tekst) as
            left(
                sha256(
                    getvariable('hmac_ytre')
                    || unhex(sha256(getvariable('hmac_indre') || encode(tekst)))
                ),
                32
            )
    """)


def skriv_merke(con: duckdb.DuckDBPyConnection, nokkel: Nokkel, tidspunkt: datetime) -> None:
    """Remember in the warehouse which key its pseudonyms are made with, by its fingerprint."""
    con.execute("delete from varehus.intern.nokkel_merke")
    con.execute("insert into varehus.intern.nokkel_merke values (?, ?)", [nokkel.merke, tidspunkt])


def krev_samme_nokkel(con: duckdb.DuckDBPyConnection, mappe: Mappe, nokkel: Nokkel, tidspunkt: datetime) -> None:
    """See to it that one warehouse never mixes pseudonyms of two keys.

    Raises:
        Brukerfeil: if the warehouse was built with another key.
    """
    rad = con.execute("select merke from varehus.intern.nokkel_merke").fetchone()
    if rad is None:
        skriv_merke(con, nokkel, tidspunkt)
    elif rad[0] != nokkel.merke:
        raise Brukerfeil(
            f"Varehuset i {mappe.rot} er bygget med en annen nøkkel (merke {rad[0]}, ikke {nokkel.merke}). Bruk den "
            f"nøkkelen, eller kjør «stonad init --ny-nokkel --mappe {mappe.rot}»."
        )
