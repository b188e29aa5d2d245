"""Read SSB's population by one-year age (tables 11805 and 07459, json-stat2) into `raw.ssb_befolkning`."""

from pathlib import Path

import duckdb

from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.regel import melding
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.ssb.jsonstat import JsonstatFeil, befolkning, les_jsonstat


def les_befolkning(con: duckdb.DuckDBPyConnection, innhold: Filinnhold, gjenkjent: Gjenkjent) -> Vurdering:
    """Read one file into `raw`, or refuse it.

    Shape: a «row» is a cell of the table. In the database one row per cell used, key leveranse_id and linje (the
    cell's position in the file); cells left out stand in `intern.karantene`, one row per code with their number.
    """
    vurdering = Vurdering(innhold, gjenkjent)
    leveranse_id = innhold.leveranse_id
    con.begin()
    for tabell in ("raw.ssb_befolkning", "intern.karantene"):
        con.execute(f"delete from varehus.{tabell} where leveranse_id = ?", [leveranse_id])
    try:
        datasett = les_jsonstat(Path(innhold.sti))
        folk = befolkning(datasett)
    except (JsonstatFeil, UnicodeEncodeError) as feil:
        tillegg = (
            str(feil).encode(errors="replace").decode()
            if isinstance(feil, JsonstatFeil)
            else "Filen har koder med tegn som ikke finnes. Hent den på nytt fra SSB."
        )
        vurdering.regel = "jsonstat"
        vurdering.melding = melding("jsonstat", tillegg=tillegg)
        con.commit()
        return vurdering
    con.register("celler", folk.tabell)
    con.execute(
        """
        insert into varehus.raw.ssb_befolkning
        select
            $leveranse_id,
            celle,
            $tabell,
            kommunenummer,
            rapporteringsaar,
            alder,
            innbyggere,
            status,
        from celler
        """,
        {"leveranse_id": leveranse_id, "tabell": datasett.tabell or ""},
    )
    con.unregister("celler")
    if folk.utelatt:
        con.executemany(
            "insert into varehus.intern.karantene values (?, ?, 'utelatt_celle', ?, null, null, null, null, ?, ?)",
            [
                [
                    leveranse_id,
                    nummer,
                    utelatt.kode,
                    f"{utelatt.celler} celler: {utelatt.grunn}",
                    utelatt.celler,
                ]
                for nummer, utelatt in enumerate(folk.utelatt, start=1)
            ],
        )
    con.commit()
    vurdering.rader_lest = folk.celler_lest
    vurdering.rader_godtatt = folk.celler_brukt
    vurdering.rader_karantene = sum(utelatt.celler for utelatt in folk.utelatt)
    return vurdering
