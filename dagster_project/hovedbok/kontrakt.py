"""The contract for the accounting system: `seeds/hovedbok_felt.csv`, and what the source formats call their fields.

It is ours, and no format of a vendor. A municipality maps its own report to it in a profile, as for the case system.
"""

from dataclasses import dataclass
from functools import cache

from dagster_project.fagsystem.kontrakt import TYPER, Felt, Objekt
from dagster_project.seeds import read_seed

TITLER = {"hovedbok": "Hovedboksposter", "budsjett": "Budsjett"}
TYPENAVN = TYPER | {
    "periode": "en periode (ååååmm, måned 01–13)",
    "maaned": "en måned (1–12)",
    "konto": "en art på fem sifre som begynner på 0 eller 1, eller en balansekonto på åtte",
    "budsjettart": "en art på tre sifre, eller på fem som begynner på 0 eller 1",
    "funksjon": "en KOSTRA-funksjon",
}
"""What a value of each type is called in a message."""

# SSB's control of 0A knows these; a district of Oslo has functions of its own.
_FUNKSJONSLISTER = ("funksjon", "funksjon_oslo", "funksjon_bydel")


class Regnskapsobjekt(Objekt):
    """One object of the contract: what a file holds rows of."""

    @property
    def raatabell(self) -> str:
        """Return the table its rows are kept in."""
        return f"raw.{self.navn}"


@dataclass(frozen=True)
class Gl07Felt:
    """One field of a GL07 line; `fra` is 1-based. `er_persondata` is never read."""

    navn: str
    fra: int
    lengde: int
    er_persondata: bool


@cache
def objekter() -> dict[str, Regnskapsobjekt]:
    """Return the objects of the contract by name, in the order of the seed."""
    felter: dict[str, list[Felt]] = {}
    for rad in read_seed("hovedbok_felt"):
        felter.setdefault(rad["objekt"], []).append(
            Felt(
                navn=rad["felt"],
                kolonne=rad["kolonne"],
                type=rad["type"],
                lengde=None,
                kreves=rad["kreves"] == "ja",
                kreves_ved_status=(),
                kodeliste="",
                fra="",
                personvern=rad["personvern"],
            )
        )
    return {
        navn: Regnskapsobjekt(navn, TITLER[navn], "", "periode", "periode", tuple(liste))
        for navn, liste in felter.items()
    }


@cache
def gl07_felter() -> dict[str, Gl07Felt]:
    """Return the fields of a GL07 line by name, in order."""
    return {
        rad["felt"]: Gl07Felt(rad["felt"], int(rad["fra"]), int(rad["lengde"]), rad["personvern"] == "ja")
        for rad in read_seed("gl07_felt")
    }


@cache
def gl07_linjelengde() -> int:
    """Return how many characters a GL07 line has."""
    siste = list(gl07_felter().values())[-1]
    return siste.fra + siste.lengde - 1


@cache
def funksjoner() -> tuple[str, ...]:
    """Return the KOSTRA functions SSB knows."""
    return tuple(
        dict.fromkeys(
            rad["kode"]
            for rad in read_seed("kostra_kontrollkode")
            if rad["skjema"] == "0A" and rad["liste"] in _FUNKSJONSLISTER
        )
    )
