"""Put what was read from the accounting system where it belongs: lines, what was set aside, and what was refused."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from dagster_project.fagsystem.skriving import skriv_antall_avviste, slett, transaksjon
from dagster_project.hovedbok.bilag import sql_posttekst
from dagster_project.hovedbok.filnavn import Utvalg
from dagster_project.hovedbok.kontrakt import objekter
from dagster_project.hovedbok.tolking import Regnskapstolking
from dagster_project.ingestion.regel import regler
from dagster_project.ingestion.vurdering import Vurdering


def filtabell(vurderinger: Sequence[Vurdering]) -> pa.Table:
    """Return what the statements need to know of each file; fil_nr is its place in the sequence."""
    utvalg = [vurdering.gjenkjent.regnskap.utvalg or Utvalg("") for vurdering in vurderinger]
    return pa.table(
        {
            "fil_nr": pa.array(range(len(vurderinger)), pa.int32()),
            "leveranse_id": pa.array([vurdering.uttrekk.leveranse_id for vurdering in vurderinger], pa.string()),
            # Whom the rows of the file must name as theirs: in GL07 a client, in a budget the municipality.
            "kilde_id": pa.array([ett.klient or ett.kommunenummer for ett in utvalg], pa.string()),
            "fra": pa.array([ett.fraperiode for ett in utvalg], pa.string()),
            "til": pa.array([ett.tilperiode for ett in utvalg], pa.string()),
            "uttrukket": pa.array([ett.uttrukket for ett in utvalg], pa.timestamp("us")),
            "uttrekkstype": pa.array([vurdering.uttrekk.uttrekkstype for vurdering in vurderinger], pa.string()),
            "er_godtatt": pa.array([vurdering.regel is None for vurdering in vurderinger], pa.bool_()),
        }
    )


def skriv(con: duckdb.DuckDBPyConnection, vurderinger: Sequence[Vurdering], tolking: Regnskapstolking) -> None:
    """Move what was read into place, in one transaction.

    Reads the temporary tables `rad`, `mistenkt` and `bilagsfeil`, and `uttrekksfil` (`filtabell`).
    """
    con.register(
        "regel",
        pa.table({"regel": list(regler()), "mal": [regel["melding"] for regel in regler().values()]}),
    )
    raatabell = tolking.objekt.raatabell
    kolonner = [felt.kolonne for felt in tolking.objekt.felter if felt.type != "klient"]
    verdier = [f"{sql_posttekst()} as tekst" if kolonne == "posttekst" else f"rad.{kolonne}" for kolonne in kolonner]
    with transaksjon(con):
        slett(con, (raatabell, "raw.regnskap_uttrekk", "intern.karantene", "intern.advarsel"))
        con.execute(
            """
            insert into varehus.raw.regnskap_uttrekk by name
            select
                leveranse_id,
                $objekt as objekt,
                uttrekkstype,
                fra as fraperiode,
                til as tilperiode,
                uttrukket
            from uttrekksfil
            where er_godtatt
            """,
            {"objekt": tolking.objektnavn},
        )
        con.execute(f"""
            insert into varehus.{raatabell} by name
            select
                uttrekksfil.leveranse_id,
                rad.linje,
                {", ".join(verdier)}
            from rad
            inner join uttrekksfil on rad.fil_nr = uttrekksfil.fil_nr
            left join bilagsfeil on rad.fil_nr = bilagsfeil.fil_nr and rad.linje = bilagsfeil.linje
            where not rad.er_sum and not rad.er_mistenkelig and bilagsfeil.linje is null
        """)
        con.execute("""
            insert into varehus.intern.karantene by name
            with funnet as (
                select
                    fil_nr,
                    linje,
                    maskert,
                    unnest(funn) as funn
                from mistenkt
                union all by name
                select
                    fil_nr,
                    linje,
                    maskert,
                    {regel: regel, felt: '', verdi: verdi, tillegg: tillegg} as funn
                from bilagsfeil
            )

            select
                uttrekksfil.leveranse_id,
                funnet.linje,
                funnet.funn.regel,
                nullif(funnet.funn.felt, '') as felt,
                nullif(funnet.funn.verdi, '') as verdi,
                funnet.maskert as raatekst_maskert,
                replace(
                    replace(replace(regel.mal, '{felt}', funnet.funn.felt), '{verdi}', coalesce(funnet.funn.verdi, '')),
                    '{tillegg}',
                    coalesce(funnet.funn.tillegg, '')
                ) as melding,
                1 as rader
            from funnet
            inner join uttrekksfil on funnet.fil_nr = uttrekksfil.fil_nr
            inner join regel on funnet.funn.regel = regel.regel
            order by leveranse_id, linje
        """)
        if advarsler := [
            [vurdering.uttrekk.leveranse_id, regel, tekst]
            for vurdering in vurderinger
            if vurdering.regel is None
            for regel, tekst in vurdering.advarsler
        ]:
            con.executemany(
                "insert into varehus.intern.advarsel (leveranse_id, linje, regel, melding) values (?, 0, ?, ?)",
                advarsler,
            )
    con.unregister("regel")


def skriv_avviste(con: duckdb.DuckDBPyConnection, avviste: Sequence[Vurdering]) -> None:
    """Leave nothing of a refused file but one line that says how many lines it had; the file itself is kept apart."""
    if not avviste:
        return
    con.register("uttrekksfil", filtabell(avviste))
    try:
        with transaksjon(con):
            slett(
                con,
                (
                    *(objekt.raatabell for objekt in objekter().values()),
                    "raw.regnskap_uttrekk",
                    "intern.karantene",
                    "intern.advarsel",
                ),
            )
            skriv_antall_avviste(con, avviste)
    finally:
        con.unregister("uttrekksfil")
