"""Write what a reader found in one register file: rows to `raw`, the rest to quarantine with its reason."""

from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.feil import uten_persondata
from dagster_project.ingestion.fil import Filinnhold
from dagster_project.ingestion.gjenkjenning import Gjenkjent
from dagster_project.ingestion.regel import melding
from dagster_project.ingestion.vurdering import Vurdering
from dagster_project.register.klass import les_klass
from dagster_project.register.lest import Feil, Lest, RegisterFeil
from dagster_project.register.maaned import maaned_i_tekst
from dagster_project.register.nav import les_nav
from dagster_project.register.ssb import les_befolkning_kvartal, les_kostra_tabell, les_kpi
from dagster_project.register.tabeller import RAATABELLER_REGISTER
from dagster_project.ssb.jsonstat import er_jsonstat

MAKS_FUNN = 500
MAKS_VIST = 40
UTELATT = "utelatt_registertall"
KARANTENE_SKJEMA = pa.schema(
    [
        ("linje", pa.int32()),
        ("regel", pa.string()),
        ("felt", pa.string()),
        ("melding", pa.string()),
        ("rader", pa.int32()),
    ]
)


def register_id(innhold: Filinnhold, filnavn: str) -> str:
    """Return the id of a delivery: its content, and the month in its name, which is all that tells two months apart."""
    maaned = maaned_i_tekst(Path(filnavn).stem)
    return f"{innhold.leveranse_id}-{maaned}" if maaned else innhold.leveranse_id


def les_register(con: duckdb.DuckDBPyConnection, innhold: Filinnhold, gjenkjent: Gjenkjent) -> Vurdering:
    """Read one register file into `raw`, or refuse it.

    Shape: a «row» is a figure. In the database one row per figure used, key leveranse_id and sted or linje. Figures
    left out stand in `intern.karantene`, one row per reason with their number; those that cannot be read, one row each.
    """
    vurdering = Vurdering(innhold, gjenkjent)
    leveranse_id = register_id(innhold, innhold.sti.name)
    con.begin()
    try:
        for tabell in (*RAATABELLER_REGISTER[gjenkjent.objekt], "intern.karantene"):
            con.execute(f"delete from varehus.{tabell} where leveranse_id = ?", [leveranse_id])
        lest = _les(con, innhold.sti, gjenkjent.objekt)
        con.register("register_rader", lest.rader)
        con.execute(f"insert into varehus.{lest.tabell} select ?, * from register_rader", [leveranse_id])
        con.unregister("register_rader")
        _legg_til_side(con, leveranse_id, lest)
    except RegisterFeil as feil:
        vurdering.regel = "registerfil"
        vurdering.melding = melding("registerfil", tillegg=uten_persondata(str(feil)))
        con.commit()
        return vurdering
    except BaseException:
        con.rollback()
        raise
    con.commit()
    vurdering.rader_lest = lest.lest
    vurdering.rader_godtatt = lest.rader.num_rows
    vurdering.rader_karantene = sum(utelatt.antall for utelatt in lest.utelatt) + len(lest.feil)
    vurdering.funn = [(feil.linje, _melding(feil)) for feil in lest.feil[:MAKS_FUNN]]
    if len(lest.aar) == 1:
        (vurdering.aar,) = lest.aar
    return vurdering


def _les(con: duckdb.DuckDBPyConnection, sti: Path, objekt: str) -> Lest:
    match objekt:
        case "nav_register":
            return les_nav(con, sti)
        case "befolkning_kvartal":
            return les_befolkning_kvartal(sti)
        case "kpi":
            with sti.open("rb") as fil:
                return les_kpi(sti, er_json=er_jsonstat(fil.read(64 * 1024)))
        case "kostra_tabell":
            return les_kostra_tabell(sti)
        case _:
            return les_klass(sti)


def _melding(feil: Feil) -> str:
    vist = feil.verdi if len(feil.verdi) <= MAKS_VIST else feil.verdi[: MAKS_VIST - 1] + "…"
    return uten_persondata(melding(feil.regel, felt=feil.felt, verdi=vist, tillegg=feil.tillegg))


def _legg_til_side(con: duckdb.DuckDBPyConnection, leveranse_id: str, lest: Lest) -> None:
    rader = [
        {"linje": nr, "regel": UTELATT, "felt": item.kode, "melding": f"{item.antall} tall: {item.grunn}"}
        | {"rader": item.antall}
        for nr, item in enumerate(lest.utelatt, start=1)
    ] + [
        {"linje": feil.linje, "regel": feil.regel, "felt": feil.felt or None, "melding": _melding(feil), "rader": 1}
        for feil in lest.feil
    ]
    con.register("register_til_side", pa.Table.from_pylist(rader, schema=KARANTENE_SKJEMA))
    con.execute(
        f"""
        insert into varehus.intern.karantene (leveranse_id, {", ".join(KARANTENE_SKJEMA.names)})
        select
            ?,
            *,
        from register_til_side
        """,
        [leveranse_id],
    )
    con.unregister("register_til_side")
