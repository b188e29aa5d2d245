"""What a build is made from: its parameters, and the fingerprint that tells whether there is anything to build."""

import hashlib
import importlib.metadata
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.dbt import prosjektfiler
from dagster_project.hovedbok.konto import les_lokale_konti, skriv_lokale_konti
from dagster_project.ingestion.database import TABELLER
from dagster_project.kalender import forrige_maaned, leveransefrist
from dagster_project.kvalitet.suiter import EXPECTATIONS
from dagster_project.kvittering import les_kvitteringer, skriv_kvitteringer
from dagster_project.seeds import ROOT, read_seed
from dagster_project.settings import Kommune, Mappe

KONTRAKT_VERSJON = "1.4.0"

KODE_I_MODELLER = (
    "bestemthet.py",
    "flytt.py",
    "hovedbok/prognose.py",
    "kalender.py",
    "kvalitet/gx.py",
    "kvalitet/kontroll.py",
    "kvalitet/suiter.py",
    "skjerming.py",
    "skjerming_maaned.py",
)
"""What the models in Python call: as much a part of the figures as the SQL is."""


@dataclass(frozen=True)
class Parametre:
    """When the build is made and as of when. Both UTC without zone; `per` is None for the figures as they are now."""

    tidspunkt: datetime
    per: datetime | None = None


def bygget_av() -> str:
    """Return name and version of this software."""
    return f"stonadsvarehuset {importlib.metadata.version('stonadsvarehuset')}"


def skriv_parametre(
    mappe: Mappe, kommuner: tuple[Kommune, ...], parametre: Parametre, ukjente: list[tuple[str, int]] | None
) -> None:
    """Write down what this build is: our municipalities and accounts, its time, what is accepted, and the files
    that nobody knows.

    Raises:
        Brukerfeil: if the municipality's own accounts or acceptances cannot be used.
    """
    lokale_konti = les_lokale_konti(mappe)
    kvitteringer = les_kvitteringer(mappe, parametre.per)
    con = duckdb.connect(str(mappe.varehus))
    try:
        con.execute(TABELLER)
        con.begin()
        con.execute("delete from intern.kjoring_parametre")
        con.execute(
            "insert into intern.kjoring_parametre values (?, ?, ?, ?)",
            [parametre.per, parametre.tidspunkt, KONTRAKT_VERSJON, bygget_av()],
        )
        con.execute("delete from intern.kommune")
        con.executemany(
            "insert into intern.kommune values (?, ?, ?, ?, ?, ?, ?)",
            [
                [k.kommunenummer, k.navn, k.fagsystem, k.instans, k.kostragruppe, k.gyldig_fra, k.gyldig_til]
                for k in kommuner
            ],
        )
        skriv_lokale_konti(con, lokale_konti)
        skriv_kvitteringer(con, kvitteringer)
        if ukjente is not None:
            con.execute("delete from intern.innboks_ukjent")
            if ukjente:
                con.executemany(
                    "insert into intern.innboks_ukjent values (?, ?, ?)",
                    [[sti, bytes_, parametre.tidspunkt] for sti, bytes_ in ukjente],
                )
        con.commit()
    finally:
        con.close()


def fingeravtrykk(varehus: Path, parametre: Parametre) -> str:
    """Return a hash of all the published figures depend on: deliveries, what is accepted, code, deadlines passed."""
    con = duckdb.connect(str(varehus), read_only=True)
    try:
        data = [
            con.execute(f"select * from intern.{tabell} order by all").fetchall()
            for tabell in ("leveranse", "kommune", "nokkel_merke", "regnskap_konto_lokal", "kvittering")
        ]
        # The controls have a time of their own; what they said is what counts.
        data.append(
            con.execute("""
                select leveranse_id, utfall, funn_per_regel from intern.kostra_kontroll_kjoring order by leveranse_id
            """).fetchall()
        )
    finally:
        con.close()
    dato = (parametre.per or parametre.tidspunkt).date()
    frister = [rad["rapporteringsaar"] for rad in read_seed("kostra_frist") if rad["endelig_fra"] <= dato.isoformat()]
    # What has not come is late from the deadline on, and is told then.
    er_sent = leveransefrist(forrige_maaned(dato)) < dato
    frister.append(f"{forrige_maaned(dato):%Y-%m} {er_sent}")
    hash_ = hashlib.sha256(
        json.dumps([data, str(parametre.per), frister, KONTRAKT_VERSJON, bygget_av()], default=str).encode()
    )
    kode = (ROOT / "dagster_project" / navn for navn in KODE_I_MODELLER)
    for sti in sorted([*prosjektfiler(), *EXPECTATIONS.glob("*.yml"), *kode]):
        hash_.update(sti.read_bytes())
    return hash_.hexdigest()


def les_fingeravtrykk(publisert: Path) -> str | None:
    """Return the fingerprint of what is published, or None where nothing is."""
    fil = publisert / ".fingeravtrykk"
    return fil.read_text() if fil.exists() and (publisert / "stonad.duckdb").exists() else None


def skriv_fingeravtrykk(publisert: Path, avtrykk: str) -> None:
    """Remember what the publication just made was built from."""
    (publisert / ".fingeravtrykk").write_text(avtrykk)
