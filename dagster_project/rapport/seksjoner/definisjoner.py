"""The definitions the other sections lead to, and how the report is read."""

from collections.abc import Iterable, Iterator, Mapping

from dagster_project import formater
from dagster_project.rapport.innhold import (
    Alvor,
    Avsnitt,
    Blokk,
    Definisjon,
    Figur,
    Lenke,
    NokkeltallRad,
    Punkt,
    Punkter,
    Seksjon,
    Tabell,
)
from dagster_project.rapport.seksjoner.felles import Kontekst, begreper, parameter
from dagster_project.rapport.tall import Indikator
from dagster_project.seeds import read_seed

ID = "definisjoner"
KONFIDENS = {
    "S": "Oppgitt av kilden",
    "A": "Bekreftet ved å regne etter på publiserte tall",
    "I": "Utledet, ikke bekreftet av kilden",
}
"""How sure a definition is, by the letter the published tables have."""


def seksjon(k: Kontekst, seksjoner: Iterable[Seksjon]) -> Seksjon:
    """Return how the report is read, and one definition for each word and figure the sections lead to."""
    brukt = {til for del_ in seksjoner for blokk in del_.blokker for til in lenker(blokk)}
    return Seksjon(
        ID,
        "Slik leser du rapporten",
        (
            Avsnitt(
                "Tallene er fra databasen som er publisert, og under hver tabell og figur står det hvor. Radene er de "
                f"med kommunenummer = {k.nummer}. Tallene er rundet av først når de vises."
            ),
            Punkter(
                tuple(
                    Punkt(tekst, Alvor.INFO)
                    for tekst in (
                        "«skjult» betyr at tallet er kjent, men gjelder 1 eller 2 personer, eller kunne vist et slikt "
                        "tall. Endringer og snitt av et skjult tall er også skjult.",
                        "«–» betyr at tallet ikke er kjent: Det er ikke levert, måneden er holdt tilbake, eller det er "
                        "ikke noe å dele på.",
                        "0 betyr at det er levert, og at det ikke var noen.",
                        f"Et snitt av {parameter('snitt_maaneder')} måneder regnes bare når alle månedene er kjent.",
                        f"En endring under {formater.prosent(parameter('endring_pst'), 0)} kalles «om lag uendret».",
                        "FEIL må rettes eller kvitteres ut, ADVARSEL må ses på, INFO er til forklaring.",
                    )
                )
            ),
            *_definisjoner(k, brukt),
        ),
    )


def lenker(blokk: Blokk) -> Iterator[str]:
    """Return the ids a block leads to."""
    if isinstance(blokk, Figur):
        yield from lenker(blokk.tabell)
    elif isinstance(blokk, Tabell):
        yield from (verdi.til for rad in blokk.rader for verdi in rad if isinstance(verdi, Lenke))
    elif isinstance(blokk, Punkter):
        yield from (punkt.til for punkt in blokk.punkter if punkt.til)
    elif isinstance(blokk, NokkeltallRad):
        yield from (tall.til for tall in blokk.tall if tall.til)


def _definisjoner(k: Kontekst, brukt: set[str]) -> Iterator[Definisjon]:
    for navn, rad in begreper().items():
        if f"def-b-{navn}" in brukt:
            yield Definisjon(f"def-b-{navn}", rad["tittel"], rad["tekst"], (("Kilde", rad["kilde"]),))
    for rad in read_seed("stonadslengde_definisjon"):
        if (id_ := f"def-l-{rad['definisjon']}") in brukt:
            yield lengdedefinisjon(id_, rad)
    for forled, tabell, indikatorer in (
        ("def-m-", "bi.ind_maaned", k.publisert.maanedsindikatorer),
        ("def-k-", "bi.ind_kostra", k.publisert.indikatorer),
    ):
        for indikator in indikatorer.values():
            if (id_ := forled + indikator.indikator_id) in brukt:
                yield _definisjon(id_, tabell, indikator)


def lengdedefinisjon(id_: str, rad: Mapping[str, str], *mer: tuple[str, str]) -> Definisjon:
    """Return what a row of seeds/stonadslengde_definisjon.csv means; `mer` is said after the rest."""
    felt = (
        ("Formel", rad["formel"]),
        ("Teller", rad["teller_tekst"]),
        ("Nevner", rad["nevner_tekst"]),
        ("Kilde", rad["kilde"]),
    )
    return Definisjon(id_, rad["navn"], rad["forklaring"], (*felt, *mer))


def _definisjon(id_: str, tabell: str, indikator: Indikator) -> Definisjon:
    felt = (
        ("Merk", indikator.merknad),
        ("Teller", indikator.teller),
        ("Nevner", indikator.nevner),
        ("Kilde", indikator.kilde),
        ("Hvor sikker definisjonen er", KONFIDENS.get(indikator.konfidens)),
        ("Finnes i", f"{tabell}, indikator_id = {indikator.indikator_id}"),
    )
    return Definisjon(
        id_,
        indikator.navn,
        f"{indikator.formel}.",
        tuple((ord_, tekst) for ord_, tekst in felt if tekst),
    )
