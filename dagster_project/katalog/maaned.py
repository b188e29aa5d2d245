"""The monthly indicators as data: what the seeds declare, checked as a whole before a page is written from it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dagster_project.katalog.definisjoner import ENHETER, KONFIDENS, KatalogFeil
from dagster_project.seeds import read_seed

Rad = Mapping[str, str]
Rader = Sequence[Rad]

GRUPPER = {
    "mottakere": "Mottakere og utbetaling",
    "hovedinntekt": "Hovedinntekt",
    "langtid": "Langtidsmottakere",
    "nye_og_returnerende": "Nye og returnerende mottakere",
    "familie": "Familie og barn",
    "unge_og_vilkaar": "Unge, tiltak og vilkår",
    "vedtak": "Vedtak",
}
KREVER = {
    "inntekt": "at hovedinntekt er fylt ut for noen av mottakerne",
    "barn": "at antall barn er fylt ut for noen av mottakerne",
    "arbeid": "at arbeidssituasjon er fylt ut for noen av mottakerne",
    "lovhjemmel": "at fagsystemet har begynt å levere lovhjemmel på vedtakene",
    "vedtak": "at vedtakene for måneden er levert",
    "utfall": "at fagsystemet leverer flere utfall enn innvilget",
    "aaret": "alle månedene fra januar",
    "ny": "de {ny_mottaker_maaneder} månedene før",
    "siste_12": "12 måneder på rad",
    "langtid": "{langtid_maaneder} måneder på rad",
    "returnerende": "{returnerende_historikk_maaneder} måneder på rad",
}
"""The words of maanedstall.krever, which int_maanedstall_bred works out, and what they ask of the deliveries.

In braces stand parameters of seeds/maanedsindikator_parameter.csv.
"""
SERIER = ("kontant", "periodisert", "hittil_i_aar", "til_og_med", "offentlig")
"""Counts hidden together with other tables; the rest are parts of one of them."""
SEEDS = (
    "maanedsindikator",
    "maanedstall",
    "maanedsindikator_parameter",
    "maanedsindikator_eksempel",
    "maanedsindikator_rapport",
    "populasjon",
    "kodeliste",
    "indikator",
)
ANDRE_TABELLER = ("bi.ind_stonadslengde", "bi.ind_kostra", "bi.ind_utbetaling_per_mottaker")

_ID = re.compile(r"[a-z][a-z0-9_]*")


def les_maanedskatalog() -> dict[str, Rader]:
    """Return the rows of the seeds of the monthly indicators, checked.

    Raises:
        KatalogFeil: if the seeds contradict themselves; all faults at once.
    """
    return sjekk_maanedskatalog({navn: read_seed(navn) for navn in SEEDS})


def sjekk_maanedskatalog(rader: Mapping[str, Rader]) -> dict[str, Rader]:
    """Return the rows as they are, if the parts fit together.

    Raises:
        KatalogFeil: if they do not; all faults at once.
    """
    feil = [
        *_doble("månedsindikator", (rad["indikator_id"] for rad in rader["maanedsindikator"])),
        *_doble("månedstall", (rad["tall_id"] for rad in rader["maanedstall"])),
        *_feil_i_indikatorer(rader),
        *_feil_i_tall(rader),
        *_feil_i_eksempler(rader),
        *_feil_i_rapport(rader),
    ]
    if feil:
        raise KatalogFeil(feil)
    return dict(rader)


def krever_tekst(krever: str, parametere: Rader) -> str:
    """Say in words what the deliveries must hold for a figure to be known."""
    verdier = {rad["parameter"]: rad["verdi"] for rad in parametere}
    return " og ".join(KREVER[ord_].format_map(verdier) for ord_ in krever.split())


def _doble(hva: str, ider: Iterable[str]) -> list[str]:
    return [f"{hva} {navn} er oppført {ganger} ganger." for navn, ganger in Counter(ider).items() if ganger > 1]


def _feil_i_indikatorer(rader: Mapping[str, Rader]) -> list[str]:
    tall = {rad["tall_id"]: rad for rad in rader["maanedstall"]}
    populasjoner = {rad["populasjon"] for rad in rader["populasjon"] if not rad["populasjon"].startswith("~")}
    aarlige = {rad["indikator_id"] for rad in rader["indikator"]}
    feil = []
    for rad in rader["maanedsindikator"]:
        navn = rad["indikator_id"]
        hvem = f"månedsindikator {navn}"
        if not _ID.fullmatch(navn):
            feil.append(f"{hvem}: id-en skal ha små bokstaver, sifre og understrek.")
        if navn in aarlige:
            feil.append(f"{hvem} har samme id som en indikator for året.")
        for felt, lovlige in (("gruppe", GRUPPER), ("enhet", ENHETER), ("konfidens", KONFIDENS)):
            if rad[felt] not in lovlige:
                feil.append(f"{hvem}: {felt} «{rad[felt]}» er ikke blant {', '.join(lovlige)}.")
        if not tall.keys() >= {rad["teller"], *([rad["nevner"]] if rad["nevner"] else [])}:
            feil.append(f"{hvem}: teller eller nevner finnes ikke i seeds/maanedstall.csv.")
        if not rad["populasjoner"] or not populasjoner >= set(rad["populasjoner"].split()):
            feil.append(f"{hvem}: populasjonene «{rad['populasjoner']}» finnes ikke alle.")
        if tomme := [felt for felt in ("navn", "formel", "kilde") if not rad[felt]]:
            feil.append(f"{hvem}: {', '.join(tomme)} må fylles ut.")
        if any(not re.fullmatch(r"\d+", rad[felt]) for felt in ("faktor", "desimaler")):
            feil.append(f"{hvem}: faktor og desimaler skal være hele tall.")
        if rad["konfidens"] == "I" and "utledet" not in rad["merknad"].lower():
            feil.append(f"{hvem}: merknaden skal si at formelen er utledet.")
    return feil


def _feil_i_tall(rader: Mapping[str, Rader]) -> list[str]:
    tall = {rad["tall_id"]: rad for rad in rader["maanedstall"]}
    feil = []
    for navn, rad in tall.items():
        hvem = f"månedstall {navn}"
        folger = rad["folger"].split()
        nevnt = {rad["del_av"], rad["resten"], rad["sum_av"], *rad["vern"].split()} - {""}
        if ukjente := sorted((nevnt | {ett.partition(":")[0] for ett in folger}) - tall.keys()):
            feil.append(f"{hvem} viser til {', '.join(ukjente)}, som ikke finnes.")
            continue
        if rad["serie"] and rad["serie"] not in SERIER:
            feil.append(f"{hvem}: serie «{rad['serie']}» er ikke blant {', '.join(SERIER)}.")
        if ukjente := sorted(set(rad["krever"].split()) - KREVER.keys()):
            feil.append(f"{hvem}: krever {', '.join(ukjente)}, som ikke finnes.")
        # A part is hidden with its whole, and the whole of that.
        hele = tall.get(rad["del_av"], {"tall_id": "", "folger": ""})
        if not set(folger) >= {hele["tall_id"], *hele["folger"].split()} - {""}:
            feil.append(f"{hvem}: folger skal ha med {rad['del_av']} og alt det følger.")
        if rad["resten"] and tall[rad["resten"]]["resten"] != navn:
            feil.append(f"{hvem} og {rad['resten']} skal være resten av hverandre.")
    return feil


def _feil_i_eksempler(rader: Mapping[str, Rader]) -> list[str]:
    eksempler = {(rad["indikator_id"], rad["populasjon"]) for rad in rader["maanedsindikator_eksempel"]}
    lovlige = {
        (rad["indikator_id"], populasjon)
        for rad in rader["maanedsindikator"]
        for populasjon in rad["populasjoner"].split()
    }
    mangler = {rad["indikator_id"] for rad in rader["maanedsindikator"]} - {navn for navn, _ in eksempler}
    return [
        *(f"månedsindikator {navn} mangler eksempel." for navn in sorted(mangler)),
        *(f"eksempel for {navn}: populasjonen {populasjon} finnes ikke." for navn, populasjon in eksempler - lovlige),
    ]


def _feil_i_rapport(rader: Mapping[str, Rader]) -> list[str]:
    kjente = {rad["indikator_id"] for rad in rader["maanedsindikator"]} | set(ANDRE_TABELLER)
    feil = []
    for rad in rader["maanedsindikator_rapport"]:
        hvem = f"{rad['rapporttabell']}, {rad['rad']}"
        if rad["dekket_av"] and rad["dekket_av"] not in kjente:
            feil.append(f"{hvem}: «{rad['dekket_av']}» finnes ikke.")
        if not rad["dekket_av"] and not rad["begrunnelse"]:
            feil.append(f"{hvem} er ikke dekket, og mangler begrunnelse.")
    return feil
