"""What is paid: by month of payment, of need and of booking, by art, and in fixed prices."""

from datetime import date

from dagster_project import formater
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
    Rad,
    av,
    begrep,
    begreper,
    differanse,
    endring_pst,
    er_endring,
    har_tall,
    ikke_bare_ukjent,
    indeks,
    kodenavn,
    liten,
    maanedstabell,
    mer_enn,
    mot_maaned,
    snitt,
    sum_av,
    tidsfigur,
    tidstabell,
    vist,
)
from dagster_project.rapport.tall import ANTALL, BELOP, PER_MOTTAKER, Serie, Tall, synlig

ID = "utbetalinger"
PER_MOTTAKER_TABELL = "bi.ind_utbetaling_per_mottaker"
UTGIFT_TABELL = "bi.fct_utgift_maaned"
GRUNNLAG = ("kontant", "periodisert", "regnskap", "regnskap_rettet")
_AVSTEMT = "bi.avstemming, fagsystem til hovedbok, stonadsform = ALLE, aarsak = til"


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of payments."""
    if not har_tall(k.per_mottaker("kontant", BELOP), k.vindu):
        blokker: tuple[Blokk, ...] = (
            Avsnitt(
                "Utbetalingene er ikke levert for disse månedene. Lever uttrekket av utbetalinger fra fagsystemet, så "
                "kommer kontant og periodisert utgift, stønadsarter og mottakere med."
            ),
            *_regnskap_alene(k),
        )
    else:
        blokker = (
            Punkter(tuple(endringspunkter(k))),
            _totaler(k),
            _serier(k),
            _arter_figur(k),
            *_priser(k),
            *_utvikling(k),
            _arter(k),
            _grunnlag(k),
        )
    return Seksjon(ID, "Utbetalinger", blokker)


def endringspunkter(k: Kontekst) -> list[Punkt]:
    """Return what has changed in the payments, in sentences."""
    punkter = [punkt for mot in (k.forrige, k.i_fjor) if (punkt := _endring(k, mot))]
    for punkt in (_storste_art(k), _hittil(k)):
        if punkt:
            punkter.append(punkt)
    return punkter


def _endring(k: Kontekst, mot: date) -> Punkt | None:
    """Say how payments changed, and whether the need did, so that a wrong month is not called a change."""
    kontant, periodisert = (k.per_mottaker(grunnlag, BELOP) for grunnlag in ("kontant", "periodisert"))
    nytt, gammelt = av(kontant, k.maaned), av(kontant, mot)
    pst = endring_pst(nytt, gammelt)
    if not synlig(pst):
        return None
    behov = endring_pst(av(periodisert, k.maaned), av(periodisert, mot))
    tekst = (
        f"Det ble utbetalt {vist(nytt, Slag.KRONER)} i {formater.maaned(k.maaned)}, {mot_maaned(pst, mot)} "
        f"({vist(gammelt, Slag.KRONER)})."
    )
    return Punkt(f"{tekst} {_behov(pst, behov)}{_forbehold(k, behov)}".strip(), Alvor.INFO, "figur-utbetaling-serier")


def _behov(pst: Tall, behov: Tall | Tomt) -> str:
    if not synlig(behov):
        return (
            "Stønaden som gjelder måneden, er ikke kjent i begge månedene, så det kan ikke sies om behovet er endret."
        )
    endret = f"Stønaden som gjelder måneden, er endret med {formater.endring(behov)}"
    if er_endring(pst) and er_endring(behov):
        if (pst > 0) != (behov > 0):
            return f"{endret}, altså den andre veien, så forskjellen i utbetalt er når pengene kom."
        if er_endring(abs(pst) - abs(behov)):
            mer = "mindre" if abs(behov) < abs(pst) else "mer"
            return f"{endret}. Behovet er altså endret {mer} enn utbetalingene viser."
        return f"{endret}, så behovet er også endret."
    if er_endring(pst):
        return f"{endret}, som er lite. Forskjellen er mest når pengene ble utbetalt, ikke hvor mye som trengs."
    if er_endring(behov):
        return f"{endret}, mer enn det utbetalingene viser."
    return f"{endret}. Begge er om lag uendret."


def _forbehold(k: Kontekst, behov: Tall | Tomt) -> str:
    if not synlig(behov) or not k.er_umoden:
        return ""
    return " Den kan bli høyere når sene vedtak kommer."


def _storste_art(k: Kontekst) -> Punkt | None:
    """Say which art has changed most in a year, of those that are shown; by the month of need."""
    endringer = [
        (endring, art, form, ny, pst)
        for art in kodenavn("STONADSART")
        for form in kodenavn("STONADSFORM")
        if (serie := k.utgift("periodisert", art, form))
        for ny, gammel in ((av(serie, k.maaned), av(serie, k.i_fjor)),)
        if synlig(endring := differanse(ny, gammel)) and endring
        for pst in (endring_pst(ny, gammel),)
    ]
    if not endringer:
        return None
    endring, art, form, ny, pst = max(endringer, key=lambda rad: abs(rad[0]))
    andel = f" ({formater.endring(pst)})" if synlig(pst) else ""
    navn = _artnavn(art, form)
    return Punkt(
        f"Mest endret på ett år er {liten(navn)}: {'opp' if endring > 0 else 'ned'} {vist(abs(endring), Slag.KRONER)}"
        f"{andel} til {vist(ny, Slag.KRONER)} i stønad som gjelder måneden.",
        Alvor.INFO,
        "stonadsart",
    )


def hittil(k: Kontekst, aar: int) -> Tall | Tomt:
    """Return what is paid from January to the month, of whole sets of months only."""
    serie = k.per_mottaker("kontant", BELOP)
    return sum_av(av(serie, date(aar, nummer, 1)) for nummer in range(1, k.maaned.month + 1))


def _hittil(k: Kontekst) -> Punkt | None:
    nytt, gammelt = hittil(k, k.maaned.year), hittil(k, k.maaned.year - 1)
    pst = endring_pst(nytt, gammelt)
    if not synlig(pst) or k.maaned.month == 1:
        return None
    return Punkt(
        f"Fra januar til og med {formater.maaned(k.maaned)} er det utbetalt {vist(nytt, Slag.KRONER)}, "
        f"{mer_enn(pst, f'de samme månedene i {k.maaned.year - 1}')} ({vist(gammelt, Slag.KRONER)}).",
        Alvor.INFO,
        "utbetaling-maaned",
    )


def _artnavn(art: str, form: str) -> str:
    navn = kodenavn("STONADSART").get(art, art)
    return navn if form == "BIDRAG" else f"{navn} ({liten(kodenavn('STONADSFORM').get(form, form))})"


def _totaler(k: Kontekst) -> Tabell:
    rader = [
        Rad(begrep("kontant", "Utbetalt (kontant)"), k.per_mottaker("kontant", BELOP), *KRONER),
        Rad(
            begrep("periodisert", "Stønad som gjelder måneden (periodisert)"),
            k.per_mottaker("periodisert", BELOP),
            *KRONER,
        ),
    ]
    if k.regnskap:
        rader.append(Rad(begrep("regnskap", "Bokført (regnskap)"), k.regnskap, *KRONER))
    fast = k.publisert.i_faste_priser(k.per_mottaker("kontant", BELOP))
    if k.publisert.basismaaned and ikke_bare_ukjent(fast, (k.maaned, k.forrige, k.i_fjor)):
        navn = f"Utbetalt i faste priser ({formater.maaned(k.publisert.basismaaned)})"
        rader.append(Rad(begrep("faste_priser", navn), fast, *KRONER))
    hittil_serie = {dag: hittil(k, dag.year) for dag in (k.maaned, k.i_fjor)}
    rader.append(Rad(begrep("utbetalt_hittil"), hittil_serie, *KRONER))
    return maanedstabell(
        k,
        "utbetaling-maaned",
        "Utbetalingene i måneden",
        rader,
        f"{PER_MOTTAKER_TABELL}, populasjon = alle; bokført: {_AVSTEMT}; faste priser: ganger bi.kpi.faktor",
        "Hittil i året holdes mot de samme månedene i fjor.",
    )


def _serier(k: Kontekst) -> Blokk:
    linjer = [Linje(navn, k.per_mottaker(grunnlag, BELOP)) for grunnlag, navn in _navn(("kontant", "periodisert"))]
    if har_tall(k.regnskap, k.vindu):
        linjer.append(Linje("Regnskap", k.regnskap))
    linjer.append(Linje("Periodisert, tremånederssnitt", snitt(k.per_mottaker("periodisert", BELOP), k.vindu)))
    tabell = tidstabell(
        "utbetaling-serier",
        "Utbetalt, periodisert og bokført per måned",
        linjer,
        k.vindu,
        KRONER,
        f"{PER_MOTTAKER_TABELL}, populasjon = alle, belop_nok; regnskap: {_AVSTEMT}",
        "Kontant er måneden det ble utbetalt, periodisert måneden stønaden gjelder, regnskap måneden det er bokført.",
    )
    return tidsfigur(tabell, "Kroner")


def _navn(grunnlag: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(ett, begrep(ett).tekst) for ett in grunnlag]


def _regnskap_alene(k: Kontekst) -> tuple[Blokk, ...]:
    """Return what the ledger alone can show: the arts its accounts tell."""
    linjer = [
        Linje(kodenavn("STONADSART")[art], serie)
        for art in ("LIVSOPPHOLD", "BOUTGIFT")
        if har_tall(serie := k.publisert.utgift(k.nummer, "regnskap", art, "BIDRAG"), k.vindu)
    ]
    if not linjer:
        return ()
    tabell = tidstabell(
        "regnskap-art",
        "Bokført livsopphold og boutgifter per måned",
        linjer,
        k.vindu,
        KRONER,
        f"{UTGIFT_TABELL}, grunnlag = regnskap, stonadsform = BIDRAG",
    )
    return (tidsfigur(tabell, "Kroner"),)


def _arter_figur(k: Kontekst) -> Blokk:
    linjer = []
    for art in ("LIVSOPPHOLD", "BOUTGIFT"):
        serie, navn = k.utgift("kontant", art), kodenavn("STONADSART")[art]
        linjer += [Linje(navn, serie), Linje(f"{navn}, tremånederssnitt", snitt(serie, k.vindu))]
    tabell = tidstabell(
        "livsopphold-boutgifter",
        "Livsopphold og boutgifter per måned",
        linjer,
        k.vindu,
        KRONER,
        f"{UTGIFT_TABELL}, grunnlag = kontant, stonadsart = LIVSOPPHOLD og BOUTGIFT, stonadsform = BIDRAG",
        "Bidrag etter måneden det ble utbetalt.",
    )
    return tidsfigur(tabell, "Kroner")


def _priser(k: Kontekst) -> tuple[Blokk, ...]:
    belop = k.per_mottaker("kontant", BELOP)
    fast = k.publisert.i_faste_priser(belop)
    if k.publisert.basismaaned is None or not any(synlig(av(fast, maaned)) for maaned in k.vindu):
        return (
            Avsnitt(
                "Faste priser kan ikke regnes ut: Lever konsumprisindeksen fra SSB (tabell 03013), så kommer de med."
            ),
        )
    basis = formater.maaned(k.publisert.basismaaned)
    tabell = tidstabell(
        "utbetaling-priser",
        "Utbetalt i løpende og faste priser, tremånederssnitt",
        [
            Linje("Løpende priser", snitt(belop, k.vindu)),
            Linje(f"Faste priser ({basis})", snitt(fast, k.vindu)),
        ],
        k.vindu,
        KRONER,
        f"{PER_MOTTAKER_TABELL}, populasjon = alle, grunnlag = kontant, belop_nok ganger bi.kpi.faktor",
        f"Forskjellen mellom linjene er prisstigningen. Konsumprisindeksen er kjent til og med "
        f"{formater.maaned(max(k.publisert.kpi))}.",
    )
    return (tidsfigur(tabell, "Kroner"),)


def _utvikling(k: Kontekst) -> tuple[Blokk, ...]:
    serier: dict[str, Serie] = {
        "Utbetalt": snitt(k.per_mottaker("kontant", BELOP), k.vindu),
        "Mottakere": snitt(k.per_mottaker("kontant", ANTALL), k.vindu),
        "Utbetaling per mottaker": snitt(k.per_mottaker("kontant", PER_MOTTAKER), k.vindu),
    }
    start = next(
        (dag for dag in k.vindu if all(synlig(v := av(serie, dag)) and v > 0 for serie in serier.values())), None
    )
    if start is None or start == k.maaned:
        return (Avsnitt("Den relative utviklingen kommer når fire måneder på rad er publisert."),)
    tabell = tidstabell(
        "relativ-utvikling",
        f"Relativ utvikling, {formater.maaned(start)} = 100",
        [Linje(navn, indeks(serie, start)) for navn, serie in serier.items()],
        tuple(dag for dag in k.vindu if dag >= start),
        (Slag.TALL, 1),
        f"{PER_MOTTAKER_TABELL}, populasjon = alle, grunnlag = kontant, tremånederssnitt i prosent av det første",
        "Tremånederssnitt. Løpende priser.",
    )
    return (
        tidsfigur(tabell, f"{formater.maaned(start).capitalize()} = 100", referanse=100.0, fra_null=False),
        Punkter(
            tuple(
                Punkt(f"{begreper()[ett]['tittel']}: slik er det regnet.", til=begrep(ett).til)
                for ett in ("snitt", "indeks")
            )
        ),
    )


def _arter(k: Kontekst) -> Tabell:
    maaneder = (k.maaned, k.forrige, k.i_fjor)
    rader = [
        Rad(_artnavn(art, form), serie, *KRONER)
        for art in kodenavn("STONADSART")
        for form in kodenavn("STONADSFORM")
        if har_tall(k.publisert.utgift(k.nummer, "kontant", art, form), maaneder)
        for serie in (k.utgift("kontant", art, form),)
    ]
    return maanedstabell(
        k,
        "stonadsart",
        "Utbetalt etter stønadsart og stønadsform",
        rader,
        f"{UTGIFT_TABELL}, grunnlag = kontant, belop_nok",
        "Bidrag der ikke noe annet står. En art uten beløp i en publisert måned er 0 kr.",
    )


def _grunnlag(k: Kontekst) -> Tabell:
    """Return the month's four amounts of what the ledger's accounts tell apart; a sum of parts only when all show."""
    rader = []
    for navn, art, form in (("Livsopphold", "LIVSOPPHOLD", "BIDRAG"), ("Boutgifter", "BOUTGIFT", "BIDRAG")):
        rader.append((navn, *(av(k.publisert.utgift(k.nummer, g, art, form), k.maaned) for g in GRUNNLAG)))
    alle: list[Tall | Tomt] = [av(k.per_mottaker(g, BELOP), k.maaned) for g in ("kontant", "periodisert")]
    rader.append(("All stønad", *alle, av(k.regnskap, k.maaned), Tomt.UKJENT))
    return Tabell(
        "grunnlag",
        f"{formater.maaned(k.maaned).capitalize()} i fire serier",
        (Kolonne("tall", "Stønad"), *(Kolonne(ett, begrep(ett).tekst, Slag.KRONER) for ett in GRUNNLAG)),
        tuple(rader),
        f"{UTGIFT_TABELL}, stonadsform = BIDRAG; all stønad: {PER_MOTTAKER_TABELL}, populasjon = alle, og {_AVSTEMT}",
        "Er kontant og regnskap ulike, sier avstemmingen hvorfor. Rettet regnskap er bare publisert per art.",
    )
