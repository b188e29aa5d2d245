"""The command `stonad karantene`: the rows that were set aside, why, and what the caseworker does about them.

What is shown is what the warehouse keeps of such a row: file, line, rule and a masked text. The whole text lies
encrypted with the identities, and in the file as it was delivered.
"""

import json
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.feil import Brukerfeil
from dagster_project.ingestion.regel import melding, regler
from dagster_project.las import enerett
from dagster_project.settings import Mappe, les_miljo
from dagster_project.valg import JsonValg, MappeValg, velg_mappe

MAKS_VIST = 50

ut = Console(highlight=False)


@dataclass(frozen=True)
class Karantenerad:
    """One row set aside. `linje` is its line in the file as delivered; None stands for what does not apply."""

    filnavn: str
    linje: int
    kommunenummer: str | None
    objekt: str
    regel: str
    tittel: str
    gjor: str
    journalnummer: str | None
    saksbehandler: str | None
    felt: str | None
    verdi: str | None
    melding: str
    raatekst_maskert: str | None


KARANTENE = """
    select
        leveranse.filnavn,
        karantene.linje,
        leveranse.kommunenummer,
        leveranse.objekt,
        karantene.regel,
        karantene.journalnummer,
        karantene.saksbehandler,
        karantene.felt,
        karantene.verdi,
        karantene.melding,
        karantene.raatekst_maskert,
        null as tillegg,
        leveranse.leveranse_id in ({erstattet}) as er_erstattet
    from intern.karantene as karantene
    inner join intern.leveranse as leveranse on karantene.leveranse_id = leveranse.leveranse_id
    where leveranse.status = 'godtatt' and leveranse.kilde in ('kostra', 'fagsystem', 'regnskap')
"""
# What only shows when all deliveries are seen together is found by the models, and has its message made here.
KARANTENE_SAMLET = """
    select
        leveranse.filnavn,
        feil.linje,
        leveranse.kommunenummer,
        feil.objekt,
        feil.regel,
        feil.journalnummer,
        null as saksbehandler,
        feil.felt,
        feil.verdi,
        null as melding,
        null as raatekst_maskert,
        feil.tillegg,
        false as er_erstattet
    from intermediate.int_fagsystem_feil as feil
    inner join intern.leveranse as leveranse on feil.leveranse_id = leveranse.leveranse_id
"""
ADVARSEL = """
    select
        leveranse.filnavn,
        advarsel.linje,
        leveranse.kommunenummer,
        leveranse.objekt,
        advarsel.regel,
        advarsel.journalnummer,
        advarsel.saksbehandler,
        null as felt,
        null as verdi,
        advarsel.melding,
        null as raatekst_maskert,
        null as tillegg,
        leveranse.leveranse_id in ({erstattet}) as er_erstattet
    from intern.advarsel as advarsel
    inner join intern.leveranse as leveranse on advarsel.leveranse_id = leveranse.leveranse_id
"""
ADVARSEL_SAMLET = """
    select
        coalesce(leveranse.filnavn, strftime(advarsel.maaned, '%Y-%m')) as filnavn,
        advarsel.linje,
        advarsel.kommunenummer,
        advarsel.objekt,
        advarsel.regel,
        advarsel.journalnummer,
        null as saksbehandler,
        null as felt,
        null as verdi,
        null as melding,
        null as raatekst_maskert,
        advarsel.tillegg,
        false as er_erstattet
    from intermediate.int_fagsystem_advarsel as advarsel
    left join intern.leveranse as leveranse on advarsel.leveranse_id = leveranse.leveranse_id
    union all
    select
        leveranse.filnavn,
        advarsel.linje,
        advarsel.kommunenummer,
        leveranse.objekt,
        advarsel.regel,
        null as journalnummer,
        null as saksbehandler,
        'periode' as felt,
        advarsel.verdi,
        null as melding,
        null as raatekst_maskert,
        advarsel.tillegg,
        false as er_erstattet
    from intermediate.int_hovedbok_advarsel as advarsel
    inner join intern.leveranse as leveranse on advarsel.leveranse_id = leveranse.leveranse_id
    union all
    select
        rapporteringsaar::varchar as filnavn,
        0 as linje,
        kommunenummer,
        '0A' as objekt,
        regel,
        null as journalnummer,
        null as saksbehandler,
        'belop' as felt,
        belop_hovedbok_1000::varchar as verdi,
        forklaring as melding,
        null as raatekst_maskert,
        null as tillegg,
        false as er_erstattet
    from intern.avvik_0a
"""


def les_karantene(
    mappe: Mappe,
    *,
    kommunenummer: str | None = None,
    objekt: str | None = None,
    regel: str | None = None,
    alle: bool = False,
    advarsler: bool = False,
) -> list[Karantenerad]:
    """Return the rows that are set aside now, or with `advarsler` what was taken in and should be looked at.

    Shape: one per file, line and rule, in that order. Rows of a delivery that a later one stands in the place of are
    left out unless `alle`. Before the first build there is only what ingestion found.

    Raises:
        Brukerfeil: if there is no warehouse, or a run is going on.
    """
    if not mappe.varehus.exists():
        raise Brukerfeil(f"Det er ikke lest inn noe i {mappe.rot} ennå. Kjør «stonad kjor» først.")
    alene, samlet = (ADVARSEL, ADVARSEL_SAMLET) if advarsler else (KARANTENE, KARANTENE_SAMLET)
    with enerett(mappe), duckdb.connect(str(mappe.varehus), read_only=True) as con:
        er_bygget = {navn for (navn,) in con.execute("select table_name from duckdb_tables()").fetchall()} >= {
            "int_fagsystem_feil",
            "int_fagsystem_advarsel",
            "int_hovedbok_advarsel",
        }
        erstattet = "select erstatter_leveranse_id from bi.leveranse where erstatter_leveranse_id is not null"
        deler = [alene.format(erstattet=erstattet if er_bygget else "select null::varchar where false")]
        deler += [samlet] if er_bygget else []
        sporring = con.execute(
            f"""
            select *
            from ({" union all ".join(deler)})
            where
                ($kommunenummer is null or kommunenummer = $kommunenummer)
                and ($objekt is null or objekt = $objekt)
                and ($regel is null or regel = $regel)
                and ($alle or not er_erstattet)
            order by all
            """,
            {"kommunenummer": kommunenummer, "objekt": objekt, "regel": regel, "alle": alle},
        )
        navn = [kolonne[0] for kolonne in sporring.description]
        return [_rad(dict(zip(navn, rad, strict=True))) for rad in sporring.fetchall()]


def _rad(rad: dict) -> Karantenerad:
    regelen = regler()[rad["regel"]]
    tillegg = rad.pop("tillegg")
    rad.pop("er_erstattet")
    if rad["melding"] is None:
        rad["melding"] = melding(rad["regel"], felt=rad["felt"] or "", verdi=rad["verdi"] or "", tillegg=tillegg or "")
    return Karantenerad(**rad, tittel=regelen["tittel"], gjor=regelen["gjor"])


def karantene(
    kommune: Annotated[str | None, typer.Option("--kommune", help="Bare denne kommunen (fire siffer).")] = None,
    objekt: Annotated[
        str | None,
        typer.Option(
            "--objekt", help="Bare disse filene: 11F, 11CF, 0A, mottaker, vedtak, utbetaling, hovedbok, budsjett."
        ),
    ] = None,
    regel: Annotated[
        str | None, typer.Option("--regel", help="Bare rader som bryter denne regelen, for eksempel F03.")
    ] = None,
    alle: Annotated[
        bool, typer.Option("--alle", help="Ta med rader i leveranser som er erstattet av en nyere.")
    ] = False,
    advarsler: Annotated[
        bool, typer.Option("--advarsler", help="Vis i stedet det som er tatt med, men bør ses på, og det som mangler.")
    ] = False,
    mappe: MappeValg = None,
    json_: JsonValg = False,
) -> None:
    """Vis radene som er lagt til side: fil, linje, hva som er galt, og hva du gjør.

    Radene kommer med av seg selv når en rettet fil eller en rettet profil er på plass.
    """
    rader = les_karantene(
        velg_mappe(mappe, les_miljo()),
        kommunenummer=kommune,
        objekt=objekt,
        regel=regel,
        alle=alle,
        advarsler=advarsler,
    )
    if json_:
        print(json.dumps([asdict(rad) for rad in rader], ensure_ascii=False, indent=2))
        return
    if not rader:
        ut.print("Ingenting å se på." if advarsler else "Ingen rader er lagt til side.")
        return
    for (filnavn, regel_), gruppe in groupby(sorted(rader, key=_gruppe), _gruppe):
        _vis_gruppe(filnavn, regel_, list(gruppe))
    ut.print(f"{len(rader)} rader i alt. Alt vises med --json.")


def _gruppe(rad: Karantenerad) -> tuple[str, str]:
    return rad.filnavn, rad.regel


def _vis_gruppe(filnavn: str, regel: str, rader: list[Karantenerad]) -> None:
    tabell = Table(title=f"{escape(filnavn)}: {escape(rader[0].tittel)} ({regel})", title_justify="left")
    for overskrift in ("Linje", "Journalnr.", "Felt"):
        tabell.add_column(overskrift, no_wrap=True)
    tabell.add_column("Hva er galt", overflow="fold")
    for rad in rader[:MAKS_VIST]:
        tabell.add_row(str(rad.linje), escape(rad.journalnummer or ""), escape(rad.felt or ""), escape(rad.melding))
    ut.print(tabell)
    if len(rader) > MAKS_VIST:
        ut.print(f"… og {len(rader) - MAKS_VIST} til.")
    if rader[0].gjor:
        ut.print(f"Hva du gjør: {escape(rader[0].gjor)}", soft_wrap=True)
    ut.print()
