"""Put what was read of monthly deliveries where it belongs: identities, rows, what was set aside, and the counts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from dagster_project.fagsystem.kontrakt import objekter
from dagster_project.fagsystem.tolking import Tolking
from dagster_project.feil import Kjoringsfeil, trygt_navn
from dagster_project.ingestion.regel import melding, regler
from dagster_project.ingestion.vurdering import Vurdering

MAKS_FUNN = 500


def filtabell(vurderinger: Sequence[Vurdering]) -> pa.Table:
    """Return what the statements need to know of each file; fil_nr is its place in the sequence."""
    uttrekk = [vurdering.uttrekk for vurdering in vurderinger]
    return pa.table(
        {
            "fil_nr": pa.array(range(len(vurderinger)), pa.int32()),
            "leveranse_id": pa.array([ett.leveranse_id for ett in uttrekk], pa.string()),
            "kilde_id": pa.array([ett.kilde_id for ett in uttrekk], pa.string()),
            "fra": pa.array([ett.fra for ett in uttrekk], pa.date32()),
            "til": pa.array([ett.til for ett in uttrekk], pa.date32()),
            "er_godtatt": pa.array([vurdering.regel is None for vurdering in vurderinger], pa.bool_()),
        }
    )


@contextmanager
def transaksjon(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done inside once all of it went well."""
    con.begin()
    yield
    con.commit()


def skriv(con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering], tolking: Tolking) -> None:
    """Move what was read into place: identities first, then rows; each database in one transaction.

    Reads the temporary tables `rad` and `mistenkt`, and `uttrekksfil` with leveranse_id and er_godtatt of each file.
    """
    con.register(
        "regel",
        pa.table({"regel": list(regler()), "mal": [regel["melding"] for regel in regler().values()]}),
    )
    con.execute("delete from rad where fil_nr in (select fil_nr from uttrekksfil where not er_godtatt)")
    con.execute("delete from mistenkt where fil_nr in (select fil_nr from uttrekksfil where not er_godtatt)")
    with transaksjon(con):
        con.execute("delete from nokkel.raatekst where leveranse_id in (select leveranse_id from uttrekksfil)")
        con.execute("""
            insert into nokkel.raatekst
            select
                uttrekksfil.leveranse_id,
                rad.linje,
                rad.tekst
            from rad
            inner join uttrekksfil on rad.fil_nr = uttrekksfil.fil_nr
            where rad.er_mistenkelig
        """)
        if tolking.har_identitet:
            _skriv_identiteter(con)
    raatabell = f"varehus.{tolking.objekt.raatabell}"
    kolonner = ",\n                ".join(f"rad.{felt.kolonne}" for felt in tolking.objekt.felter if felt.kolonne)
    person = "pseudonymisert.mottaker_id, rad.fodselsmaaned," if tolking.har_identitet else ""
    kobling = "inner join pseudonymisert on rad.identitet = pseudonymisert.identitet" if tolking.har_identitet else ""
    with transaksjon(con):
        slett(con, (tolking.objekt.raatabell, "intern.karantene", "intern.advarsel"))
        con.execute(f"""
            insert into {raatabell} by name
            select
                uttrekksfil.leveranse_id,
                rad.linje,
                {person}
                {kolonner}
            from rad
            inner join uttrekksfil on rad.fil_nr = uttrekksfil.fil_nr
            {kobling}
            where not rad.er_sum and not rad.er_mistenkelig
        """)
        con.execute("""
            insert into varehus.intern.karantene by name
            select
                uttrekksfil.leveranse_id,
                mistenkt.linje,
                funn.regel,
                nullif(funn.felt, '') as felt,
                nullif(funn.verdi, '') as verdi,
                mistenkt.journalnummer,
                mistenkt.maskert as raatekst_maskert,
                replace(
                    replace(replace(regel.mal, '{felt}', funn.felt), '{verdi}', coalesce(funn.verdi, '')),
                    '{tillegg}',
                    coalesce(funn.tillegg, '')
                ) as melding,
                1 as rader
            from (select * exclude (funn), unnest(funn) as funn from mistenkt) as mistenkt
            inner join uttrekksfil on mistenkt.fil_nr = uttrekksfil.fil_nr
            inner join regel on mistenkt.funn.regel = regel.regel
            order by leveranse_id, linje
        """)
        if advarsler := [
            [vurdering.uttrekk.leveranse_id, regel, tekst]
            for vurdering in vurderinger
            if vurdering.regel is None
            for regel, tekst in dict.fromkeys(vurdering.advarsler)
        ]:
            con.executemany(
                "insert into varehus.intern.advarsel (leveranse_id, linje, regel, melding) values (?, 0, ?, ?)",
                advarsler,
            )


def slett(con: duckdb.DuckDBPyConnection, tabeller: Sequence[str]) -> None:
    """Take the rows of the files in `uttrekksfil` out of some tables of the warehouse."""
    for tabell in tabeller:
        con.execute(f"delete from varehus.{tabell} where leveranse_id in (select leveranse_id from uttrekksfil)")


def _skriv_identiteter(con: duckdb.DuckDBPyConnection) -> None:
    """Make a pseudonym for every person read, and keep which numbers it stands for in the encrypted database."""
    con.execute("""
        create or replace temp table pseudonymisert as
        select
            identitet,
            pseudonym(identitet) as mottaker_id
        from (select distinct identitet from rad where identitet is not null and not er_sum and not er_mistenkelig)
    """)
    con.execute("""
        insert into nokkel.fagsystem_identitet by name
        with lest as (
            select distinct
                uttrekksfil.kilde_id,
                rad.journalnummer,
                pseudonymisert.mottaker_id,
                rad.fodselsnummer,
                rad.duf_nummer,
                rad.fodselsdato
            from rad
            inner join uttrekksfil on rad.fil_nr = uttrekksfil.fil_nr
            inner join pseudonymisert on rad.identitet = pseudonymisert.identitet
            where not rad.er_sum and not rad.er_mistenkelig
        )

        from lest
        except
        select
            kilde_id,
            journalnummer,
            mottaker_id,
            fodselsnummer,
            duf_nummer,
            fodselsdato
        from nokkel.fagsystem_identitet
    """)


def tell(con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering], tolking: Tolking) -> None:
    """Fill in the counts from what now stands in the database.

    Raises:
        Kjoringsfeil: if a row is neither accepted, set aside nor a sum line.
    """
    godtatt, karantene = (
        dict(
            con.execute(f"""
                select
                    leveranse_id,
                    {antall}
                from varehus.{tabell}
                where leveranse_id in (select leveranse_id from uttrekksfil)
                group by all
            """).fetchall()
        )
        for tabell, antall in ((tolking.objekt.raatabell, "count(*)"), ("intern.karantene", "count(distinct linje)"))
    )
    funn = con.execute(f"""
        select
            leveranse_id,
            linje,
            melding
        from varehus.intern.karantene
        where leveranse_id in (select leveranse_id from uttrekksfil)
        qualify row_number() over (partition by leveranse_id order by linje) <= {MAKS_FUNN}
        order by all
    """).fetchall()
    funnet: dict[str, list[tuple[int, str]]] = {}
    for id_, linje, tekst in funn:
        funnet.setdefault(id_, []).append((linje, tekst))
    for vurdering in vurderinger:
        if vurdering.regel is not None:
            continue
        id_ = vurdering.uttrekk.leveranse_id
        vurdering.rader_godtatt = godtatt.get(id_, 0)
        vurdering.rader_karantene = karantene.get(id_, 0)
        vurdering.funn = funnet.get(id_, [])
        if vurdering.rader_lest != vurdering.rader_godtatt + vurdering.rader_karantene + vurdering.rader_sumlinje:
            raise Kjoringsfeil(
                f"{trygt_navn(vurdering.filnavn)}: {vurdering.rader_lest} rader lest, men {vurdering.rader_godtatt} "
                f"godtatt, {vurdering.rader_karantene} i karantene og {vurdering.rader_sumlinje} sumlinjer."
            )


def skriv_avviste(con: duckdb.DuckDBPyConnection, avviste: Sequence[Vurdering]) -> None:
    """Leave nothing of a refused file but one line that says how many rows it had; the file itself is kept apart."""
    if not avviste:
        return
    con.register("uttrekksfil", filtabell(avviste))
    try:
        with transaksjon(con):
            con.execute("delete from nokkel.raatekst where leveranse_id in (select leveranse_id from uttrekksfil)")
        with transaksjon(con):
            # A broken profile may not even tell which object its files have.
            objekt = objekter().get(avviste[0].gjenkjent.objekt)
            slett(con, (*([objekt.raatabell] if objekt else []), "intern.karantene", "intern.advarsel"))
            skriv_antall_avviste(con, avviste)
    finally:
        con.unregister("uttrekksfil")


def skriv_antall_avviste(con: duckdb.DuckDBPyConnection, avviste: Sequence[Vurdering]) -> None:
    """Set one line aside for each refused file that had rows, with how many and why it was refused."""
    if rader := [
        [ett.uttrekk.leveranse_id, melding("fil_avvist", tillegg=ett.melding), ett.rader_lest]
        for ett in avviste
        if ett.rader_lest
    ]:
        con.executemany(
            "insert into varehus.intern.karantene (leveranse_id, linje, regel, melding, rader) "
            "values (?, 0, 'fil_avvist', ?, ?)",
            rader,
        )
