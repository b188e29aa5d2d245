"""The KOSTRA controls: what they found, and the worklist for those who correct the files."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb

from dagster_project import formater
from dagster_project.feil import Brukerfeil
from dagster_project.kostra.kontroll.regel import ALVORSGRADER, SKJEMAER, STOPPER
from dagster_project.rapport.innhold import Alvor, Avsnitt, Blokk, Kolonne, Punkt, Punkter, Seksjon, Slag, Tabell
from dagster_project.rapport.seksjoner.felles import Kontekst, flertall
from dagster_project.rapport.tall import Kontroll, Kontrollert

ID = "kontroller"
TITTEL = "Kontroller av KOSTRA-filene"
_LINJER = 10

_SQL = f"""
select
    funn.alvor,
    funn.melding,
    coalesce(funn.journalnummer, ''),
    case
        when funn.antall_linjer > {_LINJER} then array_to_string(funn.linjer[1:{_LINJER}], ', ') || ' …'
        else array_to_string(funn.linjer, ', ')
    end as linjer,
    funn.skjema,
    funn.regel,
    coalesce(funn.felt, ''),
    coalesce(regel.gjor, '')
from intern.kostra_kontroll as funn
inner join intermediate.int_leveranse_gjeldende as gjeldende using (leveranse_id)
left join intern.kostra_kontroll_regel as regel using (regelutgave, skjema, regel)
where funn.kommunenummer = $kommunenummer and funn.rapporteringsaar = $aar and not funn.uansett
order by
    case funn.alvor when 'FATAL' then 1 when 'ERROR' then 2 when 'WARNING' then 3 else 4 end,
    funn.skjema,
    funn.rekkefolge
"""
_ALVOR = {"FATAL": "Kritisk", "ERROR": "Feil", "WARNING": "Advarsel", "INFO": "Informasjon"}
_FUNN = {"ERROR": "feil", "WARNING": "noe som bør ses på"}


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section of what SSB's controls said of the last whole year's files; of no person and no case."""
    kontrollert = k.publisert.kontrollert(k.nummer)
    aar = max((ett for ett, _ in kontrollert if ett <= k.siste_hele_aar), default=None)
    if aar is None:
        tekst = f"Ingen KOSTRA-filer til og med {k.siste_hele_aar} er kontrollert med SSBs regler."
        return Seksjon(ID, TITTEL, (Avsnitt(tekst),))
    funn = sorted(
        k.publisert.kontrollfunn(k.nummer, aar),
        key=lambda ett: (-ALVORSGRADER.index(ett.alvor), SKJEMAER.index(ett.skjema)),
    )
    punkter = [
        _punkt(skjema, aar, kontrollert[aar, skjema], [ett for ett in funn if ett.skjema == skjema])
        for skjema in SKJEMAER
        if (aar, skjema) in kontrollert
    ]
    blokker: list[Blokk] = [Punkter(tuple(punkter))]
    if funn:
        blokker.append(_tabell(funn, aar))
    blokker.append(
        Avsnitt(
            "Hvilke saker funnene gjelder, publiseres ikke. «stonad kontroller --rapport» viser dem for en fil, og "
            f"«stonad rapport --kommune {k.nummer} --maaned {k.maaned:%Y-%m} --med-arbeidsliste» tar dem med her, til "
            "internt bruk."
        )
    )
    return Seksjon(ID, TITTEL, tuple(blokker))


def _punkt(skjema: str, aar: int, kontrollert: Kontrollert, funn: Sequence[Kontroll]) -> Punkt:
    """Say whether SSB takes a form's file as it is, and how many controls found something."""
    slag = Counter("ERROR" if ett.alvor in STOPPER else ett.alvor for ett in funn)
    deler = [f"{slag.pop(alvor)} fant {ord_}" for alvor, ord_ in _FUNN.items() if alvor in slag]
    if slag:
        deler.append(f"{slag.total()} fant noe til opplysning")
    if any(ett.alvor in STOPPER for ett in funn):
        svar, alvor = "SSB tar ikke imot filen slik den er", Alvor.FEIL
    elif kontrollert.feiler_uansett:
        svar, alvor = "Filen har bare feil som SSBs program gir uansett; ta dem opp med SSB", Alvor.VARSEL
    else:
        er_i_orden = all(ett.alvor != "WARNING" for ett in funn)
        svar, alvor = "SSB tar imot filen", Alvor.BRA if er_i_orden else Alvor.VARSEL
    kjort = f"{flertall(kontrollert.kontroller, 'kontroll', 'kontroller')} er kjørt"
    hvor_mange = f"{kjort}: {formater.oppramsing(deler)}" if deler else f"{kjort}, og ingen fant noe"
    return Punkt(f"{skjema} for {aar}: {svar}. {hvor_mange}.", alvor, "kontroller-funn" if funn else None)


def _tabell(funn: Sequence[Kontroll], aar: int) -> Tabell:
    return Tabell(
        "kontroller-funn",
        f"Kontroller med funn i KOSTRA-filene for {aar}",
        (
            Kolonne("tittel", "Hva kontrollen fant"),
            Kolonne("alvor", "Alvor"),
            Kolonne("skjema", "Skjema"),
            Kolonne("regel", "Kontroll"),
            Kolonne("antall", "Antall", Slag.ANTALL),
            Kolonne("gjor", "Hva dere gjør"),
        ),
        tuple(
            (ett.tittel, _ALVOR.get(ett.alvor, ett.alvor), ett.skjema, ett.regel, ett.antall, ett.gjor) for ett in funn
        ),
        f"bi.kostra_kontroll, rapporteringsaar = {aar}, har_funn",
        "I 11F og 11CF er hvert funn om en person. Hvor mange det er, kan røpe et skjult tall, og vises ikke. Feil som "
        "SSBs program gir uansett hva kommunen gjør, står ikke her.",
    )


def lag_intern_seksjon(varehus: Path, kommunenummer: str, aar: int) -> Seksjon:
    """Return the worklist of a municipality and a year: the findings of the files that count now.

    It has journal numbers, and nothing more of anyone. It is not for `bi`, and says so.

    Raises:
        Brukerfeil: when there is no warehouse, or it is in use.
    """
    if not varehus.is_file():
        raise Brukerfeil(f"Varehuset {varehus.name} finnes ikke. Arbeidslisten er ikke i det som er publisert.")
    try:
        with duckdb.connect(str(varehus), read_only=True) as con:
            funn = con.execute(_SQL, {"kommunenummer": kommunenummer, "aar": aar}).fetchall()
    except duckdb.CatalogException as feil:
        raise Brukerfeil("Varehuset har ikke kontrollert noen KOSTRA-filer ennå. Kjør «stonad kjor».") from feil
    except duckdb.IOException as feil:
        raise Brukerfeil("Varehuset er i bruk av en kjøring. Prøv igjen når den er ferdig.") from feil
    return _arbeidsliste(funn, aar)


def _arbeidsliste(funn: list[tuple], aar: int) -> Seksjon:
    tittel = f"Arbeidsliste for KOSTRA {aar} (intern)"
    if not funn:
        tekst = f"Kontrollene fant ingenting å rette i KOSTRA-filene for {aar}, eller ingen filer er kontrollert."
        return Seksjon("arbeidsliste", tittel, (Avsnitt(tekst),), intern=True)
    rader = tuple((melding, _ALVOR.get(alvor, alvor), *resten) for alvor, melding, *resten in funn)
    return Seksjon(
        "arbeidsliste",
        tittel,
        (
            Avsnitt(
                "Intern: Listen har journalnummer og skal ikke deles utenfor kommunen. "
                f"{flertall(len(rader), 'funn', 'funn')} i filene som gjelder nå."
            ),
            Tabell(
                "arbeidsliste-funn",
                f"Funn i KOSTRA-filene for {aar}",
                (
                    Kolonne("melding", "Hva kontrollen fant"),
                    Kolonne("alvor", "Alvor"),
                    Kolonne("journalnummer", "Journalnummer"),
                    Kolonne("linjer", "Linjer"),
                    Kolonne("skjema", "Skjema"),
                    Kolonne("regel", "Kontroll"),
                    Kolonne("felt", "Felt"),
                    Kolonne("gjor", "Hva dere gjør"),
                ),
                rader,
                f"intern.kostra_kontroll, filene i int_leveranse_gjeldende, rapporteringsaar = {aar}",
            ),
        ),
        intern=True,
    )
