"""Find earlier deliveries that would be read otherwise today, so that a corrected profile takes them in by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from dagster_project.fagsystem.filnavn import Periode, glob_som_monster
from dagster_project.fagsystem.kontrakt import objekter as kontraktens_objekter
from dagster_project.fagsystem.lesing import instans_for
from dagster_project.fagsystem.profil import Profiler
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.settings import Mappe


@dataclass(frozen=True)
class Tidligere:
    """A delivery read before: how it is registered, and what it is by today's profiles. `sti` is within the folder."""

    leveranse_id: str
    objekt: str
    sti: str
    filnavn: str
    mottatt: datetime
    gjenkjent: Gjenkjent


def finn_endrede(
    con: duckdb.DuckDBPyConnection,
    mappe: Mappe,
    profiler: Profiler,
    instanser: Mapping[str, str],
    objekter: Sequence[str],
) -> list[Tidligere]:
    """Return the deliveries of some objects that another profile, or another edition of it, would read today.

    Shape: one per delivery whose file is still kept, oldest first. Left alone are deliveries no profile wants any
    longer, and those whose own profile is broken: their rows stand until it is mended.
    """
    valg = [(nr, profil, objekt, glob) for nr, (profil, objekt, glob) in enumerate(profiler.rekkefolge)]
    odelagte = {odelagt.navn for odelagt in profiler.odelagte}
    if not valg:
        return []
    grener = " ".join(
        f"when regexp_full_match(filnavn, {sql_tekst(glob_som_monster(glob))}, 'i') then {nr}"
        for nr, _, _, glob in valg
    )
    avtrykk = {(profil.profil, navn): profil.avtrykk(navn) for profil in profiler.gode for navn in profil.objekter}
    con.register(
        "profilvalg",
        pa.table(
            {
                "nr": pa.array([nr for nr, *_ in valg], pa.int32()),
                "profil": pa.array([profil for _, profil, _, _ in valg], pa.string()),
                "objekt": pa.array([objekt for _, _, objekt, _ in valg], pa.string()),
                "avtrykk": pa.array([avtrykk.get((profil, objekt)) for _, profil, objekt, _ in valg], pa.string()),
            }
        ),
    )
    con.register(
        "instans",
        pa.table(
            {
                "kommunenummer": pa.array(instanser, pa.string()),
                "instans": pa.array([instans_for(instanser, nummer) for nummer in instanser], pa.string()),
            }
        ),
    )
    try:
        rader = con.execute(
            f"""
            with levert as (
                select
                    *,
                    case {grener} end as nr
                from varehus.intern.leveranse
                where kilde = 'fagsystem' and not list_contains($odelagte, profil)
            )

            select
                levert.leveranse_id,
                levert.objekt,
                levert.sti,
                levert.filnavn,
                levert.mottatt,
                levert.kommunenummer,
                levert.fra,
                levert.til,
                levert.uttrukket
            from levert
            inner join profilvalg on levert.nr = profilvalg.nr
            left join instans on levert.kommunenummer = instans.kommunenummer
            where
                list_contains($objekter, profilvalg.objekt)
                and profilvalg.avtrykk is not null
                and (
                    levert.profil != profilvalg.profil
                    or levert.objekt != profilvalg.objekt
                    or levert.profil_avtrykk is distinct from profilvalg.avtrykk
                    or levert.instans != instans.instans
                    or (levert.regel = 'fremmed_kommune' and instans.kommunenummer is not null)
                )
            order by levert.mottatt, levert.leveranse_id
            """,
            {"odelagte": sorted(odelagte), "objekter": list(objekter)},
        ).fetchall()
    finally:
        con.unregister("profilvalg")
        con.unregister("instans")
    return [
        Tidligere(leveranse_id, objekt, sti, filnavn, mottatt, gjenkjenn_registrert(filnavn, periode, profiler))
        for leveranse_id, objekt, sti, filnavn, mottatt, *periode in rader
        if (mappe.rot / sti).exists()
    ]


def gjenkjenn_registrert(filnavn: str, registrert: Sequence, profiler: Profiler) -> Gjenkjent | None:
    """Return what a delivery is by today's profiles, or None where none of them wants it.

    Shape: `registrert` has kommunenummer, fra, til and uttrukket, which hold where the name no longer tells.
    """
    treff = profiler.velg(filnavn)
    if treff is None:
        return None
    if treff.periode is None and treff.profil is not None and None not in registrert:
        treff = replace(treff, periode=Periode(*registrert), feil=None)
    return Gjenkjent("fagsystem", treff.objekt, fagsystem=treff)


def glem_leveranse(con: duckdb.DuckDBPyConnection, leveranse_id: str, objekt: str) -> None:
    """Take a registration out with its rows, when the file has been read again as another delivery."""
    raa = [kontrakt.raatabell for navn, kontrakt in kontraktens_objekter().items() if navn == objekt]
    for tabell in (*raa, "intern.karantene", "intern.advarsel", "intern.leveranse"):
        con.execute(f"delete from varehus.{tabell} where leveranse_id = ?", [leveranse_id])
