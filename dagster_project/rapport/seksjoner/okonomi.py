"""The ledger against the budget, and the sources held against each other."""

from datetime import date
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
    andel_pst,
    av,
    begrep,
    har_tall,
    liten,
    parameter,
    tidsfigur,
    tidstabell,
    vist,
)
from dagster_project.rapport.tall import Budsjett, Serie, Tall, synlig
from dagster_project.seeds import read_seed

ID_BUDSJETT = "budsjett"
ID_AVSTEMMING = "avstemming"
SOSIALTJENESTEN = "SOSIALTJENESTEN"
STONAD = "281"
_BUDSJETT_TABELL = "bi.budsjett_maaned"
_KILDE_NAVN = {
    "fagsystem": "Fagsystemet",
    "hovedbok": "Hovedboken",
    "11F": "KOSTRA 11F",
    "0A": "KOSTRA 0A",
    "11CF": "KOSTRA 11CF",
}
_MAANEDLIG = (("fagsystem", "hovedbok"), ("fagsystem", "11F"))
_AARLIG = (("hovedbok", "0A", "ALLE"), ("11CF", "hovedbok", "KVP"))


@cache
def _omraader() -> dict[str, str]:
    rader = {rad["funksjon"]: f"{rad['navn']} ({rad['funksjon']})" for rad in read_seed("regnskap_funksjon")}
    return {SOSIALTJENESTEN: "Sosialtjenesten i alt (242, 243, 276 og 281)", **rader}


def budsjett(k: Kontekst) -> Budsjett | None:
    """Return the row of what social assistance costs, function 281."""
    return k.publisert.budsjett(k.nummer, k.maaned, STONAD)


def seksjon_budsjett(k: Kontekst) -> Seksjon:
    """Return the section of the budget."""
    rader = [
        (navn, rad)
        for omraade, navn in _omraader().items()
        if (rad := k.publisert.budsjett(k.nummer, k.maaned, omraade))
    ]
    if not rader:
        return Seksjon(
            ID_BUDSJETT,
            "Budsjett",
            (
                Avsnitt(
                    f"Budsjettet kan ikke følges i {formater.maaned(k.maaned)}. Lever hovedboken for alle måneder fra "
                    "januar, og årets budsjett, så kommer det med."
                ),
            ),
        )
    blokker: list[Blokk] = []
    if punkt := budsjettpunkt(k):
        blokker.append(Punkter((punkt,)))
    blokker += [_budsjettfigur(k), _budsjettabell(k, rader)]
    return Seksjon(ID_BUDSJETT, "Budsjett", tuple(blokker))


def budsjettpunkt(k: Kontekst) -> Punkt | None:
    """Say how the year is expected to end against the budget for function 281."""
    rad = budsjett(k)
    if rad is None or rad.budsjett_hittil is None or rad.regnskap_hittil is None:
        return None
    hittil = (
        f"Til og med {formater.maaned(k.maaned)} er det brukt {vist(rad.regnskap_hittil, Slag.KRONER)} på ytelse til "
        f"livsopphold, mot {vist(rad.budsjett_hittil, Slag.KRONER)} i budsjettet."
    )
    if rad.prognose is None or rad.avvik_prognose is None:
        return Punkt(f"{hittil} Prognosen for året er ikke kjent.", Alvor.INFO, "budsjett-maaned")
    over = "over" if rad.avvik_prognose > 0 else "under"
    prognose = (
        f" Året ventes å ende på {vist(rad.prognose, Slag.KRONER)}, {formater.prosent(abs(rad.avvik_prognose))} {over} "
        "budsjettet"
    )
    grenser = (
        f", i ni av ti tilfeller mellom {vist(rad.prognose_lav, Slag.KRONER)} og {vist(rad.prognose_hoy, Slag.KRONER)}"
        if rad.prognose_lav is not None and rad.prognose_hoy is not None and rad.prognose_lav < rad.prognose_hoy
        else ""
    )
    varsles = rad.avvik_prognose >= parameter("budsjett_varsel_pst")
    return Punkt(f"{hittil}{prognose}{grenser}.", Alvor.VARSEL if varsles else Alvor.INFO, "budsjett-maaned")


def _budsjettfigur(k: Kontekst) -> Blokk:
    maaneder = [date(k.maaned.year, nummer, 1) for nummer in range(1, k.maaned.month + 1)]
    rader = {maaned: k.publisert.budsjett(k.nummer, maaned, STONAD) for maaned in maaneder}
    regnskap = {maaned: _kjent(rad.regnskap_hittil) for maaned, rad in rader.items() if rad}
    budsjettert = {maaned: _kjent(rad.budsjett_hittil) for maaned, rad in rader.items() if rad}
    tabell = tidstabell(
        "budsjett-hittil",
        f"Ytelse til livsopphold (281) hittil i {k.maaned.year}",
        [Linje("Regnskap", regnskap), Linje("Budsjett", budsjettert)],
        maaneder,
        KRONER,
        f"{_BUDSJETT_TABELL}, omraade = {STONAD}, regnskap_hittil_nok og budsjett_hittil_nok",
        "Netto på drift, uten lån og avdrag.",
    )
    return tidsfigur(tabell, "Kroner")


def _kjent(verdi: Tall | None) -> Tall | Tomt:
    return Tomt.UKJENT if verdi is None else verdi


def _budsjettabell(k: Kontekst, rader: list[tuple[str, Budsjett]]) -> Tabell:
    return Tabell(
        "budsjett-maaned",
        f"Regnskap mot budsjett til og med {formater.maaned(k.maaned)}",
        (
            Kolonne("omraade", "Område"),
            Kolonne("regnskap_hittil", "Regnskap hittil", Slag.KRONER),
            Kolonne("budsjett_hittil", "Budsjett hittil", Slag.KRONER),
            Kolonne("avvik_hittil", "Avvik hittil", Slag.PROSENT, 1),
            Kolonne("budsjett_aar", "Budsjett for året", Slag.KRONER),
            Kolonne("prognose", "Prognose for året", Slag.KRONER),
            Kolonne("prognose_lav", "Nedre grense", Slag.KRONER),
            Kolonne("prognose_hoy", "Øvre grense", Slag.KRONER),
            Kolonne("avvik_prognose", "Avvik, prognose", Slag.PROSENT, 1),
        ),
        tuple(
            (
                navn,
                *(
                    _kjent(verdi)
                    for verdi in (
                        rad.regnskap_hittil,
                        rad.budsjett_hittil,
                        rad.avvik_hittil,
                        rad.budsjett_aar,
                        rad.prognose,
                        rad.prognose_lav,
                        rad.prognose_hoy,
                        rad.avvik_prognose,
                    )
                ),
            )
            for navn, rad in rader
        ),
        f"{_BUDSJETT_TABELL}, maaned = {k.maaned:%Y-%m-%d}",
        "Over 0 er merforbruk. Prognosen er ukjent når budsjettet ikke dekker året, eller historikken er for kort.",
    )


def _avstemt(k: Kontekst, fra: str, til: str, form: str, aarsak: str) -> Serie:
    return k.publisert.avstemming(k.nummer, fra, til, form, aarsak)


def seksjon_avstemming(k: Kontekst) -> Seksjon:
    """Return the section of the reconciliation."""
    blokker: list[Blokk] = []
    for fra, til in _MAANEDLIG:
        blokker += _gang(k, fra, til)
    if tabell := _tolv(k):
        blokker.append(tabell)
    for fra, til, form in _AARLIG:
        if maaned := _siste(k, fra, til, form):
            blokker.append(_vei(k, fra, til, form, maaned, f"{maaned.year}"))
    if not blokker:
        blokker = [
            Avsnitt(
                "Kildene kan ikke holdes mot hverandre ennå. Lever hovedboken fra økonomisystemet, og KOSTRA 11F og 0A "
                "når året er slutt."
            )
        ]
    else:
        blokker.insert(0, Punkter(tuple(_avstemt_punkter(k))))
    return Seksjon(ID_AVSTEMMING, "Avstemming", tuple(blokker))


def _siste(k: Kontekst, fra: str, til: str, form: str) -> date | None:
    """Return the last month to and with the report's that the two sources are compared for."""
    serie = _avstemt(k, fra, til, form, "til")
    return max((maaned for maaned in serie if maaned <= k.maaned), default=None)


def _gang(k: Kontekst, fra: str, til: str) -> list[Blokk]:
    maaned = _siste(k, fra, til, "ALLE")
    if maaned is None:
        mangler = "hovedboken fra økonomisystemet" if til == "hovedbok" else f"KOSTRA {til}"
        return [Avsnitt(f"{_KILDE_NAVN[fra]} kan holdes mot {liten(_KILDE_NAVN[til])} når {mangler} er levert.")]
    return [_vei(k, fra, til, "ALLE", maaned, formater.maaned(maaned))]


def _vei(k: Kontekst, fra: str, til: str, form: str, maaned: date, naar: str) -> Tabell:
    """Return the way from one source to the other: each row is added to the one above."""
    rader = tuple(
        (
            begrep("uforklart") if rad["aarsak"] == "uforklart" else rad["navn"],
            serie[maaned],
            rad["gjor"] if serie[maaned] else "",
        )
        for rad in read_seed("avstemming_aarsak")
        if (rad["fra_kilde"], rad["til_kilde"]) == (fra, til)
        and maaned in (serie := _avstemt(k, fra, til, form, rad["aarsak"]))
    )
    return Tabell(
        f"avstemming-{fra}-{til}".lower(),
        f"Fra {liten(_KILDE_NAVN[fra])} til {liten(_KILDE_NAVN[til])}, {naar}",
        (Kolonne("steg", "Steg"), Kolonne("belop", "Kroner", Slag.KRONER), Kolonne("gjor", "Hva du gjør")),
        rader,
        f"bi.avstemming, {fra} til {til}, stonadsform = {form}, maaned = {maaned:%Y-%m-%d}",
        "Den første raden, årsakene og det uforklarte er til sammen den siste raden.",
    )


def _tolv(k: Kontekst) -> Tabell | None:
    """Return what is not explained, for the last twelve months."""
    antall = parameter("avstemming_maaneder")
    maaneder = [flytt_maaned(k.maaned, -nummer) for nummer in range(antall)]
    serier = [
        {ett: _avstemt(k, fra, til, "ALLE", ett) for ett in ("fra", "til", "uforklart")} for fra, til in _MAANEDLIG
    ]
    if not any(har_tall(serie["til"], maaneder) for serie in serier):
        return None
    kolonner, deler = [Kolonne("maaned", "Måned", Slag.MAANED)], ("til", "uforklart")
    for _, til in _MAANEDLIG:
        kolonner += [
            Kolonne(f"{til}_til".lower(), _KILDE_NAVN[til], Slag.KRONER),
            Kolonne(f"{til}_uforklart".lower(), f"Uforklart mot {liten(_KILDE_NAVN[til])}", Slag.KRONER),
            Kolonne(f"{til}_andel".lower(), "Av måneden", Slag.PROSENT, 1),
        ]
    rader = tuple(
        (
            maaned,
            av(serier[0]["fra"], maaned) if har_tall(serier[0]["fra"], [maaned]) else av(serier[1]["fra"], maaned),
            *(
                verdi
                for serie in serier
                for verdi in (
                    *(av(serie[ett], maaned) for ett in deler),
                    andel_pst(_tallverdi(av(serie["uforklart"], maaned)), av(serie["fra"], maaned)),
                )
            ),
        )
        for maaned in maaneder
    )
    kolonner.insert(1, Kolonne("fagsystem", "Fagsystemet", Slag.KRONER))
    return Tabell(
        "avstemming-tolv",
        f"Avstemmingen i {antall} måneder",
        tuple(kolonner),
        rader,
        "bi.avstemming, fagsystem til hovedbok og til 11F, stonadsform = ALLE, aarsak = fra, til og uforklart",
        "En sammenligning er ukjent når ikke begge kildene er levert, eller når den ville vist et skjult tall.",
    )


def _tallverdi(verdi: Tall | Tomt) -> Tall | Tomt:
    return abs(verdi) if synlig(verdi) else verdi


def _grense() -> Tall:
    return float(
        next(rad["verdi"] for rad in read_seed("avstemming_parameter") if rad["parameter"] == "uforklart_grense_pst")
    )


def _avstemt_punkter(k: Kontekst) -> list[Punkt]:
    punkter = []
    for fra, til in _MAANEDLIG:
        if maaned := _siste(k, fra, til, "ALLE"):
            punkter.append(_uforklart(k, fra, til, "ALLE", maaned, formater.maaned(maaned)))
    for fra, til, form in _AARLIG:
        if maaned := _siste(k, fra, til, form):
            punkter.append(_uforklart(k, fra, til, form, maaned, str(maaned.year)))
    return punkter


def _uforklart(k: Kontekst, fra: str, til: str, form: str, maaned: date, naar: str) -> Punkt:
    """Say whether the two sources agree, and how much is not explained."""
    tallene = {ett: av(_avstemt(k, fra, til, form, ett), maaned) for ett in ("fra", "til", "uforklart")}
    hvem = f"{_KILDE_NAVN[fra]} og {liten(_KILDE_NAVN[til])}"
    id_ = f"avstemming-{fra}-{til}".lower()
    if tallene["uforklart"] == 0:
        like = tallene["fra"] == tallene["til"]
        hvordan = "er like på øret" if like else "er ulike, og hele forskjellen er forklart"
        return Punkt(f"{hvem} {hvordan} i {naar}.", Alvor.BRA, id_)
    andel = andel_pst(_tallverdi(tallene["uforklart"]), tallene["fra"])
    del_ = f" ({formater.prosent(andel)} av det {liten(_KILDE_NAVN[fra])} har)" if synlig(andel) else ""
    stor = not synlig(andel) or andel >= _grense()
    belop = vist(_tallverdi(tallene["uforklart"]), Slag.KRONER)
    return Punkt(
        f"{belop} av forskjellen mellom {liten(hvem)} er uforklart i {naar}{del_}.",
        Alvor.VARSEL if stor else Alvor.INFO,
        id_,
    )


def merknader(k: Kontekst) -> list[Punkt]:
    """Return what must be looked at: an expected overspend, and what the sources do not agree on."""
    punkter = []
    if (punkt := budsjettpunkt(k)) and punkt.alvor is Alvor.VARSEL:
        punkter.append(punkt)
    for fra, til in _MAANEDLIG:
        uforklart = av(_avstemt(k, fra, til, "ALLE", "uforklart"), k.maaned)
        if synlig(uforklart) and uforklart:
            punkter.append(_uforklart(k, fra, til, "ALLE", k.maaned, formater.maaned(k.maaned)))
    for fra, til, form in _AARLIG:
        if (maaned := _siste(k, fra, til, form)) and maaned.year >= k.maaned.year - 1:
            punkt = _uforklart(k, fra, til, form, maaned, str(maaned.year))
            if punkt.alvor is Alvor.VARSEL:
                punkter.append(punkt)
    return punkter
