"""The header of a ledger or budget file held against its profile (rule F12), as for the case system's reports."""

from collections import Counter
from pathlib import Path

from dagster_project.fagsystem.overskrift import SOK_LINJER, Overskrift, kolonnenavn
from dagster_project.fagsystem.tekst import del_linje, forste_linjer
from dagster_project.fagsystem.uttrykk import kolonner_i
from dagster_project.hovedbok.kontrakt import objekter
from dagster_project.hovedbok.profil import Regnskapsprofil


def les_regnskapsoverskrift(sti: Path, profil: Regnskapsprofil, objekt: str) -> Overskrift:
    """Return the header of a file and how it fits."""
    form = profil.filform(objekt)
    plass = form.hopp_over_linjer
    linjer = [
        tuple(map(kolonnenavn, del_linje(linje, form)))
        for linje in forste_linjer(sti, form.tegnsett, plass + SOK_LINJER)
    ]
    kolonner = linjer[plass] if plass < len(linjer) else ()
    funnet = vurder_regnskapskolonner(kolonner if any(kolonner) else (), plass + 1, profil, objekt)
    if not funnet.mangler and funnet.kolonner:
        return funnet
    for nummer, andre in enumerate(linjer, start=1):
        if any(andre) and not vurder_regnskapskolonner(andre, nummer, profil, objekt).mangler:
            return Overskrift(plass + 1, kolonner or ("",), funnet_paa=nummer)
    return funnet


def vurder_regnskapskolonner(kolonner: tuple[str, ...], linje: int, profil: Regnskapsprofil, objekt: str) -> Overskrift:
    """Return how a row of column names fits a profile."""
    del_ = profil.objekter[objekt]
    kontrakt = objekter()[objekt]
    finnes = set(kolonner)
    borte = {
        navn: [kolonne for kolonne in map(kolonnenavn, kolonner_i(uttrykk)) if kolonne not in finnes]
        for navn, uttrykk in del_.kolonner.items()
    }
    kreves = {felt.navn for felt in kontrakt.felter if felt.kreves}
    brukte = set(map(kolonnenavn, del_.brukte_kolonner))
    kjente = brukte | set(map(kolonnenavn, del_.forkast))
    antall = Counter(kolonner)
    return Overskrift(
        linje,
        kolonner,
        mangler=tuple(dict.fromkeys(kolonne for navn in borte if navn in kreves for kolonne in borte[navn])),
        tomme_felt=tuple(navn for navn, kolonner_ in borte.items() if kolonner_ and navn not in kreves),
        ukjente=tuple(dict.fromkeys(kolonne for kolonne in kolonner if kolonne not in kjente)),
        doble=tuple(kolonne for kolonne in dict.fromkeys(kolonner) if antall[kolonne] > 1 and kolonne in brukte),
    )
