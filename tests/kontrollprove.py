"""Try the controls on records made field by field: thousands of small files in one run, as the engine takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from dagster_project.kostra.kontroll import Kontrollfil, kontroller
from dagster_project.kostra.layout import find_layout
from tests.kostrafil import fodselsnummer, post, som_bytes

AAR = 2026
ORGNR = "312236479"
Endring = Mapping[str, object]


@dataclass(frozen=True)
class Prove:
    """One rule on either side of its limit: changes to a record that is in order, or to several."""

    regel: str
    stille: Endring | Sequence[Endring]
    meldes: Endring | Sequence[Endring]
    hva: str = ""

    @property
    def navn(self) -> str:
        """Return the id the test is shown with."""
        return f"{self.regel} {self.hva}".strip().replace(" ", "_")


def fodt(alder: int) -> str:
    """Return the number of a made-up person who reaches an age in the reporting year."""
    aar = AAR - alder
    return fodselsnummer(date(aar, 12, 31), 500 if aar >= 2000 else 100)


MOTTAKER = {
    "KOMMUNE_NR": "0301",
    "VERSION": "26",
    "BYDELSNR": "05",
    "FODSELSDATO": "01011985",
    "PERSON_JOURNALNR": "K0000001",
    "PERSON_FODSELSNR": fodt(41),
    "KJONN": "1",
    "EKTSTAT": "1",
    "BU18": "2",
    "VKLO": "5",
    "TRYGDESIT": "12",
    "ARBSIT": "02",
    "STMND_1": "01",
    "BIDRAG": 8000,
    "LAAN": 0,
    "BIDRAG_JAN": 8000,
    "GITT_OKONOMIRAD": "2",
    "FAAT_INDIVIDUELL_PLAN": "2",
    "SAKSBEHANDLER": "SB1",
    "BOSIT": "1",
    "VILKARSOSLOV": "2",
    "VILKARSAMEKT": "2",
}
DELTAKER = {
    "KOMMUNE_NR": "3411",
    "VERSION": "26",
    "FODSELSDATO": "01011985",
    "PERSON_JOURNALNR": "K0000001",
    "PERSON_FODSELSNR": fodt(41),
    "KJONN": "2",
    "EKTSTAT": "1",
    "BU18": "2",
    "REG_DATO": "01022025",
    "VEDTAK_DATO": "01032025",
    "BEGYNT_DATO": "01042025",
    "KVP_KOMM": "2",
    "KVP_MED_ASTONAD": "2",
    "STMND_1": "01",
    "KVP_STONAD": 20000,
    "STATUS": "1",
    "SAKSBEHANDLER": "SB1",
}
KONTO = {"skjema": "0A", "aargang": "2026", "region": "341100", "orgnr": ORGNR}
GRUNNLAG = {"11F": MOTTAKER, "11CF": DELTAKER, "0A": KONTO}


def fil(skjema: str, endringer: Endring | Sequence[Endring], region: str) -> Kontrollfil:
    """Return a file of a record in order for each set of changes, with the changes made."""
    if isinstance(endringer, Mapping):
        endringer = [endringer]
    layout = find_layout(skjema, AAR)
    linjer = [post(layout, {**GRUNNLAG[skjema], **endring}) for endring in endringer]
    return Kontrollfil(skjema=skjema, aar=AAR, region=region, innhold=som_bytes(linjer), orgnr=ORGNR)


def funnet(filer: Sequence[Kontrollfil], utgave: str = "2026") -> list[dict[str, str]]:
    """Return for each file the rules that reported anything, with the worst severity of each."""
    with duckdb.connect() as con:
        svar = kontroller(con, filer, utgave)
        funn: list[dict[str, str]] = [{} for _ in svar.filer]
        for fil_id, regel, alvor in svar.funn.project("fil_id, regel, alvor").fetchall():
            funn[fil_id][regel] = alvor
    return funn


def prov(skjema: str, prover: Sequence[Prove], region: str, utgave: str = "2026") -> dict[str, tuple[dict, dict]]:
    """Return for each trial what was found where the rule should be silent and where it should report."""
    filer = [fil(skjema, side, region) for prove in prover for side in (prove.stille, prove.meldes)]
    funn = funnet(filer, utgave)
    return {prove.navn: (funn[2 * nr], funn[2 * nr + 1]) for nr, prove in enumerate(prover)}
