"""Write down what became of the files of a group, then put each where it belongs.

All files of a group are registered in one transaction, since one for each file is what a year of files would wait for.
A run broken off after it leaves files in the inbox whose content is registered; the next run moves them.
"""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.fagsystem.gjenlesing import Tidligere, glem_leveranse
from dagster_project.fagsystem.lesing import leveranse_id as fagsystem_id
from dagster_project.feil import trygt_navn
from dagster_project.formater import oppramsing
from dagster_project.hovedbok.gjenkjenning import KILDE as REGNSKAP
from dagster_project.hovedbok.gjenlesing import glem_regnskap
from dagster_project.hovedbok.lesing import regnskap_id
from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.regel import melding, regler
from dagster_project.ingestion.vurdering import Uttrekk, Vurdering
from dagster_project.register.innlesing import register_id
from dagster_project.register.tabeller import OBJEKTER_REGISTER
from dagster_project.settings import Mappe

UTTREKK_FELT = tuple(felt.name for felt in fields(Uttrekk) if felt.name != "leveranse_id")


@dataclass(frozen=True)
class Ny:
    """A file to read: the delivery it is, what is in it, what it is, its name, and when it was received.

    `tidligere` is filled for a delivery that has been read before and is to be read again.
    """

    leveranse_id: str
    innhold: Filinnhold
    gjenkjent: Gjenkjent
    filnavn: str
    mottatt: datetime
    tidligere: Tidligere | None = None


def finn_id(mappe: Mappe, innhold: Filinnhold, funnet: Gjenkjent, filnavn: str) -> str:
    """Return the id of the delivery a file is."""
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


def registrer(
    con: duckdb.DuckDBPyConnection, mappe: Mappe, filer: Sequence[tuple[Ny, Vurdering]], tidspunkt: datetime
) -> None:
    """Write the deliveries of a group down, then move their files where they belong.

    Shape: `filer` has each file and the verdict on it, no delivery twice.
    """
    rader = [_rad(mappe, ny, vurdering, plass) for plass, (ny, vurdering) in enumerate(filer)]
    con.register("registrering", pa.table({navn: pa.array([rad[navn] for rad in rader]) for navn in rader[0]}))
    con.begin()
    con.execute("delete from varehus.intern.leveranse where leveranse_id in (select leveranse_id from registrering)")
    for (ny, _), rad in zip(filer, rader, strict=True):
        if ny.tidligere is not None and ny.tidligere.leveranse_id != rad["leveranse_id"]:
            if ny.gjenkjent.kilde == REGNSKAP:
                glem_regnskap(con, ny.tidligere.leveranse_id)
            else:
                glem_leveranse(con, ny.tidligere.leveranse_id, ny.tidligere.objekt)
    con.execute("insert into varehus.intern.leveranse by name select * exclude (plass, lest_igjen) from registrering")
    con.execute(
        """
        insert into varehus.intern.leveranse_hendelse by name
        select
            $tidspunkt as tidspunkt,
            if(lest_igjen, 'lest_paa_nytt', status) as hendelse,
            leveranse_id,
            filnavn,
            melding
        from registrering
        order by plass
        """,
        {"tidspunkt": tidspunkt},
    )
    _si_fra_om_samme_uttrekk(con, tidspunkt)
    for (ny, vurdering), rad in zip(filer, rader, strict=True):
        if ny.tidligere is not None and vurdering.innhold.sti != mappe.rot / rad["sti"]:
            # The file is in both places until the registration says where it is, so that it is never in neither.
            _kopier(vurdering.innhold.sti, mappe.rot / rad["sti"])
    con.commit()
    con.unregister("registrering")
    for (ny, vurdering), rad in zip(filer, rader, strict=True):
        _legg_paa_plass(mappe, ny, vurdering, mappe.rot / rad["sti"])


def _rad(mappe: Mappe, ny: Ny, vurdering: Vurdering, plass: int) -> dict[str, object]:
    innhold, funnet = vurdering.innhold, vurdering.gjenkjent
    uttrekk = asdict(vurdering.uttrekk) if vurdering.uttrekk else {}
    return {navn: uttrekk.get(navn) for navn in UTTREKK_FELT} | {
        "leveranse_id": ny.leveranse_id,
        "kilde": funnet.kilde,
        "objekt": funnet.objekt,
        "kommunenummer": vurdering.kommunenummer,
        "bydel": vurdering.bydel,
        "rapporteringsaar": vurdering.aar,
        "kvartal": vurdering.kvartal,
        "layout_id": funnet.layout.layout_id if funnet.layout else None,
        "filnavn": trygt_navn(ny.filnavn),
        "sti": _maal(mappe, vurdering).relative_to(mappe.rot).as_posix(),
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
        "plass": plass,
        "lest_igjen": ny.tidligere is not None,
    }


def _legg_paa_plass(mappe: Mappe, ny: Ny, vurdering: Vurdering, maal: Path) -> None:
    sti = vurdering.innhold.sti
    if sti != maal:
        if ny.tidligere is None:
            _flytt(sti, maal)
        else:
            sti.unlink()
    if ny.tidligere is not None:
        (mappe.karantene / f"{sti.name}.forklaring.txt").unlink(missing_ok=True)
    if vurdering.regel is not None or vurdering.funn:
        sted = mappe.karantene / f"{maal.name}.forklaring.txt"
        sted.write_text(_forklaring(vurdering), encoding="utf-8")


def _si_fra_om_samme_uttrekk(con: duckdb.DuckDBPyConnection, tidspunkt: datetime) -> None:
    """Note where two deliveries say that they are the same extract and are not; both are kept, the last id wins.

    The later of the two is the one told about, within a group the one that stands last.
    """
    like = con.execute("""
        select
            ny.leveranse_id,
            ny.filnavn,
            list(annen.filnavn order by annen.filnavn) as andre
        from registrering as ny
        inner join varehus.intern.leveranse as annen
            on
                ny.kilde_id = annen.kilde_id
                and ny.objekt = annen.objekt
                and ny.fra = annen.fra
                and ny.til = annen.til
                and ny.uttrukket = annen.uttrukket
                and ny.leveranse_id != annen.leveranse_id
        left join registrering as samtidig on annen.leveranse_id = samtidig.leveranse_id
        where ny.regel is null and annen.status = 'godtatt' and coalesce(samtidig.plass, -1) < ny.plass
        group by ny.plass, ny.leveranse_id, ny.filnavn
        order by ny.plass
    """).fetchall()
    for leveranse_id, filnavn, andre in like:
        tekst = melding("samme_uttrekk", tillegg=oppramsing(andre))
        _skriv_hendelse(con, tidspunkt, "samme_uttrekk", leveranse_id, filnavn, tekst)


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


def fjern_duplikat(
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
