"""What is delivered of the month, what is missing, and what was laid aside."""

from datetime import date

from dagster_project import formater
from dagster_project.kalender import flytt_maaned
from dagster_project.rapport.innhold import Alvor, Avsnitt, Blokk, Kolonne, Punkt, Punkter, Seksjon, Slag, Tabell, Tomt
from dagster_project.rapport.seksjoner.felles import Kontekst, flertall, parameter
from dagster_project.rapport.tall import BELOP, Leveranse

ID = "leveranser"
KILDE = "bi.leveranse"
OBJEKTER = {
    "mottaker": "Mottakerne fra fagsystemet",
    "vedtak": "Vedtakene fra fagsystemet",
    "utbetaling": "Utbetalingene fra fagsystemet",
    "hovedbok": "Hovedboken fra økonomisystemet",
}
"""What is delivered for each month."""


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of the deliveries."""
    filer = maanedens(k)
    blokker: list[Blokk] = [Punkter(tuple(_punkter(k, filer)))]
    if filer:
        blokker.append(_tabell(k, filer))
    if holdt := tilbakeholdt(k):
        blokker.append(
            Tabell(
                "tilbakeholdt",
                "Måneder som er holdt tilbake",
                (Kolonne("maaned", "Måned", Slag.MAANED), Kolonne("forklaring", "Hvorfor")),
                tuple(holdt.items()),
                "bi.tilbakeholdt",
                "Rett leveransen, eller kvitter ut funnet med «stonad kvitter», og kjør på nytt.",
            )
        )
    blokker.append(
        Avsnitt("Hva som er kontrollert i tabellene, og hva kontrollene fant, står på kvalitetssiden (kvalitet.html).")
    )
    return Seksjon(ID, "Leveranser og datakvalitet", tuple(blokker))


def maanedens(k: Kontekst) -> list[Leveranse]:
    """Return the files that are about the month, also those about the whole year."""
    slutt = flytt_maaned(k.maaned, 1)
    return [
        fil
        for fil in k.publisert.leveranser(k.nummer)
        if fil.fra and fil.til and fil.fra < slutt and fil.til >= k.maaned
    ]


def erstattet(k: Kontekst) -> set[str]:
    """Return the deliveries that a later one has taken the place of."""
    return {fil.erstatter for fil in k.publisert.leveranser(k.nummer) if fil.erstatter}


def _punkter(k: Kontekst, filer: list[Leveranse]) -> list[Punkt]:
    if not filer:
        return [Punkt(f"Ingen filer gjelder {formater.maaned(k.maaned)}.", Alvor.INFO)]
    lest, godtatt, karantene, sumlinje = (
        sum(getattr(fil, felt) or 0 for fil in filer) for felt in ("lest", "godtatt", "karantene", "sumlinje")
    )
    tekst = (
        f"{flertall(len(filer), 'fil', 'filer')} gjelder {formater.maaned(k.maaned)}. Av {formater.norsk_tall(lest)} "
        f"rader er {formater.norsk_tall(godtatt)} godtatt, {formater.norsk_tall(karantene)} lagt til side og "
        f"{formater.norsk_tall(sumlinje)} sumlinjer."
    )
    return [Punkt(tekst, Alvor.VARSEL if karantene else Alvor.BRA, "leveranser-maaned"), *merknader(k)]


def _tabell(k: Kontekst, filer: list[Leveranse]) -> Tabell:
    byttet = erstattet(k)
    return Tabell(
        "leveranser-maaned",
        f"Filene som gjelder {formater.maaned(k.maaned)}",
        (
            Kolonne("objekt", "Hva"),
            Kolonne("filnavn", "Fil"),
            Kolonne("fra", "Fra", Slag.DATO),
            Kolonne("til", "Til", Slag.DATO),
            Kolonne("mottatt", "Lest inn", Slag.DATO),
            Kolonne("lest", "Lest", Slag.ANTALL),
            Kolonne("godtatt", "Godtatt", Slag.ANTALL),
            Kolonne("karantene", "Lagt til side", Slag.ANTALL),
            Kolonne("sumlinje", "Sumlinjer", Slag.ANTALL),
            Kolonne("status", "Status"),
        ),
        tuple(
            (
                f"{fil.objekt} ({fil.kilde})",
                fil.filnavn,
                fil.fra,
                fil.til,
                fil.mottatt.date(),
                *(
                    Tomt.UKJENT if tall is None else tall
                    for tall in (fil.lest, fil.godtatt, fil.karantene, fil.sumlinje)
                ),
                "erstattet" if fil.leveranse_id in byttet else fil.status,
            )
            for fil in filer
        ),
        f"{KILDE}, fra og til dekker {k.maaned:%Y-%m}",
        "Lest er godtatt, lagt til side og sumlinjer til sammen. «stonad karantene» viser radene som er lagt til side. "
        "En erstattet fil er byttet ut med en senere.",
    )


def mangler(k: Kontekst) -> list[str]:
    """Return what has been delivered for months before, and not for this one."""
    fra, slutt = flytt_maaned(k.maaned, -parameter("aapne_maaneder")), flytt_maaned(k.maaned, 1)
    vanlig, levert = set(), set()
    for fil in k.publisert.leveranser(k.nummer):
        if fil.objekt not in OBJEKTER or fil.status != "godtatt" or not fil.fra or not fil.til:
            continue
        if fil.fra < slutt and fil.til >= k.maaned:
            levert.add(fil.objekt)
        elif fil.fra < k.maaned and fil.til >= fra:
            vanlig.add(fil.objekt)
    return [objekt for objekt in OBJEKTER if objekt in vanlig - levert]


def hull(k: Kontekst) -> list[date]:
    """Return the months between the first published and this one that have no payments, and are not held back."""
    serie = k.per_mottaker("kontant", BELOP)
    if not serie:
        return []
    kjent = serie.keys() | k.publisert.tilbakeholdt(k.nummer).keys()
    return [maaned for maaned in k.vindu if maaned >= min(serie) and maaned not in kjent]


def tilbakeholdt(k: Kontekst) -> dict[date, str]:
    """Return the months of the last year that are held back; in the newest report also those after it."""
    fra, er_nyest = flytt_maaned(k.maaned, -parameter("aapne_maaneder")), k.maaned == k.maaneder[-1]
    return {
        maaned: hvorfor
        for maaned, hvorfor in k.publisert.tilbakeholdt(k.nummer).items()
        if maaned > fra and (maaned < k.maaned or er_nyest)
    }


def merknader(k: Kontekst) -> list[Punkt]:
    """Return what must be looked at: months held back, deliveries missing, rows laid aside."""
    punkter = [
        Punkt(f"{formater.maaned(maaned).capitalize()} er holdt tilbake. {hvorfor}", Alvor.FEIL, "tilbakeholdt")
        for maaned, hvorfor in tilbakeholdt(k).items()
    ]
    punkter += [
        Punkt(f"{OBJEKTER[objekt]} er ikke levert for {formater.maaned(k.maaned)}.", Alvor.FEIL, ID)
        for objekt in mangler(k)
    ]
    if uten := hull(k):
        tekst = formater.oppramsing(formater.maaned(maaned) for maaned in uten)
        punkter.append(Punkt(f"Utbetalingene er ikke levert for {tekst}. Lever det som mangler.", Alvor.VARSEL, ID))
    for fil in maanedens(k):
        if fil.status != "godtatt":
            tekst = f"{fil.filnavn} ble {fil.status} og er ikke med i tallene."
            punkter.append(Punkt(tekst, Alvor.VARSEL, "leveranser-maaned"))
        if fil.karantene and fil.leveranse_id not in erstattet(k):
            rader = flertall(fil.karantene, "rad", "rader")
            punkter.append(
                Punkt(
                    f"{rader} i {fil.filnavn} er lagt til side og er ikke med i tallene. Se «stonad karantene».",
                    Alvor.VARSEL,
                    "leveranser-maaned",
                )
            )
    return punkter
