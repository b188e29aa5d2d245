"""Put the sections together."""

from datetime import date

from dagster_project import formater
from dagster_project.rapport.innhold import Rapport, Seksjon
from dagster_project.rapport.seksjoner import (
    definisjoner,
    kontroller,
    kostra,
    leveranser,
    mottakere,
    nytt,
    okonomi,
    oppfolging,
    periodisering,
    stonadslengde,
    utbetalinger,
)
from dagster_project.rapport.seksjoner.felles import Kontekst
from dagster_project.rapport.tall import Publisert

_SEKSJONER = (
    nytt.seksjon,
    utbetalinger.seksjon,
    mottakere.seksjon,
    mottakere.seksjon_per_mottaker,
    stonadslengde.seksjon,
    oppfolging.seksjon,
    kostra.seksjon,
    periodisering.seksjon,
    okonomi.seksjon_budsjett,
    okonomi.seksjon_avstemming,
    kontroller.seksjon,
    leveranser.seksjon,
)


def lag_rapport(publisert: Publisert, kommunenummer: str, maaned: date) -> Rapport:
    """Return the report of a municipality and a month, with the sections in the order they are read.

    Raises:
        Brukerfeil: when there is no such municipality or month, or the month is held back.
    """
    publisert.krev(kommunenummer, maaned)
    k = Kontekst(publisert, kommunenummer, maaned)
    seksjoner: tuple[Seksjon, ...] = tuple(lag(k) for lag in _SEKSJONER)
    return Rapport(
        kommunenummer,
        k.navn,
        maaned,
        (*seksjoner, definisjoner.seksjon(k, seksjoner)),
        _publisert(publisert),
    )


def _publisert(publisert: Publisert) -> str:
    tekst = f"Tallene er publisert {formater.tidspunkt(publisert.publisert)}"
    if publisert.datagrunnlag_til is None:
        return f"{tekst}."
    return f"{tekst}. Den siste leveransen de bygger på, kom {formater.tidspunkt(publisert.datagrunnlag_til)}."
