"""What stands in another month than it belongs to, and why."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from dagster_project import formater
from dagster_project.kalender import flytt_maaned
from dagster_project.rapport.innhold import (
    Alvor,
    Avsnitt,
    Blokk,
    Kolonne,
    Punkt,
    Punkter,
    Seksjon,
    Slag,
    Tabell,
    Tomt,
)
from dagster_project.rapport.seksjoner.felles import (
    KRONER,
    Kontekst,
    Linje,
    begrep,
    flertall,
    har_tall,
    parameter,
    tidsfigur,
    tidstabell,
)
from dagster_project.rapport.tall import BELOP, Funn, synlig
from dagster_project.seeds import read_seed

ID = "periodisering"
TITTEL = "Periodisering"
KILDE = "bi.avvik_periodisering"
_ALVOR = {"FEIL": Alvor.FEIL, "ADVARSEL": Alvor.VARSEL, "INFO": Alvor.INFO}
_SERIE = {"fagsystem": "Utbetalinger", "regnskap": "Regnskap"}


@cache
def _aarsaker() -> dict[tuple[str, str], dict[str, str]]:
    return {(rad["aarsak"], rad["serie"]): rad for rad in read_seed("avvik_aarsak")}


@dataclass(frozen=True)
class SamletFunn:
    """One finding: its rows, one for each month the money belongs to."""

    rader: tuple[Funn, ...]

    @property
    def forste(self) -> Funn:
        """Return the first row; all have the same month, series, cause and severity."""
        return self.rader[0]

    @property
    def navn(self) -> str:
        """Return the cause in words."""
        return _aarsaker()[self.forste.aarsak, self.forste.serie]["navn"]

    @property
    def er_aapent(self) -> bool:
        """Return whether it must be looked at and nobody has accepted all of it."""
        return self.forste.alvor in {"FEIL", "ADVARSEL"} and not all(rad.kvittert for rad in self.rader)

    @property
    def setning(self) -> str:
        """Return the finding in one sentence; of several months with the sum of what is published."""
        if len(self.rader) == 1 or any(rad.belop is None for rad in self.rader):
            return " ".join(rad.forklaring for rad in self.rader)
        belop = sum((rad.belop for rad in self.rader), Decimal(0))
        motparter = sorted({rad.motpart for rad in self.rader if rad.motpart})
        gjelder = f" som hører til i {_maaneder(motparter)}" if motparter else ""
        return f"{self.navn} i {formater.maaned(self.forste.maaned)}: {formater.runde_kroner(belop)}{gjelder}."

    @property
    def gjor(self) -> str:
        """Return what to do about it."""
        return _aarsaker()[self.forste.aarsak, self.forste.serie]["gjor"]


def _maaneder(maaneder: list[date]) -> str:
    """Return months as a list, with the year once when it is the same: `mai, juni og juli 2022`."""
    if len({maaned.year for maaned in maaneder}) > 1:
        return formater.oppramsing(formater.maaned(maaned) for maaned in maaneder)
    navn = [formater.MAANEDER[maaned.month - 1] for maaned in maaneder]
    return f"{formater.oppramsing(navn)}{formater.MELLOMROM}{maaneder[0].year}"


def samlet(k: Kontekst) -> list[SamletFunn]:
    """Return the findings to and with the report's month, the newest first and the gravest first in a month."""
    grupper: dict[tuple[date, str, str], list[Funn]] = {}
    for rad in k.publisert.funn(k.nummer):
        if rad.maaned <= k.maaned:
            grupper.setdefault((rad.maaned, rad.serie, rad.aarsak), []).append(rad)
    funn = [SamletFunn(tuple(rader)) for rader in grupper.values()]
    alvor = list(_ALVOR)
    return sorted(funn, key=lambda ett: (-ett.forste.maaned.toordinal(), alvor.index(ett.forste.alvor)))


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of what stands in the wrong month."""
    if not har_tall(k.per_mottaker("kontant", BELOP), k.vindu) and not k.regnskap:
        return Seksjon(
            ID,
            TITTEL,
            (Avsnitt("Periodiseringen kan vurderes når utbetalingene eller hovedboken er levert for minst to år."),),
        )
    return Seksjon(
        ID,
        TITTEL,
        (
            Avsnitt(
                "Pengene betales og bokføres ikke alltid i måneden de gjelder. Da svinger utgiften uten at behovet "
                "gjør det. Funnene under sier hva som står i feil måned, og hvorfor."
            ),
            *_maal(k),
            _figur(k),
            *_tabell(k),
        ),
    )


def _figur(k: Kontekst) -> Blokk:
    linjer = [
        Linje(begrep(grunnlag).tekst, serie)
        for grunnlag in ("kontant", "periodisert")
        if har_tall(serie := k.per_mottaker(grunnlag, BELOP), k.vindu)
    ]
    if har_tall(k.regnskap, k.vindu):
        linjer.append(Linje("Regnskap", k.regnskap))
    tabell = tidstabell(
        "periodisering-serier",
        "Utbetalt, periodisert og bokført, med funn",
        linjer,
        k.vindu,
        KRONER,
        "bi.ind_utbetaling_per_mottaker, populasjon = alle, belop_nok; regnskap: bi.avstemming, fagsystem til "
        "hovedbok, stonadsform = ALLE, aarsak = til",
        f"Merkene er måneder med funn av alvor FEIL eller ADVARSEL i {KILDE}.",
    )
    merker: dict[date, list[str]] = {}
    for funn in reversed(samlet(k)):
        if funn.forste.alvor != "INFO" and funn.forste.maaned in k.vindu:
            merker.setdefault(funn.forste.maaned, []).append(funn.navn)
    tekst = f"{flertall(len(merker), 'måned', 'måneder')} har funn." if merker else "Ingen måneder har funn."
    return tidsfigur(
        tabell,
        "Kroner",
        merker=tuple((maaned, formater.oppramsing(dict.fromkeys(navn))) for maaned, navn in merker.items()),
        innledning=tekst,
    )


def _tabell(k: Kontekst) -> list[Blokk]:
    fra = flytt_maaned(k.maaned, -parameter("aapne_maaneder"))
    rader = tuple(
        (
            rad.maaned,
            _SERIE[rad.serie],
            rad.alvor,
            rad.forklaring,
            Tomt.UKJENT if rad.belop is None else rad.belop,
            Tomt.UKJENT if rad.andel is None else rad.andel,
            rad.kvittert,
            rad.kvittert_av or "",
            rad.kvittert_tekst or "",
            funn.gjor,
        )
        for funn in samlet(k)
        for rad in funn.rader
        if rad.maaned > fra
    )
    if not rader:
        return [
            Avsnitt(
                f"Det er ingen funn i de {parameter('aapne_maaneder')} månedene til og med {formater.maaned(k.maaned)}."
            )
        ]
    return [
        Tabell(
            "periodisering-funn",
            f"Funn i de {parameter('aapne_maaneder')} månedene til og med {formater.maaned(k.maaned)}",
            (
                Kolonne("maaned", "Måned", Slag.MAANED),
                Kolonne("serie", "Serie"),
                Kolonne("alvor", "Alvor"),
                Kolonne("forklaring", "Hva"),
                Kolonne("belop", "Beløp", Slag.KRONER),
                Kolonne("andel", "Av en vanlig måned", Slag.PROSENT, 1),
                Kolonne("kvittert", "Kvittert"),
                Kolonne("kvittert_av", "Av hvem"),
                Kolonne("kvittert_tekst", "Begrunnelse"),
                Kolonne("gjor", "Hva du gjør"),
            ),
            rader,
            f"{KILDE}, maaned etter {fra:%Y-%m} til og med {k.maaned:%Y-%m}",
            "Funn som gjelder 1 eller 2 personer, og INFO under en prosent av en vanlig måned, er ikke publisert.",
        )
    ]


def _maal(k: Kontekst) -> list[Blokk]:
    """Say how much better the periodised series follows the recipients than the others."""
    for_, etter = (k.publisert.maal(k.nummer, grunnlag, "lopende") for grunnlag in ("kontant", "periodisert"))
    if not (synlig(for_) and synlig(etter)):
        return []
    bedre = "bedre" if etter > for_ else "ikke bedre"
    tekst = (
        f"Den periodiserte serien følger mottakerne {bedre} enn den kontante: Samvariasjonen er "
        f"{formater.norsk_tall(etter, 2)} mot {formater.norsk_tall(for_, 2)} for livsopphold og boutgifter, "
        "der 1 er at kroner og mottakere alltid endrer seg likt. Den er målt på alle månedene som er publisert."
    )
    return [
        Punkter((Punkt(tekst, Alvor.BRA if etter > for_ else Alvor.INFO, "def-b-korrelasjon"),)),
        Tabell(
            "periodisering-maal",
            "Samvariasjon mellom kroner og mottakere fra måned til måned",
            (
                Kolonne("serie", "Serie"),
                Kolonne("alle", "All stønad", Slag.TALL, 2),
                Kolonne("lopende", "Livsopphold og boutgifter", Slag.TALL, 2),
            ),
            tuple(
                (
                    begrep(grunnlag),
                    *(k.publisert.maal(k.nummer, grunnlag, utvalg) for utvalg in ("alle", "lopende")),
                )
                for grunnlag in ("kontant", "periodisert", "regnskap", "regnskap_rettet")
            ),
            "bi.periodisering_maal, korrelasjon",
        ),
    ]


def merknader(k: Kontekst) -> list[Punkt]:
    """Return what must be looked at: the month's open findings, and how many there are in the months before."""
    funn = samlet(k)
    aapne = [ett for ett in funn if ett.er_aapent and ett.forste.maaned == k.maaned]
    grense = parameter("funn_i_toppen")
    punkter = [
        Punkt(f"{ett.setning} Hva du gjør: {ett.gjor}", _ALVOR[ett.forste.alvor], "periodisering-funn")
        for ett in aapne[:grense]
    ]
    if len(aapne) > grense:
        flere = flertall(len(aapne) - grense, "funn", "funn")
        punkter.append(Punkt(f"{flere} til i måneden er ikke kvittert.", Alvor.VARSEL, "periodisering-funn"))
    fra = flytt_maaned(k.maaned, -parameter("aapne_maaneder"))
    eldre = [ett for ett in funn if ett.er_aapent and fra < ett.forste.maaned < k.maaned]
    if eldre:
        feil = sum(ett.forste.alvor == "FEIL" for ett in eldre)
        punkter.append(
            Punkt(
                f"{flertall(len(eldre), 'funn', 'funn')} fra de {parameter('aapne_maaneder') - 1} månedene før er ikke "
                f"kvittert ut ({feil} FEIL, {len(eldre) - feil} ADVARSEL). Se på dem, og kvitter ut dem som er "
                "forklart: «stonad kvitter».",
                Alvor.VARSEL,
                "periodisering-funn",
            )
        )
    return punkter
