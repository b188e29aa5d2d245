"""The first page: the big numbers, what has changed, and what must be looked at."""

from dagster_project import formater
from dagster_project.rapport.innhold import (
    Alvor,
    Avsnitt,
    Blokk,
    Nokkeltall,
    NokkeltallRad,
    Punkt,
    Punkter,
    Seksjon,
    Slag,
)
from dagster_project.rapport.seksjoner import (
    leveranser,
    mottakere,
    okonomi,
    oppfolging,
    periodisering,
    stonadslengde,
    utbetalinger,
)
from dagster_project.rapport.seksjoner.felles import (
    ANTALL,
    KRONER,
    MAANEDER,
    Kontekst,
    av,
    endringsord,
    har_tall,
    liten,
    maalt,
)
from dagster_project.rapport.tall import BELOP, PER_MOTTAKER, Serie

ID = "nytt"
TITTEL = "Dette må ses på, og dette er nytt"
_REKKEFOLGE = list(Alvor)


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section the report opens with."""
    endringer = [
        *utbetalinger.endringspunkter(k),
        *mottakere.endringspunkter(k),
        *mottakere.per_mottaker_punkter(k),
    ]
    nokkeltall = _nokkeltall(k)
    blokker: list[Blokk] = [NokkeltallRad(tuple(nokkeltall))] if nokkeltall else []
    blokker += [Avsnitt("Dette må ses på:"), Punkter(tuple(maa_ses_paa(k)))]
    if endringer:
        blokker += [Avsnitt("Dette er nytt:"), Punkter(tuple(endringer))]
    else:
        blokker.append(
            Avsnitt(
                "Utbetalinger og mottakere er ikke levert for måneden og måneden før, så det kan ikke sies hva som er "
                "endret."
            )
        )
    return Seksjon(ID, TITTEL, tuple(blokker))


def maa_ses_paa(k: Kontekst) -> list[Punkt]:
    """Return what must be looked at, the gravest first; one reassuring sentence when there is nothing."""
    punkter = [*periodisering.merknader(k), *leveranser.merknader(k), *okonomi.merknader(k)]
    if not punkter:
        return [Punkt("Ingenting må følges opp denne måneden.", Alvor.BRA)]
    return sorted(punkter, key=lambda punkt: _REKKEFOLGE.index(punkt.alvor))


def _nokkeltall(k: Kontekst) -> list[Nokkeltall]:
    """Return the big numbers of what is delivered."""
    lengde = f"Stønadslengde ({liten(stonadslengde.navn(stonadslengde.HOVEDTALL))})"
    valg = (
        ("Utbetalt (kontant)", k.per_mottaker("kontant", BELOP), KRONER, utbetalinger.ID),
        ("Mottakere", k.tall("mottakere"), ANTALL, mottakere.ID),
        ("Utbetaling per mottaker", k.per_mottaker("kontant", PER_MOTTAKER), KRONER, mottakere.ID_PER_MOTTAKER),
        (lengde, k.lengde(stonadslengde.HOVEDTALL), MAANEDER, stonadslengde.ID),
        ("Mottakere under 30 år", k.tall("mottakere", "under_30"), ANTALL, oppfolging.ID),
    )
    tall = [_ett(k, tittel, serie, slag, til) for tittel, serie, slag, til in valg if har_tall(serie, k.vindu)]
    rad = okonomi.budsjett(k)
    if rad is not None and rad.avvik_prognose is not None and rad.budsjett_aar is not None:
        over = "over" if rad.avvik_prognose > 0 else "under"
        tall.append(
            Nokkeltall(
                "Prognose mot budsjett, livsopphold",
                maalt(rad.avvik_prognose, Slag.PROSENT, 1),
                f"{over} {formater.runde_kroner(rad.budsjett_aar)} i {k.maaned.year}",
                okonomi.ID_BUDSJETT,
            )
        )
    return tall


def _ett(k: Kontekst, tittel: str, serie: Serie, slag: tuple[Slag, int], til: str) -> Nokkeltall:
    ny, gammel = av(serie, k.maaned), av(serie, k.i_fjor)
    return Nokkeltall(tittel, maalt(ny, *slag), endringsord(ny, gammel, k.i_fjor), til)
