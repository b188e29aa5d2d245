"""Options that several commands share, and which folder a command works in."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.feil import Brukerfeil
from dagster_project.settings import Mappe, Miljo

MappeValg = Annotated[
    Path | None,
    typer.Option("--mappe", help="Mappen varehuset bor i. Leses fra STONAD_MAPPE når den ikke er gitt."),
]
JsonValg = Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON for maskiner.")]


def velg_mappe(valgt: Path | None, miljo: Miljo, per: str | None = None) -> Mappe:
    """Return the folder given to the command, or else the environment's.

    Raises:
        Brukerfeil: if neither says which, or `per` is not a date.
    """
    from dagster_project.kjoring import per_dato

    sti = valgt or miljo.mappe
    if sti is None:
        raise Brukerfeil("Si hvilken mappe det gjelder: --mappe DIR, eller sett STONAD_MAPPE.")
    return Mappe(sti.expanduser().resolve(), per_dato(per) if per else None)


def les_maaned(tekst: str) -> date:
    """Return the first day of a month written as `2026-10`.

    Raises:
        Brukerfeil: if it is not written so.
    """
    try:
        if len(tekst) != len("2026-10"):
            raise ValueError(tekst)
        return date.fromisoformat(f"{tekst}-01")
    except ValueError:
        raise Brukerfeil(f"«{tekst}» er ikke en måned. Skriv den som 2026-10.") from None
