"""Who receives: number, age, new and returning, main income, and what each receives."""

from dagster_project import formater
from dagster_project.rapport.innhold import Alvor, Avsnitt, Blokk, Figurslag, Punkt, Punkter, Seksjon, Slag
from dagster_project.rapport.seksjoner.felles import (
    ANTALL,
    KRONER,
    Kontekst,
    Linje,
    Rad,
    av,
    begrep,
    differanse,
    endring_pst,
    er_endring,
    har_tall,
    ikke_bare_ukjent,
    indikatorrader,
    kodenavn,
    liten,
    maanedstabell,
    mot_maaned,
    parameter,
    snitt,
    tidsfigur,
    tidstabell,
    vist,
)
from dagster_project.rapport.tall import PER_MOTTAKER, PER_MOTTAKER_FAST, synlig

ID = "mottakere"
ID_PER_MOTTAKER = "per-mottaker"
KILDE = "bi.ind_maaned"
_MANGLER = (
    "Lever uttrekket av utbetalinger fra fagsystemet, så kommer mottakerne med, og uttrekket av mottakere, så kommer "
    "alder og hovedinntekt med."
)

_TABELL = (
    ("mottakere", "alle"),
    ("mottakere_snitt_hittil", "alle"),
    ("mottakere_periodisert", "alle"),
    ("mottakere", "18_24"),
    ("mottakere", "25_66"),
    ("mottakere", "under_30"),
    ("andel_under_30", "alle"),
    ("mottakere_under_25", "alle"),
    ("mottakere_25_pluss", "alle"),
    ("mottakere", "hovedinntekt"),
    ("mottakere", "supplerende"),
    ("andel_hovedinntekt", "alle"),
    ("nye_mottakere_6mnd", "alle"),
    ("nye_mottakere_forste_gang", "alle"),
    ("mottakere_tilbake", "alle"),
    ("returnerende_mottakere", "alle"),
    ("mottakere_med_barn", "alle"),
    ("barn", "alle"),
)


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of recipients."""
    if not har_tall(k.tall("mottakere"), k.vindu):
        return Seksjon(ID, "Mottakere", (Avsnitt(f"Antall mottakere er ikke kjent for disse månedene. {_MANGLER}"),))
    punkter = endringspunkter(k)
    blokker: list[Blokk] = [Punkter(tuple(punkter))] if punkter else []
    blokker.append(_antall(k))
    blokker.append(
        maanedstabell(
            k,
            "mottakere-maaned",
            "Mottakerne i måneden",
            indikatorrader(k, _TABELL),
            f"{KILDE}, populasjon = alle der ikke noe annet står",
            "Endring i en andel er i prosentpoeng. Ukjent betyr at fagsystemet ikke har levert feltet, eller ikke nok "
            "måneder.",
        )
    )
    for lag in (_alder, _nye, _hovedinntekt):
        blokker += lag(k)
    return Seksjon(ID, "Mottakere", tuple(blokker))


def endringspunkter(k: Kontekst) -> list[Punkt]:
    """Return what has changed in the number of recipients and what each gets, in sentences."""
    punkter = []
    serie = k.tall("mottakere")
    ny = av(serie, k.maaned)
    for mot in (k.forrige, k.i_fjor):
        pst, antall = endring_pst(ny, av(serie, mot)), differanse(ny, av(serie, mot))
        if not synlig(pst):
            continue
        stor = er_endring(pst) and abs(antall) >= parameter("endring_antall")
        hva = f"{'flere' if antall > 0 else 'færre'} enn" if stor else "om lag som"
        mye = f", {vist(abs(antall), Slag.ANTALL)} {hva}" if stor else f", {hva}"
        punkter.append(
            Punkt(
                f"{vist(ny, Slag.ANTALL)} personer fikk utbetalt i {formater.maaned(k.maaned)}{mye} i "
                f"{formater.maaned(mot)} ({vist(av(serie, mot), Slag.ANTALL)}, {formater.endring(pst)}).",
                Alvor.INFO,
                "figur-mottakere-antall",
            )
        )
    return punkter


def _antall(k: Kontekst) -> Blokk:
    mottakere = k.tall("mottakere")
    tabell = tidstabell(
        "mottakere-antall",
        "Mottakere per måned",
        [
            Linje("Fikk utbetalt i måneden", mottakere),
            Linje("Tremånederssnitt", snitt(mottakere, k.vindu)),
            Linje("Stønad som gjelder måneden", k.tall("mottakere_periodisert")),
        ],
        k.vindu,
        (Slag.ANTALL, 0),
        f"{KILDE}, indikator_id = mottakere og mottakere_periodisert, populasjon = alle",
    )
    return tidsfigur(tabell, "Personer")


def _populasjoner(k: Kontekst, id_: str, tittel: str, populasjoner: tuple[str, ...]) -> list[Blokk]:
    linjer = [
        Linje(kodenavn("POPULASJON")[populasjon], serie)
        for populasjon in populasjoner
        if ikke_bare_ukjent(serie := k.tall("mottakere", populasjon), k.vindu)
    ]
    if not linjer:
        return []
    tabell = tidstabell(
        id_,
        tittel,
        linjer,
        k.vindu,
        ANTALL,
        f"{KILDE}, indikator_id = mottakere, populasjon = {', '.join(populasjoner)}",
    )
    return [tidsfigur(tabell, "Personer")]


def _alder(k: Kontekst) -> list[Blokk]:
    figur = _populasjoner(k, "mottakere-alder", "Mottakere etter alder", ("25_66", "18_24", "under_30"))
    return figur or [Avsnitt("Alderen er ikke kjent. Lever uttrekket av mottakere med fødselsår, så kommer den med.")]


def _hovedinntekt(k: Kontekst) -> list[Blokk]:
    figur = _populasjoner(k, "mottakere-hovedinntekt", "Mottakere etter hovedinntekt", ("hovedinntekt", "supplerende"))
    return figur or [
        Avsnitt("Hovedinntekten er ikke kjent. Ta feltet med i uttrekket av mottakere, så kommer den med.")
    ]


def _nye(k: Kontekst) -> list[Blokk]:
    linjer = [
        Linje(navn, serie)
        for indikator_id, navn in (
            ("nye_mottakere_forste_gang", "Aldri før i leveransene"),
            ("mottakere_tilbake", "Tilbake etter seks måneder eller mer"),
        )
        if ikke_bare_ukjent(serie := k.tall(indikator_id), k.vindu)
    ]
    if not linjer:
        return [Avsnitt("Nye mottakere kan telles når de seks månedene før også er levert.")]
    tabell = tidstabell(
        "mottakere-nye",
        "Nye mottakere og mottakere som er kommet tilbake",
        linjer,
        k.vindu,
        ANTALL,
        f"{KILDE}, indikator_id = nye_mottakere_forste_gang og mottakere_tilbake, populasjon = alle",
        "I de første månedene som er levert, ser mange nye ut uten å være det.",
    )
    return [tidsfigur(tabell, "Personer", Figurslag.STABLET)]


_POPULASJONER = ("alle", "hovedinntekt", "supplerende", "18_24", "25_66", "under_30")


def seksjon_per_mottaker(k: Kontekst) -> Seksjon:
    """Return the section of what each recipient gets."""
    tittel = "Utbetaling per mottaker"
    snittet = k.per_mottaker("kontant", PER_MOTTAKER)
    if not har_tall(snittet, k.vindu):
        return Seksjon(
            ID_PER_MOTTAKER, tittel, (Avsnitt(f"Utbetaling per mottaker er ikke kjent for disse månedene. {_MANGLER}"),)
        )
    blokker: list[Blokk] = [
        Avsnitt(
            "Utbetaling per mottaker er snittet: det som er utbetalt i måneden, delt på dem som fikk. Noen få store "
            "utbetalinger løfter snittet. Medianen er ikke publisert."
        )
    ]
    if punkter := per_mottaker_punkter(k):
        blokker.append(Punkter(tuple(punkter)))
    fast = k.per_mottaker("kontant", PER_MOTTAKER_FAST)
    linjer = [
        Linje("Kontant", snittet),
        Linje("Periodisert", k.per_mottaker("periodisert", PER_MOTTAKER)),
        Linje("Kontant, tremånederssnitt", snitt(snittet, k.vindu)),
    ]
    if ikke_bare_ukjent(fast, k.vindu) and k.publisert.basismaaned:
        linjer.append(Linje(f"Kontant i faste priser ({formater.maaned(k.publisert.basismaaned)})", fast))
    tabell = tidstabell(
        "per-mottaker-serier",
        "Utbetaling per mottaker og måned",
        linjer,
        k.vindu,
        KRONER,
        "bi.ind_utbetaling_per_mottaker, populasjon = alle, utbetaling_per_mottaker_nok og _fast_nok",
    )
    blokker += [tidsfigur(tabell, "Kroner"), _per_populasjon(k)]
    return Seksjon(ID_PER_MOTTAKER, tittel, tuple(blokker))


def _per_populasjon(k: Kontekst) -> Blokk:
    rader = [
        Rad(begrep("utbetaling_per_mottaker", f"{kodenavn('POPULASJON')[populasjon]}, {liten(tekst)}"), serie, *KRONER)
        for populasjon in _POPULASJONER
        for grunnlag, tekst in (("kontant", "Kontant"), ("periodisert", "Periodisert"))
        if (serie := k.per_mottaker(grunnlag, PER_MOTTAKER, populasjon))
    ]
    hittil = indikatorrader(k, [("utbetaling_per_mottaker_hittil", populasjon) for populasjon in _POPULASJONER])
    return maanedstabell(
        k,
        "per-mottaker-maaned",
        "Utbetaling per mottaker etter hvem det gjelder",
        [*rader, *hittil],
        "bi.ind_utbetaling_per_mottaker, utbetaling_per_mottaker_nok; hittil: bi.ind_maaned, "
        "utbetaling_per_mottaker_hittil",
    )


def per_mottaker_punkter(k: Kontekst) -> list[Punkt]:
    """Return how what each recipient gets has changed in a year, in nominal and fixed prices."""
    serie, fast = (k.per_mottaker("kontant", hva) for hva in (PER_MOTTAKER, PER_MOTTAKER_FAST))
    ny, gammel = av(serie, k.maaned), av(serie, k.i_fjor)
    pst = endring_pst(ny, gammel)
    if not synlig(pst):
        return []
    reell = endring_pst(av(fast, k.maaned), av(fast, k.i_fjor))
    priser = f", {formater.endring(reell)} når prisstigningen er trukket fra" if synlig(reell) else ""
    return [
        Punkt(
            f"Hver mottaker fikk {vist(ny, Slag.KRONER)} i snitt i {formater.maaned(k.maaned)}, "
            f"{mot_maaned(pst, k.i_fjor)} ({vist(gammel, Slag.KRONER)}){priser}.",
            Alvor.INFO,
            ID_PER_MOTTAKER,
        )
    ]
