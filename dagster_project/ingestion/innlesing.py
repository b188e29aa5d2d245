"""Empty the inbox: recognise every file, read what we know, and put each file where it belongs.

The order is such that a run broken off anywhere can simply be run again: identities, then rows, then the
delivery's registration, which is what makes its rows count, then the move out of the inbox.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

import duckdb

from dagster_project.feil import trygt_navn
from dagster_project.ingestion.befolkning import les_befolkning
from dagster_project.ingestion.database import aapne_varehus, kladdemappe, tom_kladdemappe
from dagster_project.ingestion.fil import Filinnhold, undersok
from dagster_project.ingestion.gjenkjenning import Gjenkjent, gjenkjenn
from dagster_project.ingestion.kostra import les_kostra
from dagster_project.ingestion.nokkel import (
    bruk_pseudonymnokkel,
    koble_til_personnokkel,
    krev_nokkel,
    krev_samme_nokkel,
)
from dagster_project.ingestion.regel import melding, oppramsing, regler
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.kostra.layout import kjente_aar
from dagster_project.settings import Kommune, Mappe, Miljo

OBJEKTER = ("11F", "11CF", "0A", "befolkning", "ukjent")
# Files others are still writing.
UFERDIG = (".part", ".tmp", ".partial", ".crdownload", ".filepart")
MAKS_BYTES_SAMTIDIG = 256 * 1024 * 1024


@dataclass
class Innlesing:
    """What one pass over the inbox did.

    `vurderinger` has one per file that was new; `duplikater` the files whose content was known before;
    `ukjente` the files that stay, because no reader knows them.
    """

    vurderinger: list[Vurdering] = field(default_factory=list)
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


def finn_nye(mappe: Mappe) -> tuple[list[tuple[Path, Gjenkjent]], list[Path]]:
    """Return the files in the inbox that some reader knows, and those that none does or that cannot be opened."""
    kjente: list[tuple[Path, Gjenkjent]] = []
    ukjente: list[Path] = []
    for sti in filer_i(mappe.innboks):
        try:
            funnet = gjenkjenn(sti)
        except OSError:
            funnet = None
        if funnet is None:
            ukjente.append(sti)
        else:
            kjente.append((sti, funnet))
    return kjente, ukjente


def les_inn(
    mappe: Mappe,
    miljo: Miljo,
    kommuner: Sequence[Kommune],
    objekter: Sequence[str],
    mottatt: datetime,
) -> Innlesing:
    """Read the inbox files of the given objects into the warehouse.

    Shape: see Innlesing. Units: `mottatt` is UTC without zone, and the time all files of this pass count as
    received.

    Raises:
        Brukerfeil: if there are KOSTRA files to read and the key is missing or another than the warehouse's.
    """
    resultat = Innlesing()
    kjente, resultat.ukjente = finn_nye(mappe)
    filer = [(sti, funnet) for sti, funnet in kjente if funnet.objekt in objekter]
    if not filer:
        return resultat
    # Without anything to keep secret the key is not asked for, so a lost key stops new files and nothing else.
    nokkel = krev_nokkel(mappe, miljo) if any(funnet.kilde == "kostra" for _, funnet in filer) else None
    con = aapne_varehus(mappe, miljo)
    try:
        if nokkel is not None:
            krev_samme_nokkel(con, mappe, nokkel, mottatt)
            koble_til_personnokkel(con, mappe, nokkel)
            bruk_pseudonymnokkel(con, nokkel)
        nye: list[tuple[Filinnhold, Gjenkjent]] = []
        like: list[tuple[Filinnhold, str]] = []
        sett: set[str] = set()
        for sti, funnet in filer:
            innhold = undersok(sti)
            leveranse_id = _id(mappe, innhold, funnet)
            if leveranse_id in sett or _er_mottatt(con, leveranse_id):
                like.append((innhold, leveranse_id))
            else:
                sett.add(leveranse_id)
                nye.append((innhold, funnet))
        for gruppe in _grupper(nye):
            vurderinger = _les_gruppe(con, mappe, gruppe, frozenset(k.kommunenummer for k in kommuner))
            for vurdering in vurderinger:
                _registrer(con, mappe, vurdering, mottatt)
            resultat.vurderinger += vurderinger
        # Last, when a file that lies in the inbox twice has been put where it belongs.
        for innhold, leveranse_id in like:
            _fjern_duplikat(con, mappe, innhold, leveranse_id, mottatt)
            resultat.duplikater.append(innhold.sti)
    finally:
        con.close()
        tom_kladdemappe(mappe)
    return resultat


def _er_mottatt(con: duckdb.DuckDBPyConnection, leveranse_id: str) -> bool:
    funnet = con.execute(
        "select 1 from varehus.intern.leveranse where leveranse_id = ? and status = 'godtatt'", [leveranse_id]
    ).fetchone()
    return funnet is not None


def _grupper(nye: list[tuple[Filinnhold, Gjenkjent]]) -> Iterator[list[tuple[Filinnhold, Gjenkjent]]]:
    """Yield files of one layout together, as many as fit in memory, so that a hundred files cost as one."""

    def nokkel(par: tuple[Filinnhold, Gjenkjent]) -> tuple[str, str]:
        _, funnet = par
        layout = funnet.layout.layout_id if funnet.layout else ""
        return funnet.objekt if funnet.regel is None else "~" + funnet.objekt, layout

    for _, filer in groupby(sorted(nye, key=nokkel), nokkel):
        gruppe: list[tuple[Filinnhold, Gjenkjent]] = []
        for par in filer:
            if gruppe and sum(innhold.bytes for innhold, _ in gruppe) + par[0].bytes > MAKS_BYTES_SAMTIDIG:
                yield gruppe
                gruppe = []
            gruppe.append(par)
        yield gruppe


def _les_gruppe(
    con: duckdb.DuckDBPyConnection,
    mappe: Mappe,
    gruppe: list[tuple[Filinnhold, Gjenkjent]],
    kommuner: frozenset[str],
) -> list[Vurdering]:
    objekt = gruppe[0][1].objekt
    if objekt == "befolkning":
        return [les_befolkning(con, innhold, funnet) for innhold, funnet in gruppe]
    fulle = [(innhold, funnet) for innhold, funnet in gruppe if not funnet.er_uten_poster]
    vurderinger = [_vurder_tom(innhold, funnet, kommuner) for innhold, funnet in gruppe if funnet.er_uten_poster]
    if fulle:
        vurderinger += les_kostra(con, fulle, kommuner, kladdemappe(mappe))
    return vurderinger


def _vurder_tom(innhold: Filinnhold, funnet: Gjenkjent, kommuner: frozenset[str]) -> Vurdering:
    """Judge a file without records: nothing to report, or nothing at all."""
    vurdering = Vurdering(innhold, funnet, kommunenummer=funnet.kommunenummer, aar=funnet.aar)
    regel, tillegg = funnet.regel, funnet.tillegg
    if regel is None and funnet.kommunenummer not in kommuner:
        regel, tillegg = "fremmed_kommune", funnet.kommunenummer or ""
    if regel is not None:
        vurdering.regel = regel
        kjente = oppramsing(kjente_aar(funnet.objekt))
        vurdering.melding = melding(regel, tillegg=tillegg, skjema=funnet.objekt, postlengde="ett", aar=kjente)
    return vurdering


def _id(mappe: Mappe, innhold: Filinnhold, funnet: Gjenkjent) -> str:
    # A file without records is the same bytes for every municipality and year; who sent it makes it a delivery.
    if funnet.er_uten_poster:
        avsender = funnet.kommunenummer or trygt_navn(innhold.sti.relative_to(mappe.innboks).as_posix())
        return f"{innhold.leveranse_id}-{funnet.objekt}-{avsender}-{funnet.aar or ''}"
    return innhold.leveranse_id


def _registrer(con: duckdb.DuckDBPyConnection, mappe: Mappe, vurdering: Vurdering, mottatt: datetime) -> None:
    """Write the delivery down, then move its file out of the inbox."""
    innhold, funnet = vurdering.innhold, vurdering.gjenkjent
    maal = _maal(mappe, vurdering)
    leveranse_id = _id(mappe, innhold, funnet)
    con.begin()
    con.execute("delete from varehus.intern.leveranse where leveranse_id = ?", [leveranse_id])
    con.execute(
        f"insert into varehus.intern.leveranse values ({', '.join('?' * 20)})",
        [
            leveranse_id,
            funnet.kilde,
            funnet.objekt,
            vurdering.kommunenummer,
            vurdering.bydel,
            vurdering.aar,
            vurdering.kvartal,
            funnet.layout.layout_id if funnet.layout else None,
            trygt_navn(innhold.sti.name),
            maal.relative_to(mappe.rot).as_posix(),
            innhold.sha256,
            innhold.bytes,
            innhold.fil_endret,
            mottatt,
            vurdering.rader_lest,
            vurdering.rader_godtatt,
            vurdering.rader_karantene,
            vurdering.status,
            vurdering.regel,
            vurdering.melding,
        ],
    )
    _skriv_hendelse(con, mottatt, vurdering.status, leveranse_id, innhold.sti.name, vurdering.melding)
    con.commit()
    _flytt(innhold.sti, maal)
    if vurdering.regel is not None or vurdering.funn:
        sted = mappe.karantene / f"{maal.name}.forklaring.txt"
        sted.write_text(_forklaring(vurdering), encoding="utf-8")


def _skriv_hendelse(
    con: duckdb.DuckDBPyConnection,
    tid: datetime,
    hendelse: str,
    leveranse_id: str,
    navn: str,
    tekst: str | None,
) -> None:
    con.execute(
        "insert into varehus.intern.leveranse_hendelse values (?, ?, ?, ?, ?)",
        [tid, hendelse, leveranse_id, trygt_navn(navn), tekst],
    )


def _maal(mappe: Mappe, vurdering: Vurdering) -> Path:
    """Return where the file goes: the archive by form, year and municipality, or quarantine."""
    sti = vurdering.innhold.sti
    navn = trygt_navn(f"{sti.stem}__{vurdering.innhold.sha256[:8]}{sti.suffix}")
    if vurdering.regel is not None:
        return mappe.karantene / navn
    deler = [
        vurdering.gjenkjent.objekt,
        str(vurdering.aar) if vurdering.aar else "",
        vurdering.kommunenummer or "",
    ]
    return mappe.arkiv.joinpath(*(del_ for del_ in deler if del_), navn)


def _flytt(fra: Path, til: Path) -> None:
    til.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(fra, til)
    til.chmod(0o600)


def _fjern_duplikat(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, innhold: Filinnhold, leveranse_id: str, mottatt: datetime
) -> None:
    """Take a file whose content we have out of the inbox, and note that it came again."""
    _skriv_hendelse(con, mottatt, "duplikat", leveranse_id, innhold.sti.name, "Samme innhold er levert før.")
    (sti,) = con.execute("select sti from varehus.intern.leveranse where leveranse_id = ?", [leveranse_id]).fetchone()
    # The archive lacks it where a run was broken off between the registration and the move.
    if (mappe.rot / sti).exists():
        innhold.sti.unlink()
    else:
        _flytt(innhold.sti, mappe.rot / sti)


def _forklaring(vurdering: Vurdering) -> str:
    """Return the text laid beside a refused file, or beside the rows of an accepted one that were set aside."""
    navn = trygt_navn(vurdering.innhold.sti.name)
    linjer = [navn, "=" * len(navn), ""]
    if vurdering.regel is not None:
        regel = regler()[vurdering.regel]
        linjer += [
            f"Filen er ikke tatt inn: {regel['tittel'].lower()}.",
            "",
            vurdering.melding or "",
            "",
            f"Hva du kan gjøre: {regel['gjor']}",
            "Legg den rettede filen i innboksen. Tallene som er publisert fra før, står til den kommer.",
        ]
    else:
        linjer += [
            f"Filen er tatt inn, men {vurdering.rader_karantene} av {vurdering.rader_lest} rader er lagt til side.",
            "Radene teller ikke med i tallene før de er rettet og levert på nytt.",
            "",
        ]
        linjer += [f"Linje {linje}: {tekst}" for linje, tekst in vurdering.funn]
        if len(vurdering.funn) < vurdering.rader_karantene:
            linjer.append("… og flere; se intern.karantene i varehuset.")
    return "\n".join(linjer) + "\n"
