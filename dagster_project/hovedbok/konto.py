"""What a municipality's own accounts stand for, where they are others than the standard ones."""

import csv
import re
from pathlib import Path

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.seeds import read_seed
from dagster_project.settings import Mappe

KOLONNER = ("kommunenummer", "konto", "formaal")


def kontofil(mappe: Mappe) -> Path:
    """Return the file the municipality's own accounts stand in."""
    return mappe.konfig / "regnskap_konto.csv"


def les_lokale_konti(mappe: Mappe) -> list[tuple[str, str, str]]:
    """Return kommunenummer, konto and formaal of each row of `konfig/regnskap_konto.csv`; nothing without a file.

    Raises:
        Brukerfeil: with the line, if a row cannot be used.
    """
    sti = kontofil(mappe)
    if not sti.exists():
        return []
    navn = sti.relative_to(mappe.rot).as_posix()
    try:
        with sti.open(encoding="utf-8-sig", newline="") as fil:
            rader = [rad for rad in csv.reader(fil, delimiter=";") if any(celle.strip() for celle in rad)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Brukerfeil(f"{navn} kan ikke leses. Lagre den som UTF-8 med semikolon mellom kolonnene.") from None
    hode, *resten = [tuple(celle.strip() for celle in rad) for rad in rader] or [()]
    if hode != KOLONNER:
        raise Brukerfeil(f"Første linje i {navn} skal være {';'.join(KOLONNER)}.")
    kjente = [rad["formaal"] for rad in read_seed("regnskap_formaal")]
    for nummer, rad in enumerate(resten, start=2):
        if len(rad) != len(KOLONNER) or not re.fullmatch(r"[0-9]{4}", rad[0]) or not re.fullmatch(r"1[0-9]{4}", rad[1]):
            raise Brukerfeil(f"Rad {nummer} i {navn} skal være kommunenummer, konto på fem sifre (1…) og formål.")
        if rad[2] not in kjente:
            raise Brukerfeil(f"Rad {nummer} i {navn} har et ukjent formål. Bruk ett av {', '.join(kjente)}.")
    nokler = [rad[:2] for rad in resten]
    if doble := sorted({konto for kommune, konto in nokler if nokler.count((kommune, konto)) > 1}):
        raise Brukerfeil(f"{navn} nevner samme konto to ganger: {', '.join(doble)}.")
    return resten


def skriv_lokale_konti(con: duckdb.DuckDBPyConnection, konti: list[tuple[str, str, str]]) -> None:
    """Put the accounts where dbt reads them. `con` is the warehouse itself, inside the caller's transaction."""
    con.execute("delete from intern.regnskap_konto_lokal")
    if konti:
        con.executemany("insert into intern.regnskap_konto_lokal values (?, ?, ?)", konti)
