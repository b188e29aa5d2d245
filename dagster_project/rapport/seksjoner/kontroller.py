"""The KOSTRA controls: where they are, and the worklist for those who correct the files."""

from pathlib import Path

import duckdb

from dagster_project.feil import Brukerfeil
from dagster_project.rapport.innhold import Avsnitt, Kolonne, Seksjon, Tabell
from dagster_project.rapport.seksjoner.felles import Kontekst, flertall
from dagster_project.seeds import read_seed

ID = "kontroller"
_LINJER = 10

_SQL = f"""
select
    funn.skjema,
    funn.regel,
    funn.alvor,
    funn.felt,
    funn.melding,
    funn.journalnummer,
    case
        when funn.antall_linjer > {_LINJER} then array_to_string(funn.linjer[1:{_LINJER}], ', ') || ' …'
        else array_to_string(funn.linjer, ', ')
    end as linjer
from intern.kostra_kontroll as funn
inner join intermediate.int_leveranse_gjeldende as gjeldende using (leveranse_id)
where funn.kommunenummer = $kommunenummer and funn.rapporteringsaar = $aar and not funn.uansett
order by
    case funn.alvor when 'FATAL' then 1 when 'ERROR' then 2 when 'WARNING' then 3 else 4 end,
    funn.skjema,
    funn.rekkefolge
"""
_ALVOR = {"FATAL": "Kritisk", "ERROR": "Feil", "WARNING": "Advarsel", "INFO": "Informasjon"}


def seksjon(k: Kontekst) -> Seksjon:
    """Return the section that says where the control findings are; they are not published."""
    return Seksjon(
        ID,
        "Kontroller av KOSTRA-filene",
        (
            Avsnitt(
                "Hver KOSTRA-fil er kontrollert med SSBs regler. Funnene gjelder enkeltpersoner og publiseres ikke. "
                "«stonad kontroller --rapport» viser dem for en fil, og «stonad rapport "
                f"--kommune {k.nummer} --maaned {k.maaned:%Y-%m} --med-arbeidsliste» tar dem med her, til internt bruk."
            ),
        ),
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
    regler = {(rad["skjema"], rad["regel"]): rad for rad in read_seed("kostra_kontrollregel")}
    rader = tuple(
        (
            _ALVOR.get(alvor, alvor),
            skjema,
            regel,
            regler.get((skjema, regel), {}).get("tittel", ""),
            melding,
            felt or "",
            journalnummer or "",
            linjer or "",
            regler.get((skjema, regel), {}).get("gjor", ""),
        )
        for skjema, regel, alvor, felt, melding, journalnummer, linjer in funn
    )
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
                    Kolonne("alvor", "Alvor"),
                    Kolonne("skjema", "Skjema"),
                    Kolonne("regel", "Regel"),
                    Kolonne("tittel", "Hva"),
                    Kolonne("melding", "Melding"),
                    Kolonne("felt", "Felt"),
                    Kolonne("journalnummer", "Journalnummer"),
                    Kolonne("linjer", "Linjer"),
                    Kolonne("gjor", "Hva du gjør"),
                ),
                rader,
                f"intern.kostra_kontroll, filene i int_leveranse_gjeldende, rapporteringsaar = {aar}",
            ),
        ),
        intern=True,
    )
