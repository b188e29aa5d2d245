"""The command `stonad arbeidsbok`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dagster_project.arbeidsbok.oppsett import arbeidsboknavn
from dagster_project.formater import norsk_tall
from dagster_project.publisering import DATABASE
from dagster_project.settings import les_miljo
from dagster_project.valg import JsonValg, MappeValg, velg_mappe

ut = Console(highlight=False)


def arbeidsbok(
    kommune: Annotated[
        list[str] | None,
        typer.Option("--kommune", help="Kommunenummeret, fire siffer. Kan gis flere ganger; ellers alle kommunene."),
    ] = None,
    til: Annotated[
        Path | None,
        typer.Option("--ut", help="Filen den skrives til, eller mappen den legges i. Ellers mappen rapporter."),
    ] = None,
    mappe: MappeValg = None,
    json_: JsonValg = False,
) -> None:
    """Skriv en Excel-arbeidsbok med nøkkeltall, figurer, funn og tabeller av det som er publisert."""
    from dagster_project.arbeidsbok.bok import skriv_arbeidsbok
    from dagster_project.arbeidsbok.tall import les_innhold

    valgt = velg_mappe(mappe, les_miljo())
    kommuner = list(dict.fromkeys(kommune or []))
    innhold = les_innhold(valgt.publisert / DATABASE, kommuner)
    fil = filnavn(til if til is not None else valgt.rapporter, kommuner)
    skriv_arbeidsbok(innhold, fil)
    rader = sum(len(ark.rader) for ark in innhold.ark)
    if json_:
        svar = {"fil": str(fil), "kommuner": [nummer for nummer, _ in innhold.kommuner], "rader": rader}
        print(json.dumps(svar, ensure_ascii=False, indent=2))
        return
    antall = "1 kommune" if len(innhold.kommuner) == 1 else f"{norsk_tall(len(innhold.kommuner))} kommuner"
    ut.print(f"Skrev {fil}: {antall}, {norsk_tall(rader)} rader.", soft_wrap=True)


def filnavn(til: Path, kommuner: Sequence[str]) -> Path:
    """Return the file to write: the one that is given, or one in the folder with the municipalities in its name."""
    if til.suffix.lower() == ".xlsx":
        return til
    return til / arbeidsboknavn(kommuner)
