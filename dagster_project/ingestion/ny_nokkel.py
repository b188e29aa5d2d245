"""Change the key: read every archived person file again, so that a lost key costs no figures."""

from dataclasses import dataclass, field
from itertools import groupby

import duckdb

from dagster_project.fagsystem.gjenlesing import gjenkjenn_registrert
from dagster_project.fagsystem.lesing import les_fagsystem
from dagster_project.fagsystem.profil import les_profiler
from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.database import aapne_varehus, kladdemappe, tom_kladdemappe
from dagster_project.ingestion.fil import Filinnhold, undersok
from dagster_project.ingestion.gjenkjenning import Gjenkjent, gjenkjenn
from dagster_project.ingestion.innlesing import Ny, grupper
from dagster_project.ingestion.kostra import les_kostra
from dagster_project.ingestion.nokkel import (
    Nokkel,
    bruk_pseudonymnokkel,
    koble_til_personnokkel,
    lag_nokkel,
    skriv_merke,
)
from dagster_project.klokke import naa
from dagster_project.settings import Mappe, Miljo


@dataclass
class Nokkelbytte:
    """How many files were read again, and which were not to be found."""

    filer: int = 0
    mangler: list[str] = field(default_factory=list)


def bytt_nokkel(mappe: Mappe, miljo: Miljo) -> Nokkelbytte:
    """Make a new key and give every person in the archive a new pseudonym under it.

    The old key file and the old identity database are kept beside the new ones under another name. Deliveries,
    their times of receipt and their counts stay as they are, so every figure does too.

    Raises:
        Brukerfeil: if the key stands in the environment itself, where it cannot be replaced from here.
    """
    if miljo.nokkel is not None:
        raise Brukerfeil(
            "Nøkkelen er satt i STONAD_NOKKEL. Sett STONAD_NOKKELFIL i stedet, så kan en ny lages i filen."
        )
    fil = miljo.sti_til_nokkelfil
    merke = naa().strftime("%Y%m%dT%H%M%S")
    if fil.exists():
        fil.rename(fil.with_name(f"{fil.name}.{merke}"))
    if mappe.personnokkel.exists():
        mappe.personnokkel.rename(mappe.personnokkel.with_suffix(f".{merke}.duckdb"))
    return _les_arkivet(mappe, miljo, lag_nokkel(fil))


def _les_arkivet(mappe: Mappe, miljo: Miljo, nokkel: Nokkel) -> Nokkelbytte:
    resultat = Nokkelbytte()
    con = aapne_varehus(mappe, miljo)
    try:
        koble_til_personnokkel(con, mappe, nokkel)
        bruk_pseudonymnokkel(con, nokkel)
        rader = con.execute("""
            select
                sti,
                kommunenummer,
                status,
            from varehus.intern.leveranse
            where kilde = 'kostra' and rader_lest > 0
            order by mottatt, sti
        """).fetchall()
        # A municipality that has since been taken off the list was ours when its file came.
        kommuner = {
            "godtatt": frozenset(kommunenummer for _, kommunenummer, status in rader if status == "godtatt"),
            "avvist": frozenset(),
        }
        filer: list[tuple[Filinnhold, Gjenkjent, str]] = []
        for sti, _, status in rader:
            arkivert = mappe.rot / sti
            funnet = gjenkjenn(arkivert) if arkivert.exists() else None
            if funnet is None:
                resultat.mangler.append(sti)
            else:
                filer.append((undersok(arkivert), funnet, status))

        def likhet(fil: tuple[Filinnhold, Gjenkjent, str]) -> tuple[str, str, str]:
            _, funnet, status = fil
            return funnet.objekt, funnet.layout.layout_id if funnet.layout else "", status

        for (_, _, status), gruppe in groupby(sorted(filer, key=likhet), likhet):
            like = [(innhold, funnet) for innhold, funnet, _ in gruppe]
            les_kostra(con, like, kommuner[status], kladdemappe(mappe))
            resultat.filer += len(like)
        _les_fagsystem_paa_nytt(con, mappe, resultat)
        skriv_merke(con, nokkel, naa())
    finally:
        con.close()
        tom_kladdemappe(mappe)
    return resultat


def _les_fagsystem_paa_nytt(con: duckdb.DuckDBPyConnection, mappe: Mappe, resultat: Nokkelbytte) -> None:
    """Read the monthly deliveries again. Those whose profile has changed are left to the next run, which reads them."""
    profiler = les_profiler(mappe)
    rader = con.execute("""
        select
            leveranse_id,
            sti,
            filnavn,
            mottatt,
            profil_avtrykk,
            instans,
            kommunenummer,
            fra,
            til,
            uttrukket
        from varehus.intern.leveranse
        where kilde = 'fagsystem' and status = 'godtatt'
        order by mottatt, sti
    """).fetchall()
    nye: list[Ny] = []
    instanser: dict[str, str] = {}
    for leveranse_id, sti, filnavn, mottatt, avtrykk, instans, *registrert in rader:
        arkivert = mappe.rot / sti
        funnet = gjenkjenn_registrert(filnavn, registrert, profiler)
        profil = funnet.fagsystem.profil if funnet else None
        if profil is None or not arkivert.exists():
            resultat.mangler.append(sti)
        elif profil.avtrykk(funnet.objekt) == avtrykk:
            instanser[registrert[0]] = instans
            nye.append(Ny(leveranse_id, undersok(arkivert), funnet, filnavn, mottatt))
    for gruppe in grupper(nye):
        les_fagsystem(con, [(ny.innhold, ny.gjenkjent, ny.filnavn) for ny in gruppe], instanser)
        resultat.filer += len(gruppe)
