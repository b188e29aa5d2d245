"""How long people receive, by all the ways it is counted, and why they differ."""

from datetime import date

from dagster_project import formater
from dagster_project.rapport.innhold import Avsnitt, Blokk, Kolonne, Lenke, Punkt, Punkter, Seksjon, Slag, Tabell, Tomt
from dagster_project.rapport.seksjoner.felles import (
    MAANEDER,
    Kontekst,
    Linje,
    Rad,
    av,
    har_tall,
    kodenavn,
    liten,
    maanedstabell,
    tidsfigur,
    tidstabell,
    vist,
)
from dagster_project.rapport.tall import Tall, synlig
from dagster_project.seeds import read_seed

ID = "stonadslengde"
KILDE = "bi.ind_stonadslengde"
TITTEL = "Stønadslengde"
POPULASJONER = ("alle", "hovedinntekt", "supplerende", "18_24", "25_66", "under_30")
HOVEDTALL = "rullerende_12"
"""What is shown first: it can be compared from month to month, and does not begin again in January."""


def navn(definisjon: str) -> str:
    """Return what a definition is called."""
    return next(rad["navn"] for rad in read_seed("stonadslengde_definisjon") if rad["definisjon"] == definisjon)


def _definisjoner(periode_type: str) -> list[str]:
    rader = read_seed("stonadslengde_definisjon")
    return [rad["definisjon"] for rad in rader if periode_type in rad["periode_typer"].split()]


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of how long people receive."""
    maaned = _definisjoner("maaned")
    if not any(har_tall(k.lengde(definisjon), k.vindu) for definisjon in maaned):
        return Seksjon(
            ID,
            TITTEL,
            (
                Avsnitt(
                    "Stønadslengden er ikke kjent for disse månedene. Lever uttrekket av utbetalinger fra fagsystemet, "
                    "så kommer den med."
                ),
            ),
        )
    return Seksjon(
        ID,
        TITTEL,
        (
            Avsnitt(_spredning(k, maaned)),
            _maaned(k, maaned),
            _figur(k, maaned),
            _utvikling(k, maaned),
            *_aar(k),
            Punkter(tuple(_hvorfor(k))),
        ),
    )


def _spredning(k: Kontekst, definisjoner: list[str]) -> str:
    verdier = [(av(k.lengde(definisjon), k.maaned), definisjon) for definisjon in definisjoner]
    kjente = sorted((verdi, definisjon) for verdi, definisjon in verdier if synlig(verdi))
    start = "Det finnes ikke én stønadslengde: Hva som telles, og hvem, avgjør tallet."
    if len(kjente) < 2:
        return f"{start} Bruk alltid den samme definisjonen når du sammenligner."
    (lavest, lav), (hoyest, hoy) = kjente[0], kjente[-1]
    return (
        f"{start} For {formater.maaned(k.maaned)} er den fra {vist(lavest, *MAANEDER)} måneder ({liten(navn(lav))}) "
        f"til {vist(hoyest, *MAANEDER)} måneder ({liten(navn(hoy))}) for alle mottakere. Begge er riktige. Bruk alltid "
        "den samme definisjonen når du sammenligner."
    )


def _lenke(definisjon: str, tillegg: str = "") -> Lenke:
    return Lenke(navn(definisjon) + tillegg, f"def-l-{definisjon}")


def _maaned(k: Kontekst, definisjoner: list[str]) -> Tabell:
    return Tabell(
        "stonadslengde-maaned",
        f"Stønadslengde i {formater.maaned(k.maaned)}, måneder i snitt",
        _kolonner(),
        tuple(
            (_lenke(definisjon), *(av(k.lengde(definisjon, populasjon), k.maaned) for populasjon in POPULASJONER))
            for definisjon in definisjoner
        ),
        f"{KILDE}, periode_type = maaned, verdi_maaneder",
        "Avsluttede forløp for den siste måneden kommer når måneden etter er levert. Er hovedinntekten ukjent, er den "
        "ikke levert.",
    )


def _kolonner() -> tuple[Kolonne, ...]:
    navnene = kodenavn("POPULASJON")
    return (
        Kolonne("definisjon", "Definisjon"),
        *(Kolonne(f"populasjon_{populasjon}", navnene[populasjon], Slag.TALL, 1) for populasjon in POPULASJONER),
    )


def _figur(k: Kontekst, definisjoner: list[str]) -> Blokk:
    tabell = tidstabell(
        "stonadslengde-serier",
        "Stønadslengde etter definisjon, alle mottakere",
        [Linje(navn(definisjon), k.lengde(definisjon)) for definisjon in definisjoner],
        k.vindu,
        MAANEDER,
        f"{KILDE}, periode_type = maaned, populasjon = alle, verdi_maaneder",
        "Hittil i året begynner på nytt hver januar.",
    )
    return tidsfigur(tabell, "Måneder")


def _utvikling(k: Kontekst, definisjoner: list[str]) -> Tabell:
    return maanedstabell(
        k,
        "stonadslengde-endring",
        "Stønadslengde mot måneden før og samme måned i fjor, alle mottakere",
        [Rad(_lenke(definisjon), k.lengde(definisjon), *MAANEDER) for definisjon in definisjoner],
        f"{KILDE}, periode_type = maaned, populasjon = alle, verdi_maaneder",
    )


def hele_aar(k: Kontekst) -> list[int]:
    """Return the last two years that are over and whose December is published, the newest first."""
    siste = k.siste_hele_aar
    return [aar for aar in (siste, siste - 1) if date(aar, 12, 1) in k.maaneder]


def _aar(k: Kontekst) -> list[Blokk]:
    blokker: list[Blokk] = []
    for aar in hele_aar(k):
        rader = tuple(
            (_lenke(definisjon), *(_aarstall(k, aar, definisjon, populasjon) for populasjon in POPULASJONER))
            for definisjon in _definisjoner("aar")
        )
        blokker.append(
            Tabell(
                f"stonadslengde-{aar}",
                f"Stønadslengde i hele {aar}, måneder i snitt",
                _kolonner(),
                rader,
                f"{KILDE}, periode_type = aar, periode = {aar}-01-01, verdi_maaneder",
            )
        )
    return blokker or [Avsnitt("Kalenderåret kommer når desember er levert.")]


def _aarstall(k: Kontekst, aar: int, definisjon: str, populasjon: str) -> Tall | Tomt:
    return av(k.publisert.lengde(k.nummer, "aar", definisjon, populasjon), date(aar, 1, 1))


def _hvorfor(k: Kontekst) -> list[Punkt]:
    """Say why the numbers differ, with this municipality's numbers where they are shown."""
    par = [
        (
            "hittil_i_aar",
            "rullerende_12",
            "Hittil i året vokser gjennom året og kan ikke bli mer enn {nummer}. De siste tolv månedene har alltid "
            "tolv måneder å telle i, og bare de som fikk stønad denne måneden, er med",
        ),
        (
            "rullerende_12",
            "forlop_lopende",
            "De siste tolv månedene kan ikke bli mer enn 12. Et løpende forløp kan være flere år, men begynner på nytt "
            "etter en måned uten stønad",
        ),
        (
            "forlop_avsluttet",
            "forlop_lopende",
            "Avsluttede forløp gjelder bare dem som er ferdige. De som fortsatt får, er ofte dem som har fått lengst",
        ),
    ]
    punkter = []
    for en, annen, tekst in par:
        tall = [av(k.lengde(definisjon), k.maaned) for definisjon in (en, annen)]
        vis = f": {vist(tall[0], *MAANEDER)} mot {vist(tall[1], *MAANEDER)}" if all(map(synlig, tall)) else ""
        punkter.append(Punkt(f"{tekst.format(nummer=k.maaned.month)}{vis}.", til=f"def-l-{annen}"))
    if aar := next(iter(hele_aar(k)), None):
        punkter.append(
            Punkt(
                f"Hva forskjellen mellom to av tallene består av, steg for steg: «stonad forklar stonadslengde "
                f"--kommune {k.nummer} --aar {aar}». Det er bare for dem som har tilgang til varehuset."
            )
        )
    return punkter
