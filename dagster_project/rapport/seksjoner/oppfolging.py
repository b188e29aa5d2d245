"""Those who receive for long, the young, and the qualification programme."""

from dagster_project import formater
from dagster_project.rapport.innhold import Avsnitt, Blokk, Punkt, Punkter, Seksjon
from dagster_project.rapport.seksjoner import kostra
from dagster_project.rapport.seksjoner.felles import (
    ANTALL,
    Kontekst,
    Linje,
    av,
    endring_pst,
    ikke_bare_ukjent,
    indikatorrader,
    maanedstabell,
    mot_maaned,
    slag_av,
    tidsfigur,
    tidstabell,
    vist,
)
from dagster_project.rapport.tall import synlig

ID = "oppfolging"
TITTEL = "Langtidsmottakere, unge og kvalifiseringsprogram"
KILDE = "bi.ind_maaned"
_PERSONER = ("alle", "hovedinntekt", "18_24", "under_30")
_UNGE = ("18_24", "under_30")
_LANGTID = (
    "langtidsmottakere",
    "andel_langtidsmottakere",
    "mottakere_6mnd_pluss_siste_12",
    "andel_6mnd_pluss_siste_12",
    "mottakere_10mnd_pluss_siste_12",
    "mottakere_6mnd_pluss_hittil",
    "andel_6mnd_pluss_hittil",
    "mottakere_10mnd_pluss_hittil",
)
_UNGE_OG_VILKAAR = (
    "mottakere",
    "mottakere_aktivitetsplikt",
    "andel_aktivitetsplikt",
    "mottakere_utenfor_aktivitetsplikt",
    "aktivitetsplikt_kommunalt_tiltak",
    "aktivitetsplikt_statlig_tiltak",
    "mottakere_vilkaar",
    "mottakere_kommunalt_tiltak",
    "mottakere_statlig_tiltak",
    "nye_mottakere_6mnd",
)
_VEDTAK = (
    "vedtak_behandlet",
    "vedtak_innvilget",
    "vedtak_delvis_innvilget",
    "vedtak_avslatt",
    "andel_vedtak_avslatt",
)


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of long-term recipients, youth and the qualification programme."""
    return Seksjon(ID, TITTEL, (*_langtid(k), *_unge(k), *_vedtak(k), *_kvp(k)))


def _langtid(k: Kontekst) -> list[Blokk]:
    rader = indikatorrader(k, [(ett, populasjon) for ett in _LANGTID for populasjon in _PERSONER])
    if not rader:
        return [
            Avsnitt("Langtidsmottakere kan telles når tolv måneder på rad er levert av utbetalingene fra fagsystemet.")
        ]
    blokker: list[Blokk] = []
    ny, gammel = (av(k.tall("langtidsmottakere"), maaned) for maaned in (k.maaned, k.i_fjor))
    if synlig(ny):
        pst = endring_pst(ny, gammel)
        fjor = f", {mot_maaned(pst, k.i_fjor, ('flere', 'færre'))} ({vist(gammel, *ANTALL)})" if synlig(pst) else ""
        blokker.append(
            Punkter(
                (
                    Punkt(
                        f"{vist(ny, *ANTALL)} mottakere har hatt stønad i tolv måneder på rad eller mer i "
                        f"{formater.maaned(k.maaned)}{fjor}.",
                        til="langtid",
                    ),
                )
            )
        )
    linjer = [
        Linje(tekst, serie)
        for ett, populasjon, tekst in (
            ("langtidsmottakere", "alle", "Tolv måneder på rad eller mer"),
            ("mottakere_6mnd_pluss_siste_12", "alle", "Seks måneder eller mer av de siste tolv"),
            ("langtidsmottakere", "under_30", "Tolv måneder på rad eller mer, under 30 år"),
        )
        if ikke_bare_ukjent(serie := k.tall(ett, populasjon), k.vindu)
    ]
    if linjer:
        tabell = tidstabell(
            "langtid-serier",
            "Langtidsmottakere per måned",
            linjer,
            k.vindu,
            ANTALL,
            f"{KILDE}, indikator_id = langtidsmottakere (alle og under_30) og mottakere_6mnd_pluss_siste_12 (alle)",
        )
        blokker.append(tidsfigur(tabell, "Personer"))
    blokker.append(
        maanedstabell(
            k,
            "langtid",
            "Langtidsmottakere",
            rader,
            f"{KILDE}, populasjon = alle der ikke noe annet står",
            "Endring i en andel er i prosentpoeng.",
        )
    )
    return blokker


def _unge(k: Kontekst) -> list[Blokk]:
    rader = indikatorrader(k, [(ett, populasjon) for ett in _UNGE_OG_VILKAAR for populasjon in _UNGE])
    if not rader:
        return [Avsnitt("Tallene for unge kommer når uttrekket av mottakere er levert med fødselsår.")]
    vist_ = {rad.navn.til.removeprefix("def-m-") for rad in rader}
    mangler = [ett for ett in _UNGE_OG_VILKAAR if ett not in vist_]
    forklaring = "Endring i en andel er i prosentpoeng."
    if mangler:
        kjente = k.publisert.maanedsindikatorer
        navn = formater.oppramsing(kjente[ett].navn for ett in mangler if ett in kjente)
        forklaring += f" Ikke kjent, fordi fagsystemet ikke har levert feltene: {navn}."
    return [
        maanedstabell(
            k,
            "unge",
            "Unge: aktivitetsplikt, vilkår og tiltak",
            rader,
            f"{KILDE}, populasjon = 18_24 og under_30",
            forklaring,
        )
    ]


def _vedtak(k: Kontekst) -> list[Blokk]:
    rader = indikatorrader(k, [(ett, populasjon) for ett in _VEDTAK for populasjon in ("alle", "under_30")])
    if not rader:
        return [Avsnitt("Vedtakene er ikke levert. Lever uttrekket av vedtak fra fagsystemet, så kommer de med.")]
    return [
        maanedstabell(
            k,
            "vedtak",
            "Vedtak",
            rader,
            f"{KILDE}, populasjon = alle og under_30",
            "Endring i en andel er i prosentpoeng.",
        )
    ]


def _kvp(k: Kontekst) -> list[Blokk]:
    ider = [ett for ett in k.publisert.indikatorer if ett.startswith("kvp_")]
    aar = kostra.aar(k)
    tabell = kostra.aarstabell(k, "kvp", "Kvalifiseringsprogrammet", ider)
    if aar is None or tabell is None:
        return [Avsnitt("Tallene for kvalifiseringsprogrammet kommer når KOSTRA 11CF er levert for et helt år.")]
    blokker: list[Blokk] = []
    deltakere = k.publisert.kostra_verdi(k.nummer, aar, "kvp_deltakere")
    if synlig(deltakere):
        forrige = k.publisert.kostra_verdi(k.nummer, aar - 1, "kvp_deltakere")
        fjor = f", mot {vist(forrige, *ANTALL)} i {aar - 1}" if synlig(forrige) else ""
        slag = slag_av(k.publisert.indikatorer["kvp_deltakere"])
        tekst = f"{vist(deltakere, *slag)} deltok i kvalifiseringsprogrammet i {aar}{fjor}."
        blokker.append(Punkter((Punkt(tekst, til="kvp"),)))
    return [*blokker, tabell]
