"""The command `stonad forklar`: why two figures for the same municipality and year differ, step by step.

The steps are data (`seeds/forklaringssteg.csv`) and the figures at each of them are made by dbt
(`intermediate.int_forklaring_stonadslengde`); here they are looked up and shown.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagster_project.feil import Brukerfeil
from dagster_project.formater import oppramsing
from dagster_project.seeds import kodenavn, read_seed
from dagster_project.settings import Mappe, les_miljo
from dagster_project.valg import JsonValg, MappeValg, velg_mappe

STONADSLENGDE = "stonadslengde"
KAN_FORKLARES = (STONADSLENGDE,)
DESIMALER = 6
HARDT_MELLOMROM = "\N{NO-BREAK SPACE}"
TRENGER = {
    "11f": "11F for året",
    "12_maaneder": "leveranser for tolv måneder på rad",
    "slutt": "leveransen for måneden etter, for først da vet vi hvilke forløp som er avsluttet",
}
"""What a figure needs, by `krever` of the step (`seeds/forklaringssteg.csv`)."""

ut = Console(highlight=False)


@dataclass(frozen=True)
class Tall:
    """One of the two figures: its id in `seeds/forklaringstall.csv`, and whom it counts (POPULASJON)."""

    tall: str
    populasjon: str

    @property
    def navn(self) -> str:
        """Return what it is called in a sentence."""
        return f"{_tallets_navn(self.tall)}, {kodenavn('POPULASJON')[self.populasjon].lower()}"


@dataclass(frozen=True)
class Steg:
    """A step of the walk: months (`teller`) and persons, spells or records (`nevner`) after it, and the figure.

    `verdi` has six decimals, and is None where nobody is counted. `endring` is its difference from the step before,
    which is counted as 0 where it is None; the first step has none.
    """

    nummer: int
    steg: str
    navn: str
    teller: int
    nevner: int
    verdi: Decimal | None
    endring: Decimal | None
    forklaring: str


@dataclass(frozen=True)
class Forklaring:
    """The walk from one figure to another, for a municipality and a year up to `maaned`."""

    kommunenummer: str
    kommunenavn: str
    aar: int
    maaned: date
    fra: Tall
    til: Tall
    steg: tuple[Steg, ...]


def forklar(
    hva: Annotated[str, typer.Argument(help="Hva som skal forklares: stonadslengde.")] = STONADSLENGDE,
    kommune: Annotated[str | None, typer.Option("--kommune", help="Kommunenummeret, fire siffer.")] = None,
    aar: Annotated[int | None, typer.Option("--aar", help="Året tallene gjelder.")] = None,
    fra: Annotated[
        str,
        typer.Option(
            "--fra",
            help="Tallet vi går fra: fagsystem, kostra, avledet eller en definisjon, gjerne med populasjon: "
            "forlop_lopende:hovedinntekt.",
        ),
    ] = "fagsystem",
    til: Annotated[str, typer.Option("--til", help="Tallet vi går til, skrevet som --fra.")] = "kostra",
    maaned: Annotated[
        int | None,
        typer.Option("--maaned", help="Tallene slik de er til og med denne måneden (1–12), ikke ved årets slutt."),
    ] = None,
    mappe: MappeValg = None,
    json_: JsonValg = False,
) -> None:
    """Forklar hvorfor to tall er ulike: steg som til sammen er hele forskjellen.

    Tallene er ikke skjermet. De er for dem som har tilgang til varehuset, og skal ikke publiseres.
    """
    if hva not in KAN_FORKLARES:
        raise Brukerfeil(f"Ukjent tall å forklare. Bruk {oppramsing(KAN_FORKLARES)}.")
    if kommune is None or aar is None:
        raise Brukerfeil("Si hvilken kommune og hvilket år det gjelder: --kommune og --aar.")
    forklaring = forklar_stonadslengde(
        velg_mappe(mappe, les_miljo()), kommune, aar, les_tall(fra), les_tall(til), maaned
    )
    if json_:
        print(json.dumps(som_json(forklaring), ensure_ascii=False, indent=2))
    else:
        vis(forklaring)


def les_tall(tekst: str) -> Tall:
    """Return the figure a text names: `kostra`, `forlop_lopende:hovedinntekt`.

    Raises:
        Brukerfeil: if there is no such figure or populasjon; the message lists those there are.
    """
    navn, skille, populasjon = tekst.partition(":")
    kjente = _seed("forklaringstall", "tall")
    if navn not in kjente:
        raise Brukerfeil(f"Ukjent tall i --fra eller --til. Bruk {oppramsing(kjente)}.")
    populasjoner = kodenavn("POPULASJON")
    if skille and populasjon not in populasjoner:
        raise Brukerfeil(f"Ukjent populasjon i --fra eller --til. Bruk {oppramsing(populasjoner)}.")
    return Tall(navn, populasjon if skille else kjente[navn]["populasjon"])


def forklar_stonadslengde(
    mappe: Mappe, kommunenummer: str, aar: int, fra: Tall, til: Tall, maaned: int | None = None
) -> Forklaring:
    """Return the walk from one stønadslengde to another.

    Units: months per person, spell or record. `maaned` is 1-12; without it the figures are those of the year, up to
    the last month that is delivered.

    Raises:
        Brukerfeil: if the warehouse has no such municipality, year or month, or lacks what one of the figures needs.
    """
    if not mappe.varehus.exists():
        raise Brukerfeil(f"Det er ikke bygget noe i {mappe.rot} ennå. Kjør «stonad kjor» først.")
    try:
        with duckdb.connect(str(mappe.varehus), read_only=True) as con:
            _krev_kjent(con, kommunenummer, aar, maaned)
            rader = _les(con, kommunenummer, aar, fra, til, maaned)
            if not rader:
                raise Brukerfeil(_hva_mangler(con, kommunenummer, aar, fra, til, maaned))
            (navn,) = con.execute(
                "select any_value(kommunenavn) from intern.kommune where kommunenummer = ?", [kommunenummer]
            ).fetchone()
    except duckdb.IOException:
        raise Brukerfeil(
            f"Kan ikke åpne {mappe.varehus}. Går en kjøring nå, eller er den åpen i et annet program, så vent og prøv "
            "igjen."
        ) from None
    except duckdb.CatalogException:
        raise Brukerfeil(
            f"Varehuset i {mappe.rot} er bygget før det fantes forklaringer. Kjør «stonad kjor --bygg-alltid»."
        ) from None
    return Forklaring(
        kommunenummer=kommunenummer,
        kommunenavn=navn or kommunenummer,
        aar=aar,
        maaned=rader[0][0],
        fra=fra,
        til=til,
        steg=tuple(Steg(*rad[1:]) for rad in rader),
    )


def _tallets_navn(tall: str) -> str:
    navn = _seed("forklaringstall", "tall")[tall]["navn"]
    return navn or _seed("stonadslengde_definisjon", "definisjon")[tall]["navn"]


def _seed(navn: str, nokkel: str) -> dict[str, dict[str, str]]:
    return {rad[nokkel]: rad for rad in read_seed(navn)}


def _krev_kjent(con: duckdb.DuckDBPyConnection, kommunenummer: str, aar: int, maaned: int | None) -> None:
    """Stop where the case system's deliveries do not reach.

    Raises:
        Brukerfeil: if there is no such municipality, year or month; the message lists those there are.
    """
    maaneder = con.execute("select kommunenummer, maaned from intermediate.int_kommune_maaned order by all").fetchall()
    if not maaneder:
        raise Brukerfeil(
            "Varehuset har ingen månedlige leveranser fra fagsystemet, og uten dem er det bare ett tall for "
            "stønadslengde."
        )
    kommuner = sorted({nummer for nummer, _ in maaneder})
    if kommunenummer not in kommuner:
        raise Brukerfeil(f"Varehuset har ingen månedlige leveranser fra den kommunen. Det har {oppramsing(kommuner)}.")
    egne = [dag for nummer, dag in maaneder if nummer == kommunenummer]
    if aar not in {dag.year for dag in egne}:
        kjente = sorted({dag.year for dag in egne})
        raise Brukerfeil(
            f"Varehuset har ingen månedlige leveranser fra {kommunenummer} for {aar}. Det har {oppramsing(kjente)}."
        )
    i_aaret = [dag.month for dag in egne if dag.year == aar]
    if maaned is not None and maaned not in i_aaret:
        raise Brukerfeil(
            f"Varehuset har ingen leveranse fra {kommunenummer} for den måneden. For {aar} har det måned "
            f"{oppramsing(i_aaret)}."
        )


def _les(
    con: duckdb.DuckDBPyConnection, kommunenummer: str, aar: int, fra: Tall, til: Tall, maaned: int | None
) -> list[tuple]:
    return con.execute(
        """
        select
            maaned,
            steg_nummer,
            steg,
            steg_navn,
            teller,
            nevner,
            verdi_maaneder,
            endring_maaneder,
            forklaring
        from intermediate.int_forklaring_stonadslengde
        where
            kommunenummer = $kommunenummer
            and aar = $aar
            and periode_type = $periode_type
            and ($maaned is null or month(maaned) = $maaned)
            and fra = $fra
            and fra_populasjon = $fra_populasjon
            and til = $til
            and til_populasjon = $til_populasjon
        order by steg_nummer
        """,
        {
            "kommunenummer": kommunenummer,
            "aar": aar,
            "periode_type": "aar" if maaned is None else "maaned",
            "maaned": maaned,
            "fra": fra.tall,
            "fra_populasjon": fra.populasjon,
            "til": til.tall,
            "til_populasjon": til.populasjon,
        },
    ).fetchall()


def _hva_mangler(
    con: duckdb.DuckDBPyConnection, kommunenummer: str, aar: int, fra: Tall, til: Tall, maaned: int | None
) -> str:
    """Return a sentence on what the figures need that the warehouse does not have."""
    finnes = {
        tilstand
        for (tilstand,) in con.execute(
            """
            select distinct tilstand
            from intermediate.int_forklaring_tilstand
            where
                kommunenummer = $kommunenummer
                and aar = $aar
                and if($maaned is null, er_siste_i_aaret, month(maaned) = $maaned)
            """,
            {"kommunenummer": kommunenummer, "aar": aar, "maaned": maaned},
        ).fetchall()
    }
    if not finnes:
        return f"Det trengs leveranser for alle månedene fra januar {aar}, og noen av dem mangler for {kommunenummer}."
    mangler = [tall for tall in (fra, til) if _tilstand(tall, maaned) not in finnes]
    return " ".join(
        f"{_tallets_navn(tall.tall)} finnes ikke for {kommunenummer} i {aar}. Det trengs "
        f"{TRENGER[_seed('forklaringssteg', 'tilstand')[_tilstand(tall, maaned)]['krever']]}."
        for tall in dict.fromkeys(mangler)
    )


def _tilstand(tall: Tall, maaned: int | None) -> str:
    rad = _seed("forklaringstall", "tall")[tall.tall]
    return rad["tilstand_aar"] if maaned is None else rad["tilstand_maaned"] or rad["tilstand_aar"]


def som_json(forklaring: Forklaring) -> dict[str, object]:
    """Return what `--json` shows. Figures are numbers with at most six decimals."""
    forste, siste = forklaring.steg[0], forklaring.steg[-1]
    return {
        "kommunenummer": forklaring.kommunenummer,
        "kommunenavn": forklaring.kommunenavn,
        "aar": forklaring.aar,
        "maaned": forklaring.maaned.isoformat(),
        "fra": {**vars(forklaring.fra), "verdi_maaneder": _tall_til_json(forste.verdi)},
        "til": {**vars(forklaring.til), "verdi_maaneder": _tall_til_json(siste.verdi)},
        "forskjell_maaneder": _tall_til_json(_forskjell(forklaring.steg)),
        "steg": [
            {
                "nummer": steg.nummer,
                "steg": steg.steg,
                "navn": steg.navn,
                "teller": steg.teller,
                "nevner": steg.nevner,
                "verdi_maaneder": _tall_til_json(steg.verdi),
                "endring_maaneder": _tall_til_json(steg.endring),
                "forklaring": steg.forklaring,
            }
            for steg in forklaring.steg
        ],
    }


def vis(forklaring: Forklaring) -> None:
    """Print the walk: from what to what, a row per step that changes anything, the sum, and the steps that do not."""
    forste, siste = forklaring.steg[0], forklaring.steg[-1]
    uten_betydning = [
        steg
        for forrige, steg in itertools.pairwise(forklaring.steg)
        if (forrige.teller, forrige.nevner, forrige.verdi) == (steg.teller, steg.nevner, steg.verdi)
    ]
    ut.print(
        f"Stønadslengde i {escape(forklaring.kommunenavn)} ({forklaring.kommunenummer}) {forklaring.aar}: fra "
        f"[bold]{_desimaltall(forste.verdi)}[/bold] måneder ({forklaring.fra.navn}) til "
        f"[bold]{_desimaltall(siste.verdi)}[/bold] ({forklaring.til.navn}).",
        soft_wrap=True,
    )
    tabell = Table(title=f"Til og med {forklaring.maaned:%m.%Y}", title_justify="left")
    tabell.add_column("Steg")
    for kolonne in ("Måneder", "Antall", "Tallet", "Endring"):
        tabell.add_column(kolonne, justify="right", no_wrap=True)
    tabell.add_column("Forklaring", overflow="fold")
    for steg in forklaring.steg:
        if steg in uten_betydning:
            continue
        tabell.add_row(
            steg.navn,
            _heltall(steg.teller),
            _heltall(steg.nevner),
            _desimaltall(steg.verdi),
            "" if steg.endring is None else _desimaltall(steg.endring, fortegn="+"),
            escape(steg.forklaring),
        )
    tabell.add_section()
    tabell.add_row(
        "Hele forskjellen", "", "", "", _desimaltall(_forskjell(forklaring.steg), fortegn="+"), "Summen av endringene."
    )
    ut.print(tabell)
    if uten_betydning:
        navn = "; ".join(steg.navn[0].lower() + steg.navn[1:] for steg in uten_betydning)
        ut.print(f"Uten betydning her: {navn}.", soft_wrap=True)
    ut.print("[dim]Tallene er ikke skjermet og skal ikke publiseres. Stegene er forklart i docs/forklar.md.[/dim]")


def _forskjell(steg: Sequence[Steg]) -> Decimal:
    return sum((ett.endring for ett in steg if ett.endring is not None), Decimal(0))


def _heltall(tall: int) -> str:
    return f"{tall:,}".replace(",", HARDT_MELLOMROM)


def _desimaltall(tall: Decimal | None, fortegn: str = "") -> str:
    if tall is None:
        return "–"
    if tall == 0:
        fortegn = ""
    return f"{tall:{fortegn},.{DESIMALER}f}".replace(",", HARDT_MELLOMROM).replace(".", ",").replace("-", "−")


def _tall_til_json(tall: Decimal | None) -> float | None:
    # A float prints the decimals it was made from, as long as there are no more than fifteen digits.
    return None if tall is None else float(tall)
