"""Empty the inbox: recognise every file, read what we know, and put each file where it belongs.

The order is such that a run broken off anywhere can simply be run again: identities, then rows, then the
delivery's registration, which is what makes its rows count, then the move out of the inbox.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import duckdb

from dagster_project.fagsystem.gjenlesing import Tidligere, finn_endrede
from dagster_project.fagsystem.kontrakt import objekter as objekter_i_kontrakten
from dagster_project.fagsystem.lesing import les_fagsystem
from dagster_project.fagsystem.profil import les_profiler
from dagster_project.formater import oppramsing
from dagster_project.hovedbok.gjenkjenning import KILDE as REGNSKAP
from dagster_project.hovedbok.gjenkjenning import OBJEKTER as OBJEKTER_REGNSKAP
from dagster_project.hovedbok.gjenkjenning import Format, format_av, gjenkjenn_hovedbok
from dagster_project.hovedbok.gjenlesing import finn_endrede_regnskap
from dagster_project.hovedbok.lesing import les_hovedbok
from dagster_project.hovedbok.profil import les_regnskapsprofiler
from dagster_project.ingestion.befolkning import les_befolkning
from dagster_project.ingestion.database import aapne_varehus, kladdemappe, tom_kladdemappe
from dagster_project.ingestion.fil import Filinnhold, undersok
from dagster_project.ingestion.gjenkjenning import PERSONKILDER, Gjenkjent, gjenkjenn, gjenkjenn_rapport
from dagster_project.ingestion.kostra import les_kostra
from dagster_project.ingestion.nokkel import (
    bruk_pseudonymnokkel,
    koble_til_personnokkel,
    krev_nokkel,
    krev_samme_nokkel,
)
from dagster_project.ingestion.regel import melding
from dagster_project.ingestion.registrering import Ny, finn_id, fjern_duplikat, registrer
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.kostra.layout import kjente_aar
from dagster_project.register.innlesing import les_register
from dagster_project.register.tabeller import OBJEKTER_REGISTER
from dagster_project.settings import Kommune, Mappe, Miljo

FAGSYSTEM_OBJEKTER = tuple(objekter_i_kontrakten())
OBJEKTER = (
    "11F",
    "11CF",
    "0A",
    "befolkning",
    *OBJEKTER_REGISTER,
    *FAGSYSTEM_OBJEKTER,
    *OBJEKTER_REGNSKAP,
    "ukjent",
)
# Files others are still writing.
UFERDIG = (".part", ".tmp", ".partial", ".crdownload", ".filepart")
MAKS_BYTES_SAMTIDIG = 256 * 1024 * 1024


@dataclass
class Innlesing:
    """What one pass over the inbox did.

    `vurderinger` has one per file that was new; `lest_paa_nytt` one per earlier delivery that was read again because
    its profile has changed; `duplikater` the files whose content was known before; `ukjente` the files that stay,
    because no reader knows them.
    """

    vurderinger: list[Vurdering] = field(default_factory=list)
    lest_paa_nytt: list[Vurdering] = field(default_factory=list)
    duplikater: list[Path] = field(default_factory=list)
    ukjente: list[Path] = field(default_factory=list)


def filer_i(mappe: Path) -> list[Path]:
    """Return every file anywhere under a folder, oldest first, without hidden files and files being written."""
    filer = [
        sti
        for sti in mappe.rglob("*")
        if sti.is_file() and not sti.name.startswith((".", "~$")) and sti.suffix.lower() not in UFERDIG
    ]
    return sorted(filer, key=lambda sti: (sti.stat().st_mtime_ns, sti.as_posix()))


@lru_cache(maxsize=20_000)
def _se_paa(sti: Path, _endret: int, _bytes: int) -> tuple[Format, Gjenkjent | None]:
    """Return what the content of a file says it is. A run looks through the inbox several times."""
    return format_av(sti), gjenkjenn(sti)


def finn_nye(mappe: Mappe) -> tuple[list[tuple[Path, Gjenkjent]], list[Path]]:
    """Return the files in the inbox that some reader knows, and those that none does or that cannot be opened."""
    kjente: list[tuple[Path, Gjenkjent]] = []
    ukjente: list[Path] = []
    profiler = les_profiler(mappe)
    regnskapsprofiler = les_regnskapsprofiler(mappe)
    for sti in filer_i(mappe.innboks):
        try:
            status = sti.stat()
            format_, gjenkjent = _se_paa(sti, status.st_mtime_ns, status.st_size)
        except OSError:
            ukjente.append(sti)
            continue
        # First, since a line of GL07 looks like a record of a KOSTRA file.
        funnet = gjenkjenn_hovedbok(sti.name, format_, regnskapsprofiler) or gjenkjent
        # A report from a case system is known by its name, and only where the content is nothing else.
        if funnet is None or funnet.objekt == "ukjent":
            funnet = gjenkjenn_rapport(sti.name, profiler) or funnet
        if funnet is None:
            ukjente.append(sti)
        else:
            kjente.append((sti, funnet))
    return kjente, ukjente


def finn_endrede_leveranser(mappe: Mappe) -> list[Tidligere]:
    """Return the monthly deliveries that a changed profile would read otherwise, without changing anything."""
    if not mappe.varehus.exists():
        return []
    with duckdb.connect() as con:
        con.execute(f"attach {sql_tekst(mappe.varehus)} as varehus (read_only)")
        # A warehouse from before there were monthly deliveries has none to read again.
        har_profil = con.execute("""
            select 1
            from duckdb_columns()
            where database_name = 'varehus' and table_name = 'leveranse' and column_name = 'profil_avtrykk'
        """).fetchone()
        if har_profil is None:
            return []
        instanser = {kommune.kommunenummer: kommune.instans for kommune in mappe.kommuner()}
        return finn_endrede(con, mappe, les_profiler(mappe), instanser, FAGSYSTEM_OBJEKTER)


def les_inn(
    mappe: Mappe,
    miljo: Miljo,
    kommuner: Sequence[Kommune],
    objekter: Sequence[str],
    mottatt: datetime,
    velg: Callable[[str, date], bool] | None = None,
) -> Innlesing:
    """Read the inbox files of the given objects into the warehouse.

    Shape: see Innlesing. `velg` says of a municipality and the last day of a monthly delivery whether to read it now;
    a delivery whose name tells neither is read whatever it says. Units: `mottatt` is UTC without zone, and the time
    all files of this pass count as received.

    Raises:
        Brukerfeil: if there are files with identities to read and the key is missing or another than the warehouse's.
    """
    resultat = Innlesing()
    kjente, resultat.ukjente = finn_nye(mappe)
    filer = [(sti, funnet) for sti, funnet in kjente if funnet.objekt in objekter and _er_valgt(funnet, velg)]
    med_profil = any(objekt in (*FAGSYSTEM_OBJEKTER, *OBJEKTER_REGNSKAP) for objekt in objekter)
    if not filer and not (med_profil and mappe.varehus.exists()):
        return resultat
    instanser = {kommune.kommunenummer: kommune.instans for kommune in kommuner}
    con = aapne_varehus(mappe, miljo)
    try:
        tidligere = _finn_tidligere(con, mappe, instanser, objekter)
        # Without anything to keep secret the key is not asked for, so a lost key stops new files and nothing else.
        if any(funnet.kilde in PERSONKILDER for funnet in [*(f for _, f in filer), *(t.gjenkjent for t in tidligere)]):
            nokkel = krev_nokkel(mappe, miljo)
            krev_samme_nokkel(con, mappe, nokkel, mottatt)
            koble_til_personnokkel(con, mappe, nokkel)
            bruk_pseudonymnokkel(con, nokkel)
        nye, like = _skill_ut_duplikater(con, mappe, filer, mottatt)
        for gruppe in grupper([*nye, *_les_igjen(mappe, tidligere, nye)]):
            vurderinger = _les_gruppe(con, mappe, gruppe, instanser)
            registrer(con, mappe, list(zip(gruppe, vurderinger, strict=True)), mottatt)
            for ny, vurdering in zip(gruppe, vurderinger, strict=True):
                (resultat.lest_paa_nytt if ny.tidligere else resultat.vurderinger).append(vurdering)
        # Last, when a file that lies in the inbox twice has been put where it belongs.
        for innhold, leveranse_id in like:
            fjern_duplikat(con, mappe, innhold, leveranse_id, mottatt)
            resultat.duplikater.append(innhold.sti)
    finally:
        con.close()
        tom_kladdemappe(mappe)
    return resultat


def _finn_tidligere(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, instanser: Mapping[str, str], objekter: Sequence[str]
) -> list[Tidligere]:
    """Return the earlier deliveries of some objects that would be read otherwise by the profiles of today."""
    fagsystem = [objekt for objekt in objekter if objekt in FAGSYSTEM_OBJEKTER]
    tidligere = finn_endrede(con, mappe, les_profiler(mappe), instanser, fagsystem) if fagsystem else []
    if any(objekt in OBJEKTER_REGNSKAP for objekt in objekter):
        tidligere += finn_endrede_regnskap(con, mappe, les_regnskapsprofiler(mappe), frozenset(instanser))
    return tidligere


def _skill_ut_duplikater(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, filer: Sequence[tuple[Path, Gjenkjent]], mottatt: datetime
) -> tuple[list[Ny], list[tuple[Filinnhold, str]]]:
    """Return the files that are new, and those whose content we have, or get now, with the id of the delivery."""
    nye: list[Ny] = []
    like: list[tuple[Filinnhold, str]] = []
    godtatte = con.execute("select leveranse_id from varehus.intern.leveranse where status = 'godtatt'").fetchall()
    kjent = {leveranse_id for (leveranse_id,) in godtatte}
    for sti, funnet in filer:
        innhold = undersok(sti)
        leveranse_id = finn_id(mappe, innhold, funnet, sti.name)
        if leveranse_id in kjent:
            like.append((innhold, leveranse_id))
        else:
            kjent.add(leveranse_id)
            nye.append(Ny(leveranse_id, innhold, funnet, sti.name, mottatt))
    return nye, like


def _les_igjen(mappe: Mappe, tidligere: Sequence[Tidligere], nye: Sequence[Ny]) -> list[Ny]:
    """Return the earlier deliveries to read again, but for those that were refused and have now come once more."""
    kommer = {ny.leveranse_id for ny in nye}
    igjen: list[Ny] = []
    for gammel in tidligere:
        innhold = undersok(mappe.rot / gammel.sti)
        leveranse_id = finn_id(mappe, innhold, gammel.gjenkjent, gammel.filnavn)
        if leveranse_id not in kommer:
            igjen.append(Ny(leveranse_id, innhold, gammel.gjenkjent, gammel.filnavn, gammel.mottatt, gammel))
    return igjen


def _er_valgt(funnet: Gjenkjent, velg: Callable[[str, date], bool] | None) -> bool:
    periode = funnet.fagsystem.periode if funnet.fagsystem else None
    return velg is None or periode is None or velg(periode.kommunenummer, periode.til)


def grupper(nye: list[Ny]) -> Iterator[list[Ny]]:
    """Yield files of one layout or profile together, as many as fit in memory, so that a hundred files cost as one."""

    def nokkel(ny: Ny) -> tuple[str, str, str]:
        funnet = ny.gjenkjent
        if funnet.fagsystem is not None:
            return funnet.kilde, funnet.objekt, funnet.fagsystem.profilnavn
        if funnet.kilde == REGNSKAP:
            return funnet.kilde, funnet.objekt, funnet.regnskap.profilnavn
        layout = funnet.layout.layout_id if funnet.layout else ""
        return funnet.kilde, funnet.objekt if funnet.regel is None else "~" + funnet.objekt, layout

    for _, filer in groupby(sorted(nye, key=nokkel), nokkel):
        gruppe: list[Ny] = []
        for ny in filer:
            if gruppe and sum(en.innhold.bytes for en in gruppe) + ny.innhold.bytes > MAKS_BYTES_SAMTIDIG:
                yield gruppe
                gruppe = []
            gruppe.append(ny)
        yield gruppe


def _les_gruppe(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, gruppe: list[Ny], instanser: Mapping[str, str]
) -> list[Vurdering]:
    """Read files of one kind, and return a verdict on each, in order."""
    forste = gruppe[0].gjenkjent
    if forste.fagsystem is not None:
        return les_fagsystem(con, [(ny.innhold, ny.gjenkjent, ny.filnavn) for ny in gruppe], instanser)
    if forste.kilde == REGNSKAP:
        return les_hovedbok(con, [(ny.innhold, ny.gjenkjent, ny.filnavn) for ny in gruppe], frozenset(instanser))
    if forste.objekt in OBJEKTER_REGISTER:
        return [les_register(con, ny.innhold, ny.gjenkjent) for ny in gruppe]
    if forste.objekt == "befolkning":
        return [les_befolkning(con, ny.innhold, ny.gjenkjent) for ny in gruppe]
    kommuner = frozenset(instanser)
    fulle = [(ny.innhold, ny.gjenkjent) for ny in gruppe if not ny.gjenkjent.er_uten_poster]
    leste = iter(les_kostra(con, fulle, kommuner, kladdemappe(mappe)) if fulle else [])
    return [
        _vurder_tom(ny.innhold, ny.gjenkjent, kommuner) if ny.gjenkjent.er_uten_poster else next(leste) for ny in gruppe
    ]


def _vurder_tom(innhold: Filinnhold, funnet: Gjenkjent, kommuner: frozenset[str]) -> Vurdering:
    """Judge a file without records: nothing to report, or nothing at all."""
    vurdering = Vurdering(innhold, funnet, kommunenummer=funnet.kommunenummer, aar=funnet.aar, bydel=funnet.bydel)
    regel, tillegg = funnet.regel, funnet.tillegg
    if regel is None and funnet.kommunenummer not in kommuner:
        regel, tillegg = "fremmed_kommune", funnet.kommunenummer or ""
    if regel is not None:
        vurdering.regel = regel
        kjente = oppramsing(kjente_aar(funnet.objekt))
        vurdering.melding = melding(regel, tillegg=tillegg, skjema=funnet.objekt, postlengde="ett", aar=kjente)
    return vurdering
