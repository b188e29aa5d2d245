"""The findings of one file as a person reads them: in the terminal, as JSON, and as a worklist in Excel.

Findings that say the same about the same case are put together with all their lines, and every list ends somewhere: a
file can hold more findings than anyone reads. No identity number is shown; a case is known by its journal number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dagster_project.ingestion.regel import linjeliste
from dagster_project.kostra.kontroll.motor import MINNE, Kontrollresultat

ALVORSNAVN = MappingProxyType(
    {"FATAL": "Kritisk feil", "ERROR": "Feil", "WARNING": "Advarsel", "INFO": "Til informasjon", "OK": "I orden"}
)
"""Worst first."""
UTEN_SAKSBEHANDLER = "Hele filen"
MAKS_LINJER = 200
MAKS_RADER_I_ARK = 20_000
MAKS_FUNN_PER_REGEL_I_JSON = 1_000
_ULOVLIG_I_ARKNAVN = re.compile(r"[\[\]:*?/\\']")
_ARKNAVN_LENGDE = 31


@dataclass(frozen=True)
class Punkt:
    """One point of the worklist: what one rule says about one case, or about the file (no journalnummer).

    `linjer` are the first of them, ascending, and `antall_linjer` how many there are.
    """

    alvor: str
    saksbehandler: str
    journalnummer: str
    regel: str
    linjer: tuple[int, ...]
    antall_linjer: int
    tittel: str
    melding: str
    gjor: str
    saerhet: str | None

    @property
    def linjetekst(self) -> str:
        """Return the lines as text, runs joined."""
        return linjeliste(self.linjer, self.antall_linjer)


def les_punkter(resultat: Kontrollresultat, maks_per_gruppe: int) -> tuple[list[Punkt], int]:
    """Return the points of a file, worst first, then by caseworker, journal number and rule; and how many are left out.

    At most `maks_per_gruppe` are returned for a severity and caseworker.
    """
    rader = resultat.con.execute(
        f"""
        with punkt as (
            select
                alvor,
                trim(coalesce(saksbehandler, '')) as saksbehandler,
                trim(coalesce(journalnummer, '')) as journalnummer,
                regel,
                tittel,
                melding,
                gjor,
                saerhet,
                min(rekkefolge) as forste,
                min(linjer[1], {MAKS_LINJER}) filter (len(linjer) = 1) as enkeltlinjer,
                any_value(linjer[1:{MAKS_LINJER}]) as linjer,
                sum(len(linjer))::bigint as antall_linjer,
            from {MINNE}.kontroll_funn
            group by all
        ),

        nummerert as (
            select
                *,
                row_number() over (
                    partition by alvor, saksbehandler
                    order by journalnummer, forste
                ) as nummer,
                count(*) over () as alle,
            from punkt
        )

        select
            alvor,
            saksbehandler,
            journalnummer,
            regel,
            coalesce(enkeltlinjer, linjer),
            antall_linjer,
            tittel,
            melding,
            gjor,
            saerhet,
            alle,
        from nummerert
        where nummer <= {maks_per_gruppe}
        order by list_position({list(ALVORSNAVN)}, alvor), saksbehandler, nummer
        """
    ).fetchall()
    punkter = [
        Punkt(
            alvor=rad[0],
            saksbehandler=_synlig(rad[1]) or UTEN_SAKSBEHANDLER,
            journalnummer=_synlig(rad[2]),
            regel=rad[3],
            linjer=tuple(rad[4]),
            antall_linjer=rad[5],
            tittel=rad[6],
            melding=_synlig(rad[7]),
            gjor=rad[8],
            saerhet=rad[9],
        )
        for rad in rader
    ]
    return punkter, rader[0][10] - len(rader) if rader else 0


def _synlig(tekst: str) -> str:
    """Replace what a terminal or Excel would act on instead of showing."""
    return "".join(tegn if tegn.isprintable() else "·" for tegn in tekst)


def antall_per_alvor(resultat: Kontrollresultat) -> dict[str, int]:
    """Return the number of findings for each severity that has any, worst first."""
    antall = dict(resultat.con.execute(f"select alvor, count(*) from {MINNE}.kontroll_funn group by alvor").fetchall())
    return {alvor: antall[alvor] for alvor in ALVORSNAVN if alvor in antall}


def funn_som_json(resultat: Kontrollresultat) -> tuple[list[dict[str, object]], int]:
    """Return the findings in order, at most a thousand of a rule, and how many are left out."""
    rader = resultat.con.execute(
        f"""
        select
            regel,
            alvor,
            linjer[1:{MAKS_FUNN_PER_REGEL_I_JSON}],
            felt,
            trim(saksbehandler),
            trim(journalnummer),
            melding,
            gjor,
            saerhet,
            count(*) over () as alle,
        from {MINNE}.kontroll_funn
        qualify row_number() over (partition by regel order by rekkefolge) <= {MAKS_FUNN_PER_REGEL_I_JSON}
        order by rekkefolge
        """
    ).fetchall()
    navn = ("rule", "severity", "lines", "field", "saksbehandler", "journalnummer", "melding", "gjor", "saerhet")
    return [dict(zip(navn, rad[:-1], strict=True)) for rad in rader], rader[0][-1] - len(rader) if rader else 0


def skriv_excel(punkter: Sequence[Punkt], sti: Path) -> None:
    """Write the worklist: one sheet for each caseworker, the file's own findings first.

    Columns: Journalnummer, Linje, Regel, Alvor, Hva er galt, Hva du gjør, Merknad.
    """
    # Takes a while to load, and only this needs it.
    import xlsxwriter

    valg = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(sti), valg) as bok:
        overskrift = bok.add_format({"bold": True, "bottom": 1, "valign": "top"})
        brytes = bok.add_format({"text_wrap": True, "valign": "top"})
        brukt: set[str] = set()
        saksbehandlere = sorted(
            {punkt.saksbehandler for punkt in punkter}, key=lambda navn: (navn != UTEN_SAKSBEHANDLER, navn)
        )
        for saksbehandler in saksbehandlere or [UTEN_SAKSBEHANDLER]:
            ark = bok.add_worksheet(_arknavn(saksbehandler, brukt))
            ark.freeze_panes(1, 0)
            for kolonne, (navn, bredde) in enumerate(
                (
                    ("Journalnummer", 15),
                    ("Linje", 12),
                    ("Regel", 13),
                    ("Alvor", 13),
                    ("Hva er galt", 60),
                    ("Hva du gjør", 60),
                    ("Merknad", 60),
                )
            ):
                ark.set_column(kolonne, kolonne, bredde)
                ark.write_string(0, kolonne, navn, overskrift)
            egne = [punkt for punkt in punkter if punkt.saksbehandler == saksbehandler]
            for rad, punkt in enumerate(egne[:MAKS_RADER_I_ARK], start=1):
                for kolonne, verdi in enumerate(
                    (
                        punkt.journalnummer,
                        punkt.linjetekst,
                        punkt.regel,
                        ALVORSNAVN[punkt.alvor],
                        punkt.melding,
                        punkt.gjor,
                        punkt.saerhet or "",
                    )
                ):
                    ark.write_string(rad, kolonne, verdi, brytes)
            if len(egne) > MAKS_RADER_I_ARK:
                ark.write_string(MAKS_RADER_I_ARK + 1, 4, f"… og {len(egne) - MAKS_RADER_I_ARK} punkter til")


def _arknavn(saksbehandler: str, brukt: set[str]) -> str:
    """Return a name Excel takes, unlike those in `brukt`, and add it there."""
    grunn = _ULOVLIG_I_ARKNAVN.sub("_", saksbehandler)[:_ARKNAVN_LENGDE]
    navn, nummer = grunn, 1
    # Excel keeps «History» for itself and does not tell capitals from small letters.
    while navn.lower() in brukt | {"history"}:
        nummer += 1
        navn = f"{grunn[: _ARKNAVN_LENGDE - len(str(nummer)) - 1]} {nummer}"
    brukt.add(navn.lower())
    return navn
