"""Empty the inbox: recognise every file, read what we know, and put each file where it belongs.

The order is such that a run broken off anywhere can simply be run again: identities, then rows, then the
delivery's registration, which is what makes its rows count, then the move out of the inbox.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import duckdb

from dagster_project.fagsystem.gjenlesing import Tidligere, finn_endrede, glem_leveranse
from dagster_project.fagsystem.kontrakt import objekter as objekter_i_kontrakten
from dagster_project.fagsystem.lesing import les_fagsystem
from dagster_project.fagsystem.lesing import leveranse_id as fagsystem_id
from dagster_project.fagsystem.profil import les_profiler
from dagster_project.feil import trygt_navn
from dagster_project.formater import oppramsing
from dagster_project.hovedbok.gjenkjenning import KILDE as REGNSKAP
from dagster_project.hovedbok.gjenkjenning import OBJEKTER as OBJEKTER_REGNSKAP
from dagster_project.hovedbok.gjenkjenning import gjenkjenn_hovedbok
from dagster_project.hovedbok.gjenlesing import finn_endrede_regnskap, glem_regnskap
from dagster_project.hovedbok.lesing import les_hovedbok, regnskap_id
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
from dagster_project.ingestion.regel import melding, regler
from dagster_project.ingestion.sql import sql_tekst
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.kostra.layout import kjente_aar
from dagster_project.register.innlesing import les_register, register_id
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


@dataclass(frozen=True)
class Ny:
    """A file to read: what is in it, what it is, its name, and when it was received.

    `tidligere` is filled for a delivery that has been read before and is to be read again.
    """

    innhold: Filinnhold
    gjenkjent: Gjenkjent
    filnavn: str
    mottatt: datetime
    tidligere: Tidligere | None = None


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
    profiler = les_profiler(mappe)
    regnskapsprofiler = les_regnskapsprofiler(mappe)
    for sti in filer_i(mappe.innboks):
        try:
            # First, since a line of GL07 looks like a record of a KOSTRA file.
            funnet = gjenkjenn_hovedbok(sti, regnskapsprofiler) or gjenkjenn(sti)
        except OSError:
            ukjente.append(sti)
            continue
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
            for ny, vurdering in zip(gruppe, vurderinger, strict=True):
                _registrer(con, mappe, vurdering, ny, mottatt)
                (resultat.lest_paa_nytt if ny.tidligere else resultat.vurderinger).append(vurdering)
        # Last, when a file that lies in the inbox twice has been put where it belongs.
        for innhold, leveranse_id in like:
            _fjern_duplikat(con, mappe, innhold, leveranse_id, mottatt)
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
    sett: set[str] = set()
    for sti, funnet in filer:
        innhold = undersok(sti)
        leveranse_id = _id(mappe, innhold, funnet, sti.name)
        if leveranse_id in sett or _er_mottatt(con, leveranse_id):
            like.append((innhold, leveranse_id))
        else:
            sett.add(leveranse_id)
            nye.append(Ny(innhold, funnet, sti.name, mottatt))
    return nye, like


def _les_igjen(mappe: Mappe, tidligere: Sequence[Tidligere], nye: Sequence[Ny]) -> list[Ny]:
    """Return the earlier deliveries to read again, but for those that were refused and have now come once more."""
    kommer = {_id(mappe, ny.innhold, ny.gjenkjent, ny.filnavn) for ny in nye}
    igjen = [
        Ny(undersok(mappe.rot / gammel.sti), gammel.gjenkjent, gammel.filnavn, gammel.mottatt, gammel)
        for gammel in tidligere
    ]
    return [ny for ny in igjen if _id(mappe, ny.innhold, ny.gjenkjent, ny.filnavn) not in kommer]


def _er_valgt(funnet: Gjenkjent, velg: Callable[[str, date], bool] | None) -> bool:
    periode = funnet.fagsystem.periode if funnet.fagsystem else None
    return velg is None or periode is None or velg(periode.kommunenummer, periode.til)


def _er_mottatt(con: duckdb.DuckDBPyConnection, leveranse_id: str) -> bool:
    funnet = con.execute(
        "select 1 from varehus.intern.leveranse where leveranse_id = ? and status = 'godtatt'", [leveranse_id]
    ).fetchone()
    return funnet is not None


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


def _id(mappe: Mappe, innhold: Filinnhold, funnet: Gjenkjent, filnavn: str) -> str:
    if funnet.fagsystem is not None:
        return fagsystem_id(innhold, funnet.fagsystem, filnavn)
    if funnet.kilde == REGNSKAP:
        return regnskap_id(innhold, funnet.regnskap)
    if funnet.objekt in OBJEKTER_REGISTER:
        return register_id(innhold, filnavn)
    # A file without records is the same bytes for every municipality and year; who sent it makes it a delivery.
    if funnet.er_uten_poster:
        avsender = funnet.kommunenummer or trygt_navn(innhold.sti.relative_to(mappe.innboks).as_posix())
        return f"{innhold.leveranse_id}-{funnet.objekt}-{avsender}{funnet.bydel or ''}-{funnet.aar or ''}"
    return innhold.leveranse_id


def _registrer(con: duckdb.DuckDBPyConnection, mappe: Mappe, vurdering: Vurdering, ny: Ny, tidspunkt: datetime) -> None:
    """Write the delivery down, then move its file where it belongs."""
    innhold, funnet = vurdering.innhold, vurdering.gjenkjent
    maal = _maal(mappe, vurdering)
    leveranse_id = _id(mappe, innhold, funnet, ny.filnavn)
    verdier = {
        "leveranse_id": leveranse_id,
        "kilde": funnet.kilde,
        "objekt": funnet.objekt,
        "kommunenummer": vurdering.kommunenummer,
        "bydel": vurdering.bydel,
        "rapporteringsaar": vurdering.aar,
        "kvartal": vurdering.kvartal,
        "layout_id": funnet.layout.layout_id if funnet.layout else None,
        "filnavn": trygt_navn(ny.filnavn),
        "sti": maal.relative_to(mappe.rot).as_posix(),
        "sha256": innhold.sha256,
        "bytes": innhold.bytes,
        "fil_endret": innhold.fil_endret,
        "mottatt": ny.mottatt,
        "rader_lest": vurdering.rader_lest,
        "rader_godtatt": vurdering.rader_godtatt,
        "rader_karantene": vurdering.rader_karantene,
        "rader_sumlinje": vurdering.rader_sumlinje,
        "status": vurdering.status,
        "regel": vurdering.regel,
        "melding": vurdering.melding,
    }
    if vurdering.uttrekk is not None:
        verdier |= asdict(vurdering.uttrekk)
    con.begin()
    con.execute("delete from varehus.intern.leveranse where leveranse_id = ?", [leveranse_id])
    if ny.tidligere is not None and ny.tidligere.leveranse_id != leveranse_id:
        if funnet.kilde == REGNSKAP:
            glem_regnskap(con, ny.tidligere.leveranse_id)
        else:
            glem_leveranse(con, ny.tidligere.leveranse_id, ny.tidligere.objekt)
    con.execute(
        f"insert into varehus.intern.leveranse ({', '.join(verdier)}) values ({', '.join('?' * len(verdier))})",
        list(verdier.values()),
    )
    hendelse = "lest_paa_nytt" if ny.tidligere else vurdering.status
    _skriv_hendelse(con, tidspunkt, hendelse, leveranse_id, ny.filnavn, vurdering.melding)
    if vurdering.uttrekk is not None and vurdering.regel is None:
        _si_fra_om_samme_uttrekk(con, vurdering, tidspunkt)
    if ny.tidligere is not None and innhold.sti != maal:
        # The file is in both places until the registration says where it is, so that it is never in neither.
        _kopier(innhold.sti, maal)
    con.commit()
    if innhold.sti != maal:
        if ny.tidligere is None:
            _flytt(innhold.sti, maal)
        else:
            innhold.sti.unlink()
    if ny.tidligere is not None:
        (mappe.karantene / f"{innhold.sti.name}.forklaring.txt").unlink(missing_ok=True)
    if vurdering.regel is not None or vurdering.funn:
        sted = mappe.karantene / f"{maal.name}.forklaring.txt"
        sted.write_text(_forklaring(vurdering), encoding="utf-8")


def _si_fra_om_samme_uttrekk(con: duckdb.DuckDBPyConnection, vurdering: Vurdering, tidspunkt: datetime) -> None:
    """Note where two deliveries say that they are the same extract and are not; both are kept, the last id wins."""
    uttrekk = vurdering.uttrekk
    andre = con.execute(
        """
        select filnavn
        from varehus.intern.leveranse
        where
            status = 'godtatt'
            and leveranse_id != $leveranse_id
            and kilde_id = $kilde_id
            and objekt = $objekt
            and fra = $fra
            and til = $til
            and uttrukket = $uttrukket
        order by all
        """,
        {
            "leveranse_id": uttrekk.leveranse_id,
            "kilde_id": uttrekk.kilde_id,
            "objekt": vurdering.gjenkjent.objekt,
            "fra": uttrekk.fra,
            "til": uttrekk.til,
            "uttrukket": uttrekk.uttrukket,
        },
    ).fetchall()
    if andre:
        tekst = melding("samme_uttrekk", tillegg=oppramsing(navn for (navn,) in andre))
        _skriv_hendelse(con, tidspunkt, "samme_uttrekk", uttrekk.leveranse_id, vurdering.filnavn, tekst)


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
    sti = Path(vurdering.filnavn)
    navn = trygt_navn(f"{sti.stem}__{vurdering.innhold.sha256[:8]}{sti.suffix}")
    if vurdering.regel is not None:
        return mappe.karantene / navn
    aar = vurdering.uttrekk.til.year if vurdering.uttrekk else vurdering.aar
    deler = [
        vurdering.gjenkjent.objekt,
        str(aar) if aar else "",
        vurdering.kommunenummer or "",
    ]
    return mappe.arkiv.joinpath(*(del_ for del_ in deler if del_), navn)


def _kopier(fra: Path, til: Path) -> None:
    til.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copy2(fra, til)
    til.chmod(0o600)


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
    navn = trygt_navn(vurdering.filnavn)
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
            "Radene teller ikke med i tallene før de er rettet og levert på nytt."
            if vurdering.uttrekk is None
            else "Radene teller ikke med i tallene før en rettet fil er levert, eller profilen er rettet.",
            "",
        ]
        linjer += [f"Linje {linje}: {tekst}" for linje, tekst in vurdering.funn]
        if len(vurdering.funn) < vurdering.rader_karantene:
            linjer.append("… og flere; se intern.karantene i varehuset.")
    return "\n".join(linjer) + "\n"
