"""The encrypted identities, joined in when a file is written."""

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.nokkel import koble_til_personnokkel, krev_nokkel, krev_samme_nokkel
from dagster_project.klokke import naa
from dagster_project.settings import Mappe, Miljo


def koble_til_identiteter(con: duckdb.DuckDBPyConnection, mappe: Mappe, miljo: Miljo) -> None:
    """Attach the identities that the warehouse was built with; none are made.

    Raises:
        Brukerfeil: if they are gone, or their key is, or it is another than the warehouse's.
    """
    if not mappe.personnokkel.exists():
        raise Brukerfeil(
            f"Finner ikke {mappe.personnokkel}, der fødselsnumrene ligger kryptert. Hent den fra sikkerhetskopien, "
            f"eller kjør «stonad init --ny-nokkel --mappe {mappe.rot}», som lager den på nytt av arkivet."
        )
    nokkel = krev_nokkel(mappe, miljo)
    krev_samme_nokkel(con, mappe, nokkel, naa())
    koble_til_personnokkel(con, mappe, nokkel)
