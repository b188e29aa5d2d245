"""Find earlier deliveries that would be read otherwise today, so that a corrected profile takes them in by itself."""

from collections.abc import Collection

import duckdb

from dagster_project.fagsystem.gjenlesing import Tidligere
from dagster_project.hovedbok.gjenkjenning import KILDE, format_av
from dagster_project.hovedbok.kontrakt import objekter
from dagster_project.hovedbok.profil import Regnskapsprofiler
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.settings import Mappe


def finn_endrede_regnskap(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, profiler: Regnskapsprofiler, kommuner: Collection[str]
) -> list[Tidligere]:
    """Return the deliveries from the accounting system that another profile, or edition of it, would read today.

    Shape: one per delivery whose file is still kept, oldest first. Left alone are deliveries no profile wants any
    longer, and those whose own profile is broken: their lines stand until it is mended.
    """
    rader = con.execute(
        """
        select
            leveranse_id,
            objekt,
            sti,
            filnavn,
            mottatt,
            kommunenummer,
            profil,
            profil_avtrykk,
            regel
        from varehus.intern.leveranse
        where kilde = $kilde
        order by mottatt, leveranse_id
        """,
        {"kilde": KILDE},
    ).fetchall()
    avtrykk = {
        (profil.profil, objekt): profil.avtrykk(objekt)
        for profil in profiler.egne + profiler.medfolgende
        for objekt in profil.objekter
    }
    funnet = []
    for leveranse_id, objekt, sti, filnavn, mottatt, kommunenummer, profilnavn, lest_med, regel in rader:
        fil = mappe.rot / sti
        if not fil.exists():
            continue
        profil = profiler.finn(profilnavn)
        treff = profiler.velg(profil.format if profil else format_av(fil), filnavn)
        if treff is None or treff.profil is None:
            continue
        er_blitt_vaar = regel == "fremmed_kommune" and kommunenummer in kommuner
        lest_likt = (profilnavn, objekt, lest_med) == (
            treff.profilnavn,
            treff.objekt,
            avtrykk[treff.profilnavn, treff.objekt],
        )
        if lest_likt and not er_blitt_vaar:
            continue
        gjenkjent = Gjenkjent(KILDE, treff.objekt, regnskap=treff)
        funnet.append(Tidligere(leveranse_id, objekt, sti, filnavn, mottatt, gjenkjent))
    return funnet


def glem_regnskap(con: duckdb.DuckDBPyConnection, leveranse_id: str) -> None:
    """Take a registration out with its lines, when the file has been read again as another delivery."""
    raa = [objekt.raatabell for objekt in objekter().values()]
    for tabell in (*raa, "raw.regnskap_uttrekk", "intern.karantene", "intern.advarsel", "intern.leveranse"):
        con.execute(f"delete from varehus.{tabell} where leveranse_id = ?", [leveranse_id])
